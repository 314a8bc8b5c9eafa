/** Simulated nodes over HTTP, the same ones for every cluster: Pintle's kubelets, whose containers are data. */
import type { Node } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { createKubelet, sharedObjects, sharedPods, simulatedNetwork, simulatedRuntime } from '@pintle/kubelet';
import type { World } from '@pintle/machinery';
import { createInformers } from '@pintle/watch';

const images = {
  quick: { runMs: 300 },
  failing: { runMs: 300, exitCode: 42 },
  'never-ready': { readyAfterMs: 3_600_000 },
  killed: { stopExitCode: 143 },
  'slow-to-stop': { stopMs: 45_000 },
};

interface NodeOfStories {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<NonNullable<Node['spec']>['taints']>;
  readonly capacity?: Readonly<Record<string, string>>;
}

const zone = 'topology.kubernetes.io/zone';
const only = (what: string): Pick<NodeOfStories, 'labels' | 'taints'> => ({
  labels: { only: what },
  taints: [{ key: 'only', value: what, effect: 'NoSchedule' }],
});

const nodes: readonly NodeOfStories[] = [
  { name: 'node-0', labels: { pool: 'work', [zone]: 'a' } },
  { name: 'node-1', labels: { pool: 'work', [zone]: 'a' } },
  { name: 'node-2', labels: { pool: 'work', [zone]: 'b' } },
  { name: 'ending', ...only('ending') },
  { name: 'taints', ...only('taints') },
  { name: 'silent', ...only('silent') },
  { name: 'small', ...only('small'), capacity: { cpu: '1', memory: '1Gi', pods: '10' } },
];

export interface RunningNodes {
  stopNode(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startNodes(client: Client, world: World): Promise<RunningNodes> {
  const informers = createInformers({ client, world });
  informers.start();
  const shared = {
    world,
    client,
    informers,
    pods: sharedPods(informers),
    objects: sharedObjects({ client, informers }),
  };
  const network = simulatedNetwork();
  const kubelets = new Map(
    nodes.map(({ name, ...description }) => {
      const runtime = simulatedRuntime({ world, images });
      return [name, createKubelet({ ...shared, ...description, network, nodeName: name, runtime })];
    }),
  );
  const stopNode = async (name: string) => {
    await kubelets.get(name)?.stop();
    kubelets.delete(name);
  };
  await Promise.all([...kubelets.values()].map((kubelet) => kubelet.start()));
  return {
    stopNode,
    async stop() {
      for (const name of [...kubelets.keys()]) await stopNode(name);
      await informers.stop();
    },
  };
}
