/** Nodes that fall silent lose their pods one after another; when none is heard any more, none does. */
import { expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import { formatTime } from '@pintle/machinery';
import { type TestCluster, testCluster } from '@pintle/testing';
import { nodeLifecycleController } from './index.js';

const builtinControllers = [] as const;
const evicted = async ({ client }: TestCluster) =>
  (await client.list(Node))
    .filter(({ spec }) => spec?.taints?.some(({ effect }) => effect === 'NoExecute'))
    .map(({ metadata }) => metadata.name);

it('one each ten seconds loses its own, and is tainted until all are silent', async () => {
  const controllers = [nodeLifecycleController()];
  const cluster = await testCluster({ nodes: 4, builtinControllers, controllers });
  await cluster.settle();
  await cluster.stopNode('node-1');
  await cluster.stopNode('node-2');
  await cluster.advance({ seconds: 40 });
  expect(await evicted(cluster)).toEqual([]);
  await cluster.advance({ seconds: 17 });
  expect(await evicted(cluster)).toHaveLength(1);
  await cluster.advance({ seconds: 10 });
  for (let minute = 0; minute < 5; minute++) {
    expect(await evicted(cluster)).toEqual(['node-1', 'node-2']);
    await cluster.advance({ seconds: 60 });
  }
  await cluster.stopNode('node-0');
  await cluster.stopNode('node-3');
  await cluster.advance({ seconds: 80 });
  expect(await evicted(cluster)).toEqual([]);
  await cluster.stop();
});

it('of two that say themselves that they are not ready, the second has its turn ten seconds after the first', async () => {
  const controllers = [nodeLifecycleController()];
  const cluster = await testCluster({ nodes: 4, builtinControllers, controllers });
  const { client } = cluster;
  const condition = { type: 'Ready', status: 'False', reason: 'KubeletNotReady' } as const;
  for (const name of ['ill-0', 'ill-1']) {
    await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    const lastHeartbeatTime = formatTime(cluster.world.clock.now());
    const body = { status: { conditions: [{ ...condition, lastHeartbeatTime }] } };
    await client.patch(Node, { name }, { type: 'merge', body }, { subresource: 'status' });
  }
  await cluster.advance({ seconds: 5 });
  expect(await evicted(cluster)).toEqual(['ill-0']);
  await cluster.advance({ seconds: 10 });
  expect(await evicted(cluster)).toEqual(['ill-0', 'ill-1']);
  await cluster.stop();
});
