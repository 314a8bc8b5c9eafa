/**
 * Keeps workloads apart that hurt each other: each pod is of a class, and two classes on one node cost something. Prefers
 * nodes where a pod costs least, and can refuse those where it would cost too much.
 */
import { Action } from '../framework/cluster-event.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreScorePoint, ScorePoint } from '../framework/plugin.js';
import { InvalidProfileError } from '../framework/profile.js';
import { skip, status } from '../framework/status.js';
import type { NodeTable, PodObserver } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { eachPod } from '../nodes/tally.js';
import { normalizeScores } from './normalize-scores.js';

/** On a pod: the class of its workload. */
export const workloadClassLabel = 'scheduling.pintle.dev/workload-class';

/** What a pod of the outer class suffers from one of the inner class beside it; 0 where it is not said. */
export type InterferenceCosts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface InterferenceOptions {
  /** Declared, or as last measured: asked for every pod. */
  readonly costs: InterferenceCosts | (() => InterferenceCosts);
  /** Default 1. */
  readonly weight?: number;
  /** Nodes where a pod and those beside it would cost each other more are refused. Default: none. */
  readonly costMax?: number;
}

const tooMuch = status('Unschedulable', 'node(s) have workloads that interfere too much');

function checkCosts(costs: InterferenceCosts): void {
  for (const [own, others] of Object.entries(costs))
    for (const [other, cost] of Object.entries(others))
      if (!(Number.isFinite(cost) && cost >= 0))
        throw new InvalidProfileError(`Interference.costs.${own}.${other}`, `must be a number from 0, not ${cost}`);
}

/** Errors: `InvalidProfileError` for costs below 0, or that are no numbers. */
export function interference(
  options: InterferenceOptions,
): PluginIdentity & FilterPlugin & PreScorePoint & ScorePoint & EnqueueExtensions {
  const { costs, weight = 1, costMax = Number.POSITIVE_INFINITY } = options;
  if (typeof costs === 'object') checkCosts(costs);
  if (!(costMax >= 0)) throw new InvalidProfileError('Interference.costMax', `must be a number from 0, not ${costMax}`);
  const now = typeof costs === 'function' ? costs : () => costs;
  const judge = (pod: PodInfo, table: NodeTable) => {
    const own = classOf(pod);
    const given = now();
    const between = own === undefined ? [] : costsBetween(own, given);
    const counts = between.map(([other, cost]) => [ClassCounts.of(table).of(other), cost] as const);
    return (row: number): number => {
      let sum = 0;
      for (const [count, cost] of counts) sum += (count?.[row] ?? 0) * cost;
      return sum;
    };
  };
  return {
    name: 'Interference',
    weight,
    filter: (_state, pod, { table, row }) => (judge(pod, table)(row) > costMax ? tooMuch : undefined),
    filterAll(_state, pod, table, { rows, count, codes }) {
      if (costMax === Number.POSITIVE_INFINITY) return;
      const costAt = judge(pod, table);
      for (let i = 0; i < count; i++) if (costAt(rows[i]!) > costMax) codes[i] = 1;
    },
    verdict: () => tooMuch,
    preScore: (_state, pod) => (classOf(pod) === undefined ? skip : undefined),
    score: (_state, pod, { table, row }) => judge(pod, table)(row),
    scoreAll(_state, pod, table, rows, count, scores) {
      const costAt = judge(pod, table);
      for (let i = 0; i < count; i++) scores[i] = costAt(rows[i]!);
    },
    normalizeScores: (_state, _pod, _table, _rows, count, scores) => normalizeScores(scores, count, { reverse: true }),
    eventsToRegister: () => [
      { resource: 'AssignedPod', action: Action.Delete | Action.UpdatePodLabel },
      { resource: 'Node', action: Action.Add },
    ],
  };
}

const classOf = ({ pod }: PodInfo) => pod.metadata.labels?.[workloadClassLabel];

/** What a pod of this class and one of another cost each other, both ways. */
function costsBetween(own: string, costs: InterferenceCosts): readonly (readonly [other: string, cost: number])[] {
  const others = new Set([...Object.keys(costs), ...Object.keys(costs[own] ?? {})]);
  return [...others].flatMap((other): [string, number][] => {
    const cost = (costs[own]?.[other] ?? 0) + (costs[other]?.[own] ?? 0);
    return cost === 0 ? [] : [[other, cost]];
  });
}

/** How many pods of each class each node has, kept as they come and go. */
class ClassCounts implements PodObserver {
  private readonly byClass = new Map<string, Int32Array>();

  private constructor(private readonly table: NodeTable) {
    eachPod(table, (row, pod) => this.podChanged(row, pod, 1));
  }

  static of(table: NodeTable): ClassCounts {
    return table.index('Interference', () => new ClassCounts(table));
  }

  /** By row; may be shorter than there are rows. */
  of(name: string): Int32Array | undefined {
    return this.byClass.get(name);
  }

  podChanged(row: number, pod: PodInfo, sign: 1 | -1): void {
    const name = classOf(pod);
    if (name === undefined) return;
    let counts = this.byClass.get(name);
    if (counts === undefined || counts.length <= row) {
      const longer = new Int32Array(Math.max(this.table.rowBound, row + 1));
      if (counts !== undefined) longer.set(counts);
      this.byClass.set(name, (counts = longer));
    }
    counts[row]! += sign;
  }
}
