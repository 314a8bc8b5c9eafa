/** CronJobs: defaults of their template, and what must hold of a schedule. */
import {
  dns1123LabelErrors,
  type FieldError,
  invalidField,
  notSupportedField,
  requiredField,
  type Strategy,
  shownSelector,
} from '@pintle/machinery';
import { CronSyntaxError, parseCronSchedule } from '../batch/cron/cron-schedule.js';
import { zoneOf } from '../batch/cron/zone.js';
import type { CronJob, CronJobSpec } from '../batch/v1/cron-job.js';
import { nonNegativeErrors } from './amount.js';
import { indexedWarnings, withPolicyDefaults } from './job.js';
import { jobSpecErrors } from './job-spec.js';
import { templateWarnings } from './pod/pod-warnings.js';
import { specChanged, specGeneration, withPodDefaults } from './workloads.js';

/** The names of its Jobs are eleven characters longer, and theirs are at most 63. */
const nameMaxLength = 52;
const policies = ['Allow', 'Forbid', 'Replace'];

/** Of the template only what pods need is defaulted; the rest comes when a Job is made of it. */
function withDefaults(cronJob: CronJob): CronJob {
  const { spec } = cronJob;
  if (spec?.jobTemplate?.spec === undefined) return cronJob;
  const job = withPodDefaults({ ...cronJob, spec: withPolicyDefaults(spec.jobTemplate.spec) });
  return { ...cronJob, spec: { ...spec, jobTemplate: { ...spec.jobTemplate, spec: job.spec } } } as CronJob;
}

function specErrors(spec: CronJobSpec, old?: CronJobSpec): readonly FieldError[] {
  const errors: FieldError[] = [...scheduleErrors(spec, old?.schedule.includes('TZ') ?? false)];
  errors.push(...nonNegativeErrors(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone) errors.push(...timeZoneErrors(spec.timeZone));
  if (!policies.includes(spec.concurrencyPolicy ?? ''))
    errors.push(notSupportedField('spec.concurrencyPolicy', spec.concurrencyPolicy, policies));
  const path = 'spec.jobTemplate.spec';
  const job = spec.jobTemplate?.spec;
  if (job === undefined) errors.push(requiredField(`${path}.template.spec.containers`));
  else {
    errors.push(...jobSpecErrors(job, path));
    if (job.selector !== undefined)
      errors.push(invalidField(`${path}.selector`, shownSelector(job.selector), '`selector` will be auto-generated'));
    if (job.manualSelector)
      errors.push(notSupportedField(`${path}.manualSelector`, job.manualSelector, ['nil', 'false']));
  }
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    errors.push(...nonNegativeErrors(spec[field], `spec.${field}`));
  return errors;
}

function scheduleErrors({ schedule, timeZone }: CronJobSpec, allowsZone: boolean): readonly FieldError[] {
  const path = 'spec.schedule';
  if (!schedule) return [requiredField(path)];
  const errors: FieldError[] = [];
  try {
    parseCronSchedule(schedule);
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    errors.push(invalidField(path, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return errors;
  if (!allowsZone)
    errors.push(invalidField(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined)
    errors.push(invalidField(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  return errors;
}

function timeZoneErrors(timeZone: string): readonly FieldError[] {
  const fault = (detail: string) => [invalidField('spec.timeZone', timeZone, detail)];
  if (timeZone === '') return fault('timeZone must be nil or non-empty string');
  const isWord = (part: string) => /^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}$/.test(part) && part !== '.' && part !== '..';
  if (!timeZone.split('/').every(isWord)) return fault(`unknown time zone ${timeZone}`);
  if (timeZone.toLowerCase() === 'local')
    return fault('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  return zoneOf(timeZone) === undefined ? fault(`unknown time zone ${timeZone}`) : [];
}

export const cronJobStrategy: Strategy<CronJob> = {
  ...(specGeneration as Strategy<CronJob>),
  defaults: withDefaults,
  prepareForCreate: (cronJob) => ({ ...cronJob, status: {} }),
  validateCreate({ metadata: { name = '' }, spec }) {
    const errors = spec === undefined ? [requiredField('spec.schedule')] : [...specErrors(spec)];
    if (name.length > nameMaxLength)
      errors.push(invalidField('metadata.name', name, `must be no more than ${nameMaxLength} characters`));
    return errors;
  },
  validateUpdate: ({ spec }, old) =>
    spec === undefined ? [requiredField('spec.schedule')] : specErrors(spec, old.spec),
  warnings(cronJob, old) {
    if (old !== undefined && !specChanged(cronJob, old)) return [];
    const job = cronJob.spec?.jobTemplate?.spec;
    const name = old === undefined ? dns1123LabelErrors(cronJob.metadata.name ?? '') : [];
    return [
      ...(name.length === 0
        ? []
        : [
            `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
          ]),
      ...indexedWarnings(job, 'spec.jobTemplate.spec'),
      ...templateWarnings(job?.template, 'spec.jobTemplate.spec.template'),
    ];
  },
};
