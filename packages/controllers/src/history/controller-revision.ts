/**
 * The history of a StatefulSet or DaemonSet: each pod template that it ever had is kept as a ControllerRevision, as
 * a strategic merge patch that brings the template back. `kubectl rollout history` and `undo` read them. Pure.
 */
import type { ControllerRevision } from '@pintle/api/apps/v1';
import { PodTemplateSpec } from '@pintle/api/core/v1';
import {
  canonicalJson,
  controllerReference,
  deepEqual,
  type GroupVersionKind,
  type KubernetesObject,
  type LabelSelector,
  nullsOf,
  onceForEach,
  parseJson,
} from '@pintle/machinery';

/** On pods: the revision that they were made from. */
export const podRevisionLabel = 'controller-revision-hash';

/** What has a history. */
export interface Revisioned extends KubernetesObject {
  readonly spec?: {
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly revisionHistoryLimit?: number;
  };
  readonly status?: { readonly collisionCount?: number };
}

export const revisionLimitDefault = 10;

export const podRevisionOf = ({ metadata }: KubernetesObject): string => metadata.labels?.[podRevisionLabel] ?? '';

interface TemplatePatch {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch: 'replace' } };
}

/** With the nulls that Go writes. */
const told = nullsOf(PodTemplateSpec.node)!;

/**
 * A patch of the owner that replaces its pod template as a whole. It is written as Go writes it, fields in the order of their
 * names: `kubectl rollout undo` and others compare it byte for byte.
 */
export const templatePatch = onceForEach(
  (template: PodTemplateSpec) =>
    parseJson(canonicalJson({ spec: { template: { ...told(template), $patch: 'replace' } } })) as TemplatePatch,
);

/** The pod template that a revision holds. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _, metadata, ...template } = (data as TemplatePatch).spec.template;
  if (metadata === undefined) return template as PodTemplateSpec;
  const { creationTimestamp, ...rest } = metadata;
  return { metadata: creationTimestamp == null ? rest : metadata, ...template };
}

/** The oldest first; those of one number by age, then by name. */
export const byRevision = (a: ControllerRevision, b: ControllerRevision): number => {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [x, y] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
};

export type RevisionPlan =
  /** The newest revision is of the present template. */
  | { readonly type: 'present'; readonly revision: ControllerRevision }
  /** An older one is: it becomes the newest by a new number. */
  | { readonly type: 'renumber'; readonly revision: ControllerRevision; readonly number: number }
  | { readonly type: 'create'; readonly number: number };

/** Which revision the present template has, of revisions in the order of `byRevision`. */
export function planRevision(revisions: readonly ControllerRevision[], template: PodTemplateSpec): RevisionPlan {
  const wanted = templatePatch(template);
  const newest = revisions.at(-1);
  const equal = revisions.filter(({ data }) => deepEqual(data, wanted)).at(-1);
  const number = (newest?.revision ?? 0) + 1;
  if (equal === undefined) return { type: 'create', number };
  return equal === newest ? { type: 'present', revision: equal } : { type: 'renumber', revision: equal, number };
}

/** Bytes of an owner's name that a revision's name keeps, so that the hash still has its place. */
const prefixMax = 223;

/** A revision of the owner's present template, `hashLabel` telling its hash. */
export function newRevision(
  owner: Revisioned,
  kind: GroupVersionKind,
  { number, hash, hashLabel }: { readonly number: number; readonly hash: string; readonly hashLabel: string },
): ControllerRevision {
  const { name = '', namespace = '', annotations } = owner.metadata;
  const template = owner.spec!.template;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, prefixMax)}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner, kind)],
    },
    data: templatePatch(template),
    revision: number,
  };
}

/** Revisions beyond the limit, the oldest first. `live` ones, of which there are pods, are neither counted nor taken. */
export function surplusRevisions(
  revisions: readonly ControllerRevision[],
  live: (revision: ControllerRevision) => boolean,
  limit = revisionLimitDefault,
): readonly ControllerRevision[] {
  const historic = revisions.filter((revision) => !live(revision));
  return historic.slice(0, Math.max(0, historic.length - limit));
}
