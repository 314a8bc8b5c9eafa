/**
 * Looks for feasible nodes: goes round the nodes from where the last attempt stopped, in batches, until enough
 * are found. Each plugin sees only the nodes that those before it let pass.
 *
 * The arrays of a result are scratch space of this object: valid until its next run.
 */
import type { CycleState } from '../framework/cycle-state.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { Framework } from '../framework/framework.js';
import { NodeStatuses } from '../framework/node-statuses.js';
import { checkedVerdict, nonsense, pluginError } from '../framework/plugin-calls.js';
import { Refusals } from '../framework/refusals.js';
import { isSuccess, type Status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { FilterRun } from './filter-run.js';
import { filterWithNominated, type NominatedPods } from './nominated-filter.js';
import type { SignedNodes } from './signed-nodes.js';

/** Batches smaller than this cost more than they spare. */
const batchMin = 64;

export class NodeFilter {
  /** Where the next run begins, as kube-scheduler's `nextStartNodeIndex`. */
  nextStart = 0;
  private rows = new Int32Array(0);
  private positions = new Int32Array(0);
  private codes = new Int32Array(0);
  private feasible = new Int32Array(0);
  private refusedRows = new Int32Array(0);
  private refusedPositions = new Int32Array(0);
  private refusedPlugins = new Uint8Array(0);
  private refusedCodes = new Int32Array(0);
  private refused = 0;
  private singles: Status[] = [];
  /** Places that the last run looked at. */
  private evaluated = 0;

  run(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    candidates: Int32Array,
    wanted: number,
    nominated?: NominatedPods,
    signed?: SignedNodes,
  ): FilterRun {
    const table = state.table;
    const total = candidates.length;
    this.reserveSpace(total);
    this.refused = 0;
    this.singles = [];
    this.evaluated = 0;
    let found = 0;
    let position = 0;
    while (position < total && found < wanted) {
      const size = Math.min(total - position, Math.max(wanted - found, batchMin));
      this.fill(candidates, position, size);
      const refusedBefore = this.refused;
      const outcome = this.runPlugins(framework, state, pod, table, size, signed);
      if (typeof outcome !== 'number') return { rows: this.feasible, count: 0, evaluated: position, error: outcome };
      let count = outcome;
      if (nominated !== undefined && nominated.size > 0) {
        const left = this.runNominated(framework, state, pod, table, count, nominated);
        if (typeof left !== 'number') return { rows: this.feasible, count: 0, evaluated: position, error: left };
        count = left;
      }
      if (found + count >= wanted) {
        count = wanted - found;
        position = this.positions[count - 1]! + 1;
        this.dropRefusalsFrom(position, refusedBefore);
      } else {
        position += size;
      }
      this.evaluated = position;
      this.feasible.set(this.rows.subarray(0, count), found);
      found += count;
    }
    return { rows: this.feasible, count: found, evaluated: position };
  }

  /** Moves the start behind the nodes that were looked at. */
  advance(evaluated: number, nodesTotal: number): void {
    this.nextStart = nodesTotal === 0 ? 0 : (this.nextStart + evaluated) % nodesTotal;
  }

  /** Why nodes were refused in the last run, kept beyond the next. */
  statuses(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    absent?: Status,
    byExtenders?: ReadonlyMap<string, Status>,
  ): NodeStatuses {
    const refusals = this.refusals();
    const source = { state, pod, table: state.table, plugins: framework.filter, singles: this.singles };
    return new NodeStatuses(source, refusals, absent, byExtenders);
  }

  /** In the order of places: within a batch they were noted plugin by plugin. */
  private refusals(): Refusals {
    const { refused, refusedPositions } = this;
    const noted = new Int32Array(this.evaluated).fill(-1);
    for (let i = 0; i < refused; i++) noted[refusedPositions[i]!] = i;
    const rows = new Int32Array(refused);
    const plugins = new Uint8Array(refused);
    const codes = new Int32Array(refused);
    let kept = 0;
    for (const i of noted) {
      if (i < 0) continue;
      rows[kept] = this.refusedRows[i]!;
      plugins[kept] = this.refusedPlugins[i]!;
      codes[kept++] = this.refusedCodes[i]!;
    }
    return new Refusals(rows, plugins, codes);
  }

  /** Every Filter over the batch; how many of it are left, or what failed. */
  private runPlugins(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    table: NodeTable,
    size: number,
    signed: SignedNodes | undefined,
  ) {
    let count = size;
    let first = 0;
    if (signed !== undefined) {
      const error = signed.filter(state, pod, table, this.rows, size);
      if (error !== undefined) return error;
      count = this.keepSigned(signed, size);
      first = signed.plugins.filters.length;
    }
    for (let index = first; index < framework.filter.length && count > 0; index++) {
      const plugin = framework.filter[index]!;
      if (state.skipFilter.has(plugin.name)) continue;
      this.codes.fill(0, 0, count);
      try {
        if (plugin.filterAll === undefined) {
          const error = this.judgeSingly(plugin, state, pod, table, count);
          if (error !== undefined) return error;
        } else {
          plugin.filterAll(state, pod, table, { rows: this.rows, count, codes: this.codes });
        }
      } catch (error) {
        return pluginError(plugin.name, 'Filter', error);
      }
      const left = this.compact(index, count);
      if (left < 0) return nonsense(plugin.name, 'Filter', left);
      count = left;
    }
    return count;
  }

  private judgeSingly(plugin: FilterPlugin, state: CycleState, pod: PodInfo, table: NodeTable, count: number) {
    for (let i = 0; i < count; i++) {
      const verdict = plugin.filter(state, pod, table.info(this.rows[i]!));
      if (verdict === undefined) continue;
      const said = checkedVerdict(plugin.name, 'Filter', verdict);
      if (said === undefined) continue;
      if (said.code === 'Error') return said;
      this.codes[i] = this.singles.push(said);
    }
    return undefined;
  }

  /** A node must do with the pods nominated to it, too, where they matter at least as much as this one. */
  private runNominated(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    table: NodeTable,
    count: number,
    nominated: NominatedPods,
  ): number | Status {
    this.codes.fill(0, 0, count);
    for (let i = 0; i < count; i++) {
      const row = this.rows[i]!;
      const verdict = filterWithNominated(framework, state, pod, table.info(row), nominated);
      if (isSuccess(verdict)) continue;
      if (verdict.code === 'Error') return verdict;
      const plugin = framework.filter.findIndex(({ name }) => name === verdict.plugin);
      this.refuse(row, this.positions[i]!, plugin, -this.singles.push(verdict));
      this.codes[i] = -1;
    }
    return this.keepPassed(count);
  }

  private fill(candidates: Int32Array, position: number, size: number): void {
    const total = candidates.length;
    const { rows, positions } = this;
    const from = (this.nextStart + position) % total;
    const first = Math.min(size, total - from);
    rows.set(candidates.subarray(from, from + first));
    if (first < size) rows.set(candidates.subarray(0, size - first), first);
    for (let i = 0; i < size; i++) positions[i] = position + i;
  }

  /** Notes the refused, keeps the others in order. A negative code that the plugin must not use is given back. */
  private compact(plugin: number, count: number): number {
    const { codes } = this;
    let refused = false;
    for (let i = 0; i < count; i++) {
      if (codes[i] === 0) continue;
      if (codes[i]! < 0) return codes[i]!;
      refused = true;
      this.refuse(this.rows[i]!, this.positions[i]!, plugin, codes[i]!);
    }
    return refused ? this.keepPassed(count) : count;
  }

  private keepPassed(count: number): number {
    const { codes, rows, positions } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (codes[i] !== 0) continue;
      rows[kept] = rows[i]!;
      positions[kept++] = positions[i]!;
    }
    return kept;
  }

  /** Notes those that were refused before, keeps the others in order. */
  private keepSigned({ refusedBy, codes }: SignedNodes, count: number): number {
    const { rows, positions } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const by = refusedBy[row]!;
      if (by !== 0) {
        this.refuse(row, positions[i]!, by - 1, codes[row]!);
        continue;
      }
      rows[kept] = row;
      positions[kept++] = positions[i]!;
    }
    return kept;
  }

  private refuse(row: number, position: number, plugin: number, code: number): void {
    const i = this.refused++;
    this.refusedRows[i] = row;
    this.refusedPositions[i] = position;
    this.refusedPlugins[i] = plugin;
    this.refusedCodes[i] = code;
  }

  /** Enough were found within the batch: what came after them was not looked at. */
  private dropRefusalsFrom(position: number, from: number): void {
    const end = this.refused;
    this.refused = from;
    for (let i = from; i < end; i++) {
      if (this.refusedPositions[i]! >= position) continue;
      this.refuse(this.refusedRows[i]!, this.refusedPositions[i]!, this.refusedPlugins[i]!, this.refusedCodes[i]!);
    }
  }

  private reserveSpace(size: number): void {
    if (this.rows.length >= size) return;
    const length = Math.max(size, 2 * this.rows.length);
    this.rows = new Int32Array(length);
    this.positions = new Int32Array(length);
    this.codes = new Int32Array(length);
    this.feasible = new Int32Array(length);
    this.refusedRows = new Int32Array(length);
    this.refusedPositions = new Int32Array(length);
    this.refusedPlugins = new Uint8Array(length);
    this.refusedCodes = new Int32Array(length);
  }
}
