/** What a CronJob needs done: which of its Jobs have ended, which start is due, which old Jobs are too many. Pure. */
import {
  CronJob,
  type CronJobStatus,
  CronSyntaxError,
  formatZoned,
  type Job,
  parseCronSchedule,
  zoneOf,
} from '@pintle/api/batch/v1';
import type { ObjectReference } from '@pintle/api/core/v1';
import {
  controllerReference,
  findCondition,
  formatTime,
  isConditionTrue,
  onceForEach,
  parseTime,
  secondsToMs,
} from '@pintle/machinery';
import { isJobFinished } from '../job/index.js';
import { dueStart, nextLookInMs, type Timetable } from './schedule.js';

/** When a Job was to start, as the CronJob's clock has it. */
export const scheduledTimestampKey = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface CronJobPlan {
  /** Of what is so before anything is done. */
  readonly status: CronJobStatus;
  readonly told: readonly Told[];
  /** Running Jobs that make place for the next. */
  readonly replace: readonly Job[];
  readonly create?: { readonly job: Job; readonly scheduledMs: number };
  /** Ended Jobs that nobody needs to look at any more. */
  readonly sweep: readonly Job[];
  /** Without the start that is to be made. */
  readonly timetable?: Timetable;
  readonly requeueAfterMs?: number;
}

/** `notBeforeMs`: since when the schedule is there, where that is known; it starts nothing for times before. */
export function planCronJob(cronJob: CronJob, jobs: readonly Job[], nowMs: number, notBeforeMs?: number): CronJobPlan {
  const told: Told[] = [];
  const sweep = planSweep(cronJob, jobs);
  const status = trackJobs(cronJob, jobs, sweep, told);
  const seen: CronJob = { ...cronJob, status };
  return { status, sweep, ...planStart(seen, jobs, nowMs, notBeforeMs, told), told };
}

/** Ended and vanished Jobs leave the active ones; the last success is noted. Of one that is swept at once nobody is told. */
function trackJobs({ status }: CronJob, jobs: readonly Job[], sweep: readonly Job[], told: Told[]): CronJobStatus {
  const { active = [], lastSuccessfulTime, ...rest } = status ?? {};
  const left = active.filter(({ uid, name }) => {
    const job = jobs.find(({ metadata }) => metadata.uid === uid);
    if (job === undefined) {
      told.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${name}` });
      return false;
    }
    if (!isJobFinished(job)) return true;
    if (sweep.includes(job)) return false;
    const outcome = isConditionTrue(job.status?.conditions, 'Complete') ? 'Complete' : 'Failed';
    told.push({
      type: 'Normal',
      reason: 'SawCompletedJob',
      message: `Saw completed job: ${job.metadata.name}, condition: ${outcome}`,
    });
    return false;
  });
  for (const job of jobs) {
    if (isJobFinished(job) || active.some(({ uid }) => uid === job.metadata.uid)) continue;
    told.push({
      type: 'Warning',
      reason: 'UnexpectedJob',
      message: `Saw a job that the controller did not create or forgot: ${job.metadata.name}`,
    });
  }
  const successes = jobs
    .filter((job) => findCondition(job.status?.conditions, 'Complete')?.status === 'True')
    .map(({ status: ended }) => parseTime(ended?.completionTime ?? undefined));
  const lastMs = Math.max(...[parseTime(lastSuccessfulTime ?? undefined), ...successes].map((ms) => ms ?? -1));
  return {
    ...rest,
    ...(left.length === 0 ? {} : { active: left }),
    ...(lastMs < 0 ? {} : { lastSuccessfulTime: formatTime(lastMs) }),
  };
}

type Start = Pick<CronJobPlan, 'replace' | 'create' | 'timetable' | 'requeueAfterMs'>;

function planStart(
  cronJob: CronJob,
  jobs: readonly Job[],
  nowMs: number,
  notBeforeMs: number | undefined,
  told: Told[],
): Start {
  const { spec, status = {} } = cronJob;
  const nothing: Start = { replace: [] };
  if (spec === undefined || cronJob.metadata.deletionTimestamp !== undefined) return nothing;
  const warn = (reason: string, message: string) => told.push({ type: 'Warning', reason, message });
  const zone = zoneOf(spec.timeZone ?? '');
  if (zone === undefined) {
    const name = spec.timeZone ?? '';
    warn('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(name)}: unknown time zone ${name}`);
    return nothing;
  }
  if (spec.suspend) return nothing;
  const timetable = timetableOf(spec, zone, (fault) =>
    warn('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${fault}`),
  );
  if (timetable === undefined) return nothing;
  const inMs = nextLookInMs(cronJob, timetable, nowMs, notBeforeMs);
  const later: Start = { replace: [], timetable, ...(inMs === undefined ? {} : { requeueAfterMs: inMs }) };
  const { dueMs, missed, fault } = dueStart(cronJob, timetable, nowMs, { hasDeadline: true, notBeforeMs });
  if (fault !== undefined) {
    warn('InvalidSchedule', `invalid schedule: ${spec.schedule} : ${fault}`);
    return nothing;
  }
  if (dueMs === undefined) return later;
  if (missed === 'many')
    warn(
      'TooManyMissedTimes',
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  if (spec.startingDeadlineSeconds !== undefined && dueMs + secondsToMs(spec.startingDeadlineSeconds) < nowMs) {
    warn('MissSchedule', `Missed scheduled time to start a job: ${rfc1123(dueMs)}`);
    return later;
  }
  const job = jobOf(cronJob, dueMs, timetable);
  const { active = [] } = status;
  const isMade =
    active.some(({ name }) => name === job.metadata.name) || parseTime(status.lastScheduleTime ?? undefined) === dueMs;
  if (isMade) return later;
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    told.push({
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return later;
  }
  const replaced = spec.concurrencyPolicy === 'Replace' ? active.map(({ uid }) => uid) : [];
  return {
    timetable,
    replace: jobs.filter(({ metadata }) => replaced.includes(metadata.uid)),
    create: { job, scheduledMs: dueMs },
  };
}

type CronJobSpec = NonNullable<CronJob['spec']>;

const scheduleOf = onceForEach(({ schedule }: CronJobSpec) => parseCronSchedule(schedule));

function timetableOf(spec: CronJobSpec, zone: Timetable['zone'], onFault: (fault: string) => void) {
  try {
    return { schedule: scheduleOf(spec), zone };
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    onFault(error.message);
    return undefined;
  }
}

const rfc1123 = (ms: number) => new Date(ms).toUTCString().replace('GMT', '+0000');

/** Its name says when it was to start, so that no start is made twice. */
export function jobOf(cronJob: CronJob, scheduledMs: number, { zone }: Pick<Timetable, 'zone'>): Job {
  const { metadata, spec } = cronJob.spec!.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(scheduledMs / 60_000)}`,
      namespace: cronJob.metadata.namespace ?? '',
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [scheduledTimestampKey]: formatZoned(zone, scheduledMs) },
      ownerReferences: [controllerReference(cronJob, CronJob)],
    },
    spec: spec!,
  };
}

/** The status when a start was made. */
export function withStart(status: CronJobStatus, job: Job, scheduledMs: number): CronJobStatus {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = job.metadata;
  const made: ObjectReference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
  return { ...status, active: [...(status.active ?? []), made], lastScheduleTime: formatTime(scheduledMs) };
}

/** Of the ended Jobs, well and ill apart, the oldest beyond the limits. */
function planSweep({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const beyond = (type: string, limit: number | undefined) => {
    const ended = jobs.filter(({ status }) => isConditionTrue(status?.conditions, type));
    return limit === undefined ? [] : [...ended].sort(byStart).slice(0, Math.max(0, ended.length - limit));
  };
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)];
}

function byStart(a: Job, b: Job): number {
  const at = ({ status }: Job) => parseTime(status?.startTime ?? undefined) ?? Number.MAX_SAFE_INTEGER;
  return at(a) - at(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
}
