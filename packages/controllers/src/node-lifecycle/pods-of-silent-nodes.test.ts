/** Which pods are told not ready: those of whom nobody hears any more. */
import { expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { Node, Pod } from '@pintle/api/core/v1';
import { formatMicroTime, isConditionTrue } from '@pintle/machinery';
import { pod, testCluster } from '@pintle/testing';

it('a node that says that it is not ready keeps its pods ready; one that falls silent does not', async () => {
  const cluster = await testCluster({ nodes: 0, scheduler: false });
  const { client, world } = cluster;
  const key = { name: 'metal', namespace: 'kube-node-lease' };
  const spec = () => ({ holderIdentity: 'metal', renewTime: formatMicroTime(world.clock.now()) });
  await client.create<Lease>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: key, spec: spec() });
  const ready = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
  await client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'metal' }, ...ready('True') } as Node);
  await client.create(pod('held', { nodeName: 'metal' }));
  const say = (body: object) =>
    client.patch(Pod, { name: 'held' }, { type: 'strategic', body }, { subresource: 'status' });
  await say({ status: { phase: 'Running', ...ready('True').status } });
  const isReady = async () => isConditionTrue((await client.get(Pod, { name: 'held' })).status?.conditions, 'Ready');
  const body = ready('False');
  await client.patch(Node, { name: 'metal' }, { type: 'strategic', body }, { subresource: 'status' });
  for (let turn = 0; turn < 6; turn++) {
    await client.patch(Lease, key, { type: 'merge', body: { spec: spec() } });
    await cluster.advance({ seconds: 10 });
  }
  const { spec: tainted } = await client.get(Node, { name: 'metal' });
  expect(tainted?.taints?.map((taint) => taint.key)).toContain('node.kubernetes.io/not-ready');
  expect(await isReady()).toBe(true);
  await cluster.advance({ seconds: 60 });
  expect(await isReady()).toBe(false);
  await cluster.stop();
});
