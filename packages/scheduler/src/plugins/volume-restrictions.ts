/** Disks that only one pod may have, and claims that only one pod in the cluster may use. */
import { PersistentVolumeClaim, type Pod, type Volume } from '@pintle/api/core/v1';
import { Action } from '../framework/cluster-event.js';
import { type CycleState, stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint } from '../framework/plugin.js';
import { type Status, skip, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { claimOf, hintOfNamedClaim, missing } from './claim-lookup.js';
import { ClaimUsers } from './claim-users.js';

const byDisk = status('Unschedulable', 'node(s) had no available disk');
const byClaim = status(
  'Unschedulable',
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
);
const verdicts = [undefined, byDisk, byClaim];

interface Restricted {
  readonly disks: readonly Volume[];
  /** Names of claims that no other pod may use. */
  readonly exclusive: readonly string[];
  /** Whether some pod uses one of them. */
  readonly inUse: boolean;
}

const restrictedKey = stateKey<Restricted>('VolumeRestrictions');

export function volumeRestrictions(): PluginIdentity & PreFilterPoint & FilterPlugin & EnqueueExtensions {
  return {
    name: 'VolumeRestrictions',
    reads: [PersistentVolumeClaim],
    preFilter(state, pod, table) {
      const restricted = restrictedOf(pod, table);
      if ('code' in restricted) return restricted;
      if (restricted.disks.length === 0 && !restricted.inUse) return skip;
      state.write(restrictedKey, restricted);
      return undefined;
    },
    preFilterAddPod: renew,
    preFilterRemovePod: renew,
    filter(state, _pod, { table, row }) {
      return verdicts[judge(state.read(restrictedKey), table, row)];
    },
    filterAll(state, _pod, table, { rows, count, codes }) {
      const restricted = state.read(restrictedKey);
      for (let i = 0; i < count; i++) codes[i] = judge(restricted, table, rows[i]!);
    },
    verdict: (_state, _pod, _table, code) => verdicts[code]!,
    eventsToRegister: () => [
      { resource: 'Pod', action: Action.Delete, hint: hintOfPod },
      { resource: 'Node', action: Action.Add },
      { resource: 'PersistentVolumeClaim', action: Action.Add, hint: hintOfNamedClaim },
    ],
  };
}

/**
 * Differs from Kubernetes: whether a claim is in use is read anew from the pods that there are, where kube-scheduler
 * counts down for any pod that leaves with a claim of that name, of other namespaces too.
 */
function renew(state: CycleState, pod: PodInfo): undefined {
  const before = state.read(restrictedKey);
  if (before === undefined || before.exclusive.length === 0) return;
  state.write(restrictedKey, { ...before, inUse: inUse(before.exclusive, pod, state.table) });
}

function restrictedOf(pod: PodInfo, table: NodeTable): Restricted | Status {
  const disks: Volume[] = [];
  const exclusive: string[] = [];
  for (const volume of pod.pod.spec?.volumes ?? []) {
    if (isDisk(volume)) disks.push(volume);
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = claimOf(table, pod, name);
    if (claim === undefined) return missing('claim', name);
    if (claim.spec?.accessModes?.includes('ReadWriteOncePod') && !exclusive.includes(name)) exclusive.push(name);
  }
  return { disks, exclusive, inUse: inUse(exclusive, pod, table) };
}

function inUse(exclusive: readonly string[], { namespace }: PodInfo, table: NodeTable): boolean {
  if (exclusive.length === 0) return false;
  const users = ClaimUsers.of(table);
  return exclusive.some((name) => users.uses(namespace, name));
}

/** 0, or the place of the refusal in `verdicts`. */
function judge(restricted: Restricted | undefined, table: NodeTable, row: number): number {
  if (restricted === undefined) return 0;
  const { disks } = restricted;
  if (disks.length > 0) for (const { pod } of table.podsAt(row)) if (conflicts(disks, pod)) return 1;
  return restricted.inUse ? 2 : 0;
}

function isDisk({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean {
  return (
    gcePersistentDisk !== undefined || awsElasticBlockStore !== undefined || rbd !== undefined || iscsi !== undefined
  );
}

function conflicts(disks: readonly Volume[], { spec }: Pod): boolean {
  return spec?.volumes?.some((there) => isDisk(there) && disks.some((disk) => exclude(disk, there))) ?? false;
}

/** Whether the two are one disk, and not both only read from it. */
function exclude(a: Volume, b: Volume): boolean {
  const readOnly = (x: { readonly readOnly?: boolean }, y: { readonly readOnly?: boolean }) =>
    x.readOnly === true && y.readOnly === true;
  const [gce, otherGce] = [a.gcePersistentDisk, b.gcePersistentDisk];
  if (gce && otherGce && gce.pdName === otherGce.pdName && !readOnly(gce, otherGce)) return true;
  const [aws, otherAws] = [a.awsElasticBlockStore, b.awsElasticBlockStore];
  if (aws && otherAws && aws.volumeID === otherAws.volumeID) return true;
  const [iscsi, otherIscsi] = [a.iscsi, b.iscsi];
  if (iscsi && otherIscsi && iscsi.iqn === otherIscsi.iqn && !readOnly(iscsi, otherIscsi)) return true;
  const [rbd, otherRbd] = [a.rbd, b.rbd];
  return (
    rbd !== undefined &&
    otherRbd !== undefined &&
    rbd.monitors.some((monitor) => otherRbd.monitors.includes(monitor)) &&
    rbd.pool === otherRbd.pool &&
    rbd.image === otherRbd.image &&
    !readOnly(rbd, otherRbd)
  );
}

/** A pod that leaves matters where it had one of the pod's disks or claims. */
function hintOfPod(pod: Pod, before: object | undefined): 'Queue' | 'Skip' {
  const left = before as Pod | undefined;
  if (left === undefined || left.metadata.namespace !== pod.metadata.namespace) return 'Skip';
  const volumes = pod.spec?.volumes ?? [];
  if (conflicts(volumes.filter(isDisk), left)) return 'Queue';
  const claims = new Set(volumes.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName));
  const shared = left.spec?.volumes?.some(
    ({ persistentVolumeClaim: claim }) => claim !== undefined && claims.has(claim.claimName),
  );
  return shared ? 'Queue' : 'Skip';
}
