/** The probes of all running containers of one pod, begun and ended with them. */
import type { Container } from '@pintle/api/core/v1';
import type { ContainerStatus } from '@pintle/contracts';
import type { KubeletContext } from '../kubelet-context.js';
import { type ContainerProbes, startProbes } from '../probe/container-probes.js';
import type { ProbeVerdicts } from '../probe/step-probe.js';
import { eventOptions } from './event-options.js';
import type { PodHost } from './pod-host.js';
import { allContainersOf } from './pod-names.js';

export interface PodProbes {
  /** Begins the probes of containers that run now, and ends those of containers that run no longer. */
  follow(running: readonly ContainerStatus[]): void;
  /** The pod is ending: nothing is restarted any more. */
  onlyReadiness(): void;
  stop(): void;
}

const hasProbes = (container: Container) =>
  container.livenessProbe !== undefined ||
  container.readinessProbe !== undefined ||
  container.startupProbe !== undefined;

const noProbes: PodProbes = Object.freeze({ follow() {}, onlyReadiness() {}, stop() {} });

export function podProbes(context: KubeletContext, host: PodHost): PodProbes {
  const withProbes = allContainersOf(host.pod.spec!).filter(hasProbes);
  if (withProbes.length === 0) return noProbes;
  const active = new Map<string, ContainerProbes>();
  let ending = false;
  const probed = new Map(withProbes.map((container) => [container.name, container]));

  const onVerdicts = (containerId: string, verdicts: ProbeVerdicts) => {
    host.remember({ verdicts: new Map(host.memory.verdicts).set(containerId, verdicts) });
    host.wake();
  };
  const forget = (containerId: string) => {
    const verdicts = new Map(host.memory.verdicts);
    verdicts.delete(containerId);
    host.remember({ verdicts });
  };

  const begin = (run: ContainerStatus, container: Container) => {
    const probes = startProbes({
      clock: context.world.clock,
      runtime: context.runtime,
      prober: context.prober,
      target: { containerId: run.id, container, podIP: host.memory.ip ?? '' },
      startedAtMs: run.startedAtMs ?? run.createdAtMs,
      onVerdicts: (verdicts) => onVerdicts(run.id, verdicts),
      onTrouble(type, { result, output }) {
        const name = `${type[0]!.toUpperCase()}${type.slice(1)}`;
        context.recorder.record(
          host.pod,
          'Warning',
          'Unhealthy',
          `${name} probe ${result === 'failure' ? 'failed' : 'errored and resulted in unknown state'}: ${output}`,
          eventOptions(host.pod, container.name),
        );
      },
    });
    if (probes === undefined) return;
    active.set(run.id, probes);
    if (ending) probes.onlyReadiness();
    onVerdicts(run.id, probes.verdicts);
  };

  return {
    follow(running) {
      for (const [id, probes] of active) {
        if (running.some((run) => run.id === id)) continue;
        probes.stop();
        active.delete(id);
        forget(id);
      }
      for (const run of running) {
        const container = probed.get(run.name);
        if (container !== undefined && !active.has(run.id)) begin(run, container);
      }
    },
    onlyReadiness() {
      if (ending) return;
      ending = true;
      for (const probes of active.values()) probes.onlyReadiness();
    },
    stop() {
      for (const probes of active.values()) probes.stop();
      active.clear();
    },
  };
}
