/** Which start of a CronJob is due, and when to look again. Pure. */
import { type CronJob, type CronSchedule, nextCronTime, type Zone } from '@pintle/api/batch/v1';
import { parseTime, secondsToMs } from '@pintle/machinery';

/** Added to the time of the next look, so that a clock that is a little behind does not look too early. */
const paddingMs = 100;
/** More missed starts than this are told of. */
const missedMax = 100;

export interface Due {
  /** The last start that is due and was not made; undefined: none. */
  readonly dueMs?: number;
  /** From where starts were looked for: the last one made, or the CronJob's creation. */
  readonly sinceMs: number;
  readonly missed: 'none' | 'few' | 'many';
  /** Why the schedule, well written as it is, makes no sense. */
  readonly fault?: string;
}

export interface Timetable {
  readonly schedule: CronSchedule;
  readonly zone: Zone;
}

export interface StartLimits {
  /** Starts that are later than the CronJob's starting deadline are passed over. */
  readonly hasDeadline: boolean;
  /** Starts before are passed over: the schedule is there since then. */
  readonly notBeforeMs?: number | undefined;
}

/** The last start between the last one made and now. */
export function dueStart(
  { metadata, spec, status }: CronJob,
  { schedule, zone }: Timetable,
  nowMs: number,
  { hasDeadline, notBeforeMs = 0 }: StartLimits,
): Due {
  const lastMs = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? undefined) ?? nowMs;
  const made = Math.max(lastMs, notBeforeMs);
  const deadlineSeconds = hasDeadline ? spec?.startingDeadlineSeconds : undefined;
  const sinceMs = deadlineSeconds === undefined ? made : Math.max(made, nowMs - secondsToMs(deadlineSeconds));
  const next = (afterMs: number) => nextCronTime(schedule, afterMs, zone);
  const first = next(sinceMs);
  const second = first === undefined ? undefined : next(first);
  if (first !== undefined && nowMs < first) return { sinceMs, missed: 'none' };
  if (first !== undefined && second !== undefined && nowMs < second) return { dueMs: first, sinceMs, missed: 'none' };
  if (first === undefined || second === undefined)
    return { sinceMs, missed: 'none', fault: 'time difference between two schedules is less than 1 second' };
  // Counted by the distance of the first two, and then looked for from just before the last by that count.
  const distanceMs = Math.round((second - first) / 1000) * 1000;
  const count = Math.floor((nowMs - first) / distanceMs) + 1;
  let dueMs: number | undefined;
  for (let at = next(first + (count - 2) * distanceMs); at !== undefined && at <= nowMs; at = next(at)) dueMs = at;
  return { sinceMs, missed: count > missedMax ? 'many' : 'few', ...(dueMs === undefined ? {} : { dueMs }) };
}

/** Until the start after the last one that is due; undefined where there is no other. */
export function nextLookInMs(
  cronJob: CronJob,
  timetable: Timetable,
  nowMs: number,
  notBeforeMs?: number,
): number | undefined {
  const { dueMs, sinceMs, missed, fault } = dueStart(cronJob, timetable, nowMs, {
    hasDeadline: false,
    notBeforeMs,
  });
  const fromMs = fault !== undefined ? nowMs : (dueMs ?? (missed === 'none' ? sinceMs : nowMs));
  const next = nextCronTime(timetable.schedule, fromMs, timetable.zone);
  return next === undefined ? undefined : next + paddingMs - nowMs;
}
