/** Nodes are lost while requests and answers are lost too: in the end every pod runs on a node that lives. */
import { expect, it } from '@jest/globals';
import { Node, Pod } from '@pintle/api/core/v1';
import { simulatedNodes } from '@pintle/cluster';
import { deployment, faultyCluster } from '@pintle/testing';
import { nodeLifecycleController, podGcController, taintEvictionController } from '../index.js';

const others = ['deployment', 'replicaset', 'serviceaccount', 'root-ca-certificate-publisher', 'garbage-collector'];

it.each([1, 2, 3, 4])(
  'seed %d',
  async (seed) => {
    const cluster = await faultyCluster({
      seed,
      nodes: 0,
      builtinControllers: others,
      underFaults: [nodeLifecycleController(), taintEvictionController(), podGcController()],
      // No end of faults: what is known of nodes has to be told again and again.
      faults: { lostRequest: 0.15, lostAnswer: 0.15, conflict: 0.15 },
    });
    const { client } = cluster;
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
    await cluster.stop();
  },
  60_000,
);
