/**
 * Who owns the claims of a StatefulSet's pods, by its persistentVolumeClaimRetentionPolicy: whoever owns a claim
 * takes it along when it is deleted. Pure.
 *
 * | whenDeleted | whenScaled | a pod in range | a pod scaled down |
 * |---|---|---|---|
 * | Retain | Retain | nobody | nobody |
 * | Delete | Retain | the set | the set |
 * | Retain | Delete | nobody | the pod |
 * | Delete | Delete | the set | the pod |
 */
import type { StatefulSet } from '@pintle/api/apps/v1';
import type { PersistentVolumeClaim, Pod } from '@pintle/api/core/v1';
import { apiVersionOf, controllerReference, type GroupVersionKind, type OwnerReference } from '@pintle/machinery';
import { isInRange, statefulSetKind } from './identity.js';

const podKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };

interface Owner {
  readonly metadata: { readonly name?: string; readonly uid?: string };
}

const names = (kind: GroupVersionKind, owner: Owner) => (reference: OwnerReference) =>
  reference.apiVersion === apiVersionOf(kind) && reference.kind === kind.kind && reference.name === owner.metadata.name;

const referencesOf = ({ metadata }: PersistentVolumeClaim) => metadata.ownerReferences ?? [];

/** Whether the claim is owned by an earlier pod of this name: it is about to be collected with it. */
export function isStaleClaim(claim: PersistentVolumeClaim, pod: Pod): boolean {
  const found = referencesOf(claim).find(names(podKind, pod));
  return found !== undefined && found.uid !== pod.metadata.uid;
}

function policyOf({ spec }: StatefulSet) {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return { deletes: whenDeleted === 'Delete', scales: whenScaled === 'Delete' };
}

/** The references that the policy asks for. */
function wanted(set: StatefulSet, pod: Pod, ordinal: number): readonly OwnerReference[] {
  const { deletes, scales } = policyOf(set);
  if (scales && !isInRange(set, ordinal)) return [controllerReference(pod, podKind)];
  return deletes ? [controllerReference(set, statefulSetKind)] : [];
}

/** The claim as it is made for a pod in range. */
export function withOwners(set: StatefulSet, claim: PersistentVolumeClaim): PersistentVolumeClaim {
  if (!policyOf(set).deletes) return claim;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: [controllerReference(set, statefulSetKind)] } };
}

/**
 * The claim with the owners that it should have; the same object where it has them. A claim of an earlier set or pod
 * of this name is left as it is, and one that somebody else controls is only let go.
 */
export function withPolicy(
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
  claim: PersistentVolumeClaim,
): PersistentVolumeClaim {
  const [namesSet, namesPod] = [names(statefulSetKind, set), names(podKind, pod)];
  const references = referencesOf(claim);
  const ours = references.filter((reference) => namesSet(reference) || namesPod(reference));
  const isStale = ours.some(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
  if (isStale) return claim;
  const others = references.filter((reference) => !ours.includes(reference));
  const { deletes, scales } = policyOf(set);
  const isForeign = (deletes || scales) && others.some(({ controller }) => controller);
  const own = isForeign ? [] : wanted(set, pod, ordinal);
  const isRight =
    own.length === ours.length &&
    own.every(({ uid }) => ours.some((reference) => reference.uid === uid && reference.controller));
  if (isRight) return claim;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: [...others, ...own] } };
}
