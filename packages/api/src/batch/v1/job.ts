/** Part of `batch/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  type Infer,
  int32,
  int64,
  LabelSelector,
  list,
  ObjectMeta,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { PodTemplateSpec } from '../../core/v1/pod.js';

export const PodFailurePolicyOnExitCodesRequirement = object(
  () => ({
    containerName: string(1).pointer(),
    operator: string(2).required(),
    values: list(int32(), 3).asSet().required(),
  }),
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
);
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof PodFailurePolicyOnExitCodesRequirement> {}

export const PodFailurePolicyOnPodConditionsPattern = object(
  () => ({
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
);
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyRule = object(
  () => ({
    action: string(1).required(),
    onExitCodes: ref<PodFailurePolicyOnExitCodesRequirement>(PodFailurePolicyOnExitCodesRequirement, 2),
    onPodConditions: list(
      ref<PodFailurePolicyOnPodConditionsPattern>(PodFailurePolicyOnPodConditionsPattern),
      3,
    ).atomic(),
  }),
  'io.k8s.api.batch.v1.PodFailurePolicyRule',
);
export interface PodFailurePolicyRule extends Infer<typeof PodFailurePolicyRule> {}

export const PodFailurePolicy = object(
  () => ({
    rules: list(ref<PodFailurePolicyRule>(PodFailurePolicyRule), 1).atomic().required(),
  }),
  'io.k8s.api.batch.v1.PodFailurePolicy',
);
export interface PodFailurePolicy extends Infer<typeof PodFailurePolicy> {}

export const SuccessPolicyRule = object(
  () => ({
    succeededCount: int32(2).pointer(),
    succeededIndexes: string(1).pointer(),
  }),
  'io.k8s.api.batch.v1.SuccessPolicyRule',
);
export interface SuccessPolicyRule extends Infer<typeof SuccessPolicyRule> {}

export const SuccessPolicy = object(
  () => ({
    rules: list(ref<SuccessPolicyRule>(SuccessPolicyRule), 1).atomic().required(),
  }),
  'io.k8s.api.batch.v1.SuccessPolicy',
);
export interface SuccessPolicy extends Infer<typeof SuccessPolicy> {}

export const JobSpec = object(
  () => ({
    activeDeadlineSeconds: int64(3).pointer(),
    backoffLimit: int32(7).pointer(),
    backoffLimitPerIndex: int32(12).pointer(),
    completionMode: string(9).pointer().enum('NonIndexed', 'Indexed'),
    completions: int32(2).pointer(),
    managedBy: string(15).pointer(),
    manualSelector: boolean(5).pointer(),
    maxFailedIndexes: int32(13).pointer(),
    parallelism: int32(1).pointer(),
    podFailurePolicy: ref<PodFailurePolicy>(PodFailurePolicy, 11),
    podReplacementPolicy: string(14).pointer(),
    selector: ref<LabelSelector>(LabelSelector, 4),
    successPolicy: ref<SuccessPolicy>(SuccessPolicy, 16),
    suspend: boolean(10).pointer(),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 6).alwaysThere().required(),
    ttlSecondsAfterFinished: int32(8).pointer(),
  }),
  'io.k8s.api.batch.v1.JobSpec',
);
export interface JobSpec extends Infer<typeof JobSpec> {}

export const JobCondition = object(
  () => ({
    lastProbeTime: time(3).alwaysThere(),
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6),
    reason: string(5),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.batch.v1.JobCondition',
);
export interface JobCondition extends Infer<typeof JobCondition> {}

export const UncountedTerminatedPods = object(
  () => ({
    failed: list(string(), 2).asSet(),
    succeeded: list(string(), 1).asSet(),
  }),
  'io.k8s.api.batch.v1.UncountedTerminatedPods',
);
export interface UncountedTerminatedPods extends Infer<typeof UncountedTerminatedPods> {}

export const JobStatus = object(
  () => ({
    active: int32(4),
    completedIndexes: string(7),
    completionTime: time(3),
    conditions: list(ref<JobCondition>(JobCondition), 1).atomic().mergeBy('type'),
    failed: int32(6),
    failedIndexes: string(10).pointer(),
    ready: int32(9).pointer(),
    startTime: time(2),
    succeeded: int32(5),
    terminating: int32(11).pointer(),
    uncountedTerminatedPods: ref<UncountedTerminatedPods>(UncountedTerminatedPods, 8),
  }),
  'io.k8s.api.batch.v1.JobStatus',
);
export interface JobStatus extends Infer<typeof JobStatus> {}

export const Job = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  subresources: { status: true },
  name: 'io.k8s.api.batch.v1.Job',
  fields: {
    spec: ref<JobSpec>(JobSpec, 2).alwaysThere(),
    status: ref<JobStatus>(JobStatus, 3).alwaysThere(),
  },
});
export interface Job extends Infer<typeof Job> {}

export const JobTemplateSpec = object(
  () => ({
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<JobSpec>(JobSpec, 2).alwaysThere(),
  }),
  'io.k8s.api.batch.v1.JobTemplateSpec',
);
export interface JobTemplateSpec extends Infer<typeof JobTemplateSpec> {}
