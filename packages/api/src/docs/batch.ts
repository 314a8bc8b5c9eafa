/** What `kubectl explain` says of Jobs and CronJobs. */
import type { FieldDocs } from '@pintle/machinery';
import { conditionFields, kindFields } from './fields.js';

const batch = (type: string) => `io.k8s.api.batch.v1.${type}`;

export const batchDocs: FieldDocs = {
  [batch('Job')]: {
    about: 'Runs pods until enough of them have ended well.',
    fields: {
      ...kindFields('batch/v1', 'Job'),
      spec: 'Which pods, how many, and when it has failed.',
      status: 'How far it has come.',
    },
  },
  [batch('JobSpec')]: {
    about: 'Which pods, how many, and when it has failed.',
    fields: {
      activeDeadlineSeconds: 'Seconds after which the Job is ended and has failed.',
      backoffLimit: 'How many pods may fail before the Job has failed. Default 6.',
      backoffLimitPerIndex: 'The same for each number of an Indexed Job.',
      completionMode: 'NonIndexed (default), or Indexed: each pod has a number, and each number must be done once.',
      completions: 'How many pods must end well. Without it, one does, and the others are then let run out.',
      managedBy: 'Who cares for the Job, where it is not the controller of Kubernetes.',
      manualSelector: 'Whether the selector is given by hand. Rarely right. Default false.',
      maxFailedIndexes: 'How many numbers may fail before the Job has failed.',
      parallelism: 'How many pods run at a time. Default 1.',
      podFailurePolicy: 'What the failure of a pod means, by its exit code or conditions.',
      podReplacementPolicy:
        'Whether a pod is replaced when it is ending (TerminatingOrFailed, default), or when it has failed (Failed).',
      selector: 'Which pods are its own. Given by the server.',
      successPolicy: 'When an Indexed Job has done enough.',
      suspend: 'Whether no pods run for now; those that do are deleted. Default false.',
      template: 'The pods to make; their restartPolicy is Never or OnFailure.',
      ttlSecondsAfterFinished: 'Seconds after its end when the Job is deleted. Without it, it stays.',
    },
  },
  [batch('PodFailurePolicy')]: {
    about: 'What the failure of a pod means.',
    fields: {
      rules: 'The first one that fits counts; at most 20.',
    },
  },
  [batch('PodFailurePolicyRule')]: {
    about: 'What a failure means that fits it.',
    fields: {
      action: 'FailJob, FailIndex, Ignore (not counted) or Count.',
      onExitCodes: 'Fits by exit codes of containers.',
      onPodConditions: 'Fits by conditions of the pod.',
    },
  },
  [batch('PodFailurePolicyOnExitCodesRequirement')]: {
    about: 'Exit codes that fit.',
    fields: {
      containerName: 'The container; every one where it is empty.',
      operator: 'In: one of the values; NotIn: none of them.',
      values: 'Exit codes; 0 cannot be among those of In.',
    },
  },
  [batch('PodFailurePolicyOnPodConditionsPattern')]: {
    about: 'A condition of the pod that fits.',
    fields: {
      status: 'True, False or Unknown. Default True.',
      type: 'The type of the condition, as DisruptionTarget.',
    },
  },
  [batch('SuccessPolicy')]: {
    about: 'When an Indexed Job has done enough.',
    fields: {
      rules: 'One of them is enough.',
    },
  },
  [batch('SuccessPolicyRule')]: {
    about: 'Which numbers, or how many, must be done.',
    fields: {
      succeededCount: 'How many numbers, of those in succeededIndexes where they are given.',
      succeededIndexes: 'Which numbers, as 0,2-5.',
    },
  },
  [batch('JobStatus')]: {
    about: 'How far it has come.',
    fields: {
      active: 'Pods that run or wait to.',
      completedIndexes: 'Numbers that are done, as 0,2-5.',
      completionTime: 'When it ended well.',
      conditions: 'Complete, Failed, Suspended and others: whether, since when and why.',
      failed: 'Pods that have failed.',
      failedIndexes: 'Numbers that have failed, as 0,2-5.',
      ready: 'Pods that are ready.',
      startTime: 'When it began, or went on.',
      succeeded: 'Pods that ended well.',
      terminating: 'Pods that are ending.',
      uncountedTerminatedPods: 'Pods that have ended and are not yet in the counts.',
    },
  },
  [batch('JobCondition')]: {
    about: 'One thing that is or is not so of a Job.',
    fields: {
      ...conditionFields('Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet.'),
      lastProbeTime: 'When it was last looked at.',
    },
  },
  [batch('UncountedTerminatedPods')]: {
    about: 'Pods that have ended and are not yet in the counts.',
    fields: {
      failed: 'Their UIDs, of those that failed.',
      succeeded: 'Their UIDs, of those that ended well.',
    },
  },
  [batch('CronJob')]: {
    about: 'Makes Jobs at times.',
    fields: {
      ...kindFields('batch/v1', 'CronJob'),
      spec: 'Which Jobs, and when.',
      status: 'When it last did.',
    },
  },
  [batch('CronJobSpec')]: {
    about: 'Which Jobs, and when.',
    fields: {
      concurrencyPolicy: 'While the last Job runs: Allow another (default), Forbid it, or Replace the last one.',
      failedJobsHistoryLimit: 'Failed Jobs that are kept. Default 1.',
      jobTemplate: 'The Jobs to make.',
      schedule: 'When, in the notation of cron: minute, hour, day of month, month, day of week.',
      startingDeadlineSeconds: 'How late a Job may begin; a later one is left out.',
      successfulJobsHistoryLimit: 'Jobs that ended well that are kept. Default 3.',
      suspend: 'Whether no Jobs are made for now. Default false.',
      timeZone: 'The time zone of the schedule, as Europe/Berlin. Default: that of the controller.',
    },
  },
  [batch('JobTemplateSpec')]: {
    about: 'The Jobs to make.',
    fields: {
      metadata: 'Their labels and annotations.',
      spec: 'Which pods they run.',
    },
  },
  [batch('CronJobStatus')]: {
    about: 'When it last made a Job.',
    fields: {
      active: 'Jobs that run.',
      lastScheduleTime: 'When a Job was last due and made.',
      lastSuccessfulTime: 'When a Job last ended well.',
    },
  },
};
