/** How Jobs end, are held, change, and are left to others; CronJobs of which the last has not ended. */
import { condition, type Stage, type Story } from '../stage.js';
import { evict, podSpec } from './pods-of.js';

const job = (image: string, more: object = {}) => ({
  spec: { template: { spec: { ...podSpec(image), restartPolicy: 'Never' } }, ...more },
});

const ended = (stage: Stage, name: string, type: string, reason: string) =>
  stage.object('Job', name, (it) => condition(it, type)?.status === 'True' && condition(it, type).reason === reason);

async function failureStory(stage: Stage): Promise<void> {
  const make = (name: string, image: string, more: object) => stage.make('batch/v1', 'Job', name, job(image, more));
  const on42 = { containerName: 'main', operator: 'In', values: [42] };
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 };
  await make('counted', 'failing', {
    backoffLimit: 1,
    podFailurePolicy: { rules: [{ action: 'Count', onExitCodes: on42 }] },
  });
  await make('index', 'failing', {
    ...{ ...indexed, backoffLimitPerIndex: 3 },
    podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: on42 }] },
  });
  await make('too-many', 'failing', { ...indexed, parallelism: 1, backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
  await make('disturbed', 'killed', {
    backoffLimit: 0,
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
  });
  await ended(stage, 'index', 'Failed', 'FailedIndexes');
  await ended(stage, 'too-many', 'Failed', 'MaxFailedIndexesExceeded');
  const [first] = await stage.pods(1, 'batch.kubernetes.io/job-name=disturbed');
  await evict(stage, first!.metadata.name);
  await stage.gone('Pod', first!.metadata.name);
  await stage.pods(1, 'batch.kubernetes.io/job-name=disturbed');
  await stage.object('Job', 'disturbed', (it) => it.status.ready === 1);
  await ended(stage, 'counted', 'Failed', 'BackoffLimitExceeded');
}

async function changesStory(stage: Stage): Promise<void> {
  const make = (name: string, image: string, more: object) => stage.make('batch/v1', 'Job', name, job(image, more));
  await make('held', 'web', { parallelism: 2, completions: 2 });
  await stage.object('Job', 'held', (it) => it.status.ready === 2);
  await stage.patch('Job', 'held', { spec: { suspend: true } });
  await stage.object('Job', 'held', (it) => condition(it, 'Suspended')?.status === 'True' && !it.status.active);
  await stage.pods(0, 'batch.kubernetes.io/job-name=held');
  await stage.patch('Job', 'held', { spec: { suspend: false, parallelism: 1 } });
  await stage.object('Job', 'held', (it) => it.status.ready === 1);

  await make('elastic', 'web', { completionMode: 'Indexed', completions: 3, parallelism: 3 });
  await stage.object('Job', 'elastic', (it) => it.status.ready === 3);
  await stage.patch('Job', 'elastic', { spec: { completions: 2, parallelism: 2 } });
  await stage.object('Job', 'elastic', (it) => it.status.ready === 2 && it.status.active === 2);

  const slow = { ...podSpec('slow-to-stop'), restartPolicy: 'Never', terminationGracePeriodSeconds: 5 };
  await make('patient', 'slow-to-stop', { podReplacementPolicy: 'Failed', template: { spec: slow } });
  const [first] = await stage.pods(1, 'batch.kubernetes.io/job-name=patient');
  await stage.remove('Pod', first!.metadata.name);
  await stage.object('Job', 'patient', (it) => it.status.terminating === 1 && !it.status.active);
  await stage.gone('Pod', first!.metadata.name);
  await stage.pods(1, 'batch.kubernetes.io/job-name=patient');
  await stage.object('Job', 'patient', (it) => it.status.ready === 1);

  await make('of-others', 'quick', { managedBy: 'example.com/others' });
  await make('of-none', 'quick', { completions: 0 });
  await ended(stage, 'of-none', 'Complete', 'CompletionsReached');
  await stage.make('batch/v1', 'Job', 'chosen', {
    spec: {
      ...{ manualSelector: true, selector: { matchLabels: { app: 'chosen' } } },
      template: { metadata: { labels: { app: 'chosen' } }, spec: { ...podSpec('quick'), restartPolicy: 'OnFailure' } },
    },
  });
  await ended(stage, 'chosen', 'Complete', 'CompletionsReached');
  await make('left', 'quick', {});
  await ended(stage, 'left', 'Complete', 'CompletionsReached');
  await stage.remove('Job', 'left', 'Orphan');
  await stage.until('the pod of no Job', async () => {
    const [pod] = await stage.list('Pod', 'batch.kubernetes.io/job-name=left');
    return pod !== undefined && pod.metadata.ownerReferences === undefined && pod.metadata.finalizers === undefined;
  });
}

/** Takes two full minutes. */
async function overlapStory(stage: Stage): Promise<void> {
  const make = (name: string, image: string, more: object) =>
    stage.make('batch/v1', 'CronJob', name, { spec: { schedule: '* * * * *', jobTemplate: job(image), ...more } });
  await make('forbid', 'web', { concurrencyPolicy: 'Forbid' });
  await make('replace', 'web', { concurrencyPolicy: 'Replace' });
  await make('forget', 'quick', { successfulJobsHistoryLimit: 0, timeZone: 'Europe/Berlin' });
  await make('failing', 'failing', { failedJobsHistoryLimit: 0, jobTemplate: job('failing', { backoffLimit: 0 }) });
  await make('by-hand', 'quick', { suspend: true });
  const told = (name: string, reason: string) =>
    stage.until(
      `${reason} of ${name}`,
      async () => (await stage.list('Event')).some((it) => it.involvedObject.name === name && it.reason === reason),
      150_000,
    );
  await told('forbid', 'SuccessfulCreate');
  for (const name of ['forget', 'failing']) {
    await told(name, 'SuccessfulDelete');
    await stage.patch('CronJob', name, { spec: { suspend: true } });
  }
  await told('forbid', 'JobAlreadyActive');
  await told('replace', 'SuccessfulDelete');
  for (const name of ['forbid', 'replace']) await stage.patch('CronJob', name, { spec: { suspend: true } });
  await stage.until('the Job that replaces', async () => {
    const found = (await stage.list('Job')).filter(({ metadata }) => metadata.name.startsWith('replace-'));
    return found.length === 1 && found[0].status?.ready === 1 && found[0].metadata.deletionTimestamp === undefined;
  });
}

export const jobEndStories: readonly Story[] = [
  { name: 'failures', play: failureStory },
  { name: 'changes', play: changesStory },
  { name: 'overlap', play: overlapStory },
];
