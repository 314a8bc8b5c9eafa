/** How many of its pods a PodDisruptionBudget can spare, from the pods as they are. Pure. */
import type { Pod } from '@pintle/api/core/v1';
import { deletionTimeoutMs, withDisruptionAllowed } from '@pintle/api/disruption';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '@pintle/api/policy/v1';
import { formatTime, parseTime, scaledIntOrPercent, setCondition } from '@pintle/machinery';
import { isPodReady } from '../pod-facts.js';

export interface BudgetFacts {
  readonly budget: PodDisruptionBudget;
  /** The pods that it selects. */
  readonly pods: readonly Pod[];
  /** How many pods their controllers are to have, together; asked for by `needsScale` only. */
  readonly scale: number;
  readonly nowMs: number;
}

export interface BudgetPlan {
  readonly status: PodDisruptionBudgetStatus;
  /** Pods whose eviction was approved and that are still there. */
  readonly notDeleted: readonly Pod[];
  /** Until an approved eviction no longer counts. */
  readonly lookAgainInMs?: number;
}

/** Whether the budget is a part of what the pods' controllers are to have, and not a plain number of pods. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';

export function planBudget(facts: BudgetFacts): BudgetPlan {
  const { budget, pods, nowMs } = facts;
  const { expected, desired } = demands(facts);
  const { disrupted, notDeleted, firstEndMs } = disruptions(facts);
  const healthy = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !Object.hasOwn(disrupted, pod.metadata.name ?? '') &&
      isPodReady(pod),
  ).length;
  // Of no pods none can be spared: the first may appear before this is looked at again.
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const status: PodDisruptionBudgetStatus = {
    ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    ...(budget.status?.conditions === undefined ? {} : { conditions: budget.status.conditions }),
  };
  return {
    status: withDisruptionAllowed(status, formatTime(nowMs)),
    notDeleted,
    ...(firstEndMs === undefined ? {} : { lookAgainInMs: firstEndMs - nowMs }),
  };
}

function demands({ budget, pods, scale }: BudgetFacts): { readonly expected: number; readonly desired: number } {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined)
    return { expected: scale, desired: Math.max(0, scale - scaledIntOrPercent(maxUnavailable, scale, 'up')) };
  if (typeof minAvailable === 'string')
    return { expected: scale, desired: scaledIntOrPercent(minAvailable, scale, 'up') };
  return minAvailable === undefined ? { expected: 0, desired: 0 } : { expected: pods.length, desired: minAvailable };
}

/** The approved evictions whose pods are still there, for as long as they count. */
function disruptions({ budget, pods, nowMs }: BudgetFacts) {
  const noted = budget.status?.disruptedPods ?? {};
  const disrupted: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let firstEndMs: number | undefined;
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined || !Object.hasOwn(noted, name)) continue;
    const endMs = (parseTime(noted[name] ?? undefined) ?? 0) + deletionTimeoutMs;
    if (endMs <= nowMs) {
      notDeleted.push(pod);
      continue;
    }
    disrupted[name] = noted[name]!;
    firstEndMs = Math.min(firstEndMs ?? endMs, endMs);
  }
  return { disrupted, notDeleted, firstEndMs };
}

/** Nothing may be disrupted while the budget cannot be counted. */
export function failedStatus({ status }: PodDisruptionBudget, error: Error, nowMs: number): PodDisruptionBudgetStatus {
  const now = formatTime(nowMs);
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False' as const,
    reason: 'SyncFailed',
    message: error.message,
    ...(status?.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: now,
  };
  return {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...status,
    disruptionsAllowed: 0,
    conditions: setCondition(status?.conditions, condition, now),
  };
}
