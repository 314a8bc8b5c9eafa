/** Devices, classes and claims for this package's tests, in few words. */
import type { NodeSelector, Pod } from '@pintle/api/core/v1';
import type {
  BasicDevice,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  ResourceClaim,
  ResourceSlice,
} from '@pintle/api/resource/v1beta1';

const apiVersion = 'resource.k8s.io/v1beta1';

export function testDeviceClass(name: string, expression?: string, config: readonly object[] = []): DeviceClass {
  return {
    apiVersion,
    kind: 'DeviceClass',
    metadata: { name },
    spec: {
      ...(expression !== undefined && { selectors: [{ cel: { expression } }] }),
      ...(config.length > 0 && { config }),
    },
  } as DeviceClass;
}

export interface SliceWords {
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeSelector?: NodeSelector;
  readonly all?: boolean;
  readonly perDevice?: boolean;
  readonly driver?: string;
  readonly pool?: string;
  readonly generation?: number;
  readonly of?: number;
  readonly counters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Devices by name, each with what is known of it. */
export function testSlice(
  name: string,
  devices: Readonly<Record<string, Partial<BasicDevice>>>,
  words: SliceWords = {},
): ResourceSlice {
  const { node, labels, all, perDevice, driver = 'driver', pool = node ?? 'pool', generation = 1, of = 1 } = words;
  return {
    apiVersion,
    kind: 'ResourceSlice',
    metadata: { name },
    spec: {
      driver,
      pool: { name: pool, generation, resourceSliceCount: of },
      ...(node !== undefined && { nodeName: node }),
      ...(all && { allNodes: true }),
      ...(perDevice && { perDeviceNodeSelection: true }),
      ...(labels && { nodeSelector: selectorOf(labels) }),
      ...(words.nodeSelector && { nodeSelector: words.nodeSelector }),
      ...(words.counters && {
        sharedCounters: Object.entries(words.counters).map(([set, counters]) => ({
          name: set,
          counters: valued(counters),
        })),
      }),
      devices: Object.entries(devices).map(([device, basic]) => ({ name: device, basic })),
    },
  } as ResourceSlice;
}

export const selectorOf = (labels: Readonly<Record<string, string>>) => ({
  nodeSelectorTerms: [
    { matchExpressions: Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] })) },
  ],
});

const valued = (amounts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, { value }]));

/** Of counter sets by their names. */
export const consumes = (sets: Readonly<Record<string, Readonly<Record<string, string>>>>): Partial<BasicDevice> =>
  ({
    consumesCounters: Object.entries(sets).map(([counterSet, amounts]) => ({ counterSet, counters: valued(amounts) })),
  }) as Partial<BasicDevice>;

export const capacities = (amounts: Readonly<Record<string, string>>): Partial<BasicDevice> =>
  ({ capacity: valued(amounts) }) as Partial<BasicDevice>;

export const attributes = (values: Readonly<Record<string, string | number | boolean>>): Partial<BasicDevice> =>
  ({
    attributes: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'string' ? { string: value } : typeof value === 'number' ? { int: value } : { bool: value },
      ]),
    ),
  }) as Partial<BasicDevice>;

export interface ClaimRequest extends Partial<Omit<DeviceRequest, 'selectors' | 'firstAvailable'>> {
  readonly selector?: string;
  readonly first?: readonly ClaimRequest[];
}

function requestOf({ selector, first, ...words }: ClaimRequest, i: number): DeviceRequest {
  return {
    name: `r${i}`,
    ...(first === undefined ? { deviceClassName: 'class' } : { firstAvailable: first.map(requestOf) }),
    ...(selector !== undefined && { selectors: [{ cel: { expression: selector } }] }),
    ...words,
  } as DeviceRequest;
}

export interface DeviceClaimWords {
  readonly namespace?: string;
  readonly constraints?: readonly DeviceConstraint[];
  readonly config?: readonly object[];
  /** `driver/pool/device`, as of an allocation. */
  readonly given?: readonly string[];
  readonly at?: Readonly<Record<string, string>>;
  readonly admin?: boolean;
  /** Uids of pods. */
  readonly reservedFor?: readonly string[];
  readonly owner?: string;
  readonly deleting?: boolean;
  readonly finalizers?: readonly string[];
}

export function testDeviceClaim(
  name: string,
  requests: readonly ClaimRequest[] = [{}],
  words: DeviceClaimWords = {},
): ResourceClaim {
  const {
    namespace = 'default',
    constraints,
    config,
    given,
    at,
    admin,
    reservedFor,
    owner,
    deleting,
    finalizers,
  } = words;
  return {
    apiVersion,
    kind: 'ResourceClaim',
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: owner, controller: true }] }),
      ...(finalizers && { finalizers }),
      ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: {
      devices: { requests: requests.map(requestOf), ...(constraints && { constraints }), ...(config && { config }) },
    },
    status: {
      ...(given && {
        allocation: {
          devices: {
            results: given.map((id) => {
              const [driver, pool, device] = id.split('/');
              return { request: 'r0', driver, pool, device, ...(admin && { adminAccess: true }) };
            }),
          },
          ...(at && { nodeSelector: selectorOf(at) }),
        },
      }),
      ...(reservedFor && { reservedFor: reservedFor.map((uid) => ({ resource: 'pods', name: uid, uid })) }),
    },
  } as ResourceClaim;
}

/** A pod's claims by name. */
export const deviceClaims = (...names: readonly string[]) =>
  ({
    resourceClaims: names.map((resourceClaimName, i) => ({ name: `c${i}`, resourceClaimName })),
  }) as Partial<NonNullable<Pod['spec']>>;
