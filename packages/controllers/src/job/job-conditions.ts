/** How a Job ends, and the conditions that tell of it (batch/v1 JobConditionType). Pure. */
import type { Job, JobCondition } from '@pintle/api/batch/v1';
import { findCondition, formatTime, isConditionTrue } from '@pintle/machinery';

/** Decided, and told first by an interim condition; the last one follows when every pod is counted. */
export interface Outcome {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export const interimTypes = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

export const isJobFinished = ({ status }: Pick<Job, 'status'>): boolean =>
  isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed');

/** What an interim condition said before. */
export function outcomeSaid({ status }: Job): Outcome | undefined {
  for (const type of ['Complete', 'Failed'] as const) {
    const said = findCondition(status?.conditions, interimTypes[type]);
    if (said?.status === 'True') return { type, reason: said.reason ?? '', message: said.message ?? '' };
  }
  return undefined;
}

export type WantedCondition = Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>;

/** With the condition as wanted; the same list where it is so already. A first condition is never a false one. */
export function ensureCondition(
  conditions: readonly JobCondition[] | undefined,
  wanted: WantedCondition,
  nowMs: number,
): readonly JobCondition[] | undefined {
  const present = findCondition(conditions, wanted.type);
  const isSaid =
    present === undefined
      ? wanted.status === 'False'
      : present.status === wanted.status && present.reason === wanted.reason && present.message === wanted.message;
  if (isSaid) return conditions;
  const now = formatTime(nowMs);
  const condition: JobCondition = { ...wanted, lastProbeTime: now, lastTransitionTime: now };
  if (present === undefined) return [...(conditions ?? []), condition];
  return conditions!.map((other) => (other === present ? condition : other));
}
