/** What it is that a claim and a volume are bound to each other, and how a volume looks that is. */
import type { Node } from '../core/v1/node.js';
import type { PersistentVolume, PersistentVolumeSpec } from '../core/v1/persistent-volume.js';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../core/v1/persistent-volume-claim.js';
import { matchesTerm } from '../placement/node-selector.js';
import { annBindCompleted, annBoundByController, hasAnnotation } from './annotations.js';

/** Whether the volume is, or is to be, this claim's. A reference without a uid was written by a user ahead of time. */
export function isBoundToClaim({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const bound = spec?.claimRef;
  if (bound === undefined || bound.name !== metadata.name || bound.namespace !== metadata.namespace) return false;
  return !bound.uid || bound.uid === metadata.uid;
}

/** Whether nothing is left to be done to bind the claim. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return Boolean(claim.spec?.volumeName) && hasAnnotation(claim, annBindCompleted);
}

/** The volume, bound to the claim; the very same object where it is so already. */
export function boundToClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const bound = volume.spec?.claimRef;
  const referred = bound?.name === name && bound?.namespace === namespace && bound?.uid === uid;
  const byController = !isBoundToClaim(volume, claim) && !hasAnnotation(volume, annBoundByController);
  if (referred && !byController) return volume;
  return {
    ...volume,
    metadata: byController
      ? { ...volume.metadata, annotations: { ...volume.metadata.annotations, [annBoundByController]: 'yes' } }
      : volume.metadata,
    spec: referred
      ? volume.spec
      : {
          ...volume.spec,
          claimRef: {
            kind: 'PersistentVolumeClaim',
            apiVersion: 'v1',
            name: name!,
            namespace: namespace!,
            ...(uid !== undefined && { uid }),
            ...(resourceVersion !== undefined && { resourceVersion }),
          },
        },
  } as PersistentVolume;
}

/** Whether pods on the node can reach the volume. */
export function nodeReaches({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

/** Whether one is a block device and the other a file system. */
export function modesMismatch(
  claim: PersistentVolumeClaimSpec | undefined,
  volume: PersistentVolumeSpec | undefined,
): boolean {
  return (claim?.volumeMode ?? 'Filesystem') !== (volume?.volumeMode ?? 'Filesystem');
}

/** Whether the volume can be accessed in every way that the claim asks for. */
export function offersAccess({ spec: claim }: PersistentVolumeClaim, { spec: volume }: PersistentVolume): boolean {
  return (claim?.accessModes ?? []).every((mode) => volume?.accessModes?.includes(mode) === true);
}
