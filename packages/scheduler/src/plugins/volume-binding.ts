/** Puts pods where their volumes are, or can be found or made, and has claims bound before the pod runs. */
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { CSIDriver, CSINode, CSIStorageCapacity, StorageClass } from '@pintle/api/storage/v1';
import { annMigratedPlugins, annSelectedNode, boundToClaim, classOfVolume } from '@pintle/api/volumes';
import { deepEqual, parseQuantity, quantityValue } from '@pintle/machinery';
import { Action, type QueueingHint } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type {
  EnqueueExtensions,
  PreBindPoint,
  PreFilterPoint,
  PreScorePoint,
  ReservePoint,
  ScorePoint,
} from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { errorStatus, type Status, skip, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { bindVolumes, type ReservedVolumes } from '../volume-binding/bind-volumes.js';
import { type ClaimsOfPod, claimsOfPod } from '../volume-binding/claims-of-pod.js';
import { capacityBytes, findVolumes, lacking, type PodVolumes } from '../volume-binding/find-volumes.js';
import { hintOfClaim } from './claim-lookup.js';
import { capacityRatioOf, type UtilizationPoint } from './resource-scorer.js';

export interface VolumeBindingOptions {
  /** Default 1. */
  readonly weight?: number;
  /** How long claims may take to be bound. Default 600,000. */
  readonly bindTimeoutMs?: number;
  /** Where given, nodes are scored by how much of their storage would be used, as the shape says. */
  readonly shape?: readonly UtilizationPoint[];
}

const reasons: readonly (readonly [bit: number, reason: string])[] = [
  [lacking.reach, "node(s) didn't match PersistentVolume's node affinity"],
  [lacking.volume, "node(s) didn't find available persistent volumes to bind"],
  [lacking.space, 'node(s) did not have enough free storage'],
  [lacking.bound, 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'],
];

const claimsKey = stateKey<ClaimsOfPod>('VolumeBinding');
const byRowKey = stateKey<ReadonlyMap<number, PodVolumes>>('VolumeBinding/score');
const reservedKey = stateKey<ReservedVolumes>('VolumeBinding/reserved');

export function volumeBinding(
  options: VolumeBindingOptions = {},
): PluginIdentity &
  PreFilterPoint &
  FilterPlugin &
  PreScorePoint &
  ScorePoint &
  ReservePoint &
  PreBindPoint &
  EnqueueExtensions {
  const { weight = 1, bindTimeoutMs = 600_000, shape } = options;
  const ratio = shape && capacityRatioOf(shape);
  const judge = (claims: ClaimsOfPod | undefined, table: NodeTable, row: number): number => {
    if (claims === undefined) return 0;
    const found = findVolumes(claims, table.nodeAt(row)!, table.objects);
    return typeof found === 'number' ? found : 0;
  };
  const scoreOf = (found: PodVolumes | undefined): number => (found && ratio ? usedShare(found, ratio) : 0);
  return {
    name: 'VolumeBinding',
    weight,
    reads: [PersistentVolumeClaim, PersistentVolume, StorageClass, CSINode, CSIDriver, CSIStorageCapacity],
    preFilter(state, pod, table) {
      const claims = claimsOfPod(pod, table);
      if (claims === undefined) return skip;
      if ('code' in claims) return claims;
      state.write(claimsKey, claims);
      return undefined;
    },
    filter(state, _pod, { table, row }) {
      const code = judge(state.read(claimsKey), table, row);
      return code === 0 ? undefined : refusal(code);
    },
    filterAll(state, _pod, table, { rows, count, codes }) {
      const claims = state.read(claimsKey);
      for (let i = 0; i < count; i++) codes[i] = judge(claims, table, rows[i]!);
    },
    verdict: (_state, _pod, _table, code) => refusal(code),
    preScore(state, _pod, table, rows, count) {
      const claims = state.read(claimsKey);
      if (ratio === undefined || claims === undefined || claims.waiting.length === 0) return skip;
      const byRow = new Map<number, PodVolumes>();
      for (let i = 0; i < count; i++) {
        const found = findVolumes(claims, table.nodeAt(rows[i]!)!, table.objects);
        if (typeof found !== 'number') byRow.set(rows[i]!, found);
      }
      state.write(byRowKey, byRow);
      return undefined;
    },
    score: (state, _pod, { row }) => scoreOf(state.read(byRowKey)?.get(row)),
    scoreAll(state, _pod, _table, rows, count, scores) {
      const byRow = state.read(byRowKey);
      for (let i = 0; i < count; i++) scores[i] = scoreOf(byRow?.get(rows[i]!));
    },
    reserve(state, pod, nodeName, { table }) {
      const claims = state.read(claimsKey);
      const row = table.rowOf(nodeName);
      if (claims === undefined || claims.waiting.length === 0 || row === undefined) return undefined;
      const found = findVolumes(claims, table.nodeAt(row)!, table.objects);
      if (typeof found === 'number') return refusal(found);
      const reserved = reservedOf(found, nodeName);
      // Before it is assumed, so that what was is given back where the rest cannot be.
      state.write(reservedKey, reserved);
      assume(reserved, table, pod);
      return undefined;
    },
    unreserve(state, _pod, _nodeName, { table }) {
      const reserved = state.read(reservedKey);
      if (reserved === undefined) return;
      const { assumed } = table.objects;
      for (const { volume } of reserved.volumes) assumed.restore(PersistentVolume, volume);
      for (const claim of reserved.claims) assumed.restore(PersistentVolumeClaim, claim);
      state.delete(reservedKey);
    },
    preBindTimeoutMs: bindTimeoutMs,
    preBindPreFlight: (state) => (state.read(reservedKey) === undefined ? skip : undefined),
    async preBind(state, _pod, nodeName, { client, world, table }, deadline) {
      const reserved = state.read(reservedKey);
      if (reserved === undefined) return undefined;
      if (client === undefined || world === undefined) return status('Error', 'there is no client to bind with');
      try {
        await bindVolumes({ reserved, nodeName, table, client, clock: world.clock, signal: deadline.signal });
        return undefined;
      } catch (error) {
        return errorStatus(error);
      }
    },
    eventsToRegister: () => [
      { resource: 'StorageClass', action: Action.Add | Action.Update, hint: hintOfClass },
      { resource: 'PersistentVolumeClaim', action: Action.Add | Action.Update, hint: hintOfClaim },
      { resource: 'PersistentVolume', action: Action.Add | Action.Update },
      { resource: 'Node', action: Action.Add | Action.UpdateNodeLabel },
      { resource: 'CSINode', action: Action.Add | Action.Update, hint: hintOfCsiNode },
      { resource: 'CSIDriver', action: Action.Update, hint: hintOfDriver },
      { resource: 'CSIStorageCapacity', action: Action.Add | Action.Update, hint: hintOfCapacity },
    ],
  };
}

function refusal(code: number): Status {
  const said = reasons.filter(([bit]) => (code & bit) !== 0).map(([, reason]) => reason);
  return status('UnschedulableAndUnresolvable', ...said);
}

function reservedOf({ bindings, provisions }: PodVolumes, nodeName: string): ReservedVolumes {
  return {
    volumes: bindings.map(({ claim, volume }) => ({ claim, volume: boundToClaim(volume, claim) })),
    claims: provisions.map(({ claim }) => ({
      ...claim,
      metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [annSelectedNode]: nodeName } },
    })),
  };
}

/** What is decided counts from now on. Errors: where an object is gone meanwhile. */
function assume({ volumes, claims }: ReservedVolumes, { objects: { assumed } }: NodeTable, pod: PodInfo): void {
  for (const { volume } of volumes)
    if (!assumed.assume(PersistentVolume, volume)) throw new Error(`a volume of pod ${pod.key} is gone`);
  for (const claim of claims)
    if (!assumed.assume(PersistentVolumeClaim, claim)) throw new Error(`a claim of pod ${pod.key} is gone`);
}

/** By class the share of the storage that would be used, through the shape; the mean over the classes. */
function usedShare({ bindings, provisions }: PodVolumes, ratio: (utilization: number) => number): number {
  const classes = new Map<string, { requested: number; capacity: number }>();
  const of = (name: string) => {
    let found = classes.get(name);
    if (found === undefined) classes.set(name, (found = { requested: 0, capacity: 0 }));
    return found;
  };
  for (const { claim, volume } of bindings) {
    const sums = of(classOfVolume(volume));
    sums.requested += bytesOf(claim.spec?.resources?.requests?.['storage']);
    sums.capacity += bytesOf(volume.spec?.capacity?.['storage']);
  }
  if (bindings.length === 0) {
    for (const { claim, capacity } of provisions) {
      if (capacity === undefined) continue;
      const sums = of(capacity.storageClassName);
      sums.requested += bytesOf(claim.spec?.resources?.requests?.['storage']);
      sums.capacity = bytesOf(capacity.capacity);
    }
  }
  if (classes.size === 0) return 0;
  let sum = 0;
  for (const { requested, capacity } of classes.values())
    sum += ratio(capacity === 0 || requested > capacity ? scoreMax : Math.trunc((requested * scoreMax) / capacity));
  return Math.round(sum / classes.size);
}

const bytesOf = (quantity: string | undefined) => (quantity === undefined ? 0 : quantityValue(parseQuantity(quantity)));

function hintOfClass(_pod: Pod, before: object | undefined, after: object | undefined): QueueingHint {
  const [was, is] = [before as StorageClass | undefined, after as StorageClass];
  return was === undefined || !deepEqual(was.allowedTopologies ?? [], is.allowedTopologies ?? []) ? 'Queue' : 'Skip';
}

function hintOfCsiNode(_pod: Pod, before: object | undefined, after: object | undefined): QueueingHint {
  if (before === undefined) return 'Queue';
  const migrated = ({ metadata }: CSINode) => metadata.annotations?.[annMigratedPlugins];
  return migrated(before as CSINode) === migrated(after as CSINode) ? 'Skip' : 'Queue';
}

/** A driver that no longer tells of its capacity has enough. */
function hintOfDriver({ spec }: Pod, before: object | undefined, after: object | undefined): QueueingHint {
  const [was, is] = [before as CSIDriver, after as CSIDriver];
  const uses = spec?.volumes?.some(({ csi }) => csi?.driver === is.metadata.name);
  return uses && was.spec.storageCapacity === true && is.spec.storageCapacity !== true ? 'Queue' : 'Skip';
}

function hintOfCapacity(_pod: Pod, before: object | undefined, after: object | undefined): QueueingHint {
  if (before === undefined) return 'Queue';
  return capacityBytes(after as CSIStorageCapacity) > capacityBytes(before as CSIStorageCapacity) ? 'Queue' : 'Skip';
}
