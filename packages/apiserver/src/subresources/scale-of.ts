/** An object with replicas as an `autoscaling/v1` Scale, and back: by the paths that its kind names. */
import { formatLabelSelector, type KubernetesObject, type LabelSelector } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { partsOf, valueAt } from '../verbs/dotted-path.js';

export interface Scale extends KubernetesObject {
  /** As Go writes it: none are left out. */
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}

export function scaleOf(resource: Resource, object: KubernetesObject): Scale {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = resource.kind.subresources.scale!;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(valueAt(object, partsOf(specReplicasPath)) ?? 0);
  const selector = labelSelectorPath === undefined ? undefined : valueAt(object, partsOf(labelSelectorPath));
  return Object.freeze({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: Object.freeze({
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
    }) as KubernetesObject['metadata'],
    spec: Object.freeze(replicas === 0 ? {} : { replicas }),
    status: Object.freeze({
      replicas: Number(valueAt(object, partsOf(statusReplicasPath)) ?? 0),
      ...(selector === undefined || selector === null ? {} : { selector: selectorText(selector) }),
    }),
  });
}

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  const fields = selector as Record<string, unknown>;
  const isLabelSelector = 'matchLabels' in fields || 'matchExpressions' in fields;
  return formatLabelSelector(
    isLabelSelector ? (selector as LabelSelector) : { matchLabels: selector as Record<string, string> },
  );
}

export const withReplicas = (resource: Resource, object: KubernetesObject, replicas: number): KubernetesObject =>
  withValue(object, partsOf(resource.kind.subresources.scale!.specReplicasPath), replicas) as KubernetesObject;

export const hasReplicas = (resource: Resource, object: KubernetesObject): boolean =>
  valueAt(object, partsOf(resource.kind.subresources.scale!.specReplicasPath)) !== undefined;

/** With the replicas that a changed Scale of it has. */
export const rescaled = (resource: Resource, object: KubernetesObject, scale: object): KubernetesObject =>
  withReplicas(resource, object, (scale as Partial<Scale>).spec?.replicas ?? 0);

function withValue(value: unknown, [head, ...rest]: readonly string[], leaf: unknown): unknown {
  if (head === undefined) return leaf;
  const fields = (value ?? {}) as Record<string, unknown>;
  return { ...fields, [head]: withValue(fields[head], rest, leaf) };
}
