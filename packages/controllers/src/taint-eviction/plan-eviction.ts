/** When a pod has to leave a tainted node. Pure. */
import type { Pod, Taint } from '@pintle/api/core/v1';
import { parseTime } from '@pintle/machinery';

/** Never (undefined), or at a time: now, or when the shortest of its tolerations ends. */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const tolerating = (pod.spec?.tolerations ?? []).filter(
      ({ key, effect, operator, value = '' }) =>
        (!key || key === taint.key) &&
        (!effect || effect === 'NoExecute') &&
        (operator === 'Exists' || value === (taint.value ?? '')),
    );
    if (tolerating.length === 0) return nowMs;
    const limited = tolerating.flatMap(({ tolerationSeconds }) =>
      tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)],
    );
    // Of several the shortest counts, and one without an end ends nothing.
    if (limited.length === 0) continue;
    const at = (parseTime(taint.timeAdded ?? undefined) ?? nowMs) + Math.min(...limited) * 1000;
    if (earliest === undefined || at < earliest) earliest = at;
  }
  return earliest;
}
