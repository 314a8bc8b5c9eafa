/**
 * How a Job's ended pods are counted, each once, though any step may fail: first the status names those that are
 * about to be counted, then they lose their finalizers, and then the status counts them. Pure.
 */
import type { Job, JobStatus } from '@pintle/api/batch/v1';
import type { Pod } from '@pintle/api/core/v1';
import { formatTime, isConditionTrue } from '@pintle/machinery';
import { judgeFailure } from './failure-policy.js';
import { countIndexes, formatIndexes, hasIndex, withIndexes } from './indexes.js';
import { ensureCondition, interimTypes, type Outcome } from './job-conditions.js';
import type { JobFacts } from './job-facts.js';
import { hasFailed, hasLimitPerIndex, isSuspended, isTracked, validIndexOf } from './job-pods.js';
import type { JobPlan } from './plan-job.js';

/** Uids that a status names at once; beyond, a Job is looked at again. */
const uncountedMax = 500;

/** What of the plan was done. */
export interface Done {
  readonly created: number;
  readonly removed: readonly Pod[];
  /** Some of it failed. */
  readonly isPartial: boolean;
}

export interface Account {
  /** To write before the finalizers go. */
  readonly status: JobStatus;
  /** Pods whose end is counted, or needs no counting. */
  readonly release: readonly Pod[];
  /** How the Job ends, once everything is counted. */
  readonly outcome?: Outcome;
  /** More pods are to be counted than a status may name. */
  readonly hasMore: boolean;
  /** A pause began or ended. */
  readonly pause?: 'Suspended' | 'Resumed';
}

const completed: Outcome = {
  type: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

export function planAccount(
  facts: JobFacts,
  plan: JobPlan,
  done: Done,
  startTime: string | undefined,
  nowMs: number,
): Account {
  const { job, pods } = facts;
  const counts = {
    active: facts.active.length + done.created - done.removed.length,
    ready: facts.ready - done.removed.filter((pod) => isConditionTrue(pod.status?.conditions, 'Ready')).length,
    terminating: facts.terminating + done.removed.length,
  };
  const outcome =
    plan.outcome === undefined ? completionOf(facts, counts.active) : done.isPartial ? undefined : plan.outcome;
  const pause = plan.isManaged && outcome === undefined ? withPause(facts, nowMs) : {};
  const counted = countPods(facts, outcome);
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
  const status = settle({ ...job.status, uncountedTerminatedPods: counted.uncounted }, tracked);
  const conditions = 'conditions' in pause ? pause.conditions : job.status?.conditions;
  return {
    status: withoutEmpty({
      ...status,
      ...counts,
      ...indexStatus(facts, counted.succeededIndexes, status),
      startTime,
      conditions: outcome === undefined ? conditions : ensureInterim(conditions, outcome, nowMs),
    }),
    release: counted.release,
    hasMore: counted.hasMore,
    ...(outcome === undefined ? {} : { outcome }),
    ...('event' in pause ? { pause: pause.event } : {}),
  };
}

function completionOf({ job, succeeded }: JobFacts, active: number): Outcome | undefined {
  const { completions } = job.spec ?? {};
  const isEnough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  return isEnough && active === 0 ? completed : undefined;
}

function ensureInterim(conditions: JobStatus['conditions'], { type, reason, message }: Outcome, nowMs: number) {
  if (isConditionTrue(conditions, interimTypes[type])) return conditions;
  return ensureCondition(conditions, { type: interimTypes[type], status: 'True', reason, message }, nowMs);
}

/**
 * When the Job counts as started: it does so anew when it goes on after a pause, so that its deadline is for a time
 * without pauses.
 */
export function startTimeOf(job: Job, nowMs: number): string | undefined {
  const { startTime, conditions } = job.status ?? {};
  if (isSuspended(job)) return startTime ?? undefined;
  const goesOn = isConditionTrue(conditions, 'Suspended') && job.metadata.deletionTimestamp === undefined;
  return goesOn || startTime == null ? formatTime(nowMs) : startTime;
}

/** A pause is told by a condition. */
function withPause({ job }: JobFacts, nowMs: number) {
  const before = job.status?.conditions;
  const isPaused = isSuspended(job);
  const conditions = ensureCondition(
    before,
    isPaused
      ? { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
      : { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' },
    nowMs,
  );
  return conditions === before ? {} : { conditions, event: isPaused ? ('Suspended' as const) : ('Resumed' as const) };
}

function countPods({ job, pods, indexes }: JobFacts, outcome: Outcome | undefined) {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const uncounted = { succeeded: [...succeeded], failed: [...failed] };
  const release: Pod[] = [];
  const succeededIndexes: number[] = [];
  const inOrder =
    indexes === undefined
      ? pods
      : [...pods].sort((a, b) => (validIndexOf(job, a) ?? -1) - (validIndexOf(job, b) ?? -1));
  for (const pod of inOrder) {
    if (!isTracked(pod) || !isReleasable(pod)) continue;
    release.push(pod);
    const uid = pod.metadata.uid ?? '';
    const index = validIndexOf(job, pod);
    if (pod.status?.phase === 'Succeeded' && !failed.includes(uid)) {
      if (indexes === undefined) {
        if (!succeeded.includes(uid)) uncounted.succeeded.push(uid);
      } else if (index !== undefined && !hasIndex(indexes.previous, index)) succeededIndexes.push(index);
    } else if (countsAsFailed(pod) && !failed.includes(uid) && (indexes === undefined || index !== undefined)) {
      if (judgeFailure(job.spec?.podFailurePolicy, pod).counts) uncounted.failed.push(uid);
    }
    if (succeededIndexes.length + uncounted.succeeded.length + uncounted.failed.length >= uncountedMax)
      return { uncounted, release, succeededIndexes, hasMore: true };
  }
  return { uncounted, release, succeededIndexes, hasMore: false };

  /** Of a Job that failed, what has not ended well has failed. */
  function countsAsFailed(pod: Pod): boolean {
    return hasFailed(job, pod) || outcome?.type === 'Failed';
  }
  function isReleasable(pod: Pod): boolean {
    if (job.metadata.deletionTimestamp !== undefined || outcome !== undefined || pod.status?.phase === 'Succeeded')
      return true;
    if (!hasFailed(job, pod)) return false;
    const index = hasLimitPerIndex(job) ? validIndexOf(job, pod) : undefined;
    return index === undefined || indexes?.toReplace.get(index)?.metadata.uid !== pod.metadata.uid;
  }
}

function indexStatus({ indexes }: JobFacts, newSucceeded: readonly number[], status: JobStatus): Partial<JobStatus> {
  if (indexes === undefined) return { succeeded: status.succeeded ?? 0 };
  const succeeded = withIndexes(indexes.succeeded, newSucceeded);
  return {
    succeeded: countIndexes(succeeded),
    completedIndexes: formatIndexes(succeeded),
    ...(indexes.failed === undefined ? {} : { failedIndexes: formatIndexes(indexes.failed) }),
  };
}

/** Counts those that are named and tracked no more. */
function settle(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = (uids: readonly string[]) => uids.filter((uid) => tracked.has(uid));
  const [succeededLeft, failedLeft] = [left(succeeded), left(failed)];
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - succeededLeft.length,
    failed: (status.failed ?? 0) + failed.length - failedLeft.length,
    uncountedTerminatedPods: {
      ...(succeededLeft.length === 0 ? {} : { succeeded: succeededLeft }),
      ...(failedLeft.length === 0 ? {} : { failed: failedLeft }),
    },
  };
}

/** The status when finalizers have gone; `tracked` are the uids of pods that still have theirs. */
export function conclude(
  status: JobStatus,
  { outcome, hasMore }: Pick<Account, 'outcome' | 'hasMore'>,
  tracked: ReadonlySet<string>,
  nowMs: number,
): { readonly status: JobStatus; readonly finished?: Outcome } {
  const settled = withoutEmpty(settle(status, tracked));
  const { succeeded = [], failed = [] } = settled.uncountedTerminatedPods ?? {};
  const isOpen = hasMore || succeeded.length + failed.length > 0 || (settled.terminating ?? 0) > 0;
  if (outcome === undefined || isOpen) return { status: settled };
  const { type, reason, message } = outcome;
  const conditions = ensureCondition(settled.conditions, { type, status: 'True', reason, message }, nowMs);
  return {
    status: {
      ...settled,
      ...(conditions === undefined ? {} : { conditions }),
      ...(type === 'Complete' ? { completionTime: formatTime(nowMs) } : {}),
    },
    finished: outcome,
  };
}

const omittedAsZero = ['active', 'succeeded', 'failed', 'completedIndexes'];

/** Without what Go leaves out: zeros of plain numbers, empty text, what is not there. */
function withoutEmpty(status: { readonly [K in keyof JobStatus]?: JobStatus[K] | undefined }): JobStatus {
  return Object.fromEntries(
    Object.entries(status).filter(([key, value]) => value !== undefined && (value || !omittedAsZero.includes(key))),
  ) as JobStatus;
}
