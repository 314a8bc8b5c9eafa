/** What a Job needs done: how it ends, which pods it lacks, which it has too many. Pure. */

import type { Job } from '@pintle/api/batch/v1';
import type { Pod } from '@pintle/api/core/v1';
import { secondsToMs } from '@pintle/machinery';
import { remainingForIndexMs, remainingMs } from './backoff.js';
import { judgeFailure } from './failure-policy.js';
import { countIndexes, firstFree, union, withIndexes } from './indexes.js';
import { type Outcome, outcomeSaid } from './job-conditions.js';
import type { IndexFacts, JobFacts } from './job-facts.js';
import {
  completionIndexOf,
  hasFailed,
  hasLimitPerIndex,
  isSuspended,
  isTerminating,
  leastWorthFirst,
  replacesFailedOnly,
} from './job-pods.js';
import { matchSuccessPolicy } from './success-policy.js';

/** Pods made or removed at one look. */
export const burstMax = 500;

export interface PodWish {
  /** Of an indexed Job. */
  readonly index?: number;
  /** The failed pod of the same index, where failures are counted by index. */
  readonly replaces?: Pod;
}

export interface JobPlan {
  readonly outcome?: Outcome;
  readonly create: readonly PodWish[];
  readonly remove: readonly Pod[];
  /** The Job ends, and its removed pods are still counted. Otherwise they are as if they had never been. */
  readonly countsRemoved: boolean;
  /** Whether the number of pods was looked at; not so of a Job that ends or is being deleted. */
  readonly isManaged: boolean;
  readonly requeueAfterMs?: number;
}

type PodPlan = Pick<JobPlan, 'create' | 'remove' | 'requeueAfterMs'>;
const nothing: PodPlan = { create: [], remove: [] };

/** `startMs`: when the Job was started, or goes on after a pause. */
export function planJob(facts: JobFacts, startMs: number | undefined, nowMs: number): JobPlan {
  const { job } = facts;
  const outcome = outcomeOf(facts, startMs, nowMs);
  if (outcome !== undefined)
    return { outcome, create: [], remove: facts.active, countsRemoved: true, isManaged: false };
  const isManaged = job.metadata.deletionTimestamp === undefined;
  const pods = isManaged ? planPods(facts, nowMs) : nothing;
  const { activeDeadlineSeconds } = job.spec ?? {};
  const deadlineInMs =
    activeDeadlineSeconds === undefined || isSuspended(job) || startMs === undefined
      ? undefined
      : startMs + secondsToMs(activeDeadlineSeconds) - nowMs;
  const due = [pods.requeueAfterMs, deadlineInMs].filter((ms) => ms !== undefined);
  return {
    create: pods.create,
    remove: pods.remove,
    countsRemoved: false,
    isManaged,
    ...(due.length === 0 ? {} : { requeueAfterMs: Math.min(...due) }),
  };
}

function outcomeOf(facts: JobFacts, startMs: number | undefined, nowMs: number): Outcome | undefined {
  const { job, pods, indexes } = facts;
  const said = outcomeSaid(job);
  if (said !== undefined) return said;
  const fails = (reason: string, message: string): Outcome => ({ type: 'Failed', reason, message });
  for (const pod of pods) {
    const message = hasFailed(job, pod) ? judgeFailure(job.spec?.podFailurePolicy, pod).message : undefined;
    if (message !== undefined) return fails('PodFailurePolicy', message);
  }
  if (facts.failed > backoffLimitOf(job) || isPastRestarts(job, pods))
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (isPastDeadline(job, startMs, nowMs))
    return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
  if (indexes === undefined) return undefined;
  const reason = failedIndexesReason(job, indexes);
  if (reason !== undefined) return fails(...reason);
  const met = matchSuccessPolicy(job.spec?.successPolicy, indexes.completions, indexes.succeeded);
  return met === undefined ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message: met };
}

const backoffLimitOf = ({ spec }: Job) => spec?.backoffLimit ?? 6;

/** Containers that are started again in their pods count as retries too. */
function isPastRestarts(job: Job, pods: readonly Pod[]): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
      restarts += restartCount ?? 0;
  }
  return restarts >= Math.max(backoffLimitOf(job), 1);
}

function isPastDeadline(job: Job, startMs: number | undefined, nowMs: number): boolean {
  const seconds = job.spec?.activeDeadlineSeconds;
  return seconds !== undefined && startMs !== undefined && !isSuspended(job) && nowMs - startMs >= secondsToMs(seconds);
}

function failedIndexesReason(
  { spec }: Job,
  { failed, succeeded, completions }: IndexFacts,
): [reason: string, message: string] | undefined {
  const count = countIndexes(failed ?? []);
  if (spec?.maxFailedIndexes !== undefined && count > spec.maxFailedIndexes)
    return ['MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes'];
  if (count > 0 && count + countIndexes(succeeded) >= completions) return ['FailedIndexes', 'Job has failed indexes'];
  return undefined;
}

function planPods(facts: JobFacts, nowMs: number): PodPlan {
  const { job, active, terminating } = facts;
  if (isSuspended(job)) return { create: [], remove: active };
  const wanted = wantedActive(facts);
  const remove = tooMany(facts, Math.max(0, active.length - wanted)).slice(0, burstMax);
  // One or the other: what is free after removals shows at the next look.
  if (remove.length > 0) return { create: [], remove };
  const missing = wanted - active.length - (replacesFailedOnly(job) ? terminating : 0);
  return missing > 0 ? planCreation(facts, Math.min(missing, burstMax), nowMs) : nothing;
}

/** Without a number of completions, one success is enough, and nothing is begun after it. */
function wantedActive({ job, active, succeeded }: JobFacts): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** At least so many active pods, and of an indexed Job every one that doubles an index or has none of the Job's. */
function tooMany({ job, active }: JobFacts, atLeast: number): readonly Pod[] {
  if (job.spec?.completionMode !== 'Indexed') return leastWorthFirst(active).slice(0, atLeast);
  const completions = job.spec.completions ?? 0;
  const byIndex = new Map<number, Pod[]>();
  const remove: Pod[] = [];
  for (const pod of active) {
    const index = completionIndexOf(pod);
    if (index === undefined || index >= completions) remove.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const index of [...byIndex.keys()].sort((a, b) => a - b)) {
    const ranked = leastWorthFirst(byIndex.get(index)!);
    remove.push(...ranked.slice(0, -1));
    left.push(ranked.at(-1)!);
  }
  return remove.length >= atLeast ? remove : [...remove, ...leastWorthFirst(left).slice(0, atLeast - remove.length)];
}

function planCreation(facts: JobFacts, missing: number, nowMs: number): PodPlan {
  const { job, indexes, record } = facts;
  const isLimitedByIndex = hasLimitPerIndex(job);
  const waitMs = isLimitedByIndex ? 0 : remainingMs(record, nowMs);
  if (waitMs > 0) return { ...nothing, requeueAfterMs: waitMs };
  if (indexes === undefined) return { create: Array<PodWish>(missing).fill({}), remove: [] };
  const free = firstFree(takenIndexes(facts, indexes), missing, indexes.completions);
  if (!isLimitedByIndex) return { create: free.map((index) => ({ index })), remove: [] };
  const waits = free.map((index) => remainingForIndexMs(indexes.toReplace.get(index), nowMs));
  const create = free
    .filter((_, at) => waits[at] === 0)
    .map((index): PodWish => {
      const replaces = indexes.toReplace.get(index);
      return { index, ...(replaces === undefined ? {} : { replaces }) };
    });
  const waiting = waits.filter((ms) => ms > 0);
  return { create, remove: [], ...(waiting.length === 0 ? {} : { requeueAfterMs: Math.min(...waiting) }) };
}

function takenIndexes({ job, active, pods }: JobFacts, { succeeded, failed = [] }: IndexFacts) {
  const holding = replacesFailedOnly(job) ? [...active, ...pods.filter(isTerminating)] : active;
  return union(
    withIndexes(
      succeeded,
      holding.map(completionIndexOf).filter((index) => index !== undefined),
    ),
    failed,
  );
}
