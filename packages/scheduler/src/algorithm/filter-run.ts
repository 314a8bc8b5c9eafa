/** What a search for feasible nodes found. */
import type { Random } from '@pintle/machinery';
import type { CycleState } from '../framework/cycle-state.js';
import type { Refusals } from '../framework/refusals.js';
import type { Status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

/** Who found the nodes, where it knows more of them than that they are feasible. */
export interface Ranking {
  /**
   * The row with the highest total of those found; among equals each with the same probability, by one draw. Undefined
   * where it has no answer.
   */
  best(state: CycleState, pod: PodInfo, table: NodeTable, random: Random): number | undefined;
}

export interface FilterRun {
  /** Scratch space of who searched: valid until its next run. */
  readonly rows: Int32Array;
  /** How many entries of `rows` are feasible nodes. */
  readonly count: number;
  /** How many nodes were looked at. */
  readonly evaluated: number;
  /** A plugin failed; the rest of the run means nothing. */
  readonly error?: Status;
  /** Where there is none: all nodes in their order, as refused, and the place of the one looked at first. */
  readonly refused?: { readonly by: Refusals; readonly first: number };
  /** Good for where no others than signed plugins score. */
  readonly ranking?: Ranking;
}
