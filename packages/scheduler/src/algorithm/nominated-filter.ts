/** Filter for one node, where pods are nominated to it: they count as if they were there. */
import type { CycleState } from '../framework/cycle-state.js';
import type { Framework } from '../framework/framework.js';
import { isSuccess, type Verdict } from '../framework/status.js';
import type { NodeInfo } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

/** Pods that preemption made room for: they count as if they were on their nodes already. */
export interface NominatedPods {
  readonly size: number;
  on(nodeName: string): readonly PodInfo[];
  /** The node that the pod, by key, waits for. */
  nodeOf(key: string): string | undefined;
}

/**
 * Every Filter with the pods that wait for the node and matter at least as much as this one; undefined where there are
 * none, too. It does not say how it is without them.
 */
export function filterWithNominated(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  nominated: NominatedPods,
): Verdict {
  const { table, row } = node;
  const others = nominated.on(node.name).filter((other) => other.priority >= pod.priority && other.uid !== pod.uid);
  if (others.length === 0) return undefined;
  const withOthers = state.clone();
  const there: PodInfo[] = [];
  try {
    for (const other of others) {
      table.addPod(row, other);
      there.push(other);
      const verdict = framework.runPodChanged(withOthers, pod, other, node, 'added');
      if (!isSuccess(verdict)) return verdict;
    }
    return framework.runFilter(withOthers, pod, node);
  } finally {
    for (const other of there) table.removePod(row, other);
  }
}

/** Every Filter as a real attempt runs them: with the nominated pods, and without, as they may never come. */
export function filterNode(
  framework: Framework,
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  nominated: NominatedPods,
): Verdict {
  if (nominated.size > 0) {
    const verdict = filterWithNominated(framework, state, pod, node, nominated);
    if (!isSuccess(verdict)) return verdict;
  }
  return framework.runFilter(state, pod, node);
}
