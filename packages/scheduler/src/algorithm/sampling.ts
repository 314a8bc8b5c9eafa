/** How many feasible nodes suffice: kube-scheduler's `numFeasibleNodesToFind`. */

/** Below this many nodes all are looked at. */
const feasibleMin = 100;
const percentageMin = 5;

/**
 * `percentage` 0 adapts: half of a small cluster, a point less for every 125 nodes, never under 5 %; always at
 * least 100 nodes.
 */
export function feasibleNodesToFind(nodes: number, percentage: number): number {
  if (nodes < feasibleMin) return nodes;
  const share = percentage === 0 ? Math.max(50 - Math.floor(nodes / 125), percentageMin) : percentage;
  return Math.min(nodes, Math.max(Math.floor((nodes * share) / 100), feasibleMin));
}
