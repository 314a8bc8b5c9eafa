/** The claims of a pod, by what is still to be done for them before it can run. */
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { classOfClaim, classOfVolume, foreignClaimError, isFullyBound, podClaims } from '@pintle/api/volumes';
import { type Status, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { claimOf, classNamed, notFound } from '../plugins/claim-lookup.js';

export interface ClaimsOfPod {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Their class waits for the pod: a volume is found or made where the pod goes. */
  readonly waiting: readonly PersistentVolumeClaim[];
  /** The volumes of the classes that `waiting` names. */
  readonly volumes: ReadonlyMap<string, readonly PersistentVolume[]>;
}

const unresolvable = (reason: string) => status('UnschedulableAndUnresolvable', reason);
const unboundImmediate = unresolvable('pod has unbound immediate PersistentVolumeClaims');

/** Undefined where the pod has none; a status where one of them keeps it from every node. */
export function claimsOfPod(pod: PodInfo, table: NodeTable): ClaimsOfPod | Status | undefined {
  const named = podClaims(pod.pod);
  if (named.length === 0) return undefined;
  for (const { name, ephemeral } of named) {
    const claim = claimOf(table, pod, name);
    if (claim === undefined)
      return unresolvable(
        ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${JSON.stringify(name)}`
          : notFound('claim', name),
      );
    const fault = faultOf(claim) ?? (ephemeral ? foreignClaimError(pod.pod, claim) : undefined);
    if (fault !== undefined) return unresolvable(fault);
  }
  const bound: PersistentVolumeClaim[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  for (const { name } of named) {
    const claim = table.objects.assumed.get(PersistentVolumeClaim, name, pod.namespace)!;
    if (isFullyBound(claim)) bound.push(claim);
    else if (waitsForPod(claim, table) && !claim.spec?.volumeName) waiting.push(claim);
    else return unboundImmediate;
  }
  return { bound, waiting, volumes: volumesFor(waiting, table) };
}

function faultOf({ metadata, spec, status: now }: PersistentVolumeClaim): string | undefined {
  const words = `persistentvolumeclaim ${JSON.stringify(metadata.name)}`;
  if (now?.phase === 'Lost')
    return `${words} bound to non-existent persistentvolume ${JSON.stringify(spec?.volumeName ?? '')}`;
  return metadata.deletionTimestamp === undefined ? undefined : `${words} is being deleted`;
}

/** Errors: where the class does not say when it binds. */
function waitsForPod(claim: PersistentVolumeClaim, table: NodeTable): boolean {
  const className = classOfClaim(claim);
  const found = className === '' ? undefined : classNamed(table, className);
  if (found === undefined) return false;
  if (found.volumeBindingMode === undefined)
    throw new Error(`VolumeBindingMode not set for StorageClass ${JSON.stringify(className)}`);
  return found.volumeBindingMode === 'WaitForFirstConsumer';
}

/** As they will be: a volume that another pod was given is not free. */
function volumesFor(
  waiting: readonly PersistentVolumeClaim[],
  { objects }: NodeTable,
): ReadonlyMap<string, readonly PersistentVolume[]> {
  const found = new Map<string, readonly PersistentVolume[]>();
  if (waiting.length === 0) return found;
  const byClass = objects.derive('volumes by class', [PersistentVolume], () => {
    const classes = new Map<string, PersistentVolume[]>();
    for (const volume of objects.all(PersistentVolume)) {
      const name = classOfVolume(volume);
      const volumes = classes.get(name);
      if (volumes === undefined) classes.set(name, [volume]);
      else volumes.push(volume);
    }
    return classes as ReadonlyMap<string, readonly PersistentVolume[]>;
  });
  for (const claim of waiting) {
    const name = classOfClaim(claim);
    if (found.has(name)) continue;
    const volumes = byClass.get(name) ?? [];
    found.set(
      name,
      volumes.map((volume) => objects.assumed.latest(PersistentVolume, volume)),
    );
  }
  return found;
}
