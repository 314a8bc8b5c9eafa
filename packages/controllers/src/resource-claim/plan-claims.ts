/** Which claims of devices a pod is to have, and what becomes of claims that nobody uses any more. Pure. */
import type { Pod } from '@pintle/api/core/v1';
import type { ResourceClaim, ResourceClaimTemplate } from '@pintle/api/resource/v1beta1';
import { controllerOf, controllerReference, hasFinalizer } from '@pintle/machinery';
import { isPodTerminal } from '../pod-facts.js';

/** On a claim that was made for a pod: which of its claims it is. */
export const podClaimAnnotation = 'resource.kubernetes.io/pod-claim-name';
/** Kept while a claim is allocated. */
export const claimFinalizer = 'resource.kubernetes.io/delete-protection';

type PodClaim = NonNullable<NonNullable<Pod['spec']>['resourceClaims']>[number];
type Status = NonNullable<NonNullable<Pod['status']>['resourceClaimStatuses']>[number];

/** The claim that was made for one of a pod's claims already, if any: the one its status names, or one it owns. */
export function claimMadeFor(
  pod: Pod,
  { name }: PodClaim,
  claims: readonly ResourceClaim[],
): ResourceClaim | undefined {
  return claims.find(
    (claim) =>
      controllerOf(claim)?.uid === pod.metadata.uid && claim.metadata.annotations?.[podClaimAnnotation] === name,
  );
}

/** The claim of a template, for one of a pod's claims. */
export function claimFromTemplate(pod: Pod, { name }: PodClaim, { spec }: ResourceClaimTemplate): ResourceClaim {
  const { labels, annotations } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1beta1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: `${pod.metadata.name}-${name}-`,
      namespace: pod.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [podClaimAnnotation]: name },
      ownerReferences: [controllerReference(pod, { group: '', version: 'v1', kind: 'Pod' })],
    },
    spec: spec.spec,
  } as ResourceClaim;
}

/** What the pod's status says of its claims, given those that were made. Undefined: what it says already. */
export function planClaimStatuses(pod: Pod, made: ReadonlyMap<string, string>): readonly Status[] | undefined {
  const present = pod.status?.resourceClaimStatuses ?? [];
  const known = new Map(present.map((status) => [status.name, status.resourceClaimName]));
  if ([...made].every(([name, claimName]) => known.get(name) === claimName)) return undefined;
  const others = present.filter(({ name }) => !made.has(name));
  return [...others, ...[...made].map(([name, resourceClaimName]) => ({ name, resourceClaimName }))];
}

/** Whether a pod needs its claims no more: it has ended, or it goes and never was on a node. */
export const isDone = (pod: Pod): boolean =>
  isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName);

export type ClaimStep =
  | { readonly type: 'keep' }
  /** Nobody uses what it holds, and it was made for a pod or goes: the devices are given back. */
  | { readonly type: 'write'; readonly claim: ResourceClaim }
  /** It was made for a pod that has ended. */
  | { readonly type: 'delete' }
  | { readonly type: 'free'; readonly claim: ResourceClaim };

/** `podOf` finds the pod of a uid that a claim is reserved for; undefined: it is gone. */
export function planClaim(
  claim: ResourceClaim,
  podOf: (reference: { readonly name: string; readonly uid: string }) => Pod | undefined,
): ClaimStep {
  const reserved = claim.status?.reservedFor ?? [];
  const left = reserved.filter((user) => {
    // Who else holds it, nobody here knows.
    if (user.resource !== 'pods' || user.apiGroup) return true;
    const pod = podOf(user);
    return pod !== undefined && pod.metadata.uid === user.uid && !isDone(pod);
  });
  const goes = claim.metadata.deletionTimestamp !== undefined;
  const owner = controllerOf(claim);
  const ownedByPod = owner?.kind === 'Pod';
  if (left.length !== reserved.length || (left.length === 0 && claim.status?.allocation !== undefined && goes)) {
    const { reservedFor: _reserved, allocation, ...rest } = claim.status ?? {};
    const gives = left.length === 0 && (goes || ownedByPod);
    const status = {
      ...rest,
      ...(gives || allocation === undefined ? {} : { allocation }),
      ...(left.length === 0 ? {} : { reservedFor: left }),
    };
    return { type: 'write', claim: { ...claim, status } as ResourceClaim };
  }
  if (goes && claim.status?.allocation === undefined && hasFinalizer(claim, claimFinalizer))
    return { type: 'free', claim };
  if (ownedByPod && !goes && left.length === 0) {
    const pod = podOf({ name: owner.name, uid: owner.uid });
    if (pod !== undefined && pod.metadata.uid === owner.uid && isPodTerminal(pod)) return { type: 'delete' };
  }
  return { type: 'keep' };
}
