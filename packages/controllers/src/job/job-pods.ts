/** What a Job asks of its pods: their index, whether and when they ended, how often their index failed before. */
import type { Job } from '@pintle/api/batch/v1';
import type { Pod } from '@pintle/api/core/v1';
import { findCondition, hasFinalizer, parseTime, secondsToMs } from '@pintle/machinery';
import { isPodReady, isPodTerminal, readySinceMs } from '../pod-facts.js';

/** Holds a pod until its end is counted. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
/** An annotation, a label, and what the container's environment is made of. */
export const completionIndexKey = 'batch.kubernetes.io/job-completion-index';
export const indexFailureCountKey = 'batch.kubernetes.io/job-index-failure-count';
export const indexIgnoredFailureCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

const int32Max = 2_147_483_647;

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed';
export const isSuspended = ({ spec }: Job): boolean => spec?.suspend === true;
export const hasLimitPerIndex = (job: Job): boolean => isIndexed(job) && job.spec?.backoffLimitPerIndex !== undefined;

/** A pod that is being ended is replaced when it has ended, and not before. */
export const replacesFailedOnly = ({ spec }: Job): boolean =>
  spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined;

export const isTracked = (pod: Pod): boolean => hasFinalizer(pod, trackingFinalizer);
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);

/** Failed; or being ended, where the Job does not wait to see how: a lost pod may never come to fail. */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

export function completionIndexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[completionIndexKey];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** Its index, where there is one and the Job still has it. */
export function validIndexOf({ spec }: Job, pod: Pod): number | undefined {
  const index = completionIndexOf(pod);
  return index !== undefined && index < (spec?.completions ?? 0) ? index : undefined;
}

/** How often pods of the same index failed before this one; `ignored` failures are those that no limit counts. */
export function earlierFailures({ metadata }: Pod): { readonly counted: number; readonly ignored: number } {
  const read = (key: string) => {
    const text = metadata.annotations?.[key] ?? '';
    return /^\d+$/.test(text) && Number(text) <= int32Max ? Number(text) : 0;
  };
  return { counted: read(indexFailureCountKey), ignored: read(indexIgnoredFailureCountKey) };
}

/** When it ended: the last of its containers; else when it was no longer ready; else when it was to be gone. */
export function finishedAtMs(pod: Pod): number {
  return (
    containersFinishedAtMs(pod) ??
    notReadySinceMs(pod) ??
    deletedAtMs(pod) ??
    timeOf(pod.metadata.creationTimestamp) ??
    0
  );
}

const timeOf = (time: string | null | undefined) => parseTime(time ?? undefined);

function containersFinishedAtMs({ spec, status }: Pod): number | undefined {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const states = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.some((sidecar) => sidecar.name === name)),
  ];
  const times = states.map(({ state }) => timeOf(state?.terminated?.finishedAt));
  return times.length === 0 || times.includes(undefined) ? undefined : Math.max(...(times as number[]));
}

function notReadySinceMs({ status }: Pod): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready?.status === 'False' ? timeOf(ready.lastTransitionTime) : undefined;
}

function deletedAtMs({ metadata }: Pod): number | undefined {
  const at = timeOf(metadata.deletionTimestamp);
  return at === undefined ? undefined : at - secondsToMs(metadata.deletionGracePeriodSeconds ?? 0);
}

/**
 * The order in which active pods are spared less: on no node before on one, pending before unknown before running,
 * not ready before ready, lately ready before long ready, restarted often before seldom, young before old (client-go
 * `ActivePods`).
 */
export function leastWorthFirst(pods: readonly Pod[]): readonly Pod[] {
  const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
  const restarts = ({ status }: Pod) =>
    Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0));
  const rank = (pod: Pod): readonly number[] => [
    pod.spec?.nodeName ? 1 : 0,
    phases[pod.status?.phase ?? 'Pending'] ?? 0,
    isPodReady(pod) ? 1 : 0,
    -(readySinceMs(pod) ?? 0),
    -restarts(pod),
    -(timeOf(pod.metadata.creationTimestamp) ?? 0),
  ];
  return pods
    .map((pod) => ({ pod, rank: rank(pod) }))
    .sort((a, b) => {
      const differing = a.rank.findIndex((value, at) => value !== b.rank[at]);
      return differing < 0 ? 0 : a.rank[differing]! - b.rank[differing]!;
    })
    .map(({ pod }) => pod);
}
