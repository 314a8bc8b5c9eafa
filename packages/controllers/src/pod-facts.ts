/** What controllers ask of pods. It is found out anew each time, which takes less than to look up what was found. */
import type { Pod } from '@pintle/api/core/v1';
import { controllerOf, findCondition, parseTime } from '@pintle/machinery';

export interface PodFacts {
  /** Neither ended nor being ended. */
  readonly active: boolean;
  readonly ready: boolean;
  /** When it became ready; undefined where it is not, or does not say. */
  readonly readySinceMs: number | undefined;
  /** The uid of who controls it. */
  readonly controller: string | undefined;
}

class ReadFacts implements PodFacts {
  readonly active: boolean;
  readonly ready: boolean;
  readonly controller: string | undefined;
  private readonly since: string | null | undefined;
  private sinceMs: number | undefined = undefined;

  constructor(pod: Pod) {
    const condition = findCondition(pod.status?.conditions, 'Ready');
    this.active = isPodActive(pod);
    this.ready = condition?.status === 'True';
    this.controller = controllerOf(pod)?.uid;
    this.since = this.ready ? condition?.lastTransitionTime : undefined;
  }

  // Of most pods nobody asks it.
  get readySinceMs(): number | undefined {
    this.sinceMs ??= parseTime(this.since ?? undefined);
    return this.sinceMs;
  }
}

export const podFacts = (pod: Pod): PodFacts => new ReadFacts(pod);

export const isPodReady = (pod: Pod): boolean => podFacts(pod).ready;

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  return isAvailable(podFacts(pod), minReadySeconds, nowMs);
}

export function isAvailable({ ready, readySinceMs }: PodFacts, minReadySeconds: number, nowMs: number): boolean {
  if (!ready || minReadySeconds === 0) return ready;
  return readySinceMs !== undefined && readySinceMs + minReadySeconds * 1000 <= nowMs;
}

/** Until the first of the ready pods becomes available; undefined where none will by waiting alone. */
export function nextAvailabilityInMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    const since = podFacts(pod).readySinceMs;
    const inMs = since === undefined ? 0 : since + minReadySeconds * 1000 - nowMs;
    if (inMs > 0 && (next === undefined || inMs < next)) next = inMs;
  }
  return next;
}

/** Neither ended nor being ended. */
export const isPodActive = ({ metadata, status }: Pod): boolean =>
  status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined;

export const isPodTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
