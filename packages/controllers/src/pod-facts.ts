/**
 * What controllers ask of pods. A pod that is frozen never changes: what was found out about one is kept with it,
 * because a controller looks at all pods of its object whenever one of them changes.
 */
import type { Pod } from '@pintle/api/core/v1';
import { findCondition, parseTime } from '@pintle/machinery';

interface Readiness {
  readonly ready: boolean;
  /** When it became so. */
  readonly sinceMs: number | undefined;
}

const known = new WeakMap<Pod, Readiness>();

function readinessOf(pod: Pod): Readiness {
  let readiness = known.get(pod);
  if (readiness === undefined) {
    const condition = findCondition(pod.status?.conditions, 'Ready');
    const ready = condition?.status === 'True';
    readiness = { ready, sinceMs: ready ? parseTime(condition.lastTransitionTime ?? undefined) : undefined };
    if (Object.isFrozen(pod)) known.set(pod, readiness);
  }
  return readiness;
}

export const isPodReady = (pod: Pod): boolean => readinessOf(pod).ready;

/** When the pod became ready; undefined where it is not, or does not say. */
export const readySince = (pod: Pod): number | undefined => readinessOf(pod).sinceMs;

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const { ready, sinceMs } = readinessOf(pod);
  if (!ready || minReadySeconds === 0) return ready;
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs;
}

/** Neither ended nor being ended. */
export const isPodActive = ({ metadata, status }: Pod): boolean =>
  status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined;

export const isPodTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
