/** The kinds and types of `batch/v1`. */
export * from './cron-job.js';
export * from './job.js';
