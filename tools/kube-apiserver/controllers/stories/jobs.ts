/** Jobs, CronJobs and what comes after them. */
import { condition, type Stage, type Story } from '../stage.js';
import { podSpec } from './pods-of.js';

const job = (image: string, more: object = {}) => ({
  spec: { template: { spec: { ...podSpec(image), restartPolicy: 'Never' } }, ...more },
});

const finished = (stage: Stage, name: string, type: string, reason?: string) =>
  stage.object(
    'Job',
    name,
    (it) => condition(it, type)?.status === 'True' && (reason === undefined || condition(it, type).reason === reason),
  );

async function jobStory(stage: Stage): Promise<void> {
  await stage.make('batch/v1', 'Job', 'three', job('quick', { completions: 3, parallelism: 2 }));
  await finished(stage, 'three', 'Complete');
  await stage.make('batch/v1', 'Job', 'failing', job('failing', { backoffLimit: 0 }));
  await finished(stage, 'failing', 'Failed', 'BackoffLimitExceeded');
  await stage.make('batch/v1', 'Job', 'late', job('web', { activeDeadlineSeconds: 2 }));
  await finished(stage, 'late', 'Failed', 'DeadlineExceeded');
  await stage.make('batch/v1', 'Job', 'waiting', job('quick', { suspend: true }));
  await finished(stage, 'waiting', 'Suspended');
  await stage.patch('Job', 'waiting', { spec: { suspend: false } });
  await finished(stage, 'waiting', 'Complete');
}

async function indexedStory(stage: Stage): Promise<void> {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 };
  await stage.make('batch/v1', 'Job', 'indexed', job('quick', indexed));
  await finished(stage, 'indexed', 'Complete');
  const onExitCodes = { containerName: 'main', operator: 'In', values: [42] };
  const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes }] };
  await stage.make('batch/v1', 'Job', 'policy', job('failing', { ...indexed, podFailurePolicy }));
  await finished(stage, 'policy', 'Failed', 'PodFailurePolicy');
  await stage.make('batch/v1', 'Job', 'per-index', job('failing', { ...indexed, backoffLimitPerIndex: 0 }));
  await finished(stage, 'per-index', 'Failed', 'FailedIndexes');
  const successPolicy = { rules: [{ succeededCount: 1 }] };
  await stage.make('batch/v1', 'Job', 'enough', job('quick', { ...indexed, successPolicy }));
  await finished(stage, 'enough', 'Complete', 'SuccessPolicy');
}

async function ttlStory(stage: Stage): Promise<void> {
  await stage.make('batch/v1', 'Job', 'brief', job('quick', { ttlSecondsAfterFinished: 1 }));
  await stage.pods(1, 'batch.kubernetes.io/job-name=brief', 'Succeeded');
  await stage.gone('Job', 'brief');
  await stage.until('its pods to go', async () => (await stage.list('Pod')).length === 0);
}

async function cronStory(stage: Stage): Promise<void> {
  const jobTemplate = job('quick');
  await stage.make('batch/v1', 'CronJob', 'tick', { spec: { schedule: '* * * * *', jobTemplate } });
  await stage.object('CronJob', 'tick', (it) => it.status.lastSuccessfulTime !== undefined);
  await stage.patch('CronJob', 'tick', { spec: { suspend: true } });
}

export const jobStories: readonly Story[] = [
  { name: 'job', play: jobStory },
  { name: 'job-indexed', play: indexedStory },
  { name: 'job-ttl', play: ttlStory },
  { name: 'cronjob', play: cronStory },
];
