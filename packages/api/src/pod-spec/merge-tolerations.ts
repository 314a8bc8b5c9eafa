/** Tolerations that come from two sides, or are held against those that are allowed (upstream's `util/tolerations`). */
import type { Toleration } from '../core/v1/affinity.js';

/** Whether `wide` tolerates all that `narrow` does. */
export function coversToleration(wide: Toleration, narrow: Toleration): boolean {
  if (isSame(wide, narrow)) return true;
  // No key with Exists is every key, and no effect every effect.
  if ((narrow.key ?? '') !== (wide.key ?? '') && (wide.key || wide.operator !== 'Exists')) return false;
  if (wide.effect && (narrow.effect ?? '') !== wide.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined)
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  if (wide.operator === 'Exists') return true;
  if (wide.operator && wide.operator !== 'Equal') return false;
  // As upstream: one without an operator, which means Equal, is covered by no other.
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '');
}

/** Those of both, without the ones that another covers; of equal ones the first stays. The first list itself where all stay. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): readonly Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, toleration] of all.entries()) {
    if (merged.some((other) => coversToleration(other, toleration))) continue;
    const isCoveredLater = all
      .slice(index + 1)
      .some((other) => !isSame(toleration, other) && coversToleration(other, toleration));
    if (!isCoveredLater) merged.push(toleration);
  }
  return merged.length === first.length && merged.every((toleration, index) => toleration === first[index])
    ? first
    : merged;
}

/** Whether each is covered by one that is allowed. */
export const areCovered = (tolerations: readonly Toleration[], allowed: readonly Toleration[]): boolean =>
  tolerations.every((toleration) => allowed.some((wide) => coversToleration(wide, toleration)));

const isSame = (a: Toleration, b: Toleration): boolean =>
  (a.key ?? '') === (b.key ?? '') &&
  (a.operator ?? '') === (b.operator ?? '') &&
  (a.value ?? '') === (b.value ?? '') &&
  (a.effect ?? '') === (b.effect ?? '') &&
  a.tolerationSeconds === b.tolerationSeconds;
