/**
 * The node agent: registers a node, and runs the pods that are bound to it over a container runtime. Each pod has a
 * worker of its own (`pod/pod-worker.ts`), which decides by `planPod`. What is of the machine comes in by ports:
 * runtime, network, volumes, prober; a thousand kubelets over simulated ones live in one process.
 *
 * Deliberately not here: admission by the node (a pod that the scheduler bound is run), eviction, image collection,
 * static pods from files.
 */
import type { Pod } from '@pintle/api/core/v1';
import { annControllerAttaches } from '@pintle/api/volumes';
import type { Client } from '@pintle/client';
import type { ContainerRuntime, NodeAgent, PodNetwork, PodSandbox } from '@pintle/contracts';
import { createEventRecorder, type EventRecorder, type EventWriter } from '@pintle/controller-runtime';
import type { KubernetesObject, World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import { createNodeAgent } from './agent/node-agent.js';
import type { KubeletContext } from './kubelet-context.js';
import { createNodeRegistration } from './node/node-registration.js';
import type { NodeDescription } from './node/node-status.js';
import { PodWorker } from './pod/pod-worker.js';
import { createStatusWriter } from './pod/status-writer.js';
import { type Prober, runtimeProber } from './probe/prober.js';
import { type ObjectSource, sharedObjects } from './sources/object-source.js';
import { type PodSource, sharedPods } from './sources/pod-source.js';
import { createNodeVolumes } from './volumes/node-volumes.js';
import { noVolumes, refusedVolumes, type VolumePort } from './volumes/volume-port.js';

/** What the node says of itself is told beside the ports: `labels`, `capacity`, `addresses`… Each has a small default. */
export interface KubeletOptions extends Partial<NodeDescription> {
  readonly world: World;
  readonly client: Client;
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  readonly network: PodNetwork;
  /** Started and stopped by whoever made them. */
  readonly informers: Informers;
  /**
   * Default: an unrestricted informer of `informers`. Give one `sharedPods(informers)` to all kubelets of a process, so
   * that they cost one subscription; a kubelet in a process of its own takes `nodePods(informers, nodeName)`.
   */
  readonly pods?: PodSource;
  /** Default: informers of `informers`. A kubelet with no more than a node's rights takes `clientObjects(…)`. */
  readonly objects?: ObjectSource;
  /** `fileVolumes(…)` of `./nodejs`. Default: none are kept for a runtime that only simulates; else they are refused. */
  readonly volumes?: VolumePort;
  /** `networkProber()` of `./nodejs`. Default: the runtime is asked. */
  readonly prober?: Prober;
  /** Events of the node and its pods. Its own unless given; `silentRecorder` for none. */
  readonly recorder?: EventRecorder;
  /** Whether there are Events of the node itself: that it starts, is ready, has enough memory. Default true. */
  readonly nodeEvents?: boolean;
  /** When its recorder writes; shared by the kubelets of a process. Its own unless given. */
  readonly eventWriter?: EventWriter;
  /** How often volumes follow what they show. Default 60,000. */
  readonly volumeRefreshMs?: number;
}

export interface Kubelet extends NodeAgent {
  readonly nodeName: string;
  /** Resolves when the node is registered and its pods are taken up. */
  start(): Promise<void>;
  /** Stops looking after pods. Containers stay as they are: end them with the runtime's `close`. */
  stop(): Promise<void>;
  /** Pods that it looks after now. */
  readonly podCount: number;
}

/** What the scheduler counts on where nothing is said. */
const defaultCapacity = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' };

export function describeNode(
  nodeName: string,
  runtime: ContainerRuntime,
  given: Partial<NodeDescription> = {},
): NodeDescription {
  const { name, version } = runtime.version();
  const capacity = given.capacity ?? defaultCapacity;
  return {
    labels: given.labels ?? {},
    annotations: { [annControllerAttaches]: 'true', ...given.annotations },
    taints: given.taints ?? [],
    capacity,
    allocatable: given.allocatable ?? capacity,
    addresses: given.addresses ?? [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: nodeName },
    ],
    ...(given.podCIDR === undefined ? {} : { podCIDR: given.podCIDR }),
    nodeInfo: given.nodeInfo ?? {
      machineID: nodeName,
      systemUUID: nodeName,
      bootID: nodeName,
      kernelVersion: 'unknown',
      osImage: 'Pintle',
      containerRuntimeVersion: `${name}://${version}`,
      kubeletVersion: 'v1.33.5',
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  };
}

const recorderOf = ({ world, client, nodeName, eventWriter }: KubeletOptions): EventRecorder =>
  createEventRecorder({
    world,
    client,
    component: 'kubelet',
    host: nodeName,
    ...(eventWriter === undefined ? {} : { writer: eventWriter }),
  });

/** As upstream, a kubelet knows no uid of its node and says its name in the place of one; `kubectl describe` looks for both. */
const nodeReference = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name },
});

export function createKubelet(options: KubeletOptions): Kubelet {
  const { world, client, nodeName, runtime, informers } = options;
  const pods = options.pods ?? sharedPods(informers);
  const description = describeNode(nodeName, runtime, options);
  const statuses = createStatusWriter({ world, client });
  const objects = options.objects ?? sharedObjects({ client, informers });
  const nodeVolumes = createNodeVolumes({ world, client, nodeName, objects });
  const context: KubeletContext = {
    world,
    client,
    nodeName,
    hostIP: description.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '127.0.0.1',
    runtime,
    runtimeName: runtime.version().name,
    network: options.network,
    volumes: options.volumes ?? (runtime.probe === undefined ? refusedVolumes() : noVolumes()),
    nodeVolumes,
    prober: options.prober ?? runtimeProber(runtime),
    objects,
    recorder: options.recorder ?? recorderOf(options),
    statuses,
    allocatable: description.allocatable,
    volumeRefreshMs: options.volumeRefreshMs ?? 60_000,
  };
  const { nodeEvents = true } = options;
  const itself = nodeReference(nodeName);
  const registration = createNodeRegistration({
    world,
    client,
    nodeName,
    description,
    ...(nodeEvents ? { tell: (reason, message) => context.recorder.record(itself, 'Normal', reason, message) } : {}),
  });
  const workers = new Map<string, PodWorker>();
  const bySandbox = new Map<string, PodWorker>();
  const endings: (() => void)[] = [];
  let found = new Map<string, PodSandbox[]>();
  let stopped = false;

  const begin = (pod: Pod) => {
    const uid = pod.metadata.uid!;
    const sandboxes = found.get(uid) ?? [];
    found.delete(uid);
    const worker = new PodWorker({
      context,
      pod,
      sandboxes,
      onSandbox(id, owner) {
        if (owner === undefined) bySandbox.delete(id);
        else bySandbox.set(id, owner);
      },
      onDone: () => workers.delete(uid),
    });
    workers.set(uid, worker);
  };

  const changed = (pod: Pod) => {
    if (stopped || pod.spec?.nodeName !== nodeName) return;
    const worker = workers.get(pod.metadata.uid!);
    if (worker === undefined) begin(pod);
    else worker.update(pod);
  };

  /** What an earlier kubelet ran of pods that are in the API no longer. */
  const removeStrangers = async () => {
    for (const [uid, sandboxes] of found) {
      for (const { id } of sandboxes) {
        await runtime.stopPodSandbox(id);
        await runtime.removePodSandbox(id);
      }
      await context.volumes.unmountAll(uid);
      nodeVolumes.release(uid);
    }
    found = new Map();
  };

  const agent = createNodeAgent(context, () => workers.values(), world.clock.now());
  return {
    ...agent,
    nodeName,
    get podCount() {
      return workers.size;
    },
    async start() {
      const node = await registration.start();
      for (const sandbox of await runtime.listPodSandboxes()) {
        const known = found.get(sandbox.config.uid);
        if (known === undefined) found.set(sandbox.config.uid, [sandbox]);
        else known.push(sandbox);
      }
      nodeVolumes.inherit(node?.status?.volumesInUse ?? [], found.keys());
      endings.push(
        runtime.onEvent(({ type, sandboxId }) => {
          // What this kubelet starts itself it need not be told of.
          if (type === 'stopped') bySandbox.get(sandboxId)?.wake();
        }),
        ...(nodeEvents ? [objects.followNode(nodeName, registration.observe)] : []),
        pods.subscribe(nodeName, { changed, deleted: (pod) => workers.get(pod.metadata.uid!)?.gone(pod) }),
      );
      await pods.whenSynced();
      await removeStrangers();
    },
    async stop() {
      stopped = true;
      for (const end of endings.splice(0)) end();
      registration.stop();
      nodeVolumes.stop();
      for (const worker of workers.values()) worker.stop();
      statuses.stop();
      await context.recorder.flush();
    },
  };
}
