/** Jobs in a whole cluster, on virtual time. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Job, type JobSpec } from '@pintle/api/batch/v1';
import { Event, Namespace, Node, Pod } from '@pintle/api/core/v1';
import { type TestCluster, type TestClusterOptions, testCluster } from '@pintle/testing';

const images = {
  ok: { runMs: 5_000 },
  fails: { runMs: 1_000, exitCode: 1 },
  code42: { runMs: 1_000, exitCode: 42 },
  slow: { stopMs: 20_000, stopExitCode: 143 },
};

let cluster: TestCluster;
afterEach(() => cluster.stop());

const start = async (options: TestClusterOptions = {}) => {
  cluster = await testCluster({ images, ...options });
};

function job(name: string, image: string, spec: Partial<JobSpec> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } }, ...spec },
  } as Job;
}

const get = (name: string) => cluster.client.get(Job, { name });
const podsOf = (name: string) => cluster.client.list(Pod, { labelSelector: `job-name=${name}` });
const conditionsOf = async (name: string) =>
  ((await get(name)).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
const patch = (name: string, spec: object) => cluster.client.patch(Job, { name }, { type: 'merge', body: { spec } });
const eventsOf = async (name: string) =>
  (await cluster.client.list(Event, { namespace: 'default' }))
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason }) => reason);

describe('a Job', () => {
  it('is defaulted, and selects its pods by labels of its own', async () => {
    await start();
    await cluster.client.create(job('work', 'ok'));
    const { spec, metadata } = await get('work');
    expect(spec).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': metadata.uid } },
    });
    expect(spec!.template.metadata!.labels).toEqual({
      'batch.kubernetes.io/controller-uid': metadata.uid,
      'batch.kubernetes.io/job-name': 'work',
      'controller-uid': metadata.uid,
      'job-name': 'work',
    });
    await expect(
      cluster.client.create(job('wrong', 'ok', { completionMode: 'Indexed', parallelism: 1 })),
    ).rejects.toThrow('spec.completions: Required value: when completion mode is Indexed');
    await expect(patch('work', { completions: 3 })).rejects.toThrow('field is immutable');
  });

  it('leaves its pods without the finalizer when it is done', async () => {
    await start();
    await cluster.client.create(job('work', 'ok', { completions: 4, parallelism: 2 }));
    await cluster.advance({ seconds: 1 });
    expect((await podsOf('work')).map(({ metadata }) => metadata.finalizers)).toEqual([
      ['batch.kubernetes.io/job-tracking'],
      ['batch.kubernetes.io/job-tracking'],
    ]);
    await cluster.advance({ seconds: 30 });
    expect((await get('work')).status).toMatchObject({ succeeded: 4, completionTime: '2025-01-01T00:00:10Z' });
    expect((await podsOf('work')).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  it('waits longer after each failure', async () => {
    await start();
    await cluster.client.create(job('fails', 'fails', { backoffLimit: 3 }));
    await cluster.advance({ minutes: 5 });
    const made = (await podsOf('fails')).map(({ metadata }) => Date.parse(metadata.creationTimestamp!) / 1000).sort();
    expect(made.slice(1).map((at, index) => at - made[index]!)).toEqual([11, 21, 41]);
    expect(await conditionsOf('fails')).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ]);
  });

  it('fails at once, ignores, or fails an index as its failure policy says', async () => {
    await start();
    const policy = (action: string) => ({
      podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [42] } }] },
    });
    await cluster.client.create(job('at-once', 'code42', policy('FailJob')));
    await cluster.client.create(job('ignored', 'code42', { backoffLimit: 0, ...policy('Ignore') }));
    await cluster.client.create(
      job('by-index', 'code42', {
        completions: 2,
        parallelism: 2,
        completionMode: 'Indexed',
        backoffLimitPerIndex: 5,
        ...policy('FailIndex'),
      }),
    );
    await cluster.advance({ minutes: 1 });
    const [pod] = await podsOf('at-once');
    expect((await get('at-once')).status!.conditions!.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'PodFailurePolicy',
      message: `Container main for pod default/${pod!.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    });
    expect((await podsOf('ignored')).length).toBeGreaterThan(2);
    expect(await conditionsOf('ignored')).toEqual([]);
    expect((await get('by-index')).status).toMatchObject({ failed: 2, failedIndexes: '0,1' });
    expect(await conditionsOf('by-index')).toContain('Failed=True FailedIndexes');
    expect(await podsOf('by-index')).toHaveLength(2);
  });

  it('retries by index, telling each pod how often its index failed', async () => {
    await start();
    await cluster.client.create(
      job('shards', 'fails', { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 }),
    );
    await cluster.advance({ minutes: 2 });
    const key = 'batch.kubernetes.io/job-index-failure-count';
    const told = (await podsOf('shards')).map(
      ({ metadata, spec }) => `${spec!.hostname} ${metadata.annotations![key]}`,
    );
    expect(told.sort()).toEqual(['shards-0 0', 'shards-0 1', 'shards-1 0', 'shards-1 1']);
    expect((await get('shards')).status).toMatchObject({ failed: 4, failedIndexes: '0,1' });
  });

  it('is done when its success policy is met', async () => {
    await start({ images: { ...images, leader: { runMs: 5_000 } } });
    const successPolicy = { rules: [{ succeededIndexes: '0' }] };
    await cluster.client.create(
      job('policy', 'ok', { completions: 3, parallelism: 1, completionMode: 'Indexed', successPolicy }),
    );
    await cluster.advance({ minutes: 1 });
    expect(await conditionsOf('policy')).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy',
      'Complete=True SuccessPolicy',
    ]);
    expect((await get('policy')).status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
  });

  it('pauses and goes on; its deadline begins anew', async () => {
    await start();
    await cluster.client.create(
      job('pausing', 'steady', { parallelism: 2, completions: 2, activeDeadlineSeconds: 60 }),
    );
    await cluster.advance({ seconds: 50 });
    await patch('pausing', { suspend: true });
    await cluster.advance({ seconds: 60 });
    expect(await podsOf('pausing')).toHaveLength(0);
    expect(await conditionsOf('pausing')).toEqual(['Suspended=True JobSuspended']);
    expect((await get('pausing')).status!.failed).toBeUndefined();
    await patch('pausing', { suspend: false });
    await cluster.advance({ seconds: 50 });
    expect((await get('pausing')).status).toMatchObject({ active: 2, ready: 2, startTime: '2025-01-01T00:01:50Z' });
    expect(await conditionsOf('pausing')).toEqual(['Suspended=False JobResumed']);
    await cluster.advance({ seconds: 50 });
    expect(await conditionsOf('pausing')).toContain('Failed=True DeadlineExceeded');
    expect(await eventsOf('pausing')).toEqual(expect.arrayContaining(['Suspended', 'Resumed', 'DeadlineExceeded']));
  });

  it('replaces a pod that is being ended when it has ended, where it says so', async () => {
    await start();
    await cluster.client.create(job('eager', 'slow', { parallelism: 1 }));
    await cluster.client.create(job('patient', 'slow', { parallelism: 1, podReplacementPolicy: 'Failed' }));
    await cluster.advance({ seconds: 1 });
    for (const name of ['eager', 'patient']) {
      const [pod] = await podsOf(name);
      await cluster.client.delete(Pod, { name: pod!.metadata.name!, namespace: 'default' });
    }
    await cluster.advance({ seconds: 15 });
    expect((await get('eager')).status).toMatchObject({ active: 1, terminating: 1, failed: 1 });
    expect((await get('patient')).status).toMatchObject({ terminating: 1 });
    expect((await get('patient')).status!.active).toBeUndefined();
    await cluster.advance({ seconds: 30 });
    expect((await get('patient')).status).toMatchObject({ active: 1, terminating: 0 });
  });

  it('is scaled with its completions', async () => {
    await start();
    await cluster.client.create(
      job('elastic', 'steady', { completions: 3, parallelism: 3, completionMode: 'Indexed' }),
    );
    await cluster.advance({ seconds: 1 });
    await patch('elastic', { completions: 1, parallelism: 1 });
    await cluster.advance({ minutes: 1 });
    expect((await podsOf('elastic')).map(({ spec }) => spec!.hostname)).toEqual(['elastic-0']);
  });

  it('of another manager is left alone', async () => {
    await start();
    await cluster.client.create(job('theirs', 'ok', { managedBy: 'example.com/queue' }));
    await cluster.advance({ seconds: 10 });
    expect(await podsOf('theirs')).toHaveLength(0);
    expect((await get('theirs')).status).toEqual({});
  });

  it('keeps its pods when it is deleted, unless told otherwise; none is held for ever', async () => {
    await start();
    for (const name of ['kept', 'swept', 'waited-for']) await cluster.client.create(job(name, 'steady'));
    await cluster.advance({ seconds: 1 });
    await cluster.client.delete(Job, { name: 'kept' });
    await cluster.client.delete(Job, { name: 'swept' }, { propagationPolicy: 'Background' });
    await cluster.client.delete(Job, { name: 'waited-for' }, { propagationPolicy: 'Foreground' });
    await cluster.advance({ minutes: 1 });
    expect(await cluster.client.list(Job)).toHaveLength(0);
    expect(await podsOf('swept')).toHaveLength(0);
    expect(await podsOf('waited-for')).toHaveLength(0);
    const [pod] = await podsOf('kept');
    expect(pod!.metadata.finalizers ?? []).toEqual([]);
    expect(pod!.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('replaces pods whose node is gone, also where it waits for their end', async () => {
    await start({ nodes: 2 });
    await cluster.client.create(job('patient', 'steady', { parallelism: 1, podReplacementPolicy: 'Failed' }));
    await cluster.advance({ seconds: 1 });
    const [pod] = await podsOf('patient');
    const name = pod!.spec!.nodeName!;
    await cluster.stopNode(name);
    await cluster.client.delete(Node, { name });
    await cluster.advance({ minutes: 2 });
    const pods = await podsOf('patient');
    expect(pods.map(({ spec, status }) => [spec!.nodeName === name, status!.phase])).toEqual([[false, 'Running']]);
    expect((await get('patient')).status).toMatchObject({ active: 1, failed: 1, terminating: 0 });
  });

  it('is found by how many of its pods ended well', async () => {
    await start();
    await cluster.client.create(job('one', 'ok'));
    await cluster.client.create(job('none', 'steady'));
    await cluster.advance({ seconds: 10 });
    const found = await cluster.client.list(Job, { fieldSelector: 'status.successful=1' });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['one']);
  });

  it('goes with its namespace', async () => {
    await start();
    await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } } as Namespace);
    const work = job('work', 'steady', { parallelism: 3 });
    await cluster.client.create({ ...work, metadata: { name: 'work', namespace: 'team' } });
    await cluster.advance({ seconds: 1 });
    await cluster.client.delete(Namespace, { name: 'team' });
    await cluster.advance({ minutes: 2 });
    expect((await cluster.client.list(Namespace)).map(({ metadata }) => metadata.name)).not.toContain('team');
  });

  it('counts each pod once, however many there are', async () => {
    await start({ nodes: 12 });
    await cluster.client.create(job('many', 'ok', { completions: 700, parallelism: 700 }));
    await cluster.advance({ minutes: 2 });
    expect((await get('many')).status).toMatchObject({ succeeded: 700, uncountedTerminatedPods: {} });
    expect(await podsOf('many')).toHaveLength(700);
    expect(await conditionsOf('many')).toContain('Complete=True CompletionsReached');
  }, 120_000);
});
