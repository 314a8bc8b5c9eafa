/** Nodes whose clocks go wrong: they are judged by how often they are heard, and not by what they say of the time. */
import { describe, expect, it } from '@jest/globals';
import { Lease } from '@pintle/api/coordination/v1';
import { Node } from '@pintle/api/core/v1';
import { formatMicroTime } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';

const key = { name: 'metal', namespace: 'kube-node-lease' };

describe.each([
  ['right', 0],
  ['ten minutes behind', -600_000],
  ['ten minutes before', 600_000],
])('a clock that is %s', (_name, skewMs) => {
  it('a node that is heard is ready; one that is silent is unknown after its grace', async () => {
    const cluster = await testCluster({ nodes: 0 });
    const { client, world } = cluster;
    const stamp = () => formatMicroTime(world.clock.now() + skewMs);
    await client.create<Lease>({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: key,
      spec: { holderIdentity: 'metal', renewTime: stamp() },
    });
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }];
    await client.create<Node>({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'metal' },
      status: { conditions },
    } as Node);
    const readiness = async () =>
      (await client.get(Node, { name: 'metal' })).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    for (let second = 0; second < 300; second += 10) {
      await client.patch(Lease, key, { type: 'merge', body: { spec: { renewTime: stamp() } } });
      await cluster.advance({ seconds: 10 });
      expect(await readiness()).toBe('True');
    }
    await cluster.advance({ seconds: 39 });
    expect(await readiness()).toBe('True');
    await cluster.advance({ seconds: 2 });
    expect(await readiness()).toBe('Unknown');
    await cluster.stop();
  });
});

it('a node that never said anything has a minute', async () => {
  const cluster = await testCluster({ nodes: 0 });
  const { client } = cluster;
  await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'metal' } });
  await cluster.advance({ seconds: 58 });
  expect((await client.get(Node, { name: 'metal' })).status?.conditions).toBeUndefined();
  await cluster.advance({ seconds: 3 });
  expect((await client.get(Node, { name: 'metal' })).status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusNeverUpdated' }),
  );
  await cluster.stop();
});
