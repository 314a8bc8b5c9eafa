/**
 * The cases of the structured allocator of Kubernetes 1.33 for prioritized lists, partitions, taints and configuration, by
 * their names there. Left out are those where a feature is disabled that is always on here.
 */
import { describe, expect, it } from '@jest/globals';
import { capacities, consumes, selectorOf, testDeviceClaim } from '../device-objects.fixture.js';
import {
  all,
  allocate,
  atLeast,
  claim,
  classOf,
  type Devices,
  d12,
  type Given,
  having,
  here,
  inParts,
  matching,
  memory,
  none,
  ofB,
  one,
  outcome,
  partitions,
  slice,
  version,
} from './allocator-cases.fixture.js';

const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };
const harderTaint = { key: 'k', value: 'v2', effect: 'NoExecute' };
const toleration = { key: 'k', operator: 'Exists', effect: 'NoSchedule' };
const harderToleration = { key: 'k', operator: 'Equal', value: 'v2', effect: 'NoExecute' };
const opaque = (driver: string, key: string) => ({ opaque: { driver, parameters: { [key]: `${key}Value` } } });

describe('devices for claims', () => {
  const simple = one('p1');
  const cases: Readonly<Record<string, readonly [given: Given, expected: string]>> = {
    'prioritized-list-first-unavailable': [
      { claims: [claim(inParts(ofB, {}))], slices: [simple] },
      `r0/s1=a/p1/d1 ${here}`,
    ],
    'prioritized-list-non-available': [
      {
        claims: [claim(inParts({ ...ofB, count: 2 }, { count: 2 }))],
        slices: [one('p1'), one('p2', { driver: 'b' })],
      },
      none,
    ],
    'prioritized-list-subrequests-with-expressions': [
      {
        claims: [claim(atLeast('1Gi'), inParts(atLeast('4Gi'), { ...atLeast('2Gi'), count: 2 }))],
        slices: [slice('p1', memory('2Gi', '2Gi', '1Gi'))],
      },
      `r0=a/p1/d3, r1/s1=a/p1/d1, r1/s1=a/p1/d2 ${here}`,
    ],
    'prioritized-list-subrequests-with-constraints-ref-parent-request': [
      {
        claims: [
          testDeviceClaim('c', [atLeast('8Gi'), inParts(atLeast('2Gi'), atLeast('1Gi'))], {
            constraints: [matching('v', 'r0', 'r1')],
          }),
        ],
        slices: [
          slice('p1', { d1: { ...capacities({ memory: '8Gi' }), ...version('1.0.0') } }),
          slice('p2', {
            d2: { ...capacities({ memory: '2Gi' }), ...version('2.0.0') },
            d3: { ...capacities({ memory: '1Gi' }), ...version('1.0.0') },
          }),
        ],
      },
      `r0=a/p1/d1, r1/s1=a/p2/d3 ${here}`,
    ],
    'prioritized-list-subrequests-with-constraints-ref-sub-request': [
      {
        claims: [
          testDeviceClaim('c', [atLeast('8Gi'), inParts(atLeast('2Gi'), atLeast('1Gi'))], {
            constraints: [matching('v', 'r0', 'r1/s0')],
          }),
        ],
        slices: [
          slice('p1', { d1: { ...capacities({ memory: '8Gi' }), ...version('1.0.0') } }),
          slice('p2', { d2: { ...capacities({ memory: '2Gi' }), ...version('2.0.0') } }),
        ],
      },
      `r0=a/p1/d1, r1/s1=a/p2/d2 ${here}`,
    ],
    'prioritized-list-subrequests-with-allocation-mode-all': [
      { claims: [claim(inParts(all, {}))], slices: [slice('p1', d12)], used: ['a/p1/d1'] },
      `r0/s1=a/p1/d2 ${here}`,
    ],
    'prioritized-list-allocation-mode-all-multiple-requests': [
      { claims: [claim({}, inParts(all, {}))], slices: [slice('p1', d12)] },
      `r0=a/p1/d1, r1/s1=a/p1/d2 ${here}`,
    ],
    'prioritized-list-multi-request': [
      {
        claims: [claim(atLeast('8Gi'), inParts(atLeast('8Gi'), atLeast('4Gi')))],
        slices: [slice('p1', memory('8Gi')), slice('p2', memory('4Gi'))],
      },
      `r0=a/p1/d1, r1/s1=a/p2/d1 ${here}`,
    ],
    'prioritized-list-with-backtracking': [
      {
        claims: [claim(inParts(atLeast('8Gi'), atLeast('4Gi')), atLeast('8Gi'))],
        slices: [slice('p1', memory('8Gi')), slice('p2', memory('4Gi'))],
      },
      `r0/s1=a/p2/d1, r1=a/p1/d1 ${here}`,
    ],
    'prioritized-list-too-many-in-first-subrequest': [
      { claims: [claim(inParts({ ...ofB, count: 500 }, {}))], slices: [simple] },
      `r0/s1=a/p1/d1 ${here}`,
    ],
    'partitionable-devices-single-device': [
      { claims: [claim({})], slices: [slice('p1', { d1: consumes({ x: { memory: '4Gi' } }) }, having('8Gi'))] },
      `r0=a/p1/d1 ${here}`,
    ],
    'partitionable-devices-prioritized-list': [
      {
        claims: [claim({}, inParts(atLeast('6Gi'), atLeast('4Gi')))],
        slices: [slice('p1', partitions('4Gi', '6Gi', '4Gi'), having('8Gi'))],
      },
      `r0=a/p1/d1, r1/s1=a/p1/d3 ${here}`,
    ],
    'partitionable-devices-multiple-devices': [
      { claims: [claim({}, {})], slices: [slice('p1', partitions('4Gi', '6Gi', '4Gi'), having('8Gi'))] },
      `r0=a/p1/d1, r1=a/p1/d3 ${here}`,
    ],
    'partitionable-devices-multiple-capacity-pools': [
      {
        claims: [claim({}, inParts(atLeast('6Gi'), atLeast('4Gi')))],
        slices: [
          slice(
            'p1',
            Object.fromEntries(
              (['4', '6', '4'] as const).map((size, i) => [
                `d${i + 1}`,
                {
                  ...capacities({ memory: `${size}Gi`, cpus: size }),
                  ...consumes({ x: { memory: `${size}Gi` }, y: { cpus: size } }),
                },
              ]),
            ),
            { counters: { x: { memory: '18Gi' }, y: { cpus: '8' } } },
          ),
        ],
      },
      `r0=a/p1/d1, r1/s1=a/p1/d3 ${here}`,
    ],
    'partitionable-devices-multiple-counters': [
      {
        claims: [claim({}, {})],
        slices: [
          slice(
            'p1',
            {
              d1: consumes({ x: { memory: '4Gi', cpus: '6' }, y: { cpus: '4', memory: '2Gi' } }),
              d2: consumes({ x: { memory: '6Gi', cpus: '4' }, y: { cpus: '6', memory: '6Gi' } }),
              d3: consumes({ x: { memory: '4Gi', cpus: '4' }, y: { cpus: '4', memory: '4Gi' } }),
            },
            { counters: { x: { cpus: '8', memory: '18Gi' }, y: { cpus: '12', memory: '18Gi' } } },
          ),
        ],
      },
      `r0=a/p1/d2, r1=a/p1/d3 ${here}`,
    ],
    'partitionable-devices-no-capacity-available': [
      { claims: [claim({})], slices: [slice('p1', partitions('4Gi', '16Gi'), having('18Gi'))], used: ['a/p1/d2'] },
      none,
    ],
    'partitionable-devices-overallocated-capacity-pool': [
      { claims: [claim({})], slices: [slice('p1', partitions('4Gi', '20Gi'), having('18Gi'))], used: ['a/p1/d2'] },
      none,
    ],
    'partitionable-devices-per-device-node-selection-nodename': [
      {
        claims: [claim(inParts(atLeast('6Gi'), atLeast('4Gi')))],
        slices: [
          slice('p1', reachedFrom(partitions('4Gi', '6Gi'), [{ nodeName: 'n1' }, { nodeName: 'n2' }]), {
            ...having('18Gi'),
            perDevice: true,
          }),
        ],
      },
      `r0/s1=a/p1/d1 ${here}`,
    ],
    'partitionable-devices-per-device-node-selection-node-selector': [
      {
        claims: [claim({})],
        slices: [
          slice('p1', reachedFrom(partitions('4Gi'), [{ nodeSelector: selectorOf({ region: '1' }) }]), {
            ...having('18Gi'),
            perDevice: true,
          }),
        ],
      },
      'r0=a/p1/d1 at region=1',
    ],
    'partitionable-devices-per-device-node-selection-node-selector-multiple-devices': [
      {
        claims: [claim({ count: 3 }, { ...ofB, count: 3 })],
        slices: [
          slice(
            'p1',
            reachedFrom(partitions('4Gi', '4Gi', '4Gi'), [
              { nodeSelector: selectorOf({ region: '1' }) },
              { nodeName: 'n1' },
              { allNodes: true },
            ]),
            { ...having('18Gi'), perDevice: true },
          ),
          slice('p2', partitions('4Gi', '4Gi', '4Gi'), { ...having('12Gi'), driver: 'b' }),
        ],
      },
      `r0=a/p1/d1, r0=a/p1/d2, r0=a/p1/d3, r1=b/p2/d1, r1=b/p2/d2, r1=b/p2/d3 ${here}`,
    ],
    'tainted-two-devices': [
      { claims: [claim({})], slices: [slice('p1', { d1: { taints: [taint] }, d2: { taints: [harderTaint] } })] },
      none,
    ],
    'tainted-one-device-two-taints': [
      { claims: [claim({})], slices: [slice('p1', { d1: { taints: [taint, harderTaint] } })] },
      none,
    ],
    'tainted-two-devices-tolerated': [
      {
        claims: [claim({ tolerations: [harderToleration] })],
        slices: [slice('p1', { d1: { taints: [taint] }, d2: { taints: [harderTaint] } })],
      },
      `r0=a/p1/d2 ${here}`,
    ],
    'tainted-one-device-two-taints-both-tolerated': [
      {
        claims: [claim({ tolerations: [toleration, harderToleration] })],
        slices: [slice('p1', { d1: { taints: [taint, harderTaint] } })],
      },
      `r0=a/p1/d1 ${here}`,
    ],
    'tainted-prioritized-list': [
      { claims: [claim(inParts(ofB, {}))], slices: [slice('p1', { d1: { taints: [taint] } })] },
      none,
    ],
    'tainted-admin-access': [
      {
        claims: [claim({ adminAccess: true })],
        slices: [slice('p1', { d1: { taints: [taint] } })],
        used: ['a/p1/d1', 'a/p1/d2'],
      },
      none,
    ],
    'tainted-all-devices-single': [{ claims: [claim(all)], slices: [slice('p1', { d1: { taints: [taint] } })] }, none],
  };
  it.each(Object.entries(cases))('%s', (_, [given, expected]) => {
    const said = outcome(given);
    if (expected.startsWith('error: ')) expect(said).toContain(expected);
    else expect(said).toBe(expected);
  });
});

function reachedFrom(devices: Devices, from: readonly object[]): Devices {
  return Object.fromEntries(Object.entries(devices).map(([name, words], i) => [name, { ...words, ...from[i] }]));
}

describe('configuration of devices', () => {
  const cases: Readonly<Record<string, readonly [given: Given, expected: readonly object[]]>> = {
    'with-class-device-config': [
      { claims: [claim({})], classes: [classOf('class', 'a', opaque('a', 'k'))], slices: [one('p1')] },
      [{ source: 'FromClass', ...opaque('a', 'k') }],
    ],
    'claim-with-device-config': [
      { claims: [testDeviceClaim('c', [{}], { config: [opaque('a', 'k')] })], slices: [one('p1')] },
      [{ source: 'FromClaim', ...opaque('a', 'k') }],
    ],
    'prioritized-list-device-config': [
      {
        claims: [
          testDeviceClaim('c', [inParts({}, { ...ofB, count: 2 })], {
            config: [
              { requests: ['r0/s0'], ...opaque('a', 'foo') },
              { requests: ['r0/s1'], ...opaque('b', 'bar') },
            ],
          }),
        ],
        slices: [slice('p1', d12, { driver: 'b' })],
      },
      [{ source: 'FromClaim', requests: ['r0/s1'], ...opaque('b', 'bar') }],
    ],
    'prioritized-list-class-config': [
      {
        claims: [claim(inParts({ count: 2 }, { ...ofB, count: 2 }))],
        classes: [classOf('class', 'a', opaque('a', 'foo')), classOf('b', 'b', opaque('b', 'bar'))],
        slices: [slice('p1', d12, { driver: 'b' }), slice('p2', { d3: {} })],
      },
      [{ source: 'FromClass', ...opaque('b', 'bar') }],
    ],
  };
  it.each(Object.entries(cases))('%s', (_, [given, expected]) => {
    const results = allocate(given);
    expect(typeof results === 'string' ? results : results[0]!.devices!.config).toEqual(expected);
  });
});
