/** Revisions of a Deployment: annotations that count its ReplicaSets, for history and rollback. */
import type { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import type { PodTemplateSpec } from '@pintle/api/core/v1';
import { deepEqual } from '@pintle/machinery';
import { templateHashLabel } from './template-hash.js';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
export const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** Whether a Deployment and its sets have this annotation in common. */
export const isCopied = (annotation: string): boolean => !notCopied.has(annotation);

const revisionMax = 2n ** 63n - 1n;

/** A text as Go's `strconv.ParseInt` reads it; undefined where it is no number of 64 bits. Larger than a `number` can tell apart. */
export function parseRevision(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const revision = BigInt(text.replace('+', ''));
  return revision > revisionMax || revision < -revisionMax - 1n ? undefined : revision;
}

/** 0 where there is none. */
export const revisionOf = ({
  metadata,
}: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}): bigint => parseRevision(metadata.annotations?.[revisionAnnotation] ?? '') ?? 0n;

export const byRevision = (a: ReplicaSet, b: ReplicaSet): number => {
  const [x, y] = [revisionOf(a), revisionOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
};

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { labels, ...metadata } = template?.metadata ?? {};
  const { [templateHashLabel]: _hash, ...rest } = labels ?? {};
  return { ...template, metadata: { ...metadata, labels: rest } };
}

export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  deepEqual(withoutHash(a), withoutHash(b));

/** The set of the present template; the oldest where several match. */
export function newSetOf({ spec }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byAge).find((set) => sameTemplate(set.spec?.template, spec?.template));
}

export const byAge = (a: ReplicaSet, b: ReplicaSet): number => {
  const [x, y] = [
    `${a.metadata.creationTimestamp} ${a.metadata.name}`,
    `${b.metadata.creationTimestamp} ${b.metadata.name}`,
  ];
  return x < y ? -1 : x > y ? 1 : 0;
};

/**
 * The annotations that the new set carries: the deployment's own, and the revision after all others. Without `scale`
 * nothing of sizes: who scales it next asks what it was told of them last.
 */
export function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  others: readonly ReplicaSet[],
  scale?: { readonly desired: number; readonly max: number },
): Readonly<Record<string, string>> {
  const copied = Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => isCopied(key)),
  );
  const present = set === undefined ? 0n : revisionOf(set);
  const next = others.map(revisionOf).reduce((most, each) => (each > most ? each : most), 0n) + 1n;
  const revision = present > next ? present : next;
  const before = set?.metadata.annotations?.[historyAnnotation];
  const history: Readonly<Record<string, string>> =
    present > 0n && revision > present
      ? { [historyAnnotation]: withRevision(before, present) }
      : before === undefined
        ? {}
        : { [historyAnnotation]: before };
  return {
    ...copied,
    [revisionAnnotation]: String(revision),
    ...history,
    ...(scale && { [desiredAnnotation]: String(scale.desired), [maxAnnotation]: String(scale.max) }),
  };
}

/** Of the text of a history; of a longer one the oldest revisions are forgotten (upstream's limit). */
const historyCharsMax = 2_000;

function withRevision(history: string | undefined, revision: bigint): string {
  const revisions = [...(history ? history.split(',') : []), String(revision)];
  let chars = revisions.join().length;
  let first = 0;
  while (chars > historyCharsMax) chars -= revisions[first++]!.length + 1;
  return revisions.slice(first).join();
}

/** Old sets beyond the history limit, the oldest revision first. One that still has pods, or may have, stays. */
export function planCleanUp({ spec }: Deployment, oldSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = spec?.revisionHistoryLimit ?? 10;
  const present = oldSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [...present]
    .sort((a, b) => byRevision(a, b) || byAge(a, b))
    .slice(0, Math.max(0, present.length - limit))
    .filter(
      ({ metadata, spec: wish, status }) =>
        (wish?.replicas ?? 0) === 0 &&
        (status?.replicas ?? 0) === 0 &&
        (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0),
    );
}
