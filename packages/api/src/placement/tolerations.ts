/** Whether tolerations tolerate taints. */
import type { Taint, Toleration } from '../core/v1/index.js';

type TaintLike = Pick<Taint, 'key' | 'effect'> & { readonly value?: string };

export function tolerates(toleration: Toleration, taint: TaintLike): boolean {
  const { key, operator, value = '', effect } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (!operator || operator === 'Equal') && value === (taint.value ?? '');
}

export function toleratesAny(tolerations: readonly Toleration[], taint: TaintLike): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

/** The first taint that keeps pods away (NoSchedule, NoExecute) and is not tolerated. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  return taints.find(
    (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !toleratesAny(tolerations, taint),
  );
}
