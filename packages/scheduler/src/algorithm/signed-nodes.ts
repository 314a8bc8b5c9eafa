/**
 * What the plugins that sign pods said of each node, kept for the next pod of the same signature: only nodes that
 * changed since are asked about again. It decides nothing: with it or without, every attempt comes out the same.
 *
 * Invariants: 1. an entry holds as long as its node's `rowVersion` and the table's `epoch` are what they were. 2. only
 * plugins with `sign` are kept; of those that filter, only the ones that run before any without.
 */
import type { CycleState } from '../framework/cycle-state.js';
import type { ScorePlugin } from '../framework/plugin.js';
import { nonsense, pluginError } from '../framework/plugin-calls.js';
import { scoreMax, scoreMin } from '../framework/scores.js';
import type { SignedPlugins } from '../framework/signed-plugins.js';
import type { Status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

export class SignedNodes {
  /** By row: the version of the row that the entry is about; 0: none. */
  private filtered = new Uint32Array(0);
  private scored = new Uint32Array(0);
  /** By row: one more than the index of the filter that refused; 0: none did. */
  refusedBy = new Uint8Array(0);
  codes = new Int32Array(0);
  /** By row: the weighted sum of the scores. */
  totals = new Float64Array(0);
  private stale = new Int32Array(0);
  private answers = new Int32Array(0);
  private scores = new Float64Array(0);
  private epoch = -1;

  constructor(readonly plugins: SignedPlugins) {}

  /** Makes the verdicts on these rows up to date. Returns what failed. */
  filter(state: CycleState, pod: PodInfo, table: NodeTable, rows: Int32Array, count: number): Status | undefined {
    this.follow(table);
    let left = this.collectStale(this.filtered, table, rows, count);
    if (left === 0) return undefined;
    const { stale, answers, refusedBy, codes } = this;
    for (let i = 0; i < left; i++) refusedBy[stale[i]!] = 0;
    for (const [index, plugin] of this.plugins.filters.entries()) {
      if (state.skipFilter.has(plugin.name)) continue;
      answers.fill(0, 0, left);
      try {
        plugin.filterAll!(state, pod, table, { rows: stale, count: left, codes: answers });
      } catch (error) {
        this.epoch = -1;
        return pluginError(plugin.name, 'Filter', error);
      }
      let kept = 0;
      for (let i = 0; i < left; i++) {
        const row = stale[i]!;
        if (answers[i] === 0) {
          stale[kept++] = row;
          continue;
        }
        if (answers[i]! < 0) {
          this.epoch = -1;
          return nonsense(plugin.name, 'Filter', answers[i]);
        }
        refusedBy[row] = index + 1;
        codes[row] = answers[i]!;
      }
      left = kept;
      if (left === 0) break;
    }
    return undefined;
  }

  /** Makes the sums of these rows up to date. Returns the plugin and the score that is out of range. */
  score(
    state: CycleState,
    pod: PodInfo,
    table: NodeTable,
    rows: Int32Array,
    count: number,
  ):
    | { readonly plugin: ScorePlugin; readonly score: number }
    | { readonly plugin: ScorePlugin; readonly error: unknown }
    | undefined {
    this.follow(table);
    const left = this.collectStale(this.scored, table, rows, count);
    if (left === 0) return undefined;
    const { stale, scores, totals } = this;
    for (let i = 0; i < left; i++) totals[stale[i]!] = 0;
    for (const plugin of this.plugins.scores) {
      if (state.skipScore.has(plugin.name)) continue;
      try {
        plugin.scoreAll!(state, pod, table, stale, left, scores);
      } catch (error) {
        this.epoch = -1;
        return { plugin, error };
      }
      const { weight = 1 } = plugin;
      for (let i = 0; i < left; i++) {
        const score = scores[i]!;
        if (!(score >= scoreMin && score <= scoreMax)) {
          this.epoch = -1;
          return { plugin, score };
        }
        totals[stale[i]!]! += weight * score;
      }
    }
    return undefined;
  }

  /** Forgets everything where more than single nodes changed. */
  private follow(table: NodeTable): void {
    if (this.epoch === table.epoch && this.filtered.length >= table.rowBound) return;
    this.epoch = table.epoch;
    const length = table.rowBound;
    if (this.filtered.length >= length) {
      this.filtered.fill(0);
      this.scored.fill(0);
      return;
    }
    this.filtered = new Uint32Array(length);
    this.scored = new Uint32Array(length);
    this.refusedBy = new Uint8Array(length);
    this.codes = new Int32Array(length);
    this.totals = new Float64Array(length);
    this.stale = new Int32Array(length);
    this.answers = new Int32Array(length);
    this.scores = new Float64Array(length);
  }

  /** The rows that changed since, into `stale`; from now on they count as known. */
  private collectStale(known: Uint32Array, { rowVersion }: NodeTable, rows: Int32Array, count: number): number {
    const { stale } = this;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const version = rowVersion[row]!;
      if (known[row] === version) continue;
      known[row] = version;
      stale[left++] = row;
    }
    return left;
  }
}
