/**
 * Which pods may go, and which go first: what the API server's eviction and the disruption controller both ask of
 * PodDisruptionBudgets, and the cost of deletion that the API server checks and the ReplicaSet controller sorts by.
 */
import { labelSelectorMatcher, setCondition } from '@pintle/machinery';
import type { Pod } from '../core/v1/pod.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../policy/v1/index.js';

export * from './deletion-cost.js';

/** How long an approved eviction counts as a disruption while the pod is still there. */
export const deletionTimeoutMs = 120_000;

/** Those of the budgets, of the pod's own namespace, that select it. An empty selector selects every pod, none selects none. */
export const budgetsOf = (pod: Pod, budgets: readonly PodDisruptionBudget[]): readonly PodDisruptionBudget[] =>
  budgets.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace &&
      labelSelectorMatcher(spec?.selector).matches(pod.metadata.labels ?? {}),
  );

/** The status with the condition DisruptionAllowed as its counts say. `now` as RFC 3339. */
export function withDisruptionAllowed(status: PodDisruptionBudgetStatus, now: string): PodDisruptionBudgetStatus {
  const allowed = status.disruptionsAllowed > 0;
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed ? ('True' as const) : ('False' as const),
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: now,
  };
  return { ...status, conditions: setCondition(status.conditions, condition, now) };
}
