/** The cases of the structured allocator of Kubernetes 1.33, by their names there. */
import { describe, expect, it } from '@jest/globals';
import { attributes, testDeviceClaim, testDeviceClass } from '../device-objects.fixture.js';
import {
  all,
  atLeast,
  claim,
  d12,
  type Given,
  here,
  inParts,
  many,
  matching,
  memory,
  nodeOf,
  none,
  ofB,
  one,
  onField,
  outcome,
  second,
  slice,
  version,
} from './allocator-cases.fixture.js';

describe('devices for claims', () => {
  const simple = one('p1');
  const cases: Readonly<Record<string, readonly [given: Given, expected: string]>> = {
    empty: [{}, ''],
    simple: [{ claims: [claim({})], slices: [simple] }, `r0=a/p1/d1 ${here}`],
    'other-node': [
      {
        claims: [claim({})],
        slices: [one('p1', { driver: 'b' }), one('p2', { node: 'n2' })],
        node: nodeOf('n2', '2'),
      },
      'r0=a/p2/d1 at metadata.name=n2',
    ],
    'small-and-large': [
      { claims: [claim(atLeast('1Gi'), atLeast('2Gi'))], slices: [slice('p1', memory('1Gi', '2Gi'))] },
      `r0=a/p1/d1, r1=a/p1/d2 ${here}`,
    ],
    'small-and-large-backtrack-requests': [
      { claims: [claim(atLeast('1Gi'), atLeast('2Gi'))], slices: [slice('p1', memory('2Gi', '1Gi'))] },
      `r0=a/p1/d2, r1=a/p1/d1 ${here}`,
    ],
    'small-and-large-backtrack-claims': [
      { claims: [claim(atLeast('1Gi')), second(atLeast('2Gi'))], slices: [slice('p1', memory('2Gi', '1Gi'))] },
      `r0=a/p1/d2 ${here}; r0=a/p1/d1 ${here}`,
    ],
    'devices-split-across-different-slices': [
      { claims: [claim({ count: 2 })], slices: [one('p1'), one('p2')] },
      `r0=a/p1/d1, r0=a/p2/d1 ${here}`,
    ],
    'obsolete-slice': [
      { claims: [claim({})], slices: [one('p1'), slice('p1', { d2: {} }, { generation: 2 })] },
      `r0=a/p1/d2 ${here}`,
    ],
    'duplicate-slice': [
      { claims: [claim({})], slices: [one('p1', { of: 2 }), one('p1', { of: 2 })] },
      'invalid resource pools were encountered',
    ],
    'no-slices': [{ claims: [claim({})] }, none],
    'not-enough-suitable-devices': [{ claims: [claim({}), second({})], slices: [simple] }, none],
    'no-classes': [
      { claims: [claim({})], classes: [], slices: [simple] },
      'error: claim default/c, request r0: could not retrieve device class class',
    ],
    'unknown-class': [
      { claims: [claim({ deviceClassName: 'unknown' })], slices: [simple] },
      'error: claim default/c, request r0: could not retrieve device class unknown',
    ],
    'empty-class': [
      { claims: [claim({ deviceClassName: '' })], slices: [simple] },
      'error: claim default/c, request r0: missing device class name (unsupported request type?)',
    ],
    'no-claims-to-allocate': [{ slices: [simple] }, ''],
    'all-devices-single': [{ claims: [claim(all)], slices: [simple] }, `r0=a/p1/d1 ${here}`],
    'all-devices-many': [{ claims: [claim(all)], slices: [one('p1'), one('p2')] }, `r0=a/p1/d1, r0=a/p2/d1 ${here}`],
    'all-devices-of-the-incomplete-pool': [
      { claims: [claim(all)], slices: [one('p1', { of: 2 })] },
      'error: claim default/c, request r0: asks for all devices, but resource pool a/p1 is currently being updated',
    ],
    'all-devices-plus-another': [
      { claims: [claim(all), second(ofB)], slices: [one('p1'), one('p1', { driver: 'b' })] },
      `r0=a/p1/d1 ${here}; r0=b/p1/d1 ${here}`,
    ],
    'all-devices-plus-another-reversed': [
      { claims: [second(ofB), claim(all)], slices: [one('p1'), one('p1', { driver: 'b' })] },
      `r0=b/p1/d1 ${here}; r0=a/p1/d1 ${here}`,
    ],
    'all-devices-many-plus-another': [
      { claims: [claim(all), second(ofB)], slices: [slice('p1', d12), one('p1', { driver: 'b' })] },
      `r0=a/p1/d1, r0=a/p1/d2 ${here}; r0=b/p1/d1 ${here}`,
    ],
    'all-devices-many-plus-another-reversed': [
      { claims: [second(ofB), claim(all)], slices: [slice('p1', d12), one('p1', { driver: 'b' })] },
      `r0=b/p1/d1 ${here}; r0=a/p1/d1, r0=a/p1/d2 ${here}`,
    ],
    'all-devices-no-solution': [{ claims: [second({}), claim(all)], slices: [simple] }, none],
    'all-devices-no-solution-reversed': [{ claims: [claim(all), second({})], slices: [simple] }, none],
    'all-devices-slice-without-devices': [{ claims: [claim(all)], slices: [slice('p1', {})] }, none],
    'all-devices-no-slices': [{ claims: [claim(all)] }, none],
    'all-devices-some-allocated': [{ claims: [claim(all)], slices: [slice('p1', d12)], used: ['a/p1/d1'] }, none],
    'all-devices-some-allocated-admin-access': [
      { claims: [claim({ ...all, adminAccess: true })], slices: [slice('p1', d12)], used: ['a/p1/d1'] },
      `r0=a/p1/d1 admin, r0=a/p1/d2 admin ${here}`,
    ],
    'all-devices-slice-without-devices-prioritized-list': [
      { claims: [claim(inParts(all, ofB))], slices: [slice('p1', {}), one('p2', { driver: 'b' })] },
      `r0/s1=b/p2/d1 ${here}`,
    ],
    'all-devices-no-slices-prioritized-list': [
      { claims: [claim(inParts(all, ofB))], slices: [one('p2', { driver: 'b' })] },
      `r0/s1=b/p2/d1 ${here}`,
    ],
    'all-devices-some-allocated-prioritized-list': [
      {
        claims: [claim(inParts(all, ofB))],
        slices: [slice('p1', d12), one('p2', { driver: 'b' })],
        used: ['a/p1/d1'],
      },
      `r0/s1=b/p2/d1 ${here}`,
    ],
    'network-attached-device': [
      { claims: [claim({})], slices: [one('p1', { labels: { region: '1' } })] },
      'r0=a/p1/d1 at region=1',
    ],
    'unsuccessful-allocation-network-attached-device': [
      { claims: [claim({})], slices: [one('p1', { labels: { region: '1' } })], node: nodeOf('n2', '2') },
      none,
    ],
    'many-network-attached-devices': [
      {
        claims: [claim({ count: 4 })],
        slices: [
          one('p1', { labels: { region: '1' } }),
          one('p2', { all: true }),
          one('p3', { labels: { planet: 'earth' } }),
          one('p4', { nodeSelector: onField('n1') }),
        ],
      },
      'r0=a/p1/d1, r0=a/p2/d1, r0=a/p3/d1, r0=a/p4/d1 at metadata.name=n1 planet=earth region=1',
    ],
    'local-and-network-attached-devices': [
      { claims: [claim({ count: 2 })], slices: [one('p1', { labels: { region: '1' } }), one('p2')] },
      `r0=a/p1/d1, r0=a/p2/d1 ${here}`,
    ],
    'several-different-drivers': [
      { claims: [claim({}), second(ofB)], slices: [slice('p1', d12), one('p1', { driver: 'b' })] },
      `r0=a/p1/d1 ${here}; r0=b/p1/d1 ${here}`,
    ],
    'already-allocated-devices': [{ claims: [claim({})], slices: [simple], used: ['a/p1/d1', 'a/p1/d2'] }, none],
    'admin-access-enabled': [
      { claims: [claim({ adminAccess: true })], slices: [simple], used: ['a/p1/d1', 'a/p1/d2'] },
      `r0=a/p1/d1 admin ${here}`,
    ],
    'with-constraint': [
      {
        claims: [
          testDeviceClaim('c', [{}, {}], { constraints: ['numa', 'v', 'text', 'flag'].map((name) => matching(name)) }),
        ],
        slices: [
          slice('p1', {
            d1: version('1.0.0', { numa: 1, text: 'x', flag: true }),
            d2: version('1.0.0', { numa: 1, text: 'x', flag: true }),
          }),
        ],
      },
      `r0=a/p1/d1, r1=a/p1/d2 ${here}`,
    ],
    'with-constraint-non-existent-attribute': [
      { claims: [testDeviceClaim('c', [{}], { constraints: [matching('gone')] })], slices: [simple] },
      none,
    ],
    'with-constraint-not-matching-int-attribute': [
      {
        claims: [testDeviceClaim('c', [{ count: 2 }], { constraints: [matching('numa')] })],
        slices: [slice('p1', { d1: attributes({ numa: 1 }), d2: attributes({ numa: 2 }) })],
      },
      none,
    ],
    'with-constraint-not-matching-int-attribute-all-devices': [
      {
        claims: [testDeviceClaim('c', [all], { constraints: [matching('numa')] })],
        slices: [slice('p1', { d1: attributes({ numa: 1 }), d2: attributes({ numa: 2 }) })],
      },
      'error: claim default/c, request r0: cannot add device a/p1/d2 because a claim constraint would not be satisfied',
    ],
    'with-constraint-not-matching-string-attribute': [
      {
        claims: [testDeviceClaim('c', [{ count: 2 }], { constraints: [matching('text')] })],
        slices: [slice('p1', { d1: attributes({ text: 'x' }), d2: attributes({ text: 'y' }) })],
      },
      none,
    ],
    'with-constraint-not-matching-bool-attribute': [
      {
        claims: [testDeviceClaim('c', [{ count: 2 }], { constraints: [matching('flag')] })],
        slices: [slice('p1', { d1: attributes({ flag: true }), d2: attributes({ flag: false }) })],
      },
      none,
    ],
    'with-constraint-not-matching-version-attribute': [
      {
        claims: [testDeviceClaim('c', [{ count: 2 }], { constraints: [matching('v')] })],
        slices: [slice('p1', { d1: version('1.0.0'), d2: version('2.0.0') })],
      },
      none,
    ],
    'with-constraint-for-request': [
      {
        claims: [testDeviceClaim('c', [{}, {}], { constraints: [matching('v', 'r0')] })],
        slices: [slice('p1', { d1: version('1.0.0'), d2: version('2.0.0') })],
      },
      `r0=a/p1/d1, r1=a/p1/d2 ${here}`,
    ],
    'with-constraint-for-request-retry': [
      {
        claims: [testDeviceClaim('c', [{}, {}], { constraints: [matching('v', 'r0'), matching('text')] })],
        slices: [
          slice('p1', {
            d1: version('1.0.0', { text: 'a' }),
            d2: version('2.0.0', { text: 'b' }),
            d3: version('3.0.0', { text: 'b' }),
          }),
        ],
      },
      `r0=a/p1/d2, r1=a/p1/d3 ${here}`,
    ],
    'unknown-selector': [
      { claims: [claim({ selectors: [{}] } as object)], slices: [simple] },
      'error: claim default/c, request r0, selector #0: CEL expression empty (unsupported selector type?)',
    ],
    'unknown-allocation-mode': [
      { claims: [claim({ allocationMode: 'future-mode' })], slices: [simple] },
      'error: claim default/c, request r0: unsupported count mode future-mode',
    ],
    'unknown-constraint': [
      { claims: [testDeviceClaim('c', [{}], { constraints: [{}] })], slices: [simple] },
      'error: claim default/c, constraint #0: empty constraint (unsupported constraint type?)',
    ],
    'unknown-device': [{ claims: [claim({})], slices: [slice('p1', { d1: undefined as never })] }, none],
    'invalid-CEL-one-device': [
      { claims: [claim({ selector: 'noSuchVar' })], slices: [simple] },
      'error: claim default/c: selector #0: CEL compile error: compilation failed: ERROR: <input>:1:1: undeclared reference',
    ],
    'invalid-CEL-one-device-class': [
      { claims: [claim({})], classes: [testDeviceClass('class', 'noSuchVar')], slices: [simple] },
      'error: class class: selector #0: CEL compile error: compilation failed: ERROR: <input>:1:1: undeclared reference',
    ],
    'invalid-CEL-all-devices': [
      { claims: [claim({ ...all, selector: 'noSuchVar' })], slices: [simple] },
      'error: claim default/c: selector #0: CEL compile error: compilation failed: ERROR: <input>:1:1: undeclared reference',
    ],
    'too-many-devices-single-request': [
      { claims: [claim({ count: 500 })] },
      'error: claim default/c: number of requested devices 500 exceeds the claim limit of 32',
    ],
    'many-devices-okay': [{ claims: [claim({ count: 32 })] }, none],
    'too-many-devices-total': [
      { claims: [claim({ count: 32 }, {})], slices: [slice('p1', many(33))] },
      'error: claim default/c: number of requested devices 33 exceeds the claim limit of 32',
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [given, expected]) => {
    const said = outcome(given);
    if (expected.startsWith('error: ')) expect(said).toContain(expected);
    else expect(said).toBe(expected);
  });
});
