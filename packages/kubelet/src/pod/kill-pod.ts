/** Ends containers: preStop hook, then the runtime's own way. A pod's end goes by role: app containers, then sidecars, last one first. */
import type { Container, Pod } from '@pintle/api/core/v1';
import type { ContainerStatus } from '@pintle/contracts';
import type { KubeletContext } from '../kubelet-context.js';
import { runHook } from '../probe/run-probe.js';
import { allContainersOf, initContainersOf, isSidecar } from './pod-names.js';

/** However little grace is left, a container gets so long after its SIGTERM. */
const graceMinMs = 2_000;

export interface KillOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
  readonly graceMs: number;
  readonly message: string;
  readonly event: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** Resolves when the container has ended. */
export async function killContainer(context: KubeletContext, options: KillOptions): Promise<void> {
  const { container, containerId, graceMs, event, podIP } = options;
  const { clock } = context.world;
  event('Normal', 'Killing', options.message);
  let leftMs = graceMs;
  const hook = container.lifecycle?.preStop;
  if (hook !== undefined && graceMs > 0) {
    const beganAtMs = clock.now();
    try {
      await runHook(
        hook,
        graceMs,
        { containerId, container, podIP },
        { clock, runtime: context.runtime, prober: context.prober },
      );
    } catch (error) {
      event('Warning', 'FailedPreStopHook', 'PreStopHook failed');
      context.world.logger.log('debug', 'preStop hook failed', { container: container.name, error });
    }
    leftMs -= clock.now() - beganAtMs;
  }
  await context.runtime.stopContainer(containerId, Math.max(graceMinMs, leftMs));
}

export interface KillPodOptions {
  readonly pod: Pod;
  readonly running: readonly ContainerStatus[];
  readonly graceMs: number;
  readonly podIP: string;
  readonly event: (container: Container, type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

/** Resolves when every container has ended. */
export async function killContainers(
  context: KubeletContext,
  { pod, running, graceMs, podIP, event }: KillPodOptions,
): Promise<void> {
  const { clock } = context.world;
  const deadlineMs = clock.now() + graceMs;
  const kill = async (run: ContainerStatus) => {
    const container = allContainersOf(pod.spec!).find(({ name }) => name === run.name);
    if (container === undefined) return context.runtime.stopContainer(run.id, graceMs);
    return killContainer(context, {
      pod,
      container,
      containerId: run.id,
      podIP,
      graceMs: Math.max(0, deadlineMs - clock.now()),
      message: `Stopping container ${container.name}`,
      event: (type, reason, message) => event(container, type, reason, message),
    });
  };
  const sidecars = initContainersOf(pod.spec!)
    .filter(isSidecar)
    .map(({ name }) => name);
  await Promise.all(running.filter(({ name }) => !sidecars.includes(name)).map(kill));
  for (const name of sidecars.reverse()) for (const run of running) if (run.name === name) await kill(run);
}
