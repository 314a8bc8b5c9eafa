/** Which claims a driver makes volumes for, what it is asked, and which volumes it deletes. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { StorageClass } from '@pintle/api/storage/v1';
import {
  annDynamicallyProvisioned,
  annSelectedNode,
  annStorageProvisioner,
  classOfClaim,
  provisionerProtectionFinalizer,
  requestedNano,
} from '@pintle/api/volumes';
import type { DriverVolume, VolumeRequest } from '@pintle/contracts';
import { hasFinalizer } from '@pintle/machinery';

/** Whether `driver` is to make a volume for the claim now. */
export function isToProvision(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  driver: string,
): boolean {
  const { annotations, deletionTimestamp } = claim.metadata;
  if (claim.spec?.volumeName || deletionTimestamp !== undefined || storageClass?.provisioner !== driver) return false;
  if (annotations?.[annStorageProvisioner] !== driver) return false;
  return storageClass.volumeBindingMode !== 'WaitForFirstConsumer' || annotations[annSelectedNode] !== undefined;
}

/** The same claim asks for the same volume, however often. */
export const volumeNameFor = ({ metadata }: PersistentVolumeClaim): string => `pvc-${metadata.uid}`;

export function volumeRequest(
  claim: PersistentVolumeClaim,
  { parameters = {} }: StorageClass,
  nodeLabels: Readonly<Record<string, string>> | undefined,
): VolumeRequest {
  const nano = 1_000_000_000n;
  return {
    name: volumeNameFor(claim),
    capacityBytes: Number((requestedNano(claim) + nano - 1n) / nano),
    accessModes: claim.spec?.accessModes ?? [],
    volumeMode: claim.spec?.volumeMode === 'Block' ? 'Block' : 'Filesystem',
    parameters,
    ...(nodeLabels === undefined ? {} : { nodeLabels }),
  };
}

/** What a driver made, as an object that is bound to the claim already. */
export function provisionedVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  driver: string,
  made: DriverVolume,
): PersistentVolume {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { 'csi.storage.k8s.io/fstype': fsType } = storageClass.parameters ?? {};
  const volumeMode = claim.spec?.volumeMode ?? 'Filesystem';
  const labels = Object.entries(made.nodeLabels ?? {});
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeNameFor(claim),
      annotations: { [annDynamicallyProvisioned]: driver },
      finalizers: [provisionerProtectionFinalizer],
    },
    spec: {
      capacity: { storage: capacityText(made.capacityBytes) },
      accessModes: claim.spec?.accessModes ?? [],
      volumeMode,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: classOfClaim(claim),
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid, resourceVersion },
      csi: {
        driver,
        volumeHandle: made.handle,
        ...(volumeMode === 'Block' ? {} : { fsType: fsType ?? 'ext4' }),
        ...(Object.keys(made.attributes).length === 0 ? {} : { volumeAttributes: made.attributes }),
      },
      ...(labels.length === 0
        ? {}
        : {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })) },
                ],
              },
            },
          }),
    },
  } as PersistentVolume;
}

/** Whole mebibytes as `5Gi` and `512Mi`, else plain bytes. */
export function capacityText(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
  let [value, unit] = [bytes, 0];
  while (value > 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value}${units[unit]}`;
}

/** Whether `driver` is to delete what is behind the volume now. */
export function isToDelete({ metadata, spec, status }: PersistentVolume, driver: string): boolean {
  if (metadata.annotations?.[annDynamicallyProvisioned] !== driver || spec?.csi === undefined) return false;
  if (spec.persistentVolumeReclaimPolicy !== 'Delete') return false;
  if (status?.phase !== 'Released' && status?.phase !== 'Failed') return false;
  return metadata.deletionTimestamp === undefined || hasFinalizer({ metadata }, provisionerProtectionFinalizer);
}
