/** The volume that a claim of a pod is bound to, where it is on this machine, and whether it has to be attached first. */
import { PersistentVolume, PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { CSIDriver } from '@pintle/api/storage/v1';
import { foreignClaimError, type PodClaim } from '@pintle/api/volumes';
import type { Client } from '@pintle/client';
import { StatusError } from '@pintle/machinery';
import { type VolumeContent, VolumeMountError } from './volume-port.js';

const failing =
  (volume: string) =>
  (why: string): never => {
    throw new VolumeMountError(volume, why);
  };

/** Errors: `VolumeMountError`, in kubelet's words, until the two are bound to each other. */
export async function claimedVolume(
  client: Client,
  pod: Pod,
  { volume, name, ephemeral }: PodClaim,
): Promise<PersistentVolume> {
  const fail = failing(volume.name);
  const absent = (what: string) => (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
    return fail(`${what} not found`);
  };
  const key = { name, namespace: pod.metadata.namespace ?? '' };
  const text = JSON.stringify(`${key.namespace}/${key.name}`);
  const claim = await client.get(PersistentVolumeClaim, key).catch(absent(`PVC ${text}`));
  const foreign = ephemeral ? foreignClaimError(pod, claim) : undefined;
  if (foreign !== undefined) fail(foreign);
  if (claim.metadata.deletionTimestamp !== undefined) fail(`PVC ${text} is being deleted`);
  const { volumeName } = claim.spec ?? {};
  if (claim.status?.phase !== 'Bound' || !volumeName) return fail(`PVC ${text} is not bound`);
  const found = await client
    .get(PersistentVolume, { name: volumeName })
    .catch(absent(`PersistentVolume ${JSON.stringify(volumeName)}`));
  if (found.spec?.claimRef?.uid !== claim.metadata.uid)
    fail(`PersistentVolume ${volumeName} is bound to another claim`);
  return found;
}

/**
 * Folders alone: `hostPath`, `local`, and `csi` whose driver tells of a `path` among its attributes. No driver is called.
 * Errors: `VolumeMountError`.
 */
export function volumeFolder(volume: string, { metadata, spec }: PersistentVolume): VolumeContent {
  const fail = failing(volume);
  if (spec?.volumeMode === 'Block') fail('block devices are not supported by this kubelet');
  if (spec?.hostPath !== undefined)
    return { type: 'hostPath', path: spec.hostPath.path, mustBe: spec.hostPath.type ?? '' };
  const path = spec?.local?.path ?? spec?.csi?.volumeAttributes?.['path'];
  if (path === undefined) return fail(`the volume ${metadata.name} is of a kind that is not supported by this kubelet`);
  return { type: 'hostPath', path, mustBe: 'Directory' };
}

/** How the node's status names a volume that a node must be told of before it mounts it; undefined: it need not be. */
export async function attachableName(client: Client, { spec }: PersistentVolume): Promise<string | undefined> {
  if (spec?.csi === undefined) return undefined;
  const { driver, volumeHandle } = spec.csi;
  const known = await client.get(CSIDriver, { name: driver }).catch((error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
    return undefined;
  });
  return known?.spec.attachRequired === false ? undefined : `kubernetes.io/csi/${driver}^${volumeHandle}`;
}
