/** One look at a CronJob: cases of kube-controller-manager's `TestControllerV2SyncCronJob`, and of what it sweeps. */
import { describe, expect, it } from '@jest/globals';
import type { CronJob, CronJobSpec, Job } from '@pintle/api/batch/v1';
import { planCronJob } from './plan-cron-job.js';

const at = (time: string) => Date.parse(`2025-05-19T${time}Z`);
const minuteOf = (time: string) => Math.floor(at(time) / 60_000);
const created = '2025-05-19T09:00:00Z';

interface Look {
  readonly spec?: Partial<CronJobSpec>;
  readonly now: string;
  /** When a start was made last. */
  readonly last?: string;
  /** Names of Jobs that the status says are active; those that end in `!` have ended. */
  readonly active?: string;
  readonly deleting?: boolean;
  /** The minute of the start that is made, what is replaced, and what is told. */
  readonly does: string;
  /** How soon it is looked again, where no start is made. */
  readonly againInMinutes?: number;
}

const jobNamed = (name: string, ended = false): Job =>
  ({
    metadata: { name, namespace: 'default', uid: `${name}-uid` },
    status: ended ? { completionTime: '2025-05-19T09:30:00Z', conditions: [{ type: 'Complete', status: 'True' }] } : {},
  }) as unknown as Job;

function look({ spec, now, last, active = '', deleting }: Look) {
  const words = active.split(' ').filter((word) => word !== '');
  const jobs = words.map((word) => jobNamed(word.replace('!', ''), word.endsWith('!')));
  const cronJob = {
    metadata: { name: 'tick', namespace: 'default', uid: 'u', creationTimestamp: created },
    spec: { schedule: '0 * * * *', concurrencyPolicy: 'Allow', jobTemplate: { spec: {} }, ...spec },
    status: {
      ...(last === undefined ? {} : { lastScheduleTime: `2025-05-19T${last}Z` }),
      active: jobs.map(({ metadata: { name, uid } }) => ({ name, namespace: 'default', uid })),
    },
  } as unknown as CronJob;
  if (deleting) Object.assign(cronJob.metadata, { deletionTimestamp: created });
  const plan = planCronJob(cronJob, jobs, at(now));
  const does = [
    ...(plan.create === undefined ? [] : [`+${Number(plan.create.job.metadata.name!.split('-')[1])}`]),
    ...plan.replace.map(({ metadata }) => `-${metadata.name}`),
    ...plan.told.map(({ reason }) => reason),
  ];
  return { does: does.join(' '), again: plan.requeueAfterMs };
}

const ten = minuteOf('10:00:00');
const looks: Record<string, Look> = {
  'not its time yet': { now: '09:59:30', does: '', againInMinutes: 0.5 },
  'its time': { now: '10:00:01', does: `+${ten}` },
  'its time, and suspended': { spec: { suspend: true }, now: '10:00:01', does: '' },
  'its time, and being deleted': { now: '10:00:01', deleting: true, does: '' },
  'no schedule at all': { spec: { schedule: 'every hour' }, now: '10:00:01', does: 'UnparseableSchedule' },
  'a zone that is none': { spec: { timeZone: 'Mars/Olympus' }, now: '10:00:01', does: 'UnknownTimeZone' },
  'a day that never comes': { spec: { schedule: '0 0 31 2 *' }, now: '10:00:01', does: 'InvalidSchedule' },
  'too late': {
    spec: { startingDeadlineSeconds: 30 },
    ...{ now: '10:10:00', does: '', againInMinutes: 50 },
  },
  'just not too late': { spec: { startingDeadlineSeconds: 600 }, now: '10:09:59', does: `+${ten}` },
  'made already': { now: '10:00:10', last: '10:00:00', does: '', againInMinutes: 59 + 50 / 60 },
  'made, and not told of yet': {
    now: '10:00:10',
    last: '09:00:00',
    active: `tick-${ten}`,
    does: '',
    againInMinutes: 59 + 50 / 60,
  },
  'one that ran has ended': { now: '10:00:01', last: '09:00:00', active: 'tick-1!', does: `+${ten} SawCompletedJob` },
  'one runs, and more may': { now: '10:00:01', last: '09:00:00', active: 'tick-1', does: `+${ten}` },
  'one runs, and no other may': {
    spec: { concurrencyPolicy: 'Forbid' },
    ...{ now: '10:00:00', last: '09:00:00', active: 'tick-1', does: 'JobAlreadyActive', againInMinutes: 60 },
  },
  'one runs, and makes place': {
    spec: { concurrencyPolicy: 'Replace' },
    ...{ now: '10:00:01', last: '09:00:00', active: 'tick-1', does: `+${ten} -tick-1` },
  },
  'one that ran has ended, and none is kept': {
    spec: { successfulJobsHistoryLimit: 0 },
    ...{ now: '10:00:01', last: '09:00:00', active: 'tick-1!', does: `+${ten}` },
  },
  'one has ended where no other may run': {
    spec: { concurrencyPolicy: 'Forbid' },
    ...{ now: '10:00:01', last: '09:00:00', active: 'tick-1!', does: `+${ten} SawCompletedJob` },
  },
};

describe('a look at a CronJob', () => {
  it.each(Object.entries(looks))('%s', (_name, given) => {
    const { does, again } = look(given);
    expect(does).toBe(given.does);
    // A little later, as clocks may be behind.
    expect(again).toBe(
      given.againInMinutes === undefined ? undefined : Math.round(given.againInMinutes * 60_000) + 100,
    );
  });
});

describe('what is swept', () => {
  const ended = (name: string, type: string, startTime?: string) =>
    ({ ...jobNamed(name), status: { conditions: [{ type, status: 'True' }], startTime } }) as unknown as Job;
  const jobs = [
    ended('well-3', 'Complete', '2025-05-19T03:00:00Z'),
    ended('well-1', 'Complete', '2025-05-19T01:00:00Z'),
    ended('well-2', 'Complete', '2025-05-19T02:00:00Z'),
    ended('never-began', 'Complete'),
    ended('ill-2', 'Failed', '2025-05-19T02:00:00Z'),
    ended('ill-1', 'Failed', '2025-05-19T02:00:00Z'),
    jobNamed('runs'),
  ];
  it.each<[string, Partial<CronJobSpec>, readonly string[]]>([
    [
      'the oldest of each sort',
      { successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 1 },
      ['well-1', 'well-2', 'ill-1'],
    ],
    [
      'all that have ended',
      { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 },
      ['well-1', 'well-2', 'well-3', 'never-began', 'ill-1', 'ill-2'],
    ],
    ['none below the limit', { successfulJobsHistoryLimit: 4, failedJobsHistoryLimit: 9 }, []],
    ['none where nothing is said', {}, []],
  ])('%s', (_name, spec, expected) => {
    const cronJob = {
      metadata: { name: 'tick', creationTimestamp: created },
      spec: { schedule: '0 * * * *', jobTemplate: { spec: {} }, ...spec },
    } as unknown as CronJob;
    expect(planCronJob(cronJob, jobs, at('09:30:00')).sweep.map(({ metadata }) => metadata.name)).toEqual(expected);
  });
});
