/** Which pods matter more: by priority, then by how long they run. */
import type { PodInfo } from '../nodes/pod-info.js';

/** When the pod started, in ms; one that has not started is the latest. */
export function startMs({ pod }: PodInfo): number {
  const started = pod.status?.startTime;
  return started === undefined || started === null ? Number.POSITIVE_INFINITY : Date.parse(started);
}

/** For sorting, the more important first; pods that matter alike are ordered by name, so that each run is the same. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  const [since, other] = [startMs(a), startMs(b)];
  if (since !== other) return since - other;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
