/** When a pod has to leave a tainted node. Pure. */
import type { Pod, Taint } from '@pintle/api/core/v1';
import { parseTime } from '@pintle/machinery';

/** Never (undefined), or at a time: now, or when the first of the tolerations of its taints ends. */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
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
    const at = (parseTime(taint.timeAdded ?? undefined) ?? nowMs) + Math.max(0, tolerating.tolerationSeconds) * 1000;
    if (earliest === undefined || at < earliest) earliest = at;
  }
  return earliest;
}
