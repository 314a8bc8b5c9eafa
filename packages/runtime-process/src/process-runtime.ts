/**
 * A container runtime whose containers are processes of this machine: no root, no images to pull, nothing to set up.
 * A kubelet calls it. It deliberately isolates nothing: a container sees the machine's files and network.
 *
 * Guarantees: after `close` none of its processes is left. Where the runtime itself is killed, the next one on the
 * same directory ends what was left before it does anything else.
 *
 * Differs from Kubernetes: see the package's README for what a process can't be given.
 */
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import {
  type ByteStream,
  type ContainerEvent,
  ContainerNotFoundError,
  type ContainerRuntime,
  ContainerStartError,
  type PodSandbox,
  type PodSandboxConfig,
} from '@pintle/contracts';
import { realWorld, type World } from '@pintle/machinery';
import { Container } from './container.js';
import type { LogLimits } from './container-log.js';
import type { ImageCatalogue } from './image-catalogue.js';
import { type ImageStore, imageStore } from './image-store.js';
import type { LayerLimits } from './oci-layer.js';
import { killOrphans, lockDirectory, unlockDirectory } from './orphans.js';
import { processStats } from './process-stats.js';

export interface ProcessRuntimeOptions {
  /** Where containers, logs and unpacked images live. One runtime a directory. */
  readonly directory: string;
  /** What images stand for. */
  readonly images: ImageCatalogue;
  /** The real world unless given. */
  readonly world?: World;
  /** Where programs of this machine are found. Default: `PATH` of this process. */
  readonly path?: string;
  /** How long containers may take to end on `close`. Default 2,000. */
  readonly closeGraceMs?: number;
  readonly logs?: Partial<LogLimits>;
  /** Limits of one layer of an OCI image. */
  readonly layers?: Partial<LayerLimits>;
}

interface Sandbox {
  readonly info: PodSandbox;
  ready: boolean;
  readonly containers: Map<string, Container>;
}

export function processRuntime(options: ProcessRuntimeOptions): ContainerRuntime {
  const world = options.world ?? realWorld();
  const directory = resolve(options.directory);
  const logLimits: LogLimits = { fileBytesMax: 10 << 20, filesMax: 5, lineBytesMax: 16 << 10, ...options.logs };
  const images: ImageStore = imageStore({
    catalogue: options.images,
    directory: join(directory, 'images'),
    limits: { bytesMax: 16 * 2 ** 30, entriesMax: 1_000_000, ...options.layers },
  });
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, { readonly container: Container; readonly sandbox: Sandbox }>();
  const listeners = new Set<(event: ContainerEvent) => void>();
  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const emit = (event: ContainerEvent) => {
    for (const listener of [...listeners]) listener(event);
  };

  /** On first use: takes the directory, and clears what an earlier run left there. */
  const open = (): Promise<void> => {
    if (closing !== undefined) return Promise.reject(new RuntimeClosedError());
    opening ??= (async () => {
      await mkdir(directory, { recursive: true });
      await lockDirectory(directory);
      const killed = await killOrphans(directory);
      if (killed.length > 0)
        world.logger.log('warn', 'ended processes that an earlier runtime left behind', { count: killed.length });
      await rm(join(directory, 'sandboxes'), { recursive: true, force: true });
    })();
    return opening;
  };

  const sandboxOf = async (id: string): Promise<Sandbox> => {
    await open();
    const sandbox = sandboxes.get(id);
    if (sandbox === undefined) throw new ContainerNotFoundError(id);
    return sandbox;
  };
  const containerOf = async (id: string) => {
    await open();
    const found = containers.get(id);
    if (found === undefined) throw new ContainerNotFoundError(id);
    return found;
  };
  const newId = () => world.random.uuid().replaceAll('-', '');

  const stopSandbox = async (sandbox: Sandbox, graceMs = 0) => {
    sandbox.ready = false;
    await Promise.all([...sandbox.containers.values()].map((container) => container.stop(graceMs)));
  };

  const runtime: ContainerRuntime = {
    version: () => ({ name: 'pintle-process', version: '0.1.0' }),

    async runPodSandbox(config: PodSandboxConfig) {
      await open();
      const id = newId();
      await mkdir(join(directory, 'sandboxes', id), { recursive: true });
      sandboxes.set(id, {
        info: { id, config, state: 'ready', createdAtMs: world.clock.now() },
        ready: true,
        containers: new Map(),
      });
      return id;
    },

    async stopPodSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox !== undefined) await stopSandbox(sandbox);
    },

    async removePodSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox === undefined) return;
      await stopSandbox(sandbox);
      for (const containerId of sandbox.containers.keys()) containers.delete(containerId);
      sandboxes.delete(id);
      await rm(join(directory, 'sandboxes', id), { recursive: true, force: true });
    },

    async listPodSandboxes() {
      if (closing === undefined) await open();
      return [...sandboxes.values()].map(({ info, ready }) => (ready ? info : { ...info, state: 'notReady' as const }));
    },

    async pullImage(image) {
      await open();
      return images.pull(image);
    },

    async imageStatus(image) {
      await open();
      return images.present(image);
    },

    async createContainer(sandboxId, config) {
      const sandbox = await sandboxOf(sandboxId);
      if (!sandbox.ready)
        throw new ContainerStartError('CreateContainerError', `sandbox ${sandboxId} has been stopped`);
      const id = newId();
      const home = join(directory, 'sandboxes', sandboxId, id);
      const container = new Container(config, {
        containerId: id,
        sandboxId,
        sandbox: sandbox.info.config,
        directory,
        home,
        root: join(home, 'root'),
        image: images.settings(config.imageRef),
        path: options.path ?? process.env['PATH'] ?? '',
        uid: process.getuid?.(),
        clock: world.clock,
        logLimits,
        onState: (state) => emit({ type: state, sandboxId, containerId: id }),
      });
      await mkdir(home, { recursive: true });
      await container.create();
      sandbox.containers.set(id, container);
      containers.set(id, { container, sandbox });
      emit({ type: 'created', sandboxId, containerId: id });
      return id;
    },

    async startContainer(id) {
      const { container, sandbox } = await containerOf(id);
      if (!sandbox.ready) throw new ContainerStartError('RunContainerError', 'its sandbox has been stopped');
      await container.start();
    },

    async stopContainer(id, graceMs) {
      await containers.get(id)?.container.stop(graceMs);
    },

    async removeContainer(id) {
      const found = containers.get(id);
      if (found === undefined) return;
      await found.container.remove();
      containers.delete(id);
      found.sandbox.containers.delete(id);
      emit({ type: 'deleted', sandboxId: found.sandbox.info.id, containerId: id });
    },

    async listContainers(sandboxId) {
      if (closing === undefined) await open();
      const chosen =
        sandboxId === undefined
          ? [...containers.values()].map(({ container }) => container)
          : [...(sandboxes.get(sandboxId)?.containers.values() ?? [])];
      return chosen.map((container) => container.status());
    },

    async containerStatus(id) {
      return containers.get(id)?.container.status();
    },

    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async *logs(id, logOptions) {
      const { container } = await containerOf(id);
      yield* container.log.read(logOptions);
    },

    async exec(id, request) {
      return (await containerOf(id)).container.exec(request);
    },

    async attach(id, request) {
      return (await containerOf(id)).container.attach(request);
    },

    async portForward(sandboxId, port) {
      const sandbox = await sandboxOf(sandboxId);
      return openStream(sandbox.info.config.ip ?? '127.0.0.1', port);
    },

    async stats(id) {
      const found = containers.get(id);
      const group = found?.container.group;
      return group === undefined ? undefined : processStats(id, group, world.clock.now());
    },

    close() {
      closing ??= (async () => {
        if (opening === undefined) return;
        const opened = await opening.then(
          () => true,
          () => false,
        );
        if (!opened) return;
        await Promise.all(
          [...sandboxes.values()].map((sandbox) => stopSandbox(sandbox, options.closeGraceMs ?? 2_000)),
        );
        sandboxes.clear();
        containers.clear();
        await killOrphans(directory);
        await rm(join(directory, 'sandboxes'), { recursive: true, force: true });
        await unlockDirectory(directory);
      })();
      return closing;
    },
  };
  return runtime;
}

/** The runtime was closed, and starts nothing any more. */
export class RuntimeClosedError extends Error {
  readonly code = 'PINTLE_RUNTIME_CLOSED';
  constructor() {
    super('the process runtime was closed');
    this.name = 'RuntimeClosedError';
  }
}

/** Nothing answers at a port of a sandbox; the message is as Go's, which users of Kubernetes know. */
export class PortUnreachableError extends Error {
  readonly code = 'PINTLE_PORT_UNREACHABLE';
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'ECONNREFUSED' ? 'connection refused' : cause.message;
    super(`dial tcp ${host}:${port}: connect: ${why}`, { cause });
    this.name = 'PortUnreachableError';
  }
}

function openStream(host: string, port: number): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    // Each direction ends by itself: a client that has said all may still wait for an answer.
    const socket = connect({ host, port, allowHalfOpen: true });
    const fail = (error: NodeJS.ErrnoException) => reject(new PortUnreachableError(host, port, error));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      // The reader sees it: the stream ends with the error.
      socket.on('error', () => {});
      resolve({
        readable: socket,
        write: (chunk) => new Promise((done, fail) => socket.write(chunk, (error) => (error ? fail(error) : done()))),
        end: () => socket.end(),
        close: () => socket.destroy(),
      });
    });
  });
}
