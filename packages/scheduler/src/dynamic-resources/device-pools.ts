/** The devices that drivers publish, by pool, and which of them pods on a node reach. */
import type { Node, NodeSelector } from '@pintle/api/core/v1';
import { matchesTerm } from '@pintle/api/placement';
import { type BasicDevice, type CounterSet, ResourceSlice } from '@pintle/api/resource/v1beta1';
import type { ClusterObjects } from '../nodes/cluster-objects.js';

export interface PoolDevice {
  /** `driver/pool/device`. */
  readonly id: string;
  readonly name: string;
  readonly device: BasicDevice;
  readonly slice: ResourceSlice;
  readonly pool: DevicePool;
}

/** The slices of one pool as they were published last. */
export interface DevicePool {
  /** `driver/pool`. */
  readonly id: string;
  readonly driver: string;
  readonly name: string;
  readonly slices: readonly ResourceSlice[];
  /** Not all of its slices are seen. */
  readonly isIncomplete: boolean;
  /** Two devices have one name. */
  readonly isInvalid: boolean;
  readonly counterSets: readonly CounterSet[];
  /** Of all its slices. */
  readonly devices: readonly PoolDevice[];
}

/** A pool, and those of its slices that the node reaches. */
export interface NodePool {
  readonly pool: DevicePool;
  readonly devices: readonly PoolDevice[];
}

interface Pools {
  readonly all: readonly DevicePool[];
  /** By node those with slices for it alone. */
  readonly byNode: ReadonlyMap<string, readonly DevicePool[]>;
  /** Those with slices for more than one node. */
  readonly shared: readonly DevicePool[];
}

const noPools: readonly DevicePool[] = [];

/** In the order of their ids. */
export function poolsOn(node: Node, objects: ClusterObjects): readonly NodePool[] {
  const { byNode, shared } = objects.derive('device pools', [ResourceSlice], () => gather(objects));
  const own = byNode.get(node.metadata.name ?? '') ?? noPools;
  const pools = own.length === 0 ? shared : shared.length === 0 ? own : [...new Set([...own, ...shared])].sort(byId);
  const found: NodePool[] = [];
  for (const pool of pools) {
    const slices = pool.slices.filter((slice) => sliceReaches(slice, node));
    if (slices.length === 0) continue;
    const devices =
      slices.length === pool.slices.length ? pool.devices : pool.devices.filter(({ slice }) => slices.includes(slice));
    found.push({ pool, devices });
  }
  return found;
}

const byId = (a: DevicePool, b: DevicePool) => (a.id < b.id ? -1 : 1);

function gather(objects: ClusterObjects): Pools {
  const slicesOf = new Map<string, ResourceSlice[]>();
  for (const slice of objects.all(ResourceSlice)) {
    const { driver, pool } = slice.spec;
    const id = `${driver}/${pool.name}`;
    const slices = slicesOf.get(id) ?? [];
    const generation = slices[0]?.spec.pool.generation ?? -1;
    if (pool.generation < generation) continue;
    if (pool.generation > generation) slicesOf.set(id, [slice]);
    else slices.push(slice);
  }
  const all = [...slicesOf].map(([id, slices]) => poolOf(id, slices)).sort(byId);
  const byNode = new Map<string, DevicePool[]>();
  const shared: DevicePool[] = [];
  for (const pool of all) {
    const names = new Set(pool.slices.flatMap(({ spec }) => (spec.nodeName ? [spec.nodeName] : [])));
    for (const name of names) {
      const pools = byNode.get(name);
      if (pools === undefined) byNode.set(name, [pool]);
      else pools.push(pool);
    }
    if (pool.slices.some(({ spec }) => !spec.nodeName)) shared.push(pool);
  }
  return { all, byNode, shared };
}

function poolOf(id: string, slices: readonly ResourceSlice[]): DevicePool {
  const { driver, pool } = slices[0]!.spec;
  const devices: PoolDevice[] = [];
  const made: DevicePool = {
    id,
    driver,
    name: pool.name,
    slices,
    isIncomplete: slices.length !== pool.resourceSliceCount,
    isInvalid: hasDuplicates(slices.flatMap(({ spec }) => (spec.devices ?? []).map(({ name }) => name))),
    counterSets: slices.flatMap(({ spec }) => spec.sharedCounters ?? []),
    devices,
  };
  // Without `basic` a device is of a sort that is not known, and nobody can be given it.
  for (const slice of slices)
    for (const { name, basic: device } of slice.spec.devices ?? [])
      if (device !== undefined) devices.push({ id: `${id}/${name}`, name, device, slice, pool: made });
  return made;
}

const hasDuplicates = (names: readonly string[]) => new Set(names).size < names.length;

function sliceReaches({ spec }: ResourceSlice, node: Node): boolean {
  if (spec.perDeviceNodeSelection === true)
    return (spec.devices ?? []).some(({ basic }) => basic !== undefined && isReachedFrom(basic, node));
  return isReachedFrom(spec, node);
}

/** Where a slice, or one of its devices where it leaves that to them, can be reached. */
export interface Reach {
  readonly nodeName?: string;
  readonly allNodes?: boolean;
  readonly nodeSelector?: NodeSelector;
}

export function isReachedFrom({ nodeName, allNodes, nodeSelector }: Reach, node: Node): boolean {
  if (nodeName) return nodeName === node.metadata.name;
  if (allNodes === true) return true;
  return nodeSelector?.nodeSelectorTerms.some((term) => matchesTerm(node, term)) ?? false;
}
