/** Pods that are placed together: the PodGroup of Kubernetes 1.36 (KEP-4671), and how a pod says that it is of one. */
import type { Pod } from '@pintle/api/core/v1';
import { defineKind, type Infer, int32, list, object, ref, string } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';

/** For API servers that have it not: `createApiServer({ kinds: [PodGroup] })`. */
export const PodGroup = defineKind({
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'PodGroup',
  plural: 'podgroups',
  subresources: { status: true },
  fields: {
    spec: ref(
      object({
        /** One of the two. With `gang` none of the pods runs before `minCount` of them have a node. */
        schedulingPolicy: ref(object({ basic: ref(object({})), gang: ref(object({ minCount: int32().required() })) })),
        /** All the pods go to nodes with one value of the label. */
        schedulingConstraints: ref(object({ topology: list(ref(object({ key: string().required() }))) })),
      }),
    ).required(),
  },
});
export interface PodGroup extends Infer<typeof PodGroup> {}

/** On pods of clusters whose pods have no `spec.schedulingGroup` (before 1.35): the name of their group. */
export const podGroupLabel = 'scheduling.x-k8s.io/pod-group';

/** `namespace/name` of the pod's group; undefined where it is of none. */
export function podGroupKey({ metadata, spec }: Pod): string | undefined {
  const { schedulingGroup } = (spec ?? {}) as { readonly schedulingGroup?: { readonly podGroupName?: string } };
  const name = schedulingGroup?.podGroupName ?? metadata.labels?.[podGroupLabel];
  return name === undefined || name === '' ? undefined : `${metadata.namespace ?? ''}/${name}`;
}

export function podGroupOf(key: string, objects: ClusterObjects): PodGroup | undefined {
  const slash = key.indexOf('/');
  return objects.get(PodGroup, key.slice(slash + 1), key.slice(0, slash));
}

/** How many of the group must have a node before one of them runs. */
export function minCountOf({ spec }: PodGroup): number {
  return spec.schedulingPolicy?.gang?.minCount ?? 1;
}
