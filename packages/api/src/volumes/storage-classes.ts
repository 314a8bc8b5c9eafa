/** Which class a claim asks for and a volume is of. */
import type { PersistentVolume } from '../core/v1/persistent-volume.js';
import type { PersistentVolumeClaim } from '../core/v1/persistent-volume-claim.js';
import { annBetaStorageClass, hasAnnotation } from './annotations.js';

/** Empty: none, or one without a name. */
export function classOfClaim(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[annBetaStorageClass] ?? claim.spec?.storageClassName ?? '';
}

/** Whether the claim says which class it wants; the empty name is one, too. */
export function claimHasClass(claim: PersistentVolumeClaim): boolean {
  return hasAnnotation(claim, annBetaStorageClass) || claim.spec?.storageClassName !== undefined;
}

/** Empty: none. */
export function classOfVolume(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[annBetaStorageClass] ?? volume.spec?.storageClassName ?? '';
}
