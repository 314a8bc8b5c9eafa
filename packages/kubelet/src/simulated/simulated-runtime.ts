/**
 * A container runtime that runs nothing: its containers live on the world's clock as their images' behaviours say.
 * For tests and for clusters of a thousand nodes: a container that runs for ever costs one small object and no timer.
 */
import {
  type ContainerEvent,
  ContainerNotFoundError,
  type ContainerRuntime,
  ContainerStartError,
  type ExecSession,
  ImagePullError,
  type PodSandbox,
  startErrorExitCode,
} from '@pintle/contracts';
import { sleep, type World } from '@pintle/machinery';
import { behaviours, type SimulatedImages } from './behaviour.js';
import { SimulatedContainer } from './simulated-container.js';

export interface SimulatedRuntimeOptions {
  readonly world: World;
  /** Of those that nothing is said of, containers start at once and run for ever. */
  readonly images?: SimulatedImages;
}

export interface SimulatedRuntime extends ContainerRuntime {
  /** Ends a container from outside, as `kill -9` does. */
  crash(containerId: string, exitCode?: number): void;
}

interface Sandbox {
  info: PodSandbox;
  readonly containers: Map<string, SimulatedContainer>;
}

export function simulatedRuntime({ world, images = {} }: SimulatedRuntimeOptions): SimulatedRuntime {
  const { clock } = world;
  const behaviourOf = behaviours(images);
  const sandboxes = new Map<string, Sandbox>();
  const containers = new Map<string, SimulatedContainer>();
  const pulled = new Set<string>();
  const listeners = new Set<(event: ContainerEvent) => void>();
  let ids = 0;
  let closed = false;
  // Ids tell runtimes apart: many of them live in one process.
  const prefix = Math.floor(world.random.stream('simulated-runtime').next() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
  const newId = () => `${prefix}${(ids++).toString(16).padStart(8, '0')}`;

  const emit = (type: ContainerEvent['type'], { sandboxId, id }: SimulatedContainer) => {
    for (const listener of [...listeners]) listener({ type, sandboxId, containerId: id });
  };
  const sandboxOf = (id: string) => {
    const sandbox = sandboxes.get(id);
    if (sandbox === undefined) throw new ContainerNotFoundError(id);
    return sandbox;
  };
  const containerOf = (id: string) => {
    const container = containers.get(id);
    if (container === undefined) throw new ContainerNotFoundError(id);
    return container;
  };
  const runningContainer = (id: string) => {
    const container = containerOf(id);
    if (!container.running) throw new ContainerNotFoundError(id);
    return container;
  };
  const stopSandbox = async (sandbox: Sandbox) => {
    sandbox.info = { ...sandbox.info, state: 'notReady' };
    for (const container of sandbox.containers.values()) await container.stop(0);
  };
  const refOf = (image: string) => `simulated://${image}`;

  return {
    version: () => ({ name: 'simulated', version: '0.1.0' }),

    async runPodSandbox(config) {
      if (closed) throw new ContainerStartError('RunContainerError', 'the simulated runtime was closed');
      const id = newId();
      sandboxes.set(id, { info: { id, config, state: 'ready', createdAtMs: clock.now() }, containers: new Map() });
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
    },
    async listPodSandboxes() {
      return [...sandboxes.values()].map(({ info }) => info);
    },

    async pullImage(image) {
      const { pullMs = 0, pullError } = behaviourOf(image);
      if (pullMs > 0 && !pulled.has(image)) await sleep(clock, pullMs);
      if (pullError !== undefined) throw new ImagePullError(image, pullError);
      pulled.add(image);
      return refOf(image);
    },
    async imageStatus(image) {
      return pulled.has(image) ? refOf(image) : undefined;
    },

    async createContainer(sandboxId, config) {
      const sandbox = sandboxOf(sandboxId);
      if (sandbox.info.state !== 'ready')
        throw new ContainerStartError('CreateContainerError', `sandbox ${sandboxId} has been stopped`);
      const image = config.image ?? config.imageRef.replace(/^simulated:\/\//, '');
      const container: SimulatedContainer = new SimulatedContainer(
        newId(),
        sandboxId,
        config,
        behaviourOf(image),
        clock,
        () => emit('stopped', container),
      );
      sandbox.containers.set(container.id, container);
      containers.set(container.id, container);
      emit('created', container);
      return container.id;
    },
    async startContainer(id) {
      const container = containerOf(id);
      const { startMs = 0, startError } = container.behaviour;
      if (startMs > 0) await sleep(clock, startMs);
      if (startError !== undefined) {
        container.finish({ exitCode: startErrorExitCode, reason: 'StartError', message: startError });
        throw new ContainerStartError('RunContainerError', startError);
      }
      if (sandboxes.get(container.sandboxId)?.info.state !== 'ready')
        throw new ContainerStartError('RunContainerError', 'its sandbox has been stopped');
      container.start();
      emit('started', container);
    },
    async stopContainer(id, graceMs) {
      await containers.get(id)?.stop(graceMs);
    },
    async removeContainer(id) {
      const container = containers.get(id);
      if (container === undefined) return;
      await container.stop(0);
      containers.delete(id);
      sandboxes.get(container.sandboxId)?.containers.delete(id);
      emit('deleted', container);
    },
    async listContainers(sandboxId) {
      const chosen = sandboxId === undefined ? containers : sandboxes.get(sandboxId)?.containers;
      return chosen === undefined ? [] : Array.from(chosen.values(), (container) => container.status());
    },
    async containerStatus(id) {
      return containers.get(id)?.status();
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async *logs(id, options) {
      yield* containerOf(id).logs(options);
    },
    async exec(id, { command, signal }) {
      const container = runningContainer(id);
      const known = container.behaviour.exec?.[command.join(' ')];
      const { exitCode = 0, stdout = '', stderr = '', takesMs = 0 } = known ?? { exitCode: container.well ? 0 : 1 };
      const finished = takesMs === 0 ? Promise.resolve() : sleep(clock, takesMs, signal);
      return answeringSession(finished, exitCode, stdout, stderr);
    },
    async attach(id, { signal }) {
      const container = runningContainer(id);
      const following = { follow: true, tailLines: 0, ...(signal === undefined ? {} : { signal }) };
      return {
        stdout: container.logs({ ...following, stream: 'Stdout' }),
        stderr: container.logs({ ...following, stream: 'Stderr' }),
        resize: () => {},
        exitCode: container.ended().then(() => container.exitCode),
      };
    },
    async portForward(sandboxId, port) {
      sandboxOf(sandboxId);
      throw new SimulatedPortError(port);
    },
    async stats(id) {
      const container = containers.get(id);
      if (container?.running !== true) return undefined;
      const { cpuMillis = 0, memoryBytes = 0 } = container.behaviour;
      return {
        id,
        atMs: clock.now(),
        cpuUsageNanoseconds: container.ageMs * cpuMillis * 1000,
        memoryWorkingSetBytes: memoryBytes,
      };
    },
    async close() {
      closed = true;
      for (const sandbox of sandboxes.values()) await stopSandbox(sandbox);
      sandboxes.clear();
      containers.clear();
    },

    async probe(id) {
      const healthy = containers.get(id)?.well ?? false;
      return { healthy, output: healthy ? 'ok' : 'connection refused' };
    },
    crash(id, exitCode = 137) {
      containerOf(id).finish({ exitCode, ...(exitCode > 128 ? { signal: exitCode - 128 } : {}) });
    },
  };
}

/** Nothing listens in a simulated container. */
export class SimulatedPortError extends Error {
  readonly code = 'PINTLE_SIMULATED_PORT';
  constructor(readonly port: number) {
    super(`port ${port} can't be forwarded: nothing listens in a simulated container`);
    this.name = 'SimulatedPortError';
  }
}

function answeringSession(finished: Promise<void>, exitCode: number, stdout: string, stderr: string): ExecSession {
  const bytes = async function* (text: string) {
    await finished.catch(() => {});
    if (text !== '') yield new TextEncoder().encode(text);
  };
  return {
    stdout: bytes(stdout),
    stderr: bytes(stderr),
    resize: () => {},
    exitCode: finished.then(
      () => exitCode,
      () => 137,
    ),
  };
}
