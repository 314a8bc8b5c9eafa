/**
 * The nodes of one signature, ranked: where only signed plugins have a say, it finds enough feasible nodes and the best of
 * them in a few steps, however many nodes there are, and asks plugins only about rows that changed since the last attempt.
 * It decides nothing: with it or without, every attempt comes out the same. What plugins get wrong is not its affair: it
 * then has no answer, and whoever asks looks at the nodes one after the other.
 *
 * Invariants: 1. the trees are about the places of `order`, which is the table's order of nodes at `epoch`. 2. `feasible`
 * is true to the table as it was after `filteredTo` changes, `totals` as it was after `scoredTo`.
 */
import { integerBelow, type Random } from '@pintle/machinery';
import type { CycleState } from '../framework/cycle-state.js';
import { Refusals } from '../framework/refusals.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { RowBuffer } from '../nodes/row-changes.js';
import type { FilterRun, Ranking } from './filter-run.js';
import { CountTree, HighestTree } from './ranking-trees.js';
import type { SignedNodes } from './signed-nodes.js';

const noOrder = new Int32Array(0);

export class RankedNodes implements Ranking {
  private order: Int32Array = noOrder;
  private placeOf = new Int32Array(0);
  private feasible = new CountTree(0);
  private totals = new HighestTree(0);
  private filteredTo = 0;
  private scoredTo = 0;
  private epoch = -1;
  private lookedAt = 0;
  /** What was found last: these rows, among so many places from `start` on. */
  private found = new Int32Array(0);
  private start = 0;
  private evaluated = 0;
  /** How all nodes were refused when none was feasible, as long as that holds. */
  private refusals: Refusals | undefined;
  private readonly changed = new RowBuffer();
  private readonly unscored = new RowBuffer();

  constructor(readonly signed: SignedNodes) {}

  /** So many nodes were looked at without it. To rank all of them pays once that were as many as there are. */
  missed(evaluated: number): void {
    this.lookedAt += evaluated;
  }

  /**
   * The first feasible nodes from place `start` on, as many as `wanted` where there are; undefined where it has no answer.
   * The rows are scratch space of this object.
   */
  find(state: CycleState, pod: PodInfo, table: NodeTable, start: number, wanted: number): FilterRun | undefined {
    if (!this.followFilters(state, pod, table)) return undefined;
    const { feasible, order } = this;
    if (feasible.total === 0)
      return { rows: this.found, count: 0, evaluated: order.length, refused: { by: this.allRefused(), first: start } };
    const first = feasible.before(start);
    const count = Math.min(feasible.total, wanted);
    const last = (first + count - 1) % feasible.total;
    const evaluated = feasible.total < wanted ? order.length : 1 + distance(start, feasible.nth(last), order.length);
    this.start = start;
    this.evaluated = evaluated;
    this.collect(count);
    return { rows: this.found, count, evaluated, ranking: this };
  }

  best(state: CycleState, pod: PodInfo, table: NodeTable, random: Random): number | undefined {
    if (!this.followScores(state, pod, table)) return undefined;
    const { order, totals, start } = this;
    const end = start + this.evaluated;
    const here = totals.within(start, Math.min(end, order.length));
    const round = totals.within(0, Math.max(end - order.length, 0));
    const value = Math.max(here.value, round.value);
    const [before, after] = [here, round].map((part) => (part.value === value ? part.ties : 0)) as [number, number];
    const chosen = before + after === 1 ? 0 : integerBelow(random, before + after);
    return order[chosen < before ? totals.nth(value, chosen, start) : totals.nth(value, chosen - before, 0)];
  }

  private collect(count: number): void {
    const { order, feasible, found, start, evaluated } = this;
    const before = Math.min(evaluated, order.length - start);
    if (count === evaluated) {
      found.set(order.subarray(start, start + before));
      found.set(order.subarray(0, evaluated - before), before);
      return;
    }
    let kept = 0;
    for (let i = 0; i < evaluated; i++) {
      const place = i < before ? start + i : i - before;
      if (feasible.has(place)) found[kept++] = order[place]!;
    }
  }

  private followFilters(state: CycleState, pod: PodInfo, table: NodeTable): boolean {
    if (this.epoch !== table.epoch) {
      this.forget();
      this.epoch = table.epoch;
    }
    if (this.order === noOrder && !this.begin(table)) return false;
    const { signed, changed, placeOf, feasible } = this;
    this.filteredTo = this.changedSince(this.filteredTo, table);
    if (signed.filter(state, pod, table, changed.rows, changed.count) !== undefined) return this.forget();
    for (let i = 0; i < changed.count; i++) {
      const row = changed.rows[i]!;
      feasible.set(placeOf[row]!, signed.refusedBy[row] === 0);
      this.checkRefusal(row);
    }
    return true;
  }

  /** What is known of refusals does not outlive a change of one. */
  private checkRefusal(row: number): void {
    const { refusals, signed } = this;
    const place = this.placeOf[row]!;
    if (refusals?.plugins[place] !== signed.refusedBy[row]! - 1 || refusals.codes[place] !== signed.codes[row])
      this.refusals = undefined;
  }

  private allRefused(): Refusals {
    const { order, signed } = this;
    this.refusals ??= new Refusals(
      order.slice(),
      Uint8Array.from(order, (row) => signed.refusedBy[row]! - 1),
      Int32Array.from(order, (row) => signed.codes[row]!),
    );
    return this.refusals;
  }

  private followScores(state: CycleState, pod: PodInfo, table: NodeTable): boolean {
    const { signed, changed, unscored, placeOf, feasible, totals } = this;
    this.scoredTo = this.changedSince(this.scoredTo, table);
    unscored.count = 0;
    for (let i = 0; i < changed.count; i++) {
      const row = changed.rows[i]!;
      if (feasible.has(placeOf[row]!)) unscored.push(row);
      else totals.set(placeOf[row]!, undefined);
    }
    if (signed.score(state, pod, table, unscored.rows, unscored.count) !== undefined) return this.forget();
    for (let i = 0; i < unscored.count; i++) {
      const row = unscored.rows[i]!;
      totals.set(placeOf[row]!, signed.totals[row]!);
    }
    return true;
  }

  /** Fills `changed` with what changed after the first `seen` changes, or with all rows. Returns how many there are now. */
  private changedSince(seen: number, { changes }: NodeTable): number {
    if (changes.knowsSince(seen)) changes.since(seen, this.changed);
    else this.changed.fill(this.order);
    return changes.count;
  }

  /** Whether it pays by now. */
  private begin(table: NodeTable): boolean {
    if (this.lookedAt < table.size) return false;
    const order = table.rows();
    this.order = order;
    this.placeOf = new Int32Array(table.rowBound);
    for (let place = 0; place < order.length; place++) this.placeOf[order[place]!] = place;
    this.feasible = new CountTree(order.length);
    this.totals = new HighestTree(order.length);
    this.found = new Int32Array(order.length);
    this.filteredTo = this.scoredTo = Number.NEGATIVE_INFINITY;
    return true;
  }

  private forget(): false {
    this.order = noOrder;
    this.refusals = undefined;
    this.lookedAt = 0;
    return false;
  }
}

const distance = (from: number, to: number, size: number): number => (to - from + size) % size;
