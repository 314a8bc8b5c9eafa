/** Deployments whose rollout is held back: by a pause, or by a server that refuses their sets or pods. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Event, ResourceQuota } from '@pintle/api/core/v1';
import { deployment, type TestCluster, testCluster } from '@pintle/testing';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await testCluster({ nodes: 1 });
});
afterEach(() => cluster.stop());

const patch = (body: object) => cluster.client.patch(Deployment, { name: 'web' }, { type: 'merge', body });
const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image }] },
});
const imageOf = ({ spec }: ReplicaSet) => spec?.template?.spec?.containers[0]?.image;
const setOf = async (image: string) => (await cluster.client.list(ReplicaSet)).find((set) => imageOf(set) === image)!;
const progress = async () => {
  const { status } = await cluster.client.get(Deployment, { name: 'web' });
  return status?.conditions?.find(({ type }) => type === 'Progressing');
};
const quota = (hard: Readonly<Record<string, string>>): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'few', namespace: 'default' },
  spec: { hard },
});
const revision = 'deployment.kubernetes.io/revision';

it('paused: the set of the template is brought up to date, and none is made', async () => {
  const { client } = cluster;
  await client.create(deployment('web', { replicas: 2, image: 'web:1' }));
  await cluster.advance({ seconds: 30 });
  await patch({ spec: { paused: true, minReadySeconds: 7 }, metadata: { annotations: { note: 'one' } } });
  await cluster.advance({ seconds: 5 });
  const first = await setOf('web:1');
  expect(first.spec?.minReadySeconds).toBe(7);
  expect(first.metadata.annotations).toMatchObject({ note: 'one', [revision]: '1' });

  await patch({ spec: { template: template('web:2') } });
  await cluster.advance({ seconds: 5 });
  expect((await client.list(ReplicaSet)).map(imageOf)).toEqual(['web:1']);
  await patch({ spec: { paused: false } });
  await cluster.advance({ minutes: 1 });

  // Back to the first template, without going on: it is the newest revision at once, on both.
  await patch({ spec: { paused: true, template: template('web:1') } });
  await cluster.advance({ seconds: 5 });
  const back = await setOf('web:1');
  expect(back.spec?.replicas).toBe(0);
  expect(back.metadata.annotations).toMatchObject({
    [revision]: '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
  expect((await client.get(Deployment, { name: 'web' })).metadata.annotations?.[revision]).toBe('3');
});

it('scaled while it rolls out: what else has changed reaches the new set, too', async () => {
  const { client } = cluster;
  await client.create(deployment('web', { replicas: 4, image: 'web:1' }));
  await cluster.advance({ seconds: 30 });
  await patch({ spec: { replicas: 6, minReadySeconds: 3 }, metadata: { annotations: { note: 'two' } } });
  await cluster.advance({ seconds: 30 });
  const set = await setOf('web:1');
  expect(set.spec).toMatchObject({ replicas: 6, minReadySeconds: 3 });
  expect(set.metadata.annotations).toMatchObject({ note: 'two', 'deployment.kubernetes.io/desired-replicas': '6' });
});

it('a rollout none of whose pods may be made begins, and ends at its deadline', async () => {
  const { client } = cluster;
  const made = deployment('web', { replicas: 3, image: 'web:1' });
  await client.create<Deployment>({ ...made, spec: { ...made.spec!, progressDeadlineSeconds: 60 } });
  await cluster.advance({ seconds: 30 });
  await client.create(quota({ pods: '3' }));
  await cluster.advance({ seconds: 5 });
  await patch({ spec: { template: template('web:2') } });
  await cluster.advance({ seconds: 10 });
  const { metadata } = await setOf('web:2');
  const begun = { reason: 'NewReplicaSetCreated', message: `Created new replica set "${metadata.name}"` };
  expect(await progress()).toMatchObject({ status: 'True', ...begun });
  await cluster.advance({ minutes: 2 });
  expect(await progress()).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
});

it('a set that the server refuses is told in condition and Event, and made when it may be', async () => {
  const { client } = cluster;
  const hard = 'count/replicasets.apps';
  await client.create(quota({ [hard]: '0' }));
  await cluster.advance({ seconds: 5 });
  await client.create(deployment('web', { replicas: 1, image: 'web:1' }));
  await cluster.advance({ seconds: 5 });
  const message = expect.stringMatching(/^Failed to create new replica set "web-\w+": replicasets.apps "web-.*quota/);
  expect(await progress()).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message });
  expect(await client.list(Event)).toContainEqual(
    expect.objectContaining({ type: 'Warning', reason: 'ReplicaSetCreateError', message }),
  );
  await client.patch(ResourceQuota, { name: 'few' }, { type: 'merge', body: { spec: { hard: { [hard]: '5' } } } });
  await cluster.advance({ minutes: 2 });
  expect(await progress()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
});
