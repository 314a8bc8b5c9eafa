/**
 * From the outcomes of single probes to a verdict on a container. Pure.
 *
 * A verdict is `unknown` (startup, before its first result), `success` or `failure`. It changes when as many outcomes
 * of one sort have come in a row as the probe's threshold says. An outcome that says nothing (the probe itself
 * failed) changes nothing.
 */
import type { Probe } from '@pintle/api/core/v1';

export type ProbeType = 'startup' | 'readiness' | 'liveness';
export const probeTypes: readonly ProbeType[] = ['startup', 'readiness', 'liveness'];

export type Verdict = 'success' | 'failure' | 'unknown';

/** Of one container; absent where there is no such probe. */
export type ProbeVerdicts = { readonly [T in ProbeType]?: Verdict };

export interface ProbeState {
  readonly verdict: Verdict;
  readonly last?: 'success' | 'failure';
  /** How many outcomes like the last came in a row. */
  readonly streak: number;
}

/** Ready only once proven, alive until disproved, started not known. */
export const initialVerdicts: Readonly<Record<ProbeType, Verdict>> = {
  startup: 'unknown',
  readiness: 'failure',
  liveness: 'success',
};

export const initialProbeState = (type: ProbeType): ProbeState => ({ verdict: initialVerdicts[type], streak: 0 });

export function stepProbe(state: ProbeState, outcome: 'success' | 'failure' | 'unknown', probe: Probe): ProbeState {
  if (outcome === 'unknown') return state;
  const streak = state.last === outcome ? state.streak + 1 : 1;
  const threshold = outcome === 'success' ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { verdict: streak >= threshold ? outcome : state.verdict, last: outcome, streak };
}

/**
 * When to probe next: first once `initialDelaySeconds` have passed since the container's start, then every
 * `periodSeconds`. Undefined: not for now, as other probes must speak first, or this one has said its last word.
 */
export function nextProbeAt(
  type: ProbeType,
  probe: Probe,
  state: ProbeState,
  verdicts: ProbeVerdicts,
  startedAtMs: number,
  lastAtMs: number | undefined,
): number | undefined {
  const started = verdicts.startup === undefined || verdicts.startup === 'success';
  if (type === 'startup' ? state.verdict !== 'unknown' : !started) return undefined;
  // The container is to be restarted: a new one is probed anew.
  if (type === 'liveness' && state.verdict === 'failure') return undefined;
  if (lastAtMs !== undefined) return lastAtMs + (probe.periodSeconds ?? 10) * 1000;
  return startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000;
}
