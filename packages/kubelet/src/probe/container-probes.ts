/** The probes of one running container: when each is due, what came of it. One timer each, on the world's clock. */
import type { Probe } from '@pintle/api/core/v1';
import type { CancelTimer } from '@pintle/machinery';
import type { ProbeOutcome } from './prober.js';
import { type ProbePorts, type ProbeTarget, runProbe } from './run-probe.js';
import {
  initialProbeState,
  nextProbeAt,
  type ProbeState,
  type ProbeType,
  type ProbeVerdicts,
  probeTypes,
  stepProbe,
} from './step-probe.js';

export interface ContainerProbesOptions extends ProbePorts {
  readonly target: ProbeTarget;
  readonly startedAtMs: number;
  /** Called when a verdict has changed. */
  readonly onVerdicts: (verdicts: ProbeVerdicts) => void;
  /** Called for each outcome that is no success. */
  readonly onTrouble: (type: ProbeType, outcome: ProbeOutcome) => void;
}

export interface ContainerProbes {
  readonly verdicts: ProbeVerdicts;
  /** The pod is ending: nothing is restarted any more, so only readiness is asked. */
  onlyReadiness(): void;
  stop(): void;
}

/** Undefined where the container has no probes. */
export function startProbes(options: ContainerProbesOptions): ContainerProbes | undefined {
  const { clock, target, startedAtMs } = options;
  const { container } = target;
  const specs: Readonly<Record<ProbeType, Probe | undefined>> = {
    startup: container.startupProbe,
    readiness: container.readinessProbe,
    liveness: container.livenessProbe,
  };
  const types = probeTypes.filter((type) => specs[type] !== undefined);
  if (types.length === 0) return undefined;

  const states = new Map<ProbeType, ProbeState>(types.map((type) => [type, initialProbeState(type)]));
  const lastAt = new Map<ProbeType, number>();
  const timers = new Map<ProbeType, CancelTimer>();
  let asked: readonly ProbeType[] = types;
  let stopped = false;
  const verdicts = (): ProbeVerdicts => Object.fromEntries([...states].map(([type, { verdict }]) => [type, verdict]));

  const arm = () => {
    for (const type of asked) {
      if (stopped || timers.has(type)) continue;
      const dueMs = nextProbeAt(type, specs[type]!, states.get(type)!, verdicts(), startedAtMs, lastAt.get(type));
      if (dueMs === undefined) continue;
      timers.set(
        type,
        clock.schedule(Math.max(0, dueMs - clock.now()), () => void probe(type)),
      );
    }
  };

  const probe = async (type: ProbeType) => {
    lastAt.set(type, clock.now());
    const outcome = await runProbe(specs[type]!, target, options);
    if (stopped || !asked.includes(type)) return;
    timers.delete(type);
    const before = states.get(type)!;
    const after = stepProbe(before, outcome.result, specs[type]!);
    states.set(type, after);
    if (outcome.result !== 'success') options.onTrouble(type, outcome);
    arm();
    if (after.verdict !== before.verdict) options.onVerdicts(verdicts());
  };

  const cancel = (type: ProbeType) => {
    timers.get(type)?.();
    timers.delete(type);
  };

  arm();
  return {
    get verdicts() {
      return verdicts();
    },
    onlyReadiness() {
      for (const type of asked) if (type !== 'readiness') cancel(type);
      asked = asked.filter((type) => type === 'readiness');
    },
    stop() {
      stopped = true;
      for (const type of types) cancel(type);
    },
  };
}
