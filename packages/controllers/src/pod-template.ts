/** A pod from the template of a workload. */
import type { Pod, PodTemplateSpec } from '@pintle/api/core/v1';
import { controllerReference, type GroupVersionKind, type KubernetesObject } from '@pintle/machinery';

/** The pod that `owner` makes of `template`, controlled by it, its name still to be generated. */
export function podFromTemplate(
  owner: KubernetesObject,
  kind: GroupVersionKind,
  template: PodTemplateSpec | undefined,
): Pod {
  const { metadata, spec } = template ?? {};
  const { labels, annotations, finalizers } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner, kind)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}
