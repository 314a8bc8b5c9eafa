/** Part of `batch/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, defineKind, type Infer, int32, int64, list, object, ref, string, time } from '@pintle/machinery';
import { ObjectReference } from '../../core/v1/reference.js';
import { JobTemplateSpec } from './job.js';

export const CronJobSpec = object(
  () => ({
    concurrencyPolicy: string(3).enum('Allow', 'Forbid', 'Replace').default('Allow'),
    failedJobsHistoryLimit: int32(7).pointer().default(1),
    jobTemplate: ref<JobTemplateSpec>(JobTemplateSpec, 5).alwaysThere().required(),
    schedule: string(1).required(),
    startingDeadlineSeconds: int64(2).pointer(),
    successfulJobsHistoryLimit: int32(6).pointer().default(3),
    suspend: boolean(4).pointer().default(false),
    timeZone: string(8).pointer(),
  }),
  'io.k8s.api.batch.v1.CronJobSpec',
);
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const CronJobStatus = object(
  () => ({
    active: list(ref<ObjectReference>(ObjectReference), 1).atomic(),
    lastScheduleTime: time(4),
    lastSuccessfulTime: time(5),
  }),
  'io.k8s.api.batch.v1.CronJobStatus',
);
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJob = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  subresources: { status: true },
  name: 'io.k8s.api.batch.v1.CronJob',
  fields: {
    spec: ref<CronJobSpec>(CronJobSpec, 2).alwaysThere(),
    status: ref<CronJobStatus>(CronJobStatus, 3).alwaysThere(),
  },
});
export interface CronJob extends Infer<typeof CronJob> {}
