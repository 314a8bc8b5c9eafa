/** The kinds and types of `batch/v1`. */
export { type CronSchedule, CronSyntaxError, parseCronSchedule } from '../cron/cron-schedule.js';
export { nextCronTime } from '../cron/next-time.js';
export { formatZoned, utc, type Zone, zoneOf } from '../cron/zone.js';
export * from './cron-job.js';
export * from './job.js';
