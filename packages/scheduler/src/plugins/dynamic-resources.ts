/**
 * Gives pods the devices that their ResourceClaims ask for (structured parameters): looks on each node for devices that
 * are free, keeps those of the node that is taken, and writes them before the pod is bound.
 *
 * Differs from Kubernetes: what 1.33 has behind gates is always on (administrators' access, prioritized lists, partitions,
 * taints of devices), except taints by DeviceTaintRules, which are not read. What came later is not there: binding
 * conditions, consumable capacity, devices for extended resources.
 */
import type { Pod } from '@pintle/api/core/v1';
import { matchesTerm } from '@pintle/api/placement';
import { type AllocationResult, DeviceClass, ResourceClaim, ResourceSlice } from '@pintle/api/resource/v1beta1';
import { deepEqual } from '@pintle/machinery';
import { allocateDevices, allocationRefusals } from '../dynamic-resources/allocate-devices.js';
import { AllocatedDevices } from '../dynamic-resources/allocated-devices.js';
import { nameOf } from '../dynamic-resources/device-requests.js';
import { DeviceSelectors } from '../dynamic-resources/device-selectors.js';
import { isReservedFor, podResourceClaims, reservedForMax } from '../dynamic-resources/pod-resource-claims.js';
import { deallocateClaim, reserveClaim, unreserveClaim } from '../dynamic-resources/reserve-claims.js';
import { Action, type QueueingHint } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type {
  EnqueueExtensions,
  PostFilterPoint,
  PreBindPoint,
  PreEnqueuePoint,
  PreFilterPoint,
  ReservePoint,
} from '../framework/plugin.js';
import { errorStatus, type Status, skip, status } from '../framework/status.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

interface PodClaims {
  readonly allocated: readonly ResourceClaim[];
  readonly toAllocate: readonly ResourceClaim[];
  /** Those that keep the pod from a node where the others would let it. */
  readonly inTheWay: Set<ResourceClaim>;
  /** As they were written for the pod, which is not seen at once. */
  readonly written: Map<ResourceClaim, ResourceClaim>;
}

const claimsKey = stateKey<PodClaims>('DynamicResources');
const reservedKey = stateKey<ReadonlyMap<ResourceClaim, AllocationResult>>('DynamicResources/reserved');

const unresolvable = (reason: string) => status('UnschedulableAndUnresolvable', reason);
const elsewhere = unresolvable('resourceclaim not available on the node');
/** By code: none, one for a claim that is elsewhere, then those of `allocationRefusals`. */
const verdicts = [undefined, elsewhere, ...allocationRefusals.map(unresolvable)];

export function dynamicResources(): PluginIdentity &
  PreEnqueuePoint &
  PreFilterPoint &
  FilterPlugin &
  PostFilterPoint &
  ReservePoint &
  PreBindPoint &
  EnqueueExtensions {
  const selectors = new DeviceSelectors();
  const allocate = (claims: PodClaims, table: NodeTable, row: number) => {
    const { objects } = table;
    return allocateDevices(claims.toAllocate, {
      node: table.nodeAt(row)!,
      objects,
      allocated: AllocatedDevices.of(objects),
      selectors,
    });
  };
  const judge = (claims: PodClaims | undefined, table: NodeTable, row: number): number => {
    if (claims === undefined) return 0;
    const inTheWay = claims.allocated.filter((claim) => !isAvailable(claim, table, row));
    if (claims.toAllocate.length > 0) {
      const result = allocate(claims, table, row);
      if (typeof result === 'string') return 2 + allocationRefusals.indexOf(result);
    }
    for (const claim of inTheWay) claims.inTheWay.add(claim);
    return inTheWay.length > 0 ? 1 : 0;
  };
  return {
    name: 'DynamicResources',
    reads: [ResourceClaim, ResourceSlice, DeviceClass],
    preEnqueue({ pod }, objects) {
      const claims = podResourceClaims(pod, objects);
      return typeof claims === 'string' ? unresolvable(claims) : undefined;
    },
    preFilter(state, pod, { objects }) {
      const claims = claimsOf(pod, objects);
      if (claims === undefined) return skip;
      if ('code' in claims) return claims;
      state.write(claimsKey, claims);
      return undefined;
    },
    filter: (state, _pod, { table, row }) => verdicts[judge(state.read(claimsKey), table, row)],
    filterAll(state, _pod, table, { rows, count, codes }) {
      const claims = state.read(claimsKey);
      for (let i = 0; i < count; i++) codes[i] = judge(claims, table, rows[i]!);
    },
    verdict: (_state, _pod, _table, code) => verdicts[code]!,
    postFilter(state, { pod }, _statuses, { client, world }) {
      const claims = state.read(claimsKey);
      if (claims === undefined) return { status: status('Unschedulable', 'no new claims to deallocate') };
      for (const claim of claims.inTheWay) {
        const { reservedFor = [] } = claim.status ?? {};
        if (reservedFor.some(({ uid }) => uid !== pod.metadata.uid) || client === undefined) continue;
        deallocateClaim(claim, client).catch((error: unknown) =>
          world?.logger.log('warn', 'a claim was not deallocated', { claim: claim.metadata.name, error }),
        );
        return { status: status('Unschedulable', 'deallocation of ResourceClaim completed') };
      }
      return { status: status('Unschedulable', 'still not schedulable') };
    },
    reserve(state, _pod, nodeName, { table }) {
      const claims = state.read(claimsKey);
      const row = table.rowOf(nodeName);
      if (claims === undefined || claims.toAllocate.length === 0 || row === undefined) return undefined;
      const allocations = allocate(claims, table, row);
      if (typeof allocations === 'string') return unresolvable(allocations);
      const allocated = AllocatedDevices.of(table.objects);
      const reserved = new Map(claims.toAllocate.map((claim, i) => [claim, allocations[i]!]));
      for (const [claim, allocation] of reserved) allocated.addPending(claim, allocation);
      state.write(reservedKey, reserved);
      return undefined;
    },
    unreserve(state, { pod }, _nodeName, { table, client, world }) {
      const claims = state.read(claimsKey);
      if (claims === undefined) return;
      const allocated = AllocatedDevices.of(table.objects);
      for (const claim of state.read(reservedKey)?.keys() ?? []) allocated.removePending(claim);
      state.delete(reservedKey);
      for (const claim of [...claims.allocated, ...claims.toAllocate]) {
        const { name = '', namespace } = claim.metadata;
        const now = claims.written.get(claim) ?? table.objects.get(ResourceClaim, name, namespace);
        claims.written.delete(claim);
        if (now === undefined || client === undefined || !isReservedFor(now, pod)) continue;
        unreserveClaim(now, pod, client).catch((error: unknown) =>
          world?.logger.log('warn', 'a claim is still reserved', { claim: name, error }),
        );
      }
    },
    preBindPreFlight(state, { pod }) {
      const claims = state.read(claimsKey);
      const reserved = claims?.toAllocate.length === 0 && claims.allocated.every((claim) => isReservedFor(claim, pod));
      return claims === undefined || reserved ? skip : undefined;
    },
    async preBind(state, { pod }, _nodeName, { client, table }, deadline) {
      const claims = state.read(claimsKey);
      if (claims === undefined) return undefined;
      if (client === undefined) return status('Error', 'there is no client to reserve with');
      const reserved = state.read(reservedKey);
      const allocated = AllocatedDevices.of(table.objects);
      try {
        for (const claim of [...claims.allocated, ...claims.toAllocate]) {
          if (isReservedFor(claim, pod)) continue;
          const allocation = reserved?.get(claim);
          const written = await reserveClaim(
            { claim, ...(allocation && { allocation }) },
            pod,
            client,
            deadline.signal,
          );
          const { name = '', namespace } = claim.metadata;
          allocated.written(written, table.objects.get(ResourceClaim, name, namespace));
          claims.written.set(claim, written);
        }
        return undefined;
      } catch (error) {
        return errorStatus(error);
      }
    },
    eventsToRegister: () => [
      { resource: 'ResourceClaim', action: Action.Add | Action.Update, hint: hintOfClaim },
      { resource: 'TargetPod', action: Action.UpdatePodGeneratedResourceClaim, hint: hintOfPod },
      { resource: 'Node', action: Action.Add | Action.UpdateNodeLabel },
      { resource: 'DeviceClass', action: Action.Add | Action.Update },
      { resource: 'ResourceSlice', action: Action.Add | Action.Update },
    ],
  };
}

function claimsOf({ pod }: PodInfo, objects: ClusterObjects): PodClaims | Status | undefined {
  const claims = podResourceClaims(pod, objects);
  if (typeof claims === 'string') return unresolvable(claims);
  if (claims.length === 0) return undefined;
  const allocated: ResourceClaim[] = [];
  const toAllocate: ResourceClaim[] = [];
  for (const claim of claims) {
    if (claim.status?.allocation !== undefined) {
      const full = (claim.status.reservedFor?.length ?? 0) >= reservedForMax;
      if (full && !isReservedFor(claim, pod)) return unresolvable('resourceclaim in use');
      allocated.push(claim);
      continue;
    }
    // Another pod got devices for it, and they are not written yet.
    if (AllocatedDevices.of(objects).pendingFor(claim) !== undefined)
      return unresolvable(`resource claim ${nameOf(claim)} is in the process of being allocated`);
    const fault = faultOf(claim, objects);
    if (fault !== undefined) return fault;
    toAllocate.push(claim);
  }
  return { allocated, toAllocate, inTheWay: new Set(), written: new Map() };
}

function faultOf({ spec }: ResourceClaim, objects: ClusterObjects): Status | undefined {
  for (const { name, deviceClassName, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const classes =
      firstAvailable.length === 0
        ? [[name, deviceClassName] as const]
        : firstAvailable.map((each) => [`${name}/${each.name}`, each.deviceClassName] as const);
    for (const [request, className] of classes) {
      if (!className) return status('Error', `request ${request}: unsupported request type`);
      if (objects.get(DeviceClass, className) === undefined)
        return unresolvable(`request ${request}: device class ${className} does not exist`);
    }
  }
  return undefined;
}

function isAvailable({ status: now }: ResourceClaim, table: NodeTable, row: number): boolean {
  const selector = now?.allocation?.nodeSelector;
  const node = table.nodeAt(row)!;
  return selector === undefined || selector.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

function hintOfClaim(pod: Pod, before: object | undefined, after: object | undefined, objects: ClusterObjects) {
  const [was, is] = [before as ResourceClaim | undefined, after as ResourceClaim];
  const claims = podResourceClaims(pod, objects);
  if (typeof claims === 'string') return 'Skip';
  // Its devices are free for others.
  if (was?.status?.allocation !== undefined && is.status?.allocation === undefined) return 'Queue';
  if (!claims.some(({ metadata }) => metadata.uid === is.metadata.uid)) return 'Skip';
  return was === undefined || !deepEqual(was.status ?? {}, is.status ?? {}) ? 'Queue' : 'Skip';
}

function hintOfPod(
  pod: Pod,
  _before: object | undefined,
  after: object | undefined,
  objects: ClusterObjects,
): QueueingHint {
  const changed = after as Pod | undefined;
  if (changed === undefined || changed.metadata.uid !== pod.metadata.uid) return 'Skip';
  return typeof podResourceClaims(changed, objects) === 'string' ? 'Skip' : 'Queue';
}
