/** The claims that a pod's volumes are. */
import { controllerOf } from '@pintle/machinery';
import type { Volume } from '../core/v1/persistent-volume.js';
import type { PersistentVolumeClaim } from '../core/v1/persistent-volume-claim.js';
import type { Pod } from '../core/v1/pod.js';

export interface PodClaim {
  readonly volume: Volume;
  /** In the pod's namespace. */
  readonly name: string;
  /** Made for this pod and with it: it must be the pod's own. */
  readonly ephemeral: boolean;
}

const none: readonly PodClaim[] = [];

/** In the order of the pod's volumes. */
export function podClaims(pod: Pod): readonly PodClaim[] {
  let claims: PodClaim[] | undefined;
  for (const volume of pod.spec?.volumes ?? []) {
    const claim = volume.persistentVolumeClaim;
    if (claim === undefined && volume.ephemeral === undefined) continue;
    claims ??= [];
    claims.push(
      claim === undefined
        ? { volume, name: ephemeralClaimName(pod, volume), ephemeral: true }
        : { volume, name: claim.claimName ?? '', ephemeral: false },
    );
  }
  return claims ?? none;
}

/** The name of the claim that is made for a generic ephemeral volume. */
export function ephemeralClaimName({ metadata }: Pod, { name }: Pick<Volume, 'name'>): string {
  return `${metadata.name}-${name}`;
}

/** Why a claim with the name of an ephemeral volume is not that volume; undefined: it is. */
export function foreignClaimError(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const { name, namespace, uid } = pod.metadata;
  if (claim.metadata.namespace === namespace && controllerOf(claim)?.uid === uid) return undefined;
  return `PVC ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${namespace}/${name} (pod is not owner)`;
}
