/** The extension point that every node goes through, and what each plugin tells of itself. The other points are in `plugin.ts`. */
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import type { NodeInfo, NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { CycleState } from './cycle-state.js';
import type { Status, Verdict } from './status.js';

export interface PluginIdentity {
  readonly name: string;
  /** What its normalized scores are multiplied with; 1 where absent. */
  readonly weight?: number;
  /** Kinds besides nodes and pods that it asks `table.objects` for: a scheduler follows these and no others. */
  readonly reads?: readonly KindRef<KubernetesObject>[];
}

/**
 * The candidates of one batched Filter call. A plugin sets `codes[i]` for the candidates that it rejects and
 * leaves the others 0.
 *
 * Invariants: 1. only the first `count` entries mean anything. 2. `codes` is all 0 on entry. 3. codes are positive, and
 * equal codes of one cycle mean equal statuses: that is how 5,000 refusals are told by asking once.
 */
export interface FilterBatch {
  readonly rows: Int32Array;
  readonly count: number;
  readonly codes: Int32Array;
}

export interface FilterPoint {
  /** May the pod run on this node? */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict;
  /** The same for many nodes at once, on columns. Must agree with `filter`; needs `verdict`. */
  filterAll?(state: CycleState, pod: PodInfo, table: NodeTable, batch: FilterBatch): void;
  /** The status that `filter` would have given, for a code that `filterAll` set in this cycle. */
  verdict?(state: CycleState, pod: PodInfo, table: NodeTable, code: number): Status;
}

export type FilterPlugin = PluginIdentity & FilterPoint;
