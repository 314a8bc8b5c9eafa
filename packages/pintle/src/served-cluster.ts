/** From the options of the command line to a running cluster. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StorageClass } from '@pintle/api/storage/v1';
import type { Client } from '@pintle/client';
import { type NodePart, node, simulatedNodes } from '@pintle/cluster';
import { createServedCluster, type ServedCluster as Served } from '@pintle/cluster/nodejs';
import { describeMachine, fileVolumes, networkProber } from '@pintle/kubelet/nodejs';
import { type Logger, logger, realWorld } from '@pintle/machinery';
import { type UserspaceNetwork, userspaceNetwork } from '@pintle/network/nodejs';
import { type ImageCatalogue, processRuntime } from '@pintle/runtime-process';
import { directoryDriverName, directoryVolumes } from '@pintle/volumes/nodejs';
import type { ApiServerFlags } from './api-server/flags.js';
import { apiServerParts } from './api-server/parts.js';
import { chosenControllers } from './chosen-controllers.js';
import { durableStore } from './durable-store.js';
import { keptNetwork } from './kept-network.js';

export interface UpOptions extends ApiServerFlags {
  /** A file with more of these. */
  readonly config?: string;
  readonly dataDir: string;
  readonly inMemory?: boolean;
  readonly host: string;
  readonly port: number;
  readonly http2?: boolean;
  readonly nodes: number;
  readonly runtime: 'process' | 'simulated';
  readonly kubeconfig?: string;
  readonly image?: readonly string[];
  readonly images?: ImageCatalogue;
  /** Whether there is one. */
  readonly scheduler?: boolean;
  /** As kube-controller-manager's flag has them. */
  readonly controllers?: readonly string[];
}

export interface ServedCluster {
  readonly cluster: Served;
  readonly url: string;
  readonly kubeconfig: string;
  /** What a person should know of this machine's limits. */
  readonly notices: readonly string[];
  stop(): Promise<void>;
}

export async function startServed(options: UpOptions): Promise<ServedCluster> {
  const { dataDir, inMemory = false, host, port, runtime } = options;
  const world = realWorld({ logger: toStandardError() });
  const flags = await apiServerParts(options, world);
  const controllers = chosenControllers(options.controllers ?? ['*']);
  await mkdir(dataDir, { recursive: true });
  const kubeconfig = options.kubeconfig ?? join(dataDir, 'kubeconfig');
  const network =
    runtime !== 'process' || options.nodes === 0
      ? undefined
      : inMemory
        ? await userspaceNetwork({ clock: world.clock })
        : await keptNetwork(dataDir, world.clock);
  const cluster = await createServedCluster({
    world,
    host,
    port,
    http2: options.http2 ?? false,
    kubeconfig,
    credentialsFolder: join(dataDir, 'credentials'),
    ...(inMemory ? {} : { store: await durableStore(dataDir) }),
    nodes: network === undefined ? simulatedNodes(options.nodes) : await processNodes(options, network),
    ...(network === undefined
      ? {}
      : { serviceCidr: network.serviceCidr, services: { dataplane: network.services, nodeIps: ['127.0.0.1'] } }),
    // As in Kubernetes, there is no metrics API where there is nothing to measure.
    servesNodeMetrics: options.nodes > 0,
    ...(options.scheduler === false ? { scheduler: false as const } : {}),
    builtinControllers: controllers,
    volumeDrivers: () => [directoryVolumes({ directory: resolve(dataDir, 'volumes') })],
    ...flags,
  });
  if (options.nodes > 0) await ensureStorageClass(cluster.client);
  return { cluster, url: cluster.url, kubeconfig, notices: network?.pods.notices ?? [], stop: () => cluster.stop() };
}

/** A class for claims that name none, where there is no class at all. Its volumes are folders that nodes here mount. */
async function ensureStorageClass(client: Client): Promise<void> {
  if ((await client.list(StorageClass, { limit: 1 })).length > 0) return;
  await client.create<StorageClass>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: directoryDriverName,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
}

function processNodes(options: UpOptions, network: UserspaceNetwork): Promise<readonly NodePart[]> {
  const images = { ...options.images, ...catalogueOf(options.image ?? []) };
  return Promise.all(
    Array.from({ length: options.nodes }, async (_, index) => {
      const name = `node-${index}`;
      const directory = resolve(options.dataDir, 'nodes', name);
      const runtime = await processRuntime({ directory: join(directory, 'runtime'), images });
      const machine = await describeMachine({ nodeName: name, runtime });
      return node({
        ...machine,
        name,
        runtime,
        network: network.pods,
        volumes: fileVolumes({ directory: join(directory, 'volumes') }),
        prober: networkProber(),
      });
    }),
  );
}

/** `name=folder` with a `server.mjs` or `package.json` in it, or `name=host`. */
function catalogueOf(images: readonly string[]): ImageCatalogue {
  return Object.fromEntries(
    images.map((text) => {
      const mark = text.indexOf('=');
      if (mark < 1) throw new Error(`--image ${text}: write name=folder, or name=host`);
      const [name, source] = [text.slice(0, mark), text.slice(mark + 1)];
      return [
        name,
        source === 'host' ? 'host' : { folder: resolve(source), command: [process.execPath, 'server.mjs'] },
      ] as const;
    }),
  );
}

export function toStandardError(): Logger {
  return logger((level, message, { error, ...fields }) => {
    const cause = error instanceof Error ? `: ${error.message}` : '';
    const details = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    process.stderr.write(`${level}: ${message}${cause}${details.length > 0 ? ` (${details.join(' ')})` : ''}\n`);
  }, 'warn');
}
