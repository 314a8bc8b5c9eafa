/** Nodes are lost while requests and answers are lost too: in the end every pod runs on a node that lives. */
import { expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import { faults, intercept } from '@pintle/client/interceptor';
import { simulatedNodes } from '@pintle/cluster';
import { createManager } from '@pintle/controller-runtime';
import { deployment, testCluster } from '@pintle/testing';
import { nodeLifecycleController, podGcController, taintEvictionController } from '../index.js';

const others = ['deployment', 'replicaset', 'serviceaccount', 'root-ca-certificate-publisher', 'garbage-collector'];

it.each([1, 2, 3, 4])(
  'seed %d',
  async (seed) => {
    const cluster = await testCluster({ seed, nodes: 0, builtinControllers: others });
    const { client, world } = cluster;
    const refused = intercept(
      cluster.apiServer.client({ fieldManager: 'kube-controller-manager' }),
      faults({
        world,
        only: ({ verb }) => verb !== 'list' && verb !== 'get',
        lostRequest: 0.15,
        lostAnswer: 0.15,
        conflict: 0.15,
        serverError: 0.1,
        delayMaxMs: 50,
        repeatedEvent: 0.1,
      }),
    );
    const manager = createManager({
      world,
      client: refused,
      controllers: [nodeLifecycleController(), taintEvictionController(), podGcController()],
    });
    const started = manager.start();
    await cluster.settle();
    await started;
    const added = Promise.all(simulatedNodes(5).map((part) => cluster.addNode(part)));
    await cluster.settle();
    await added;
    await client.create(deployment('web', { replicas: 12 }));
    await cluster.advance({ minutes: 1 });

    await cluster.stopNode('node-1');
    await cluster.stopNode('node-3');
    await cluster.advance({ minutes: 30 });
    const ready = async () =>
      (await client.list(Node))
        .filter(({ status }) =>
          status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
        )
        .map(({ metadata }) => metadata.name);
    expect(await ready()).toEqual(['node-0', 'node-2', 'node-4']);
    // The machines are gone for good, and their pods with them.
    for (const name of ['node-1', 'node-3']) await client.delete(Node, { name });
    await cluster.advance({ minutes: 10 });
    const pods = await client.list(Pod, { namespace: 'default' });
    expect(pods.map(({ status }) => status?.phase)).toEqual(Array(12).fill('Running'));
    expect(pods.filter(({ spec }) => ['node-1', 'node-3'].includes(spec?.nodeName ?? ''))).toEqual([]);
    await manager.stop();
    await cluster.stop();
  },
  60_000,
);
