/** Cases of the structured allocator of dynamic-resource-allocation: what a node's devices are given for. */
import { describe, expect, it } from '@jest/globals';
import type { AllocationResult, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import type { KubernetesObject } from '@pintle/machinery';
import {
  attributes,
  capacities,
  consumes,
  type SliceWords,
  selectorOf,
  testDeviceClaim,
  testDeviceClass,
  testSlice,
} from '../device-objects.fixture.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { testNode } from '../test-objects.fixture.js';
import { allocateDevices } from './allocate-devices.js';
import { AllocatedDevices } from './allocated-devices.js';
import { DeviceSelectors } from './device-selectors.js';

const node = testNode('n', { labels: { place: 'here' } });

function allocate(claims: readonly ResourceClaim[], others: readonly KubernetesObject[]) {
  const objects = new ClusterObjects();
  for (const object of [testDeviceClass('class'), ...others, ...claims]) objects.set(object);
  const allocated = AllocatedDevices.of(objects);
  return allocateDevices(claims, { node, objects, allocated, selectors: new DeviceSelectors() });
}

/** Each claim as `request=pool/device`, or `none`. */
function given(claims: readonly ResourceClaim[], others: readonly KubernetesObject[]): string {
  const allocations = allocate(claims, others);
  if (typeof allocations === 'string') return 'none';
  return allocations
    .map(({ devices }) => devices!.results!.map((each) => `${each.request}=${each.pool}/${each.device}`).join(' '))
    .join('; ');
}

const claim = (...requests: Parameters<typeof testDeviceClaim>[1] & object) => testDeviceClaim('c', requests);
const plain = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {}]));
const slice = (devices: Parameters<typeof testSlice>[1], words: SliceWords = {}): ResourceSlice =>
  testSlice('s', devices, { node: 'n', ...words });
const big = 'device.attributes["driver"].size >= 2';
const sized = { a: attributes({ size: 1 }), b: attributes({ size: 2 }), c: attributes({ size: 3 }) };
const numa = 'driver/numa';
const onNuma = (of: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(of).map(([name, where]) => [name, attributes({ numa: where })]));

describe('devices for claims', () => {
  const cases: readonly (readonly [string, readonly ResourceClaim[], readonly KubernetesObject[], string])[] = [
    ['two requests', [claim({}, {})], [slice(plain('a', 'b'))], 'r0=n/a r1=n/b'],
    ['two of one request', [claim({ count: 2 })], [slice(plain('a', 'b', 'c'))], 'r0=n/a r0=n/b'],
    ['more than there are', [claim({ count: 4 })], [slice(plain('a', 'b', 'c'))], 'none'],
    [
      'another looks on',
      [claim({})],
      [slice(plain('a')), testDeviceClaim('o', [{}], { given: ['driver/n/a'], admin: true })],
      'r0=n/a',
    ],
    ['by a selector', [claim({ selector: big })], [slice(sized)], 'r0=n/b'],
    ['by its class', [claim({ deviceClassName: 'big' })], [slice(sized), testDeviceClass('big', big)], 'r0=n/b'],
    ['by driver', [claim({ selector: 'device.driver == "driver"' })], [slice(plain('a'))], 'r0=n/a'],
    [
      'by a boolean and a text',
      [claim({ selector: 'device.attributes["x.org"].ok && device.attributes["driver"].name == "q"' })],
      [slice({ a: attributes({ 'x.org/ok': true, name: 'p' }), b: attributes({ 'x.org/ok': true, name: 'q' }) })],
      'r0=n/b',
    ],
    [
      'by a version',
      [claim({ selector: 'device.attributes["driver"].v.isGreaterThan(semver("1.2.0"))' })],
      [slice({ a: { attributes: { v: { version: '1.0.0' } } }, b: { attributes: { v: { version: '1.10.0' } } } })],
      'r0=n/b',
    ],
    [
      'by capacity',
      [claim({ selector: 'device.capacity["driver"].memory.compareTo(quantity("2Gi")) >= 0' })],
      [slice({ a: capacities({ memory: '1Gi' }), b: capacities({ memory: '2Gi' }) })],
      'r0=n/b',
    ],
    [
      'by a domain that it has nothing of',
      [claim({ selector: '!("x" in device.attributes["nowhere.org"])' })],
      [slice(plain('a'))],
      'r0=n/a',
    ],
    ['all that match', [claim({ allocationMode: 'All', selector: big })], [slice(sized)], 'r0=n/b r0=n/c'],
    ['looking on twice', [claim({ adminAccess: true }, { adminAccess: true })], [slice(plain('a'))], 'none'],
    [
      'the preferred',
      [
        claim({
          first: [
            { name: 'x', deviceClassName: 'class', selector: big },
            { name: 'y', deviceClassName: 'class' },
          ],
        }),
      ],
      [slice(sized)],
      'r0/x=n/b',
    ],
    [
      'the next best',
      [
        claim({
          first: [
            { name: 'x', deviceClassName: 'class', count: 4 },
            { name: 'y', deviceClassName: 'class', count: 2 },
          ],
        }),
      ],
      [slice(sized)],
      'r0/y=n/a r0/y=n/b',
    ],
    [
      'of one value',
      [testDeviceClaim('c', [{ count: 2 }], { constraints: [{ matchAttribute: numa }] })],
      [slice(onNuma({ a: 0, b: 1, c: 1 }))],
      'r0=n/b r0=n/c',
    ],
    [
      'of one value, and others not',
      [testDeviceClaim('c', [{}, {}, {}], { constraints: [{ matchAttribute: numa, requests: ['r0', 'r2'] }] })],
      [slice(onNuma({ a: 0, b: 1, c: 0 }))],
      'r0=n/a r1=n/b r2=n/c',
    ],
    ['on any node', [claim({})], [testSlice('s', plain('a'), { all: true })], 'r0=pool/a'],
    [
      'device by device',
      [claim({})],
      [
        testSlice(
          's',
          { a: { nodeName: 'm' }, b: { nodeSelector: selectorOf({ place: 'here' }) as never } },
          { perDevice: true },
        ),
      ],
      'r0=pool/b',
    ],
    ['from a pool that is not seen whole', [claim({})], [slice(plain('a'), { of: 2 })], 'none'],
    [
      'from two slices of a pool',
      [claim({ count: 2 })],
      [slice(plain('a'), { of: 2 }), testSlice('t', plain('b'), { node: 'n', of: 2 })],
      'r0=n/a r0=n/b',
    ],
    [
      'from an older generation',
      [claim({ count: 2 })],
      [slice(plain('a')), testSlice('t', plain('b'), { node: 'n', generation: 2 })],
      'none',
    ],
    [
      'from the last generation',
      [claim({})],
      [testSlice('t', plain('b'), { node: 'n', generation: 2 }), slice(plain('a'))],
      'r0=n/b',
    ],
    [
      'two of one name',
      [claim({})],
      [slice(plain('a'), { of: 2 }), testSlice('t', plain('a'), { node: 'n', of: 2 })],
      'none',
    ],
    [
      'partitions share',
      [claim({ count: 2 })],
      [
        slice(
          { a: consumes({ set: { m: '6' } }), b: consumes({ set: { m: '6' } }), c: consumes({ set: { m: '4' } }) },
          { counters: { set: { m: '10' } } },
        ),
      ],
      'r0=n/a r0=n/c',
    ],
    [
      'partitions that are taken',
      [claim({})],
      [
        slice(
          { a: consumes({ set: { m: '6' } }), b: consumes({ set: { m: '6' } }) },
          { counters: { set: { m: '10' } } },
        ),
        testDeviceClaim('o', [{}], { given: ['driver/n/a'] }),
      ],
      'none',
    ],
    [
      'tainted, and tolerated',
      [claim({ tolerations: [{ key: 'bad', operator: 'Exists' }] })],
      [slice({ a: { taints: [{ key: 'bad', effect: 'NoSchedule' }] } })],
      'r0=n/a',
    ],
    [
      'as many as a claim can hold',
      [claim({ count: 32 })],
      [slice(plain(...Array.from({ length: 40 }, (_, i) => `d${i}`)))],
      Array.from({ length: 32 }, (_, i) => `r0=n/d${i}`).join(' '),
    ],
    [
      'too many of the preferred',
      [
        claim(
          { count: 30 },
          {
            first: [
              { name: 'x', deviceClassName: 'class', count: 3 },
              { name: 'y', deviceClassName: 'class', count: 2 },
            ],
          },
        ),
      ],
      [slice(plain(...Array.from({ length: 40 }, (_, i) => `d${i}`)))],
      [...Array.from({ length: 30 }, (_, i) => `r0=n/d${i}`), 'r1/y=n/d30', 'r1/y=n/d31'].join(' '),
    ],
  ];
  it.each(cases)('%s', (_, claims, others, expected) => expect(given(claims, others)).toBe(expected));

  const faults: readonly (readonly [string, ResourceClaim, readonly KubernetesObject[], string])[] = [
    [
      'a class that is missing',
      claim({ deviceClassName: 'gone' }),
      [],
      'claim default/c, request r0: could not retrieve device class gone: deviceclass.resource.k8s.io "gone" not found',
    ],
    [
      'a selector that is none',
      claim({ selector: 'device.' }),
      [slice(plain('a'))],
      'claim default/c: selector #0: CEL compile error',
    ],
    [
      'a selector that fails',
      claim({ selector: 'device.attributes["driver"].size > 1' }),
      [slice(plain('a'))],
      'claim default/c: selector #0: CEL runtime error: no such key: size, on device driver/n/a',
    ],
    [
      'a class whose selector fails',
      claim({ deviceClassName: 'odd' }),
      [slice(plain('a')), testDeviceClass('odd', '1')],
      'class odd: selector #0: CEL runtime error: the expression gave no bool, on device driver/n/a',
    ],
  ];
  it.each(faults)('fails for %s', (_, bad, others, expected) =>
    expect(() => allocate([bad], others)).toThrow(expected),
  );

  it('ends a search that leads nowhere', () => {
    const devices = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`d${i}`, attributes({ numa: i % 15 })]));
    const hopeless = testDeviceClaim(
      'c',
      Array.from({ length: 9 }, () => ({ count: 2 })),
      {
        constraints: Array.from({ length: 8 }, (_, i) => ({ matchAttribute: numa, requests: [`r${i}`] })).concat([
          { matchAttribute: 'driver/none', requests: ['r8'] },
        ]),
      },
    );
    expect(() => allocate([hopeless], [slice(devices)])).toThrow('timed out trying to allocate devices');
  });
});

describe('what a claim is told of its devices', () => {
  const opaque = (parameters: object) => ({ opaque: { driver: 'driver', parameters } });
  const only = (claims: readonly ResourceClaim[], others: readonly KubernetesObject[]) =>
    allocate(claims, others)[0] as AllocationResult;

  it('is where they are', () => {
    const name = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] };
    expect(only([claim({})], [slice(plain('a'))]).nodeSelector).toEqual({ nodeSelectorTerms: [name] });
    const labelled = testSlice('s', plain('a'), { labels: { place: 'here' } });
    expect(only([claim({})], [labelled]).nodeSelector).toEqual(selectorOf({ place: 'here' }));
    expect(only([claim({})], [testSlice('s', plain('a'), { all: true })]).nodeSelector).toBeUndefined();
  });

  it('is the configuration of their classes once, then its own as far as it was chosen', () => {
    const first = [
      { name: 'x', deviceClassName: 'class', count: 9 },
      { name: 'y', deviceClassName: 'set' },
    ];
    const config = [
      { requests: ['r1'], ...opaque({ of: 'r1' }) },
      { requests: ['r1/x'], ...opaque({ of: 'r1/x' }) },
      { requests: ['r1/y'], ...opaque({ of: 'r1/y' }) },
      opaque({ of: 'all' }),
    ];
    const wants = testDeviceClaim('c', [{ deviceClassName: 'set' }, { first }], { config });
    const others = [slice(plain('a', 'b')), testDeviceClass('set', undefined, [opaque({ of: 'class' })])];
    expect(only([wants], others).devices!.config).toEqual([
      { source: 'FromClass', ...opaque({ of: 'class' }) },
      { source: 'FromClaim', requests: ['r1'], ...opaque({ of: 'r1' }) },
      { source: 'FromClaim', requests: ['r1/y'], ...opaque({ of: 'r1/y' }) },
      { source: 'FromClaim', ...opaque({ of: 'all' }) },
    ]);
  });
});
