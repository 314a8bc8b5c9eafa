/** The notation of the tables of the structured allocator's cases: claims, slices and outcomes in few words. */
import type { Node } from '@pintle/api/core/v1';
import type { AllocationResult, DeviceClass, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import {
  attributes,
  capacities,
  consumes,
  type SliceWords,
  testDeviceClaim,
  testDeviceClass,
  testSlice,
} from '../device-objects.fixture.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { testNode } from '../test-objects.fixture.js';
import { allocateDevices } from './allocate-devices.js';
import { AllocatedDevices } from './allocated-devices.js';
import { DeviceSelectors } from './device-selectors.js';

export const nodeOf = (name: string, region: string) => testNode(name, { labels: { region, planet: 'earth' } });
const n1 = nodeOf('n1', '1');

export const classOf = (name: string, driver: string, ...config: readonly object[]) =>
  testDeviceClass(name, `device.driver == "${driver}"`, config);
/** What claims ask for where they say nothing: devices of driver `a`. */
const classA = classOf('class', 'a');
const classB = classOf('b', 'b');
export const ofB = { deviceClassName: 'b' };

export const claim = (...requests: Parameters<typeof testDeviceClaim>[1] & object) => testDeviceClaim('c', requests);
export const second = (...requests: Parameters<typeof testDeviceClaim>[1] & object) => testDeviceClaim('d', requests);
export const all = { allocationMode: 'All' };
export const inParts = (...first: readonly object[]) => ({
  first: first.map((words, i) => ({ name: `s${i}`, deviceClassName: 'class', ...words })),
});
export const atLeast = (memory: string) => ({
  selector: `device.capacity["a"].memory.compareTo(quantity("${memory}")) >= 0`,
});

export type Devices = Parameters<typeof testSlice>[1];
export const slice = (pool: string, devices: Devices, words: SliceWords = {}): ResourceSlice => {
  const isElsewhere = words.all || words.labels || words.nodeSelector || words.perDevice;
  return testSlice('s', devices, {
    ...(isElsewhere ? {} : { node: 'n1' }),
    driver: 'a',
    pool,
    ...words,
  });
};
const d1 = { d1: {} };
export const d12 = { d1: {}, d2: {} };
export const one = (pool: string, words: SliceWords = {}) => slice(pool, d1, words);
export const many = (count: number): Devices =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i}`, {}]));
export const memory = (...sizes: readonly string[]): Devices =>
  Object.fromEntries(sizes.map((size, i) => [`d${i + 1}`, capacities({ memory: size })]));
/** Partitions with as much memory as they take of counter set `x`. */
export const partitions = (...sizes: readonly string[]): Devices =>
  Object.fromEntries(
    sizes.map((size, i) => [`d${i + 1}`, { ...capacities({ memory: size }), ...consumes({ x: { memory: size } }) }]),
  );
export const having = (size: string) => ({ counters: { x: { memory: size } } });
export interface Given {
  readonly claims?: readonly ResourceClaim[];
  readonly slices?: readonly ResourceSlice[];
  readonly classes?: readonly DeviceClass[];
  readonly node?: Node;
  /** In use, as `driver/pool/device`. */
  readonly used?: readonly string[];
}

export function allocate({ claims = [], slices = [], classes = [classA, classB], node = n1, used = [] }: Given) {
  const objects = new ClusterObjects();
  const other = testDeviceClaim('other', [{}], { given: used });
  const named = slices.map((each, i) => ({ ...each, metadata: { name: `s${i}` } }));
  for (const object of [...classes, ...named, ...claims, other]) objects.set(object);
  return allocateDevices(claims, {
    node,
    objects,
    allocated: AllocatedDevices.of(objects),
    selectors: new DeviceSelectors(),
  });
}

function where({ nodeSelector }: AllocationResult): string {
  if (nodeSelector === undefined) return 'everywhere';
  return nodeSelector.nodeSelectorTerms
    .flatMap(({ matchExpressions = [], matchFields = [] }) =>
      [...matchFields, ...matchExpressions].map(({ key, values }) => `${key}=${values}`),
    )
    .sort()
    .join(' ');
}

/** Of each claim its devices and where they are, as `r0=driver/pool/device at key=value`; or why there are none. */
export function outcome(given: Given): string {
  let results: ReturnType<typeof allocate>;
  try {
    results = allocate(given);
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
  if (typeof results === 'string') return results;
  const text = (result: AllocationResult) =>
    result
      .devices!.results!.map(
        ({ request, driver, pool, device, adminAccess }) =>
          `${request}=${driver}/${pool}/${device}${adminAccess ? ' admin' : ''}`,
      )
      .sort()
      .join(', ');
  return results.map((result) => `${text(result)} at ${where(result)}`).join('; ');
}

export const here = 'at metadata.name=n1';
export const none = 'cannot allocate all claims';

export const version = (text: string, words: Readonly<Record<string, string | number | boolean>> = {}) => {
  const { attributes: others } = attributes(words);
  return { attributes: { ...others, v: { version: text } } };
};
export const matching = (attribute: string, ...requests: readonly string[]) => ({
  matchAttribute: `a/${attribute}`,
  ...(requests.length > 0 && { requests: [...requests] }),
});
export const onField = (name: string) => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [name] }] }],
});
