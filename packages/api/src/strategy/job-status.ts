/**
 * What may become of a Job's status. Anybody may manage Jobs (`spec.managedBy`), so the server holds them to it. A
 * rule is about a change: what was already so is let be.
 */
import {
  deepEqual,
  type FieldError,
  invalidField,
  invalidWithoutValue,
  isConditionTrue,
  parseTime,
  requiredField,
} from '@pintle/machinery';
import type { Job } from '../batch/v1/job.js';
import { nonNegativeErrors } from './amount.js';
import { firstOverlap, parseIndexRanges } from './job-indexes.js';

const is = ({ status }: Job, type: string) => isConditionTrue(status?.conditions, type);
const isFinished = (job: Job) => is(job, 'Complete') || is(job, 'Failed');

export function jobStatusErrors(job: Job, old: Job): readonly FieldError[] {
  return [
    ...countErrors(job, old),
    ...uncountedErrors(job),
    ...conditionErrors(job, old),
    ...timeErrors(job, old),
    ...indexErrors(job, old),
    ...readyErrors(job, old),
  ];
}

function countErrors(job: Job, old: Job): readonly FieldError[] {
  const { status = {}, spec } = job;
  const before = old.status ?? {};
  const errors: FieldError[] = [];
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const)
    errors.push(...nonNegativeErrors(status[field], `status.${field}`));
  if ((status.failed ?? 0) < (before.failed ?? 0))
    errors.push(invalidField('status.failed', status.failed ?? 0, 'cannot decrease the failed counter'));
  // An elastic indexed Job can be scaled down, and its completed indexes with it.
  const isElastic = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!isElastic && (status.succeeded ?? 0) < (before.succeeded ?? 0))
    errors.push(invalidField('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  const finishes = isFinished(job) !== isFinished(old);
  if ((finishes || status.active !== before.active) && isFinished(job) && (status.active ?? 0) > 0)
    errors.push(invalidField('status.active', status.active, 'active>0 is invalid for finished job'));
  return errors;
}

function uncountedErrors({ status }: Job): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (status?.uncountedTerminatedPods?.[list] ?? []).entries()) {
      const at = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') errors.push(invalidField(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push({ type: 'FieldValueDuplicate', field: at, badValue: uid, detail: '' });
      seen.add(uid);
    }
  }
  return errors;
}

function conditionErrors(job: Job, old: Job): readonly FieldError[] {
  const errors: FieldError[] = [];
  const fault = (detail: string) => errors.push(invalidWithoutValue('status.conditions', detail));
  const changed = (type: string) => is(job, type) !== is(old, type);
  if ((changed('Complete') || changed('Failed')) && is(job, 'Complete') && is(job, 'Failed'))
    fault('cannot set Complete=True and Failed=true conditions');
  if ((changed('Complete') || changed('FailureTarget')) && is(job, 'Complete') && is(job, 'FailureTarget'))
    fault('cannot set Complete=True and FailureTarget=true conditions');
  const indexesChanged = job.status?.failedIndexes !== old.status?.failedIndexes;
  if ((changed('Failed') || indexesChanged) && is(job, 'Failed') && !is(job, 'FailureTarget'))
    fault('cannot set Failed=True condition without the FailureTarget=true condition');
  if ((changed('Complete') || changed('SuccessCriteriaMet')) && is(job, 'Complete') && !is(job, 'SuccessCriteriaMet'))
    fault('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  if (is(job, 'SuccessCriteriaMet') && is(job, 'Failed'))
    fault('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (is(job, 'SuccessCriteriaMet') && is(job, 'FailureTarget'))
    fault('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (job.spec?.successPolicy !== undefined && is(job, 'Complete') && !is(job, 'SuccessCriteriaMet'))
    fault('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (is(old, type) && !is(job, type)) fault(`cannot disable the terminal ${type}=True condition`);
  if (is(old, 'SuccessCriteriaMet') && !is(job, 'SuccessCriteriaMet'))
    fault('cannot disable the SuccessCriteriaMet=True condition');
  if (is(old, 'Complete') && !is(old, 'SuccessCriteriaMet') && is(job, 'SuccessCriteriaMet'))
    fault('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
  return errors;
}

function timeErrors(job: Job, old: Job): readonly FieldError[] {
  const { status = {} } = job;
  const before = old.status ?? {};
  const errors: FieldError[] = [];
  const { startTime, completionTime } = status;
  const startChanged = startTime !== before.startTime;
  const completionChanged = completionTime !== before.completionTime;
  const finishes = isFinished(job) !== isFinished(old);
  const completes = is(job, 'Complete') !== is(old, 'Complete');
  if (completes || completionChanged) {
    if (completionTime != null && !is(job, 'Complete'))
      errors.push(
        invalidField(
          'status.completionTime',
          completionTime,
          'cannot set completionTime when there is no Complete=True condition',
        ),
      );
    if (completionTime == null && is(job, 'Complete'))
      errors.push(requiredField('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  const [started, completed] = [parseTime(startTime ?? undefined), parseTime(completionTime ?? undefined)];
  if ((startChanged || completionChanged) && started !== undefined && completed !== undefined && completed < started)
    errors.push(invalidField('status.completionTime', completionTime, 'completionTime cannot be set before startTime'));
  if ((finishes || startChanged) && startTime == null && isFinished(job))
    errors.push(requiredField('status.startTime', 'startTime is required for finished job'));
  if (completionTime != null && before.completionTime != null && completionChanged)
    errors.push(invalidField('status.completionTime', completionTime, 'completionTime cannot be mutated'));
  // A Job that goes on after a pause is started anew.
  const resumes = is(old, 'Suspended') && !is(job, 'Suspended');
  if (before.startTime != null && startChanged && !job.spec?.suspend && !resumes)
    errors.push(requiredField('status.startTime', 'startTime cannot be removed for unsuspended job'));
  const { uncountedTerminatedPods: uncounted } = status;
  const left = (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0);
  if ((finishes || !deepEqual(uncounted, before.uncountedTerminatedPods)) && isFinished(job) && left > 0)
    errors.push(
      invalidField(
        'status.uncountedTerminatedPods',
        uncounted,
        'uncountedTerminatedPods needs to be empty for finished job',
      ),
    );
  return errors;
}

function indexErrors({ spec, status = {} }: Job, { status: before = {} }: Job): readonly FieldError[] {
  const errors: FieldError[] = [];
  const fields = (['completedIndexes', 'failedIndexes'] as const).filter((field) => status[field] !== before[field]);
  if (fields.length === 0) return errors;
  const completions = spec?.completions;
  const ranges = (field: 'completedIndexes' | 'failedIndexes') => {
    const parsed = completions === undefined ? [] : parseIndexRanges(status[field] ?? '', completions);
    if (typeof parsed !== 'string') return parsed;
    const isJudged = field === 'completedIndexes' || spec?.backoffLimitPerIndex !== undefined;
    if (fields.includes(field) && isJudged)
      errors.push(invalidField(`status.${field}`, status[field], `error parsing ${field}: ${parsed}`));
    return [];
  };
  const overlap = firstOverlap(ranges('completedIndexes'), ranges('failedIndexes'));
  if (fields.includes('completedIndexes') && status.completedIndexes && spec?.completionMode !== 'Indexed')
    errors.push(
      invalidField(
        'status.completedIndexes',
        status.completedIndexes,
        'cannot set non-empty completedIndexes when non-indexed completion mode',
      ),
    );
  if (
    fields.includes('failedIndexes') &&
    status.failedIndexes !== undefined &&
    spec?.backoffLimitPerIndex === undefined
  )
    errors.push(
      invalidField(
        'status.failedIndexes',
        status.failedIndexes,
        'cannot set non-null failedIndexes when backoffLimitPerIndex is null',
      ),
    );
  if (overlap !== undefined)
    errors.push(
      invalidField(
        'status.failedIndexes',
        status.failedIndexes,
        `failedIndexes and completedIndexes overlap at index: ${overlap}`,
      ),
    );
  return errors;
}

function readyErrors(job: Job, old: Job): readonly FieldError[] {
  const { active = 0, ready, terminating = 0 } = job.status ?? {};
  const before = old.status ?? {};
  const errors: FieldError[] = [];
  const finishes = isFinished(job) !== isFinished(old);
  if ((finishes || job.status?.terminating !== before.terminating) && isFinished(job) && terminating > 0)
    errors.push(invalidField('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  const isChanged = ready !== before.ready || active !== (before.active ?? 0);
  if (isChanged && ready !== undefined && ready > active)
    errors.push(invalidField('status.ready', ready, 'cannot set more ready pods than active'));
  return errors;
}
