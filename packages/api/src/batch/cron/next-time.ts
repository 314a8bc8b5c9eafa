/** When a schedule is due next. Pure. */
import type { CronSchedule } from './cron-schedule.js';
import { fromWall, toWall, utc, type Zone } from './zone.js';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
/** How far ahead is looked: the 30th of February never comes. */
const yearsMax = 5;

/**
 * The first moment after `afterMs` at which the schedule is due; undefined where there is none within five years.
 * Where clocks go forward, times that they skip are not due that day; where they go back, times that they show twice
 * are due twice.
 */
export function nextCronTime(schedule: CronSchedule, afterMs: number, local: Zone = utc): number | undefined {
  if (schedule.type === 'every') return Math.floor(afterMs / secondMs) * secondMs + schedule.everyMs;
  const zone = schedule.zone ?? local;
  const at = (ms: number) => new Date(toWall(zone, ms));
  const { month, hour, minute } = schedule;
  let ms = Math.floor(afterMs / secondMs) * secondMs + secondMs;
  // The rest of a minute is over: schedules have no seconds.
  ms = Math.ceil(ms / minuteMs) * minuteMs;
  const lastYear = at(ms).getUTCFullYear() + yearsMax;
  for (let wall = at(ms); wall.getUTCFullYear() <= lastYear; wall = at(ms)) {
    const [year, monthIndex, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
    if (!month.values.has(monthIndex + 1)) ms = startOfDay(zone, Date.UTC(year, monthIndex + 1, 1));
    else if (!isDay(schedule, wall)) ms = startOfDay(zone, Date.UTC(year, monthIndex, day + 1));
    else if (!hour.values.has(wall.getUTCHours())) ms += hourMs - wall.getUTCMinutes() * minuteMs;
    else if (!minute.values.has(wall.getUTCMinutes())) ms += minuteMs;
    else return ms;
  }
  return undefined;
}

/** A day whose midnight is skipped begins when clocks have gone forward. */
function startOfDay(zone: Zone, wallMs: number): number {
  const ms = fromWall(zone, wallMs);
  const hours = new Date(toWall(zone, ms)).getUTCHours();
  return hours > 12 ? ms + (24 - hours) * hourMs : ms;
}

/** By the day of the month and of the week; where both are restricted, either is enough. */
function isDay({ dayOfMonth, dayOfWeek }: CronSchedule & { type: 'fields' }, wall: Date): boolean {
  const [byMonth, byWeek] = [dayOfMonth.values.has(wall.getUTCDate()), dayOfWeek.values.has(wall.getUTCDay())];
  return dayOfMonth.isAny || dayOfWeek.isAny ? byMonth && byWeek : byMonth || byWeek;
}
