/** What a volume needs done, by the claim that it names. Pure; follows syncVolume of the volume binder. */
import type { PersistentVolume, PersistentVolumeClaim } from '@pintle/api/core/v1';
import { annBoundByController, annDynamicallyProvisioned, hasAnnotation, modesMismatch } from '@pintle/api/volumes';
import type { Told } from './plan-claim.js';

export type VolumeStep =
  | { readonly type: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** Its claim is gone: it is told so, and then its policy is followed. */
  | { readonly type: 'release'; readonly reclaim: ReclaimStep }
  /** Its claim is bound to another volume. */
  | { readonly type: 'unbind' }
  /** The claim is to finish the binding. */
  | { readonly type: 'leave'; readonly tell?: Told; readonly tellClaim?: Told };

export type ReclaimStep =
  | { readonly type: 'keep' }
  /** Who made it deletes it. */
  | { readonly type: 'delete-elsewhere' }
  | { readonly type: 'fail'; readonly tell: Told };

/** `claim` is the one of the name that the volume refers to, whoever it is. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeStep {
  const bound = volume.spec?.claimRef;
  // One that a user reserved for a claim is free until that claim takes it.
  if (!bound?.uid) return { type: 'phase', phase: 'Available' };
  if (claim === undefined || claim.metadata.uid !== bound.uid) return { type: 'release', reclaim: planReclaim(volume) };
  if (!claim.spec?.volumeName) {
    if (!modesMismatch(claim.spec, volume.spec)) return { type: 'leave' };
    const warn = (volumeName: string, claimName: string): Told => ({
      type: 'Warning',
      reason: 'VolumeMismatch',
      message: `Cannot bind PersistentVolume ${volumeName}to requested PersistentVolumeClaim ${claimName}due to incompatible volumeMode.`,
    });
    return {
      type: 'leave',
      tell: warn('', `${JSON.stringify(claim.metadata.name)} `),
      tellClaim: warn(`${JSON.stringify(volume.metadata.name)} `, ''),
    };
  }
  if (claim.spec.volumeName === volume.metadata.name) return { type: 'phase', phase: 'Bound' };
  const disposable =
    hasAnnotation(volume, annDynamicallyProvisioned) && volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
  return disposable ? { type: 'release', reclaim: planReclaim(volume) } : { type: 'unbind' };
}

/**
 * Differs from Kubernetes: there are no in-tree plug-ins, and so nobody recycles, and only what a driver made is
 * deleted. The volume fails with the words that kube-controller-manager has where it finds no plug-in.
 */
export function planReclaim(volume: PersistentVolume): ReclaimStep {
  const failed = (reason: string, message: string): ReclaimStep => ({
    type: 'fail',
    tell: { type: 'Warning', reason, message },
  });
  switch (volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain') {
    case 'Retain':
      return { type: 'keep' };
    case 'Recycle':
      return failed('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
    case 'Delete': {
      const made = volume.metadata.annotations?.[annDynamicallyProvisioned];
      if (volume.spec?.csi !== undefined || (made !== undefined && !made.startsWith('kubernetes.io/')))
        return { type: 'delete-elsewhere' };
      return failed(
        'VolumeFailedDelete',
        `error getting deleter volume plugin for volume ${JSON.stringify(volume.metadata.name)}: no volume plugin matched`,
      );
    }
    default:
      return failed('VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy');
  }
}

/** The volume as it was before a controller bound it; what a user reserved stays reserved. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  if (!hasAnnotation(volume, annBoundByController)) {
    const { uid: _uid, ...claimRef } = volume.spec?.claimRef ?? {};
    return { ...volume, spec: { ...volume.spec, claimRef } } as PersistentVolume;
  }
  const { [annBoundByController]: _bound, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef: _ref, ...spec } = volume.spec ?? {};
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec } as PersistentVolume;
}
