/**
 * Puts the parts together: a store, an API server, controllers, a scheduler and nodes, in one process, over one
 * set of informers. It deliberately listens to nothing and reads no files; `./nodejs` does.
 */

import { NodeMetrics, PodMetrics } from '@pintle/api/metrics/v1beta1';
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
  type HealthCheck,
  leads,
  type RemoteKind,
  type Resource,
  type StoredObject,
  storedObjectCodec,
  type VirtualResource,
} from '@pintle/apiserver';
import { type Client, UndiscoveredError } from '@pintle/client';
import { cloudControllers } from '@pintle/cloud';
import type {
  CloudProvider,
  NodeAgent,
  ServiceDataplane,
  StoreBackend,
  StoreOpener,
  VolumeDriver,
} from '@pintle/contracts';
import {
  type Controller,
  createEventRecorder,
  createEventWriter,
  createManager,
  type Manager,
} from '@pintle/controller-runtime';
import { builtinControllers, type CertificateSigner, type MetricsSource } from '@pintle/controllers';
import { sharedObjects, sharedPods } from '@pintle/kubelet';
import { type KindRef, realWorld, type Verb, type World } from '@pintle/machinery';
import { createServiceProxy, type ServiceProxy } from '@pintle/network';
import { createScheduler, type Profile, type Scheduler } from '@pintle/scheduler';
import { memoryStore } from '@pintle/store';
import { volumeControllers } from '@pintle/volumes';
import { createInformers, type Informers } from '@pintle/watch';
import { type NodePart, startNode } from './node.js';
import { type NodeMetricsReader, nodeMetrics } from './node-metrics.js';

export interface ClusterParts extends Omit<ApiServerOptions, 'world' | 'backend' | 'connectNode'> {
  /** The real world unless given. */
  readonly world?: World;
  /** In memory unless given. */
  readonly store?: StoreOpener;
  readonly nodes?: readonly NodePart[];
  /** Run beside the built-in ones. */
  readonly controllers?: readonly Controller[];
  /** Which built-in controllers run, by name; all of them unless given. */
  readonly builtinControllers?: readonly string[];
  /** PEM; published in every namespace for pods to trust the API server by. */
  readonly rootCertificate?: string;
  /** What autoscalers ask in the place of `metrics.k8s.io` and its like. */
  readonly metrics?: Partial<MetricsSource>;
  /** Whether `metrics.k8s.io` tells of the nodes of this process, in the place of a metrics server. It does unless given. */
  readonly servesNodeMetrics?: boolean;
  /** Signs approved CertificateSigningRequests; without it they stay as they are. */
  readonly certificateSigner?: CertificateSigner;
  /** What makes, attaches and grows volumes; made for the cluster's world. None unless given. */
  readonly volumeDrivers?: (world: World) => readonly VolumeDriver[];
  /** Says what nodes are, and makes load balancers and routes; made for the cluster's world. None unless given. */
  readonly cloudProvider?: (world: World) => CloudProvider;
  /** The ranges that pods' addresses are from. With them nodes are given parts of them, and a cloud routes. */
  readonly clusterCidrs?: readonly string[];
  /** The scheduler's profiles; the default one unless given, none with `false`. */
  readonly scheduler?: readonly Profile[] | false;
  /** Carries the traffic of Services on this machine. */
  readonly services?: { readonly dataplane: ServiceDataplane; readonly nodeIps: readonly string[] };
}

export interface Cluster {
  /** Acts as a member of `system:masters`. */
  readonly client: Client;
  readonly apiServer: ApiServer;
  readonly informers: Informers;
  readonly world: World;
  /** Adds a node to the running cluster. */
  addNode(part: NodePart): Promise<NodeAgent>;
  /** Ends a node's kubelet and its containers, as when the machine is switched off. Its Node object stays. */
  stopNode(name: string): Promise<void>;
  /** Ends everything, every pod's processes included. The objects stay in the store. */
  stop(): Promise<void>;
}

/** Resolves when every part runs. Whatever a failed start had begun is ended again. */
export async function createCluster(parts: ClusterParts = {}): Promise<Cluster> {
  const world = parts.world ?? realWorld();
  const backend: StoreBackend<StoredObject> = await (parts.store?.(storedObjectCodec, world) ??
    memoryStore<StoredObject>({ world }));
  const ends: (() => Promise<unknown>)[] = [() => backend.close()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await assemble(parts, world, backend, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

const nodeMetricsResources = (metrics: () => NodeMetricsReader | undefined): readonly VirtualResource[] => [
  { kind: NodeMetrics, list: async () => (await metrics()?.nodes()) ?? [] },
  { kind: PodMetrics, list: async (namespace) => (await metrics()?.pods(namespace)) ?? [] },
];

/** The parts of this process are well while it is; of those that are not of it nothing is known. */
const component = (name: string, runs: boolean): HealthCheck => ({
  name,
  check() {
    if (!runs) throw new Error('it does not run in the process of the API server');
  },
});

async function assemble(
  parts: ClusterParts,
  world: World,
  backend: StoreBackend<StoredObject>,
  ends: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Cluster> {
  const agents = new Map<string, NodeAgent>();
  const nodeEnds = new Map<string, () => Promise<void>>();
  let metrics: NodeMetricsReader | undefined;
  const apiServer = await createApiServer({
    ...parts,
    world,
    backend,
    connectNode: (name) => agents.get(name),
    virtualResources: [
      ...(parts.servesNodeMetrics === false ? [] : nodeMetricsResources(() => metrics)),
      ...(parts.virtualResources ?? []),
    ],
    components: [
      component('scheduler', parts.scheduler !== false),
      component('controller-manager', parts.builtinControllers?.length !== 0),
      ...(parts.components ?? []),
    ],
  });
  ends.push(() => apiServer.stop());
  const client = apiServer.client();

  const informers = createInformers({ client: apiServer.client({ fieldManager: 'informers' }), world });
  informers.start();
  ends.push(() => informers.stop());

  metrics = nodeMetrics({ world, informers, agents: () => agents.values() });
  const may =
    (...verbs: readonly Verb[]) =>
    (kind: RemoteKind) =>
      verbs.every((verb) => kind.verbs.includes(verb));
  const listed = (resource: Resource) => leads(resource) && (resource.kind.verbs?.includes('watch') ?? true);
  // The same list for as long as the kinds are the same: who knows it need not go through it again.
  let known:
    | { readonly generation: number; readonly remote: readonly KindRef[]; readonly kinds: readonly KindRef[] }
    | undefined;
  const kinds = (): readonly KindRef[] => {
    const { registry } = apiServer.core;
    const { kinds: remote } = apiServer.remoteKinds();
    if (known?.generation !== registry.generation || known.remote !== remote) {
      const own = registry
        .all()
        .filter(listed)
        .map(({ kind }) => kind);
      known = { generation: registry.generation, remote, kinds: [...own, ...remote.filter(may('list', 'watch'))] };
    }
    return known.kinds;
  };
  const kindsNow = async () => {
    const { kinds: remote, undiscovered } = apiServer.remoteKinds();
    const all = [...new Set([...kinds(), ...remote.filter(may('list', 'delete'))])];
    if (undiscovered.length > 0) throw new UndiscoveredError(all, undiscovered);
    return all;
  };
  const builtin = builtinControllers({
    kinds,
    kindsNow,
    ...(parts.metrics === undefined ? {} : { metrics: parts.metrics }),
    ...(parts.builtinControllers === undefined ? {} : { only: parts.builtinControllers }),
    ...(parts.rootCertificate === undefined ? {} : { rootCertificate: parts.rootCertificate }),
    ...(parts.certificateSigner === undefined ? {} : { certificateSigner: parts.certificateSigner }),
    ...(parts.clusterCidrs === undefined ? {} : { clusterCidrs: parts.clusterCidrs }),
  });
  const volumes = volumeControllers({
    drivers: parts.volumeDrivers?.(world) ?? [],
    ...(parts.builtinControllers === undefined ? {} : { only: parts.builtinControllers }),
  });
  const cloud =
    parts.cloudProvider === undefined
      ? { controllers: [], runnables: [] }
      : cloudControllers({
          cloud: parts.cloudProvider(world),
          ...(parts.clusterCidrs === undefined ? {} : { clusterCidrs: parts.clusterCidrs }),
          ...(parts.builtinControllers === undefined ? {} : { only: parts.builtinControllers }),
        });
  // One writer for all who tell of events, so that together they leave the work its time.
  const eventWriter = createEventWriter({ world });
  const manager = createManager({
    client: apiServer.client({ fieldManager: 'kube-controller-manager' }),
    world,
    informers,
    eventWriter,
    metrics: apiServer.metricsRegistry,
    controllers: [...builtin.controllers, ...volumes, ...cloud.controllers, ...(parts.controllers ?? [])],
    runnables: [...builtin.runnables, ...cloud.runnables],
  });
  await start(manager, ends);
  if (parts.scheduler !== false) {
    const scheduler = createScheduler({
      world,
      client: apiServer.client({ fieldManager: 'kube-scheduler' }),
      informers,
      eventWriter,
      metrics: apiServer.metricsRegistry,
      ...(parts.scheduler === undefined ? {} : { profiles: parts.scheduler }),
    });
    await start(scheduler, ends);
  }
  if (parts.services !== undefined) {
    const proxyClient = apiServer.client({ fieldManager: 'kube-proxy' });
    const events = createEventRecorder({ client: proxyClient, world, component: 'kube-proxy', writer: eventWriter });
    await start(createServiceProxy({ world, informers, events, ...parts.services }), ends);
  }

  // One subscription to pods and one cache of what they refer to, however many nodes live in this process.
  const nodeClient = apiServer.client({ fieldManager: 'kubelet' });
  const shared = {
    world,
    client: nodeClient,
    eventWriter,
    informers,
    pods: sharedPods(informers),
    objects: sharedObjects({ client: nodeClient, informers }),
  };
  const addNode = async (part: NodePart) => {
    const node = await startNode(part, shared);
    agents.set(part.name, node.agent);
    nodeEnds.set(part.name, node.stop);
    return node.agent;
  };
  const stopNode = async (name: string) => {
    const end = nodeEnds.get(name);
    if (end === undefined) throw new Error(`no node "${name}" runs in this cluster`);
    nodeEnds.delete(name);
    agents.delete(name);
    await end();
  };
  ends.push(async () => {
    for (const name of [...nodeEnds.keys()].reverse()) await stopNode(name);
  });
  await Promise.all((parts.nodes ?? []).map(addNode));
  return { client, apiServer, informers, world, addNode, stopNode, stop };
}

async function start(part: Manager | Scheduler | ServiceProxy, ends: (() => Promise<unknown>)[]): Promise<void> {
  ends.push(async () => part.stop());
  await part.start();
}
