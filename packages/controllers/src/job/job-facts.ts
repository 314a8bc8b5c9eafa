/** A Job and its pods as they are, counted: what plans are made from. Pure. */
import type { Job } from '@pintle/api/batch/v1';
import type { Pod } from '@pintle/api/core/v1';
import { isPodActive, isPodReady } from '../pod-facts.js';
import { type BackoffRecord, nextRecord } from './backoff.js';
import { judgeFailure } from './failure-policy.js';
import { countIndexes, hasIndex, type IndexSet, parseIndexes, withIndexes } from './indexes.js';
import {
  completionIndexOf,
  earlierFailures,
  finishedAtMs,
  hasFailed,
  hasLimitPerIndex,
  isIndexed,
  isTerminating,
  isTracked,
  validIndexOf,
} from './job-pods.js';

export interface JobFacts {
  readonly job: Job;
  /** What belongs to the Job. */
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  /** Ended well: counted, about to be counted, and seen for the first time. */
  readonly succeeded: number;
  /** Failed, as `succeeded`, without those that the failure policy ignores. */
  readonly failed: number;
  readonly record: BackoffRecord;
  /** Undefined for what is not indexed. */
  readonly indexes?: IndexFacts;
}

export interface IndexFacts {
  readonly completions: number;
  /** As the status tells them. */
  readonly previous: IndexSet;
  readonly succeeded: IndexSet;
  /** With a limit by index only. */
  readonly failed?: IndexSet;
  /**
   * By index, the failed pod that keeps its finalizer until its successor is made, so that the successor can tell how
   * often its index failed. With a limit by index only.
   */
  readonly toReplace: ReadonlyMap<number, Pod>;
}

export function jobFacts(job: Job, pods: readonly Pod[], before: BackoffRecord): JobFacts {
  const active = pods.filter(isPodActive);
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const fresh = (uncounted: readonly string[], ended: (pod: Pod) => boolean) =>
    pods.filter((pod) => isCountable(job, pod) && !uncounted.includes(pod.metadata.uid ?? '') && ended(pod));
  const newSucceeded = fresh(succeeded, ({ status }) => status?.phase === 'Succeeded');
  const newFailed = fresh(failed, (pod) => hasFailed(job, pod));
  const counted = newFailed.filter((pod) => judgeFailure(job.spec?.podFailurePolicy, pod).counts);
  const indexes = isIndexed(job) ? indexFacts(job, pods, active) : undefined;
  return {
    job,
    pods,
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded:
      indexes === undefined
        ? (job.status?.succeeded ?? 0) + newSucceeded.length + succeeded.length
        : countIndexes(indexes.succeeded),
    failed: (job.status?.failed ?? 0) + counted.length + failed.length,
    record: nextRecord(before, newSucceeded, newFailed),
    ...(indexes === undefined ? {} : { indexes }),
  };
}

/** Still to be counted when it ends, and of an index that the Job has. */
const isCountable = (job: Job, pod: Pod) => isTracked(pod) && (!isIndexed(job) || validIndexOf(job, pod) !== undefined);

function indexFacts(job: Job, pods: readonly Pod[], active: readonly Pod[]): IndexFacts {
  const completions = job.spec?.completions ?? 0;
  const previous = parseIndexes(job.status?.completedIndexes, completions);
  const countable = pods.filter((pod) => isCountable(job, pod));
  const indexesOf = (some: readonly Pod[]) => some.map((pod) => validIndexOf(job, pod)!);
  const succeeded = withIndexes(previous, indexesOf(countable.filter(({ status }) => status?.phase === 'Succeeded')));
  if (!hasLimitPerIndex(job)) return { completions, previous, succeeded, toReplace: new Map() };
  const failed = withIndexes(
    parseIndexes(job.status?.failedIndexes, completions),
    indexesOf(countable.filter((pod) => failsIndex(job, pod))),
  );
  const activeIndexes = new Set(active.map(completionIndexOf));
  const toReplace = new Map<number, Pod>();
  for (const pod of countable) {
    const index = validIndexOf(job, pod)!;
    const isSettled = hasIndex(succeeded, index) || hasIndex(failed, index) || activeIndexes.has(index);
    if (!hasFailed(job, pod) || isSettled) continue;
    const other = toReplace.get(index);
    if (other === undefined || isLater(pod, other)) toReplace.set(index, pod);
  }
  return { completions, previous, succeeded, failed, toReplace };
}

const failuresBefore = (pod: Pod) => {
  const { counted, ignored } = earlierFailures(pod);
  return counted + ignored;
};
const isLater = (pod: Pod, other: Pod) =>
  failuresBefore(pod) >= failuresBefore(other) && finishedAtMs(pod) >= finishedAtMs(other);

/** Its failure is one too many for its index. */
function failsIndex(job: Job, pod: Pod): boolean {
  if (!hasFailed(job, pod)) return false;
  const { action, counts } = judgeFailure(job.spec?.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && earlierFailures(pod).counted >= (job.spec?.backoffLimitPerIndex ?? 0));
}
