/** Which claims of devices a pod is to have, and what becomes of claims that nobody uses any more. Pure. */
import type { Pod } from '@pintle/api/core/v1';
import type { ResourceClaim, ResourceClaimTemplate } from '@pintle/api/resource/v1beta1';
import { controllerOf, controllerReference, hasFinalizer } from '@pintle/machinery';
import { isPodTerminal } from '../pod-facts.js';

/** On a claim that was made for a pod: which of its claims it is. */
export const podClaimAnnotation = 'resource.kubernetes.io/pod-claim-name';
/** Kept while a claim is allocated. */
export const claimFinalizer = 'resource.kubernetes.io/delete-protection';

/** One of the claims that a pod's spec asks for. */
export type PodClaim = NonNullable<NonNullable<Pod['spec']>['resourceClaims']>[number];
type Status = NonNullable<NonNullable<Pod['status']>['resourceClaimStatuses']>[number];

/** The claim that was made for one of a pod's claims already, if any: the one its status names, or one it owns. */
export function claimMadeFor(
  pod: Pod,
  { name }: PodClaim,
  claims: readonly ResourceClaim[],
): ResourceClaim | undefined {
  const own = claims.filter((claim) => controllerOf(claim)?.uid === pod.metadata.uid);
  const told = pod.status?.resourceClaimStatuses?.find((status) => status.name === name)?.resourceClaimName;
  return (
    own.find(({ metadata }) => told !== undefined && metadata.name === told) ??
    own.find(({ metadata }) => metadata.annotations?.[podClaimAnnotation] === name)
  );
}

/** The claim of a template, for one of a pod's claims. */
export function claimFromTemplate(pod: Pod, { name }: PodClaim, { spec }: ResourceClaimTemplate): ResourceClaim {
  const { labels, annotations } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1beta1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: baseNameOf(pod.metadata.name ?? '', name),
      namespace: pod.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [podClaimAnnotation]: name },
      ownerReferences: [controllerReference(pod, { group: '', version: 'v1', kind: 'Pod' })],
    },
    spec: spec.spec,
  } as ResourceClaim;
}

/** As long as leaves room for a random end; of what is longer both parts are cut alike. */
const baseNameMax = 57;

function baseNameOf(podName: string, claimName: string): string {
  const whole = `${podName}-${claimName}-`;
  if (whole.length <= baseNameMax) return whole;
  const cut = (name: string) => name.slice(0, Math.floor((name.length * baseNameMax) / whole.length));
  return `${cut(podName)}-${cut(claimName)}`;
}

/** What the pod's status says of its claims, given those that were made. Undefined: what it says already. */
export function planClaimStatuses(pod: Pod, made: ReadonlyMap<string, string>): readonly Status[] | undefined {
  const present = pod.status?.resourceClaimStatuses ?? [];
  const known = new Map(present.map((status) => [status.name, status.resourceClaimName]));
  if ([...made].every(([name, claimName]) => known.get(name) === claimName)) return undefined;
  const others = present.filter(({ name }) => !made.has(name));
  return [...others, ...[...made].map(([name, resourceClaimName]) => ({ name, resourceClaimName }))];
}

/** Users that one claim may have (API limit). */
const usersMax = 256;

/** The claim with the pod as a user, where it has devices and room, and the pod is none yet; undefined otherwise. */
export function reservedBy(pod: Pod, claim: ResourceClaim): ResourceClaim | undefined {
  const { name = '', uid = '' } = pod.metadata;
  const users = claim.status?.reservedFor ?? [];
  if (claim.status?.allocation === undefined || users.length >= usersMax || users.some((user) => user.uid === uid))
    return undefined;
  const reservedFor = [...users, { resource: 'pods', name, uid }];
  return { ...claim, status: { ...claim.status, reservedFor } } as ResourceClaim;
}

/** Whether a pod needs its claims no more: it has ended, or it goes and never was on a node. */
export const isDone = (pod: Pod): boolean =>
  isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName);

export type ClaimStep =
  | { readonly type: 'keep' }
  /** Who uses it no more is taken off; with the last one the devices are given back, and then the finalizer may go. */
  | { readonly type: 'write'; readonly claim: ResourceClaim }
  /** It was made for a pod that has ended. */
  | { readonly type: 'delete' }
  | { readonly type: 'free'; readonly claim: ResourceClaim };

type Users = NonNullable<NonNullable<ResourceClaim['status']>['reservedFor']>;

/** Those of a claim's users that are pods; who else holds it, nobody here knows. */
export const podUsers = ({ status }: ResourceClaim): Users =>
  (status?.reservedFor ?? []).filter(({ resource, apiGroup }) => resource === 'pods' && !apiGroup);

/** `podOf` finds the pod of a name; undefined: it is gone, or of the owner, not known. */
export function planClaim(claim: ResourceClaim, podOf: (name: string) => Pod | undefined): ClaimStep {
  const reserved = claim.status?.reservedFor ?? [];
  const users = podUsers(claim);
  const left = reserved.filter((user) => {
    if (!users.includes(user)) return true;
    const pod = podOf(user.name);
    return pod !== undefined && pod.metadata.uid === user.uid && !isDone(pod);
  });
  const goes = claim.metadata.deletionTimestamp !== undefined;
  const isHeld = hasFinalizer(claim, claimFinalizer);
  const { reservedFor: _reserved, allocation, ...rest } = claim.status ?? {};
  const isUnused = left.length === 0;
  if (left.length !== reserved.length || (isUnused && allocation !== undefined && goes && isHeld)) {
    // A claim that nobody has used yet keeps what it was allocated: it is given back when its last user goes.
    const gives = isUnused && isHeld;
    const status = {
      ...rest,
      ...(gives || allocation === undefined ? {} : { allocation }),
      ...(isUnused ? {} : { reservedFor: left }),
    };
    return { type: 'write', claim: { ...claim, status } as ResourceClaim };
  }
  if (goes && isUnused && isHeld) return { type: 'free', claim };
  const owner = controllerOf(claim);
  if (owner?.kind !== 'Pod' || goes || !isUnused) return { type: 'keep' };
  const pod = podOf(owner.name);
  return pod !== undefined && (pod.metadata.uid !== owner.uid || isDone(pod)) ? { type: 'delete' } : { type: 'keep' };
}
