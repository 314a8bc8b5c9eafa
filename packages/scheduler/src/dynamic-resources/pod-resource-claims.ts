/** The ResourceClaims of a pod: those that it names, and those that were made for it from templates. */
import type { Pod } from '@pintle/api/core/v1';
import { ResourceClaim } from '@pintle/api/resource/v1beta1';
import { controllerOf } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';

/** In the pod's order, or why one of them cannot be used. */
export function podResourceClaims(pod: Pod, objects: ClusterObjects): readonly ResourceClaim[] | string {
  const { name: podName, namespace = '', uid } = pod.metadata;
  const claims: ResourceClaim[] = [];
  for (const { name, resourceClaimName, resourceClaimTemplateName } of pod.spec?.resourceClaims ?? []) {
    let claimName = resourceClaimName;
    if (claimName === undefined) {
      const subject = `pod "${namespace}/${podName}"`;
      if (resourceClaimTemplateName === undefined)
        return `${subject}, spec.resourceClaim ${JSON.stringify(name)}: none of the supported fields are set`;
      const made = pod.status?.resourceClaimStatuses?.find((each) => each.name === name);
      if (made === undefined) return `${subject}: ResourceClaim not created yet`;
      // Nothing had to be made for it.
      if (made.resourceClaimName === undefined) continue;
      claimName = made.resourceClaimName;
    }
    const claim = objects.get(ResourceClaim, claimName, namespace);
    if (claim === undefined) return `could not find v1beta1.ResourceClaim "${namespace}/${claimName}"`;
    if (claim.metadata.deletionTimestamp !== undefined)
      return `resourceclaim ${JSON.stringify(claimName)} is being deleted`;
    if (resourceClaimName === undefined && controllerOf(claim)?.uid !== uid)
      return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${podName} (pod is not owner)`;
    claims.push(claim);
  }
  return claims;
}

export function isReservedFor({ status }: ResourceClaim, { metadata }: Pod): boolean {
  return status?.reservedFor?.some(({ uid }) => uid === metadata.uid) ?? false;
}

/** The most pods that may use one claim. */
export const reservedForMax = 256;
