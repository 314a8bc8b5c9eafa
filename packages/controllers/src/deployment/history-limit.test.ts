/** When old ReplicaSets go: once the rollout is complete, and in a pause. */
import { expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { deployment, testCluster } from '@pintle/testing';

const key = { name: 'web' };
const image = (name: string) => ({
  type: 'strategic' as const,
  body: { spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } },
});
const merge = (spec: object) => ({ type: 'merge' as const, body: { spec } });

it('the way back stays open until the new pods are available, though none of the old is left', async () => {
  const cluster = await testCluster({ images: { 'web:2': { startMs: 60_000 } } });
  const { client } = cluster;
  const made = deployment('web', { replicas: 2, image: 'web:1' });
  const rollingUpdate = { maxSurge: 0, maxUnavailable: '100%' };
  await client.create<Deployment>({
    ...made,
    spec: { ...made.spec!, revisionHistoryLimit: 0, strategy: { type: 'RollingUpdate', rollingUpdate } },
  });
  await cluster.settle();
  await client.patch(Deployment, key, image('web:2'));
  await cluster.advance({ seconds: 30 });
  const sets = await client.list(ReplicaSet);
  expect(sets.map(({ spec }) => spec!.replicas).sort()).toEqual([0, 2]);
  await cluster.advance({ minutes: 2 });
  expect((await client.get(Deployment, key)).status?.availableReplicas).toBe(2);
  expect(await client.list(ReplicaSet)).toHaveLength(1);
  await cluster.stop();
});

it('in a pause old sets go as the limit says, and the latest is scaled where none is of the template', async () => {
  const cluster = await testCluster();
  const { client } = cluster;
  await client.create(deployment('web', { replicas: 2, image: 'web:1' }));
  await cluster.advance({ seconds: 10 });
  await client.patch(Deployment, key, image('web:2'));
  await cluster.advance({ seconds: 10 });
  expect(await client.list(ReplicaSet)).toHaveLength(2);
  await client.patch(Deployment, key, merge({ paused: true, revisionHistoryLimit: 0 }));
  await cluster.settle();
  expect(await client.list(ReplicaSet)).toHaveLength(1);
  await client.patch(Deployment, key, merge({ revisionHistoryLimit: 10, replicas: 0 }));
  await client.patch(Deployment, key, image('web:3'));
  await cluster.settle();
  await client.patch(Deployment, key, merge({ replicas: 3 }));
  await cluster.advance({ seconds: 10 });
  const pods = await client.list(Pod);
  expect(pods.map(({ spec }) => spec!.containers[0]!.image)).toEqual(Array(3).fill('web:2'));
  await cluster.stop();
});
