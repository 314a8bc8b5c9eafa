/** What the pods of one owner and one Service have in common: what pods are spread by where nobody says otherwise. */
import { ReplicaSet, StatefulSet } from '@pintle/api/apps/v1';
import { ReplicationController, Service } from '@pintle/api/core/v1';
import type { KindRef, KubernetesObject, LabelSelector } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { PodInfo } from '../nodes/pod-info.js';

/** The kinds that `ownerSelector` reads. */
export const ownerKinds: readonly KindRef<KubernetesObject>[] = [
  Service,
  ReplicationController,
  ReplicaSet,
  StatefulSet,
];

const noLabels: Readonly<Record<string, string>> = {};

/** The selectors of the Services that mean the pod and of its controller, in one; undefined where there are none. */
export function ownerSelector(
  { pod, namespace }: Pick<PodInfo, 'pod' | 'namespace'>,
  objects: ClusterObjects,
): LabelSelector | undefined {
  const labels = pod.metadata.labels ?? noLabels;
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']>[number][] = [];
  for (const { spec } of objects.in(Service, namespace)) {
    const selector = Object.entries(spec?.selector ?? noLabels);
    if (selector.length > 0 && selector.every(([key, value]) => labels[key] === value))
      Object.assign(matchLabels, spec!.selector);
  }
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner?.apiVersion === 'v1' && owner.kind === 'ReplicationController') {
    Object.assign(matchLabels, objects.get(ReplicationController, owner.name, namespace)?.spec?.selector);
  } else if (owner?.apiVersion === 'apps/v1' && (owner.kind === 'ReplicaSet' || owner.kind === 'StatefulSet')) {
    const kind: KindRef<ReplicaSet | StatefulSet> = owner.kind === 'ReplicaSet' ? ReplicaSet : StatefulSet;
    const selector = objects.get(kind, owner.name, namespace)?.spec?.selector;
    Object.assign(matchLabels, selector?.matchLabels);
    matchExpressions.push(...((selector?.matchExpressions ?? []) as typeof matchExpressions));
  }
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  return { matchLabels, ...(matchExpressions.length > 0 && { matchExpressions }) };
}
