import { expect, it } from '@jest/globals';
import { Event, Node, Pod } from '@pintle/api/core/v1';
import { formatTime } from '@pintle/machinery';
import { pod, testCluster } from '@pintle/testing';

it('a pod whose node is freed of its taint in time stays, and is told so', async () => {
  const cluster = await testCluster({ nodes: 1 });
  const { client } = cluster;
  const key = 'example.com/repair';
  const tolerations = [{ key, operator: 'Exists' as const, effect: 'NoExecute' as const, tolerationSeconds: 60 }];
  await client.create(pod('patient', { nodeName: 'node-0', tolerations }));
  await client.create(pod('lasting', { nodeName: 'node-0', tolerations: [{ operator: 'Exists' }] }));
  await cluster.settle();
  const taint = (taints: readonly object[] | null) =>
    client.patch(Node, { name: 'node-0' }, { type: 'merge', body: { spec: { taints } } });
  const told = async () =>
    (await client.list(Event, { namespace: 'default' }))
      .filter(({ reason }) => reason === 'TaintManagerEviction')
      .map(({ message }) => message);
  await taint([{ key, effect: 'NoExecute' }]);
  await cluster.advance({ seconds: 30 });
  expect(await told()).toEqual([]);
  await taint(null);
  await cluster.advance({ minutes: 2 });
  expect(await told()).toEqual(['Cancelling deletion of Pod default/patient']);
  expect(await client.list(Pod, { namespace: 'default' })).toHaveLength(2);
  await taint([{ key, effect: 'NoExecute' }]);
  await cluster.advance({ seconds: 70 });
  expect((await told()).at(-1)).toBe('Marking for deletion Pod default/patient');
  await cluster.stop();
});

async function onOneNode() {
  const cluster = await testCluster({ nodes: 1 });
  const { client } = cluster;
  const taint = (taints: readonly object[] | null) =>
    client.patch(Node, { name: 'node-0' }, { type: 'merge', body: { spec: { taints } } });
  const told = async () =>
    (await client.list(Event, { namespace: 'default' }))
      .filter(({ reason }) => reason === 'TaintManagerEviction')
      .map(({ message, count, series }) => `${series?.count ?? count ?? 1} × ${message}`);
  const left = async () => (await client.list(Pod, { namespace: 'default' })).map(({ metadata }) => metadata.name);
  return { cluster, client, taint, told, left };
}

const bearing = (key: string, tolerationSeconds: number) => ({
  ...{ key, operator: 'Exists' as const, effect: 'NoExecute' as const, tolerationSeconds },
});

it('a pod that comes to a node with one taint leaves it in its time', async () => {
  const { cluster, client, taint, left } = await onOneNode();
  await taint([{ key: 'repair', effect: 'NoExecute' }]);
  await cluster.advance({ minutes: 5 });
  await client.create(pod('late', { nodeName: 'node-0', tolerations: [bearing('repair', 60)] }));
  await cluster.advance({ seconds: 55 });
  expect(await left()).toEqual(['late']);
  await cluster.advance({ seconds: 40 });
  expect(await left()).toEqual([]);
  await cluster.stop();
});

it('a taint counts from when it was added, though it is heard of later', async () => {
  const { cluster, client, taint, left } = await onOneNode();
  await client.create(pod('there', { nodeName: 'node-0', tolerations: [bearing('repair', 60)] }));
  await cluster.advance({ seconds: 50 });
  const timeAdded = formatTime(cluster.world.clock.now());
  await cluster.advance({ seconds: 50 });
  await taint([{ key: 'repair', effect: 'NoExecute', timeAdded }]);
  await cluster.advance({ seconds: 5 });
  expect(await left()).toEqual(['there']);
  await cluster.advance({ seconds: 40 });
  expect(await left()).toEqual([]);
  await cluster.stop();
});

it('one that goes already is not told to, and that one may stay is told once', async () => {
  const { cluster, client, taint, told, left } = await onOneNode();
  const forEver = { key: 'other', operator: 'Exists' as const };
  await client.create(pod('stays', { nodeName: 'node-0', tolerations: [bearing('repair', 60), forEver] }));
  const { metadata, spec, ...rest } = pod('goes', { nodeName: 'node-0' });
  await client.create<Pod>({
    ...rest,
    metadata: { ...metadata, finalizers: ['example.com/held'] },
    spec: { ...spec!, terminationGracePeriodSeconds: 600 },
  });
  await cluster.settle();
  await client.delete(Pod, { name: 'goes' });
  await taint([{ key: 'repair', effect: 'NoExecute' }]);
  await cluster.advance({ seconds: 20 });
  await taint(null);
  await cluster.advance({ seconds: 20 });
  for (const taints of [[{ key: 'other', effect: 'NoExecute' }], null]) {
    await taint(taints);
    await cluster.advance({ seconds: 20 });
  }
  expect(await told()).toEqual(['1 × Cancelling deletion of Pod default/stays']);
  expect(await left()).toEqual(['goes', 'stays']);
  await cluster.stop();
});
