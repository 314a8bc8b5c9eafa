/** How much is written for a new Deployment: as little as kube-controller-manager's objects end up with. */
import { expect, it } from '@jest/globals';
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import type { KindRef } from '@pintle/machinery';
import { deployment, testCluster } from '@pintle/testing';

it('a new Deployment and its set are each told of once, by when their pods exist', async () => {
  const cluster = await testCluster({ nodes: 0 });
  const { client } = cluster;
  const writes: string[] = [];
  for (const kind of [Deployment, ReplicaSet, Pod] as readonly KindRef[])
    client.watch(kind).subscribe(({ type, object }) => writes.push(`${type} ${object.kind}`));
  await cluster.settle();
  await client.create(deployment('web', { replicas: 3 }));
  await cluster.settle();
  // The scheduler tells each pod that there is no node.
  expect(writes.filter((write) => write !== 'MODIFIED Pod')).toEqual([
    'ADDED Deployment',
    'ADDED ReplicaSet',
    ...Array(3).fill('ADDED Pod'),
    'MODIFIED ReplicaSet',
    'MODIFIED Deployment',
  ]);
  const { metadata, status } = await client.get(Deployment, { name: 'web' });
  expect(metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
  expect(metadata.generation).toBe(1);
  expect(status).toMatchObject({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, unavailableReplicas: 3 });
  const [set] = await client.list(ReplicaSet);
  expect(set?.status).toMatchObject({ observedGeneration: 1, replicas: 3, fullyLabeledReplicas: 3 });
  await cluster.stop();
});

it('a set of more pods than go at once goes on without a pause', async () => {
  const cluster = await testCluster({ nodes: 0, scheduler: false });
  await cluster.client.create(deployment('web', { replicas: 1_200 }));
  await cluster.advance(19);
  expect(await cluster.client.list(Pod)).toHaveLength(1_200);
  await cluster.stop();
});

it('Recreate makes the next set when the last old pod has gone, and never scales it', async () => {
  const cluster = await testCluster({ nodes: 1 });
  const { client } = cluster;
  const first = deployment('web', { replicas: 2, image: 'web:1', terminationGracePeriodSeconds: 30 });
  await client.create<Deployment>({ ...first, spec: { ...first.spec!, strategy: { type: 'Recreate' } } });
  await cluster.settle();
  const pods = new Set<string>();
  let most = 0;
  client.watch(Pod).subscribe((event) => {
    if (event.type === 'BOOKMARK') return;
    const { metadata, spec, status } = event.object;
    const image = `${metadata.name} ${spec?.containers[0]?.image}`;
    if (event.type === 'DELETED' || status?.phase === 'Succeeded') pods.delete(image);
    else pods.add(image);
    most = Math.max(most, new Set([...pods].map((each) => each.split(' ')[1])).size);
  });
  const containers = [{ name: 'main', image: 'web:2' }];
  const body = { spec: { template: { spec: { containers } } } };
  await client.patch(Deployment, { name: 'web' }, { type: 'strategic', body });
  await cluster.advance({ minutes: 2 });
  const sets = await client.list(ReplicaSet);
  expect(sets.map(({ metadata, spec }) => [metadata.generation, spec?.replicas]).sort()).toEqual([
    [1, 2],
    [2, 0],
  ]);
  expect(sets.every(({ spec }) => spec?.minReadySeconds === undefined)).toBe(true);
  expect(most).toBe(1);
  await cluster.stop();
});
