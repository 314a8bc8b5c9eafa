/** How long a Job waits before it makes a pod anew: 10 s after a failure, doubling to 10 min. Pure. */
import type { Pod } from '@pintle/api/core/v1';
import { earlierFailures, finishedAtMs } from './job-pods.js';

const backoffBaseMs = 10_000;
const backoffMaxMs = 600_000;

/** What is remembered of a Job's failures between two looks; a new controller begins anew. */
export interface BackoffRecord {
  readonly failuresSinceSuccess: number;
  readonly lastFailureMs?: number;
}

export const noFailures: BackoffRecord = { failuresSinceSuccess: 0 };

/** The record after pods that ended since it was made. */
export function nextRecord(before: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  const failures = failed.map(finishedAtMs);
  if (succeeded.length === 0)
    return failures.length === 0
      ? before
      : {
          failuresSinceSuccess: before.failuresSinceSuccess + failures.length,
          lastFailureMs: Math.max(...failures),
        };
  const lastSuccessMs = Math.max(...succeeded.map(finishedAtMs));
  const since = failures.filter((atMs) => atMs > lastSuccessMs);
  return since.length === 0 ? noFailures : { failuresSinceSuccess: since.length, lastFailureMs: Math.max(...since) };
}

export function remainingMs({ failuresSinceSuccess, lastFailureMs }: BackoffRecord, nowMs: number): number {
  if (failuresSinceSuccess === 0 || lastFailureMs === undefined) return 0;
  const backoffMs = Math.min(backoffBaseMs * 2 ** (failuresSinceSuccess - 1), backoffMaxMs);
  return Math.max(0, lastFailureMs + backoffMs - nowMs);
}

/** For the successor of a pod, where failures are counted by index. */
export function remainingForIndexMs(lastFailed: Pod | undefined, nowMs: number): number {
  if (lastFailed === undefined) return 0;
  const { counted, ignored } = earlierFailures(lastFailed);
  return remainingMs({ failuresSinceSuccess: counted + ignored + 1, lastFailureMs: finishedAtMs(lastFailed) }, nowMs);
}
