/** Which volume a claim gets: of those with as few access modes as will do, the smallest. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import {
  capacityNano,
  classOfClaim,
  classOfVolume,
  findMatchingVolume,
  modesMismatch,
  offersAccess,
  requestedNano,
} from '@pintle/api/volumes';

/**
 * **Differs from Kubernetes**: a volume that names the claim goes before all others; there a free one of fewer access modes
 * goes before it.
 *
 * `delayed`: the scheduler chooses when a pod comes, and only a volume that names the claim already counts.
 */
export function findBestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { delayed = false }: { readonly delayed?: boolean } = {},
): PersistentVolume | undefined {
  const byModes = new Map<string, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!offersAccess(claim, volume)) continue;
    const modes = [...new Set(volume.spec?.accessModes)].sort().join(' ');
    const like = byModes.get(modes);
    if (like === undefined) byModes.set(modes, [volume]);
    else like.push(volume);
  }
  const prebound = findMatchingVolume(claim, [...byModes.values()].flat(), { onlyPreBound: true });
  if (prebound !== undefined || delayed) return prebound;
  const count = (modes: string) => modes.split(' ').length;
  for (const [, like] of [...byModes].sort(([a], [b]) => count(a) - count(b) || (a < b ? -1 : 1))) {
    const found = findMatchingVolume(claim, like);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a volume that the user chose does not do for a claim; undefined: it does. Its labels do not matter. */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined)
    return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`;
  if (capacityNano(volume) < requestedNano(claim)) return 'requested PV is too small';
  if (classOfVolume(volume) !== classOfClaim(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeAttributesClassName ?? '') !== (claim.spec?.volumeAttributesClassName ?? ''))
    return 'volumeAttributesClassName does not match';
  if (modesMismatch(claim.spec, volume.spec)) return 'incompatible volumeMode';
  return offersAccess(claim, volume) ? undefined : 'incompatible accessMode';
}
