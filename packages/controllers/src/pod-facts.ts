/** What controllers ask of pods. It is found out anew each time, which takes less than to look up what was found. */
import type { Pod } from '@pintle/api/core/v1';
import { findCondition, parseTime } from '@pintle/machinery';

const readyCondition = ({ status }: Pod) => {
  const condition = findCondition(status?.conditions, 'Ready');
  return condition?.status === 'True' ? condition : undefined;
};

export const isPodReady = (pod: Pod): boolean => readyCondition(pod) !== undefined;

/** When it became ready; undefined where it is not, or does not say. */
export const readySinceMs = (pod: Pod): number | undefined =>
  parseTime(readyCondition(pod)?.lastTransitionTime ?? undefined);

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  if (minReadySeconds === 0) return isPodReady(pod);
  const sinceMs = readySinceMs(pod);
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs;
}

/** Until the first of the ready pods becomes available; undefined where none will by waiting alone. */
export function nextAvailabilityInMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    const sinceMs = readySinceMs(pod);
    const inMs = sinceMs === undefined ? 0 : sinceMs + minReadySeconds * 1000 - nowMs;
    if (inMs > 0 && (next === undefined || inMs < next)) next = inMs;
  }
  return next;
}

/** Neither ended nor being ended. */
export const isPodActive = ({ metadata, status }: Pod): boolean =>
  status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined;

export const isPodTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
