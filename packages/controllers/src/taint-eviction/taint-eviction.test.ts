import { expect, it } from '@jest/globals';
import { Event, Node, Pod } from '@pintle/api/core/v1';
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
