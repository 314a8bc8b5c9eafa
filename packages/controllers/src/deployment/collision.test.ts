/** Another ReplicaSet has the name that a Deployment's new one would have (upstream's collision avoidance). */
import { expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { deployment, testCluster } from '@pintle/testing';

const key = { name: 'web', namespace: 'default' };

it('of another template: the next one is salted, and the Deployment counts it', async () => {
  const cluster = await testCluster();
  const { client } = cluster;
  const wish = deployment('web', { replicas: 2 });
  await client.create(wish);
  await cluster.settle();
  const [taken] = await client.list(ReplicaSet);
  await client.delete(Deployment, key);
  await cluster.advance({ seconds: 40 });
  expect(await client.list(ReplicaSet)).toHaveLength(0);
  const { name } = taken!.metadata;
  const labels = { app: 'other' };
  await client.create<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: name!, namespace: 'default' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'other' }] } },
    },
  });
  await client.create(wish);
  await cluster.advance({ seconds: 10 });
  const { status } = await client.get(Deployment, key);
  expect(status).toMatchObject({ collisionCount: 1, availableReplicas: 2, observedGeneration: 1 });
  const own = (await client.list(ReplicaSet)).filter(({ metadata }) => metadata.name !== name);
  expect(own.map(({ spec, metadata }) => [spec?.replicas, metadata.ownerReferences?.[0]?.name])).toEqual([[2, 'web']]);
  expect((await client.get(ReplicaSet, { name: name! })).spec?.replicas).toBe(0);
  await cluster.stop();
});
