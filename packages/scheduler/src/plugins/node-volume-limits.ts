/** How many volumes of a driver a node can have attached, as its CSINode says. */
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { CSINode, StorageClass, VolumeAttachment } from '@pintle/api/storage/v1';
import { annMigratedPlugins, migratedInline } from '@pintle/api/volumes';
import { Action } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint } from '../framework/plugin.js';
import { errorStatus, skip, status, type Verdict } from '../framework/status.js';
import type { NodeInfo, NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { hintOfClaim } from './claim-lookup.js';
import {
  addCsiVolumes,
  attachedVolumes,
  ClaimNotFoundError,
  type DriverByVolume,
  mayHaveCsiVolumes,
} from './csi-volumes.js';

const tooMany = status('Unschedulable', 'node(s) exceed max volume count');

/** The volumes of the pod that is to be placed, by what is migrated on a node: they are the same for all such nodes. */
const newVolumesKey = stateKey<Map<string, DriverByVolume>>('NodeVolumeLimits');

export function nodeVolumeLimits(): PluginIdentity & PreFilterPoint & FilterPlugin & EnqueueExtensions {
  return {
    name: 'NodeVolumeLimits',
    reads: [CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment],
    preFilter(state, { pod }) {
      if (!mayHaveCsiVolumes(pod)) return skip;
      state.write(newVolumesKey, new Map());
      return undefined;
    },
    filter(state, pod, node) {
      if (!pod.pod.spec?.volumes?.length) return undefined;
      try {
        return judge(state.read(newVolumesKey) ?? new Map(), pod, node);
      } catch (error) {
        return error instanceof ClaimNotFoundError
          ? status('UnschedulableAndUnresolvable', error.message)
          : errorStatus(error);
      }
    },
    eventsToRegister: () => [
      { resource: 'CSINode', action: Action.Add },
      { resource: 'CSINode', action: Action.Update, hint: hintOfCsiNode },
      { resource: 'Pod', action: Action.Delete, hint: hintOfPod },
      { resource: 'PersistentVolumeClaim', action: Action.Add, hint: hintOfClaim },
      { resource: 'VolumeAttachment', action: Action.Delete, hint: hintOfAttachment },
    ],
  };
}

function judge(known: Map<string, DriverByVolume>, pod: PodInfo, { table, row, name }: NodeInfo): Verdict {
  const csiNode = table.objects.get(CSINode, name);
  const wanted = newVolumes(known, pod, table, csiNode);
  if (wanted.size === 0) return undefined;
  const limits = limitsOf(csiNode);
  if (limits.size === 0) return undefined;
  const used: DriverByVolume = new Map();
  for (const there of table.podsAt(row)) addCsiVolumes(there, table, csiNode, used, false);
  const counts = new Map<string, number>();
  const count = (driver: string) => counts.set(driver, (counts.get(driver) ?? 0) + 1);
  for (const driver of used.values()) count(driver);
  for (const [volume, driver] of attachedVolumes(table).get(name) ?? []) if (!used.has(volume)) count(driver);
  const asked = new Set<string>();
  for (const [volume, driver] of wanted) {
    // A volume that a pod there uses is attached already; one that is only attached counts twice, as upstream.
    if (used.has(volume)) continue;
    asked.add(driver);
    count(driver);
  }
  for (const driver of asked)
    if (counts.get(driver)! > (limits.get(driver) ?? Number.POSITIVE_INFINITY)) return tooMany;
  return undefined;
}

function newVolumes(
  known: Map<string, DriverByVolume>,
  pod: PodInfo,
  table: NodeTable,
  csiNode: CSINode | undefined,
): DriverByVolume {
  const migrated = csiNode?.metadata.annotations?.[annMigratedPlugins] ?? '';
  let volumes = known.get(migrated);
  if (volumes === undefined) {
    volumes = new Map();
    addCsiVolumes(pod, table, csiNode, volumes, true);
    known.set(migrated, volumes);
  }
  return volumes;
}

function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of csiNode?.spec.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

function hintOfCsiNode(_pod: Pod, before: object | undefined, after: object | undefined): 'Queue' | 'Skip' {
  const was = limitsOf(before as CSINode | undefined);
  for (const [driver, limit] of limitsOf(after as CSINode | undefined))
    if (limit > (was.get(driver) ?? 0)) return 'Queue';
  return 'Skip';
}

function hintOfPod(_pod: Pod, before: object | undefined): 'Queue' | 'Skip' {
  const left = before as Pod | undefined;
  if (left === undefined || (!left.spec?.nodeName && !left.status?.nominatedNodeName)) return 'Skip';
  return mayHaveCsiVolumes(left) ? 'Queue' : 'Skip';
}

function hintOfAttachment({ spec }: Pod, before: object | undefined): 'Queue' | 'Skip' {
  const attacher = (before as VolumeAttachment | undefined)?.spec.attacher;
  const concerns = spec?.volumes?.some(
    (volume) => volume.persistentVolumeClaim !== undefined || migratedInline(volume)?.driver === attacher,
  );
  return concerns ? 'Queue' : 'Skip';
}
