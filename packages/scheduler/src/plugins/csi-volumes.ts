/** The volumes of pods as CSI drivers count them: a driver and a name that is the same for whoever uses the volume. */
import { PersistentVolume, type PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { type CSINode, VolumeAttachment } from '@pintle/api/storage/v1';
import {
  type CsiVolume,
  classOfClaim,
  foreignClaimError,
  isMigratedOnNode,
  migratedDriver,
  migratedInline,
  migratedVolume,
  podClaims,
} from '@pintle/api/volumes';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { claimOf, classNamed, notFound, volumeNamed } from './claim-lookup.js';

/** From the unique name of a volume to its driver. */
export type DriverByVolume = Map<string, string>;

/** A pod that is to be placed cannot run without one of its claims. */
export class ClaimNotFoundError extends Error {
  constructor({ namespace }: PodInfo, name: string) {
    super(`looking up PVC ${namespace}/${name}: ${notFound('claim', name)}`);
    this.name = 'ClaimNotFoundError';
  }
}

/** Whether a pod has volumes that may count at all. */
export function mayHaveCsiVolumes({ spec }: Pod): boolean {
  return (
    spec?.volumes?.some(
      (volume) =>
        volume.persistentVolumeClaim !== undefined ||
        volume.ephemeral !== undefined ||
        migratedInline(volume) !== undefined,
    ) ?? false
  );
}

/**
 * Adds the pod's volumes to `into`. Of a pod that is there already, claims that are missing are passed over. Errors:
 * `ClaimNotFoundError` where `isNew`; others where an ephemeral volume's claim is not the pod's.
 */
export function addCsiVolumes(
  pod: PodInfo,
  table: NodeTable,
  csiNode: CSINode | undefined,
  into: DriverByVolume,
  isNew: boolean,
): void {
  for (const volume of pod.pod.spec?.volumes ?? []) {
    const inline = migratedInline(volume);
    if (inline !== undefined && isMigratedOnNode(inline.plugin, csiNode)) add(into, inline);
  }
  for (const { name, ephemeral } of podClaims(pod.pod)) {
    if (name === '') throw new Error('PersistentVolumeClaim had no name');
    const claim = claimOf(table, pod, name);
    if (claim === undefined) {
      if (isNew) throw new ClaimNotFoundError(pod, name);
      continue;
    }
    const foreign = ephemeral ? foreignClaimError(pod.pod, claim) : undefined;
    if (foreign !== undefined) throw new Error(foreign);
    const found = volumeOfClaim(claim, table, csiNode);
    if (found !== undefined) add(into, found);
  }
}

/** The volumes that are attached to each node, whoever they are for. */
export function attachedVolumes({ objects }: NodeTable): ReadonlyMap<string, DriverByVolume> {
  return objects.derive('attached volumes', [VolumeAttachment, PersistentVolume], () => {
    const byNode = new Map<string, DriverByVolume>();
    for (const { spec } of objects.all(VolumeAttachment)) {
      const name = spec.source.persistentVolumeName;
      const csi = name === undefined ? undefined : objects.get(PersistentVolume, name)?.spec?.csi;
      if (!spec.attacher || csi === undefined) continue;
      let volumes = byNode.get(spec.nodeName);
      if (volumes === undefined) byNode.set(spec.nodeName, (volumes = new Map()));
      add(volumes, { driver: spec.attacher, handle: csi.volumeHandle });
    }
    return byNode;
  });
}

function add(into: DriverByVolume, { driver, handle }: CsiVolume): void {
  into.set(`${driver}/${handle}`, driver);
}

function volumeOfClaim(
  claim: PersistentVolumeClaim,
  table: NodeTable,
  csiNode: CSINode | undefined,
): CsiVolume | undefined {
  const name = claim.spec?.volumeName;
  const volume = name ? volumeNamed(table, name) : undefined;
  if (volume === undefined) return volumeToBe(claim, table, csiNode);
  const { csi } = volume.spec ?? {};
  if (csi !== undefined) return named({ driver: csi.driver, handle: csi.volumeHandle });
  const migrated = migratedVolume(volume);
  return migrated !== undefined && isMigratedOnNode(migrated.plugin, csiNode) ? named(migrated) : undefined;
}

/** One that the class is going to make counts by the name of the claim, which is no handle of a volume that is there. */
function volumeToBe(
  claim: PersistentVolumeClaim,
  table: NodeTable,
  csiNode: CSINode | undefined,
): CsiVolume | undefined {
  const className = classOfClaim(claim);
  const found = className === '' ? undefined : classNamed(table, className);
  if (found === undefined) return undefined;
  const handle = `unbound claim ${claim.metadata.namespace}/${claim.metadata.name}`;
  const driver = migratedDriver(found.provisioner);
  if (driver === undefined) return named({ driver: found.provisioner, handle });
  return isMigratedOnNode(found.provisioner, csiNode) ? { driver, handle } : undefined;
}

const named = ({ driver, handle }: CsiVolume) => (driver === '' || handle === '' ? undefined : { driver, handle });
