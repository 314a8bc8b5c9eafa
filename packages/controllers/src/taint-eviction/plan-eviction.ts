/** When a pod has to leave a tainted node. Pure. */
import type { Pod, Taint } from '@pintle/api/core/v1';
import { findCondition, parseTime, secondsToMs } from '@pintle/machinery';

/**
 * Never (undefined), or at a time: now, or when the first of the tolerations of its taints ends. What a pod found on its node
 * when it came it tolerates from then on.
 */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  const cameMs = placedAtMs(pod);
  let earliest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    // Of several the first counts, as upstream.
    const tolerating = (pod.spec?.tolerations ?? []).find(
      ({ key, effect, operator, value = '' }) =>
        (!key || key === taint.key) &&
        (!effect || effect === 'NoExecute') &&
        (operator === 'Exists' || value === (taint.value ?? '')),
    );
    if (tolerating === undefined) return nowMs;
    if (tolerating.tolerationSeconds === undefined) continue;
    const sinceMs = Math.max(parseTime(taint.timeAdded ?? undefined) ?? nowMs, cameMs);
    const at = sinceMs + Math.max(0, secondsToMs(tolerating.tolerationSeconds));
    if (earliest === undefined || at < earliest) earliest = at;
  }
  return earliest;
}

/** When the pod was given its node; one that does not say has been there since it was made. */
function placedAtMs({ metadata, status }: Pod): number {
  const scheduled = findCondition(status?.conditions, 'PodScheduled');
  const at = scheduled?.status === 'True' ? scheduled.lastTransitionTime : undefined;
  return parseTime(at ?? metadata.creationTimestamp) ?? 0;
}
