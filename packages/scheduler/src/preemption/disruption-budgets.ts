/** Which of some victims PodDisruptionBudgets protect. */
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { type CompiledLabelSelector, type LabelSelector, labelSelectorMatcher } from '@pintle/machinery';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { PodInfo } from '../nodes/pod-info.js';

export interface Protected {
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

const matchers = new WeakMap<object, CompiledLabelSelector>();

/** In their order: each victim uses up one disruption that its budgets allow; those beyond that violate one. */
export function byDisruptionBudgets(victims: readonly PodInfo[], objects: ClusterObjects): Protected {
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  const allowed = new Map<PodDisruptionBudget, number>();
  for (const victim of victims) {
    let protectedBy = false;
    for (const budget of objects.in(PodDisruptionBudget, victim.namespace)) {
      if (!protects(budget, victim)) continue;
      const left = (allowed.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      allowed.set(budget, left);
      if (left < 0) protectedBy = true;
    }
    (protectedBy ? violating : others).push(victim);
  }
  return { violating, others };
}

/** A budget without requirements protects nothing; one that counts a pod as disrupted already does not count it again. */
function protects({ spec, status }: PodDisruptionBudget, { pod }: PodInfo): boolean {
  const { labels, name = '' } = pod.metadata;
  const selector = spec?.selector as LabelSelector | undefined;
  if (!labels || Object.keys(labels).length === 0 || selector === undefined) return false;
  if (Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length) return false;
  if (Object.hasOwn(status?.disruptedPods ?? {}, name)) return false;
  let matcher = matchers.get(selector);
  if (matcher === undefined) matchers.set(selector, (matcher = labelSelectorMatcher(selector)));
  return matcher.matches(labels);
}
