/**
 * The fewest pods that must leave a node so that another fits: all less important ones are taken away, then put back
 * one by one, the more important first, as long as the pod still fits.
 *
 * It tries this on the table itself, so that whatever is counted beside the table is right, and leaves the table as it
 * was.
 */
import type { CycleState } from '../framework/cycle-state.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import { isSuccess, type Status, status } from '../framework/status.js';
import type { NodeInfo } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Candidate } from './candidate.js';
import { byDisruptionBudgets } from './disruption-budgets.js';
import { byImportance } from './importance.js';

const noVictims = status('UnschedulableAndUnresolvable', 'No preemption victims found for incoming pod');

/** A candidate, or why the node is none. */
export function selectVictims(
  cycle: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  handle: SchedulerHandle,
): Candidate | Status {
  const { table, row } = node;
  const lesser = table.podsAt(row).filter(({ priority }) => priority < pod.priority);
  if (lesser.length === 0) return noVictims;
  const state = cycle.clone();
  const gone = new Set<PodInfo>();
  const take = (other: PodInfo): Status | undefined => {
    table.removePod(row, other);
    gone.add(other);
    return handle.podChanged(state, pod, other, node, 'removed');
  };
  const putBack = (other: PodInfo): Status | undefined => {
    table.addPod(row, other);
    gone.delete(other);
    return handle.podChanged(state, pod, other, node, 'added');
  };
  try {
    for (const other of lesser) {
      const verdict = take(other);
      if (!isSuccess(verdict)) return verdict;
    }
    const without = handle.filter(state, pod, node);
    if (!isSuccess(without)) return without;
    const { violating, others } = byDisruptionBudgets(lesser.sort(byImportance), table.objects);
    const victims: PodInfo[] = [];
    let violations = 0;
    for (const other of [...violating, ...others]) {
      const added = putBack(other);
      if (!isSuccess(added)) return added;
      if (isSuccess(handle.filter(state, pod, node))) continue;
      const taken = take(other);
      if (!isSuccess(taken)) return taken;
      victims.push(other);
      if (violations < violating.length && violating.includes(other)) violations++;
    }
    return { nodeName: node.name, victims: victims.sort(byImportance), violations };
  } finally {
    for (const other of gone) table.addPod(row, other);
  }
}
