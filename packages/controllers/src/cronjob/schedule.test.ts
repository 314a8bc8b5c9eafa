/** Which start is due: upstream's cases, told in minutes after ten o'clock of a Thursday. */
import { describe, expect, it } from '@jest/globals';
import { type CronJob, parseCronSchedule, utc } from '@pintle/api/batch/v1';
import { formatTime } from '@pintle/machinery';
import { dueStart, nextLookInMs } from './schedule.js';

const ten = Date.parse('2016-05-19T10:00:00Z');
const minute = 60_000;
const day = 24 * 60;
const at = (minutes: number) => ten + minutes * minute;

interface Given {
  readonly schedule: string;
  readonly created: number;
  readonly last?: number;
  readonly deadlineSeconds?: number;
}

const cronJob = ({ schedule, created, last, deadlineSeconds }: Given) =>
  ({
    metadata: { creationTimestamp: formatTime(at(created)) },
    spec: { schedule, ...(deadlineSeconds === undefined ? {} : { startingDeadlineSeconds: deadlineSeconds }) },
    status: last === undefined ? {} : { lastScheduleTime: formatTime(at(last)) },
  }) as unknown as CronJob;

const timetable = ({ schedule }: Given) => ({ schedule: parseCronSchedule(schedule), zone: utc });

describe('dueStart', () => {
  const weekdays = '30 6-16/4 * * 1-5';
  type Case = [
    name: string,
    given: Given,
    now: number,
    since: number,
    due: number | undefined,
    missed: string,
    hasDeadline?: boolean,
  ];
  const everyHour = { schedule: '0 * * * ?', created: -10 };
  const missedOne = { schedule: '0 * * * ?', created: -120, last: -60 };
  const cases: Case[] = [
    ['none made, none due', everyHour, -7, -10, undefined, 'none'],
    ['none made, one due', everyHour, 1 / 30, -10, 0, 'none'],
    ['one made, none due', { ...everyHour, last: 0 }, 2, 0, undefined, 'none'],
    ['one made, one due', { ...everyHour, last: 0 }, 65, 0, 60, 'none'],
    ['one made, two due', missedOne, 65, -60, 60, 'few'],
    ['a hundred behind', { schedule: '0 * * * *', created: 0 }, 6_000, 0, 6_000, 'few'],
    ['one more', { schedule: '0 * * * *', created: 0 }, 6_060, 0, 6_060, 'many'],
    ['far behind', missedOne, 10 * day + 60, -60, 10 * day + 60, 'many'],
    [
      'far behind, with a deadline',
      { ...missedOne, deadlineSeconds: 7_200 },
      10 * day + 60,
      10 * day - 60,
      10 * day + 60,
      'few',
      true,
    ],
    ['before the next', { schedule: '0 * * * *', created: 0 }, 0.5, 0, undefined, 'none'],
    ['just after the next', { schedule: '0 * * * *', created: 0 }, 61, 0, 60, 'none'],
    ['five missed', { schedule: '0 * * * *', created: 1 / 6 }, 301, 1 / 6, 300, 'few'],
    ['irregular', { schedule: weekdays, created: 0, last: 30 }, day + 31, 30, day + 30, 'few'],
    ['irregular, none since', { schedule: '30 10,11,12 * * 1-5', created: 0, last: 30 }, 1830, 30, undefined, 'few'],
    ['irregular, over a weekend', { schedule: weekdays, created: 0, last: 30 }, 4 * day + 31, 30, 4 * day + 30, 'few'],
    ['irregular, never made', { schedule: weekdays, created: 0 }, day + 31, 0, day + 30, 'few'],
    [
      'by intervals',
      { schedule: '@every 1h', created: -59, last: 1, deadlineSeconds: 10 },
      7 * day,
      1,
      6 * day + 23 * 60 + 1,
      'many',
    ],
    ['the creation is the last made', { schedule: '0 * * * *', created: 0, last: 0 }, 0.5, 0, undefined, 'none'],
    ['since the last made', { schedule: '*/5 * * * *', created: 0, last: 30 }, 31, 30, undefined, 'none'],
    [
      'within the deadline',
      { schedule: '*/5 * * * *', created: 0, last: 30, deadlineSeconds: 60 },
      31,
      30,
      undefined,
      'none',
    ],
    [
      'since the deadline',
      { schedule: '*/5 * * * *', created: 0, last: 30, deadlineSeconds: 60 },
      32,
      31,
      undefined,
      'none',
      true,
    ],
  ];
  it.each(cases)('%s', (...[, given, now, since, due, missed, hasDeadline = false]) =>
    expect(dueStart(cronJob(given), timetable(given), at(now), { hasDeadline: hasDeadline === true })).toEqual({
      sinceMs: at(since),
      missed,
      ...(due === undefined ? {} : { dueMs: at(due) }),
    }),
  );

  it('never of a day that there is not', () => {
    const given = { schedule: '59 23 31 2 *', created: 0 };
    expect(dueStart(cronJob(given), timetable(given), at(60), { hasDeadline: true }).fault).toBe(
      'time difference between two schedules is less than 1 second',
    );
    expect(nextLookInMs(cronJob(given), timetable(given), at(60))).toBeUndefined();
  });
});

describe('nextLookInMs', () => {
  const cases: [name: string, given: Given, now: number, minutes: number][] = [
    ['irregular', { schedule: '30 6-16/4 * * 1-5', created: 0, last: 30 }, day + 31, 239],
    ['over a weekend', { schedule: '30 10,11,12 * * 1-5', created: 0, last: 30 }, 1830, 66 * 60],
    ['once a week, two missed', { schedule: '0 12 * * 4', created: 0, last: 120 }, 19 * day + 90, 48 * 60 + 30],
    ['never made', { schedule: '0 12 * * 5', created: 0 }, 360, 20 * 60],
  ];
  it.each(cases)('%s', (_name, given, now, minutes) =>
    expect(nextLookInMs(cronJob(given), timetable(given), at(now))).toBe(minutes * minute + 100),
  );
});
