/** Schedules: what is one, and when it is due. Upstream's tables, and what is said of each fault. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseCronSchedule } from './cron-schedule.js';
import { nextCronTime } from './next-time.js';
import { formatZoned, utc, zoneOf } from './zone.js';

const next = (schedule: string, after: string, zone = 'UTC') => {
  const ms = nextCronTime(parseCronSchedule(schedule), Date.parse(after), zoneOf(zone));
  return ms === undefined ? undefined : formatZoned(zoneOf(zone)!, ms);
};

describe('a schedule is due', () => {
  const cases: [schedule: string, zone: string, after: string, due: string | undefined][] = [
    ['* * * * *', 'UTC', '2025-01-01T00:00:00Z', '2025-01-01T00:01:00Z'],
    ['* * * * *', 'UTC', '2025-01-01T00:00:00.5Z', '2025-01-01T00:01:00Z'],
    ['*/5 * * * *', 'UTC', '2025-01-01T00:05:00Z', '2025-01-01T00:10:00Z'],
    ['30 6-16/4 * * 1-5', 'UTC', '2025-01-03T14:30:00Z', '2025-01-06T06:30:00Z'],
    ['0 0 13 * FRI', 'UTC', '2025-01-01T00:00:00Z', '2025-01-03T00:00:00Z'],
    ['0 0 */10 * FRI', 'UTC', '2025-01-01T00:00:00Z', '2025-01-03T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2025-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 31 feb *', 'UTC', '2025-01-01T00:00:00Z', undefined],
    ['@yearly', 'UTC', '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['@weekly', 'UTC', '2025-01-01T00:00:00Z', '2025-01-05T00:00:00Z'],
    ['@every 90s', 'UTC', '2025-01-01T00:00:00.7Z', '2025-01-01T00:01:30Z'],
    ['@every 10ms', 'UTC', '2025-01-01T00:00:00Z', '2025-01-01T00:00:01Z'],
    ['0 9 * * *', 'Europe/Berlin', '2025-01-01T08:00:00Z', '2025-01-02T09:00:00+01:00'],
    ['0 9 * * *', 'Asia/Kolkata', '2025-01-01T00:00:00Z', '2025-01-01T09:00:00+05:30'],
    // Clocks that skip midnight.
    ['0 9 4 11 *', 'America/Sao_Paulo', '2018-11-01T00:00:00Z', '2018-11-04T09:00:00-02:00'],
    ['30 0 27 3 *', 'Asia/Beirut', '2022-01-01T00:00:00Z', '2023-03-27T00:30:00+03:00'],
    ['30 1 27 3 *', 'Asia/Beirut', '2022-01-01T00:00:00Z', '2022-03-27T01:30:00+03:00'],
    // Clocks that skip an hour, and that show one twice.
    ['30 2 * * *', 'America/New_York', '2012-03-10T12:00:00Z', '2012-03-12T02:30:00-04:00'],
    ['30 1 * * *', 'America/New_York', '2012-11-04T05:45:00Z', '2012-11-04T01:30:00-05:00'],
  ];
  it.each(cases)('%s in %s after %s', (schedule, zone, after, due) => expect(next(schedule, after, zone)).toBe(due));

  it('in the zone that it names itself', () =>
    expect(next('TZ=America/New_York 0 0 * * *', '2025-01-01T00:00:00Z')).toBe('2025-01-01T05:00:00Z'));
});

describe('what is no schedule', () => {
  const cases: [schedule: string, message: string][] = [
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 0 0 0 0 0', 'expected exactly 5 fields, found 6: [0 0 0 0 0 0]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    [', * * * *', 'no value in the list: ,'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every soon', 'failed to parse duration @every soon'],
    ['TZ=Nowhere/Land * * * * *', 'provided bad location Nowhere/Land: unknown time zone Nowhere/Land'],
  ];
  it.each(cases)('%j', (schedule, message) => expect(() => parseCronSchedule(schedule)).toThrow(message));
});

describe('zones', () => {
  const cases: [name: string, is: boolean][] = [
    ['', true],
    ['UTC', true],
    ['Etc/UTC', true],
    ['US/Pacific', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Nowhere', false],
    ['+01:00', false],
  ];
  it.each(cases)('%j: %s', (name, is) => expect(zoneOf(name) !== undefined).toBe(is));
  it('UTC is written as Z', () => expect(formatZoned(utc, 0)).toBe('1970-01-01T00:00:00Z'));
});

const file = join(process.env['PINTLE_REFERENCE'] ?? resolve('../shared/kubernetes'), 'cases', 'cron-spec.json');
const present = existsSync(file);
if (!present) process.stdout.write('skipped: the reference folder with the tables of schedules is not there\n');

interface Case {
  readonly spec: string;
  readonly time: string;
  readonly expected: string | boolean;
}

(present ? describe : describe.skip)("the reference's table", () => {
  const tables = present
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, { readonly cases: readonly Case[] }>)
    : {};
  /** `Mon Jul 9 15:00 2012`, or RFC 3339 without a colon in the offset. */
  const time = (text: string) =>
    /^\d/.test(text) ? Date.parse(text.replace(/(\d\d)(\d\d)$/, '$1:$2')) : Date.parse(`${text} UTC`);
  const casesOf = (name: string) =>
    (tables[name]?.cases ?? []).map((one) => [`${one.spec} at ${one.time}`, one] as const);

  it.each(casesOf('TestActivation'))('%s', (_name, { spec, time: at, expected }) => {
    const ms = time(at);
    expect(nextCronTime(parseCronSchedule(spec), ms - 1_000) === ms).toBe(expected);
  });

  /** Fields of seconds are no part of a CronJob's schedule: those of 0 can be left out. */
  const withoutSeconds = (spec: string) => {
    const [, zone = '', rest = ''] = /^((?:CRON_)?TZ=\S+ )?(.*)$/.exec(spec)!;
    const fields = rest.split(' ');
    return fields.length === 5 ? spec : fields[0] === '0' ? `${zone}${fields.slice(1).join(' ')}` : undefined;
  };
  const due = [...casesOf('TestNext'), ...casesOf('TestNextWithTz')].filter(
    ([, { spec }]) => withoutSeconds(spec) !== undefined,
  );
  it.each(due)('%s', (_name, { spec, time: from, expected }) => {
    const [, zone, rest = ''] = /^(?:TZ=(\S+) )?(.*)$/.exec(from)!;
    const local = zone ?? (from.endsWith('+0530') ? 'Asia/Kolkata' : 'UTC');
    const found = nextCronTime(parseCronSchedule(withoutSeconds(spec)!), time(rest), zoneOf(local));
    expect(found).toBe(expected === '' ? undefined : time(expected as string));
  });
});
