/** A node that nobody speaks for: it has a minute to begin, and is unreachable from then on, as with kube-controller-manager. */
import { expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import { testCluster } from '@pintle/testing';

it('has no taints until its time to begin is over', async () => {
  const cluster = await testCluster({ nodes: 0, builtinControllers: ['node-lifecycle'] });
  const { client } = cluster;
  const labels = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64', 'beta.kubernetes.io/arch': 'amd64' };
  const { metadata } = await client.create<Node>({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'bare', labels },
  });
  const node = () => client.get(Node, { name: 'bare' });
  const taints = async () => (await node()).spec?.taints?.map(({ key, effect }) => `${key} ${effect}`);
  await cluster.advance({ seconds: 55 });
  expect(await taints()).toBeUndefined();
  expect((await node()).status?.conditions).toBeUndefined();
  await cluster.advance({ seconds: 15 });
  const unreachable = 'node.kubernetes.io/unreachable';
  expect(await taints()).toEqual([`${unreachable} NoSchedule`]);
  const { conditions } = (await node()).status ?? {};
  expect(conditions?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual(
    ['DiskPressure', 'MemoryPressure', 'PIDPressure', 'Ready'].map((type) => `${type} Unknown`),
  );
  for (const { reason, lastHeartbeatTime } of conditions ?? [])
    expect([reason, lastHeartbeatTime]).toEqual(['NodeStatusNeverUpdated', metadata.creationTimestamp]);
  expect((await node()).metadata.labels).toEqual({
    ...labels,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': 'arm64',
  });
  await cluster.stop();
});

it('keeps its conditions in the order in which its kubelet put them', async () => {
  const cluster = await testCluster({ nodes: 1 });
  const types = async () => (await cluster.client.get(Node, { name: 'node-0' })).status?.conditions;
  const before = (await types())?.map(({ type }) => type);
  await cluster.stopNode('node-0');
  await cluster.advance({ minutes: 2 });
  const after = await types();
  expect(after?.map(({ status }) => status)).toEqual(before?.map(() => 'Unknown'));
  expect(after?.map(({ type }) => type)).toEqual(before);
  expect(before?.[0]).not.toBe('Ready');
  await cluster.stop();
});
