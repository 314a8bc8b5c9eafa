/** Where the volume of a claim is on this machine: what its PersistentVolume says, once the two are bound. */
import { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { StatusError } from '@pintle/machinery';
import { type VolumeContent, VolumeMountError } from './volume-port.js';

/**
 * Folders alone: `hostPath`, `local`, and `csi` whose driver tells of a `path` among its attributes. No driver is called.
 * Errors: `VolumeMountError`, in kubelet's words.
 */
export async function claimedVolume(
  client: Client,
  volume: string,
  key: { readonly name: string; readonly namespace: string },
): Promise<VolumeContent> {
  const fail = (why: string): never => {
    throw new VolumeMountError(volume, why);
  };
  const absent = (what: string) => (error: unknown) => {
    if (!StatusError.is(error, 'NotFound')) throw error;
    return fail(`${what} not found`);
  };
  const text = JSON.stringify(`${key.namespace}/${key.name}`);
  const claim = await client.get(PersistentVolumeClaim, key).catch(absent(`PVC ${text}`));
  if (claim.metadata.deletionTimestamp !== undefined) fail(`PVC ${text} is being deleted`);
  const { volumeName } = claim.spec ?? {};
  if (claim.status?.phase !== 'Bound' || !volumeName) return fail(`PVC ${text} is not bound`);
  const { spec } = await client
    .get(PersistentVolume, { name: volumeName })
    .catch(absent(`PersistentVolume ${JSON.stringify(volumeName)}`));
  if (spec?.claimRef?.uid !== claim.metadata.uid) fail(`PersistentVolume ${volumeName} is bound to another claim`);
  if (spec?.volumeMode === 'Block') fail('block devices are not supported by this kubelet');
  if (spec?.hostPath !== undefined)
    return { type: 'hostPath', path: spec.hostPath.path, mustBe: spec.hostPath.type ?? '' };
  const path = spec?.local?.path ?? spec?.csi?.volumeAttributes?.['path'];
  if (path === undefined) return fail(`the volume ${volumeName} is of a kind that is not supported by this kubelet`);
  return { type: 'hostPath', path, mustBe: 'Directory' };
}
