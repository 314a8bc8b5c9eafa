/** A node as a part of a cluster: a runtime and a network under a name. */
import type { ContainerRuntime, NodeAgent, PodNetwork } from '@pintle/contracts';
import {
  createKubelet,
  type KubeletOptions,
  type SimulatedRuntimeOptions,
  simulatedNetwork,
  simulatedRuntime,
} from '@pintle/kubelet';
import type { World } from '@pintle/machinery';

export interface NodePart
  extends Pick<
    KubeletOptions,
    'capacity' | 'labels' | 'taints' | 'addresses' | 'volumes' | 'prober' | 'nodeInfo' | 'nodeEvents'
  > {
  readonly name: string;
  /** Made when the node starts, on the cluster's world. */
  runtime(world: World): ContainerRuntime | Promise<ContainerRuntime>;
  network(world: World): PodNetwork | Promise<PodNetwork>;
}

/** A node over any runtime and network, given as they are or made for the cluster's world. */
export function node(
  options: Omit<NodePart, 'runtime' | 'network'> & {
    readonly runtime: ContainerRuntime | NodePart['runtime'];
    readonly network: PodNetwork | NodePart['network'];
  },
): NodePart {
  const { runtime, network } = options;
  return {
    ...options,
    runtime: typeof runtime === 'function' ? runtime : () => runtime,
    network: typeof network === 'function' ? network : () => network,
  };
}

export interface SimulatedNodeOptions extends Omit<NodePart, 'name' | 'runtime' | 'network'> {
  /** Default `node`: names are `node-0`, `node-1`… */
  readonly namePrefix?: string;
  readonly images?: SimulatedRuntimeOptions['images'];
  /** Whether the nodes tell of themselves in Events, five each at the start. Default: where they are at most 100. */
  readonly nodeEvents?: boolean;
}

/** With more, five Events of each take a quarter of the processor time of their start. */
const tellingNodesMax = 100;

/** Nodes whose containers are data on the world's clock. */
export function simulatedNodes(count: number, options: SimulatedNodeOptions = {}): readonly NodePart[] {
  const { namePrefix = 'node', images, nodeEvents = count <= tellingNodesMax, ...rest } = options;
  const network = simulatedNetwork();
  return Array.from({ length: count }, (_, index) => ({
    ...rest,
    nodeEvents,
    name: `${namePrefix}-${index}`,
    runtime: (world: World) => simulatedRuntime({ world, ...(images === undefined ? {} : { images }) }),
    network: () => network,
  }));
}

export interface RunningNode {
  readonly agent: NodeAgent;
  stop(): Promise<void>;
}

export async function startNode(
  part: NodePart,
  shared: Pick<KubeletOptions, 'world' | 'client' | 'informers' | 'pods' | 'objects' | 'eventWriter'>,
): Promise<RunningNode> {
  const { name, runtime: makeRuntime, network: makeNetwork, ...options } = part;
  const runtime = await makeRuntime(shared.world);
  const network = await makeNetwork(shared.world);
  const kubelet = createKubelet({ ...options, ...shared, nodeName: name, runtime, network });
  await kubelet.start();
  return {
    agent: kubelet,
    async stop() {
      await kubelet.stop();
      await runtime.close();
    },
  };
}
