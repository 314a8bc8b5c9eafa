/**
 * Scores feasible nodes: every Score plugin in turn, normalized, weighted, added up.
 */
import type { CycleState } from '../framework/cycle-state.js';
import type { Framework } from '../framework/framework.js';
import type { ScorePlugin } from '../framework/plugin.js';
import { nonsense, PluginFault, pluginError } from '../framework/plugin-calls.js';
import { scoreMax, scoreMin } from '../framework/scores.js';
import type { Status } from '../framework/status.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { SignedNodes } from './signed-nodes.js';

/** Told of each plugin's scores, for explanations. The arrays are scratch space: copy. */
export interface ScoreObserver {
  scored(plugin: ScorePlugin, raw: Float64Array, normalized: Float64Array): void;
}

export class NodeScorer {
  private totals = new Float64Array(0);
  private scores = new Float64Array(0);

  /**
   * The totals of the first `count` rows, or what failed. What all nodes get alike may be missing in them, unless there
   * is an observer. Scratch space of this object, or with `byRow` of `signed`: valid until the next run.
   */
  run(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    rows: Int32Array,
    count: number,
    { observer, signed }: { readonly observer?: ScoreObserver; readonly signed?: SignedNodes } = {},
  ): Totals | Status {
    const plugins = this.othersOf(framework, state, pod, signed, observer);
    if (signed !== undefined) {
      const failure = signed.score(state, pod, state.table, rows, count);
      if (failure !== undefined) {
        return 'error' in failure
          ? pluginError(failure.plugin.name, 'Score', failure.error)
          : invalidScore(failure.plugin, failure.score);
      }
      if (plugins.length === 0) return { totals: signed.totals, byRow: true };
    }
    this.reserveSpace(count);
    const { totals, scores } = this;
    if (signed === undefined) totals.fill(0, 0, count);
    else for (let i = 0; i < count; i++) totals[i] = signed.totals[rows[i]!]!;
    for (const plugin of plugins) {
      try {
        scoreNodes(plugin, state, pod, rows, count, scores);
        const raw = observer === undefined ? undefined : scores.slice(0, count);
        plugin.normalizeScores?.(state, pod, state.table, rows, count, scores);
        if (raw !== undefined) observer?.scored(plugin, raw, scores.slice(0, count));
      } catch (error) {
        return error instanceof PluginFault ? error.status : pluginError(plugin.name, 'Score', error);
      }
      const invalid = addWeighted(totals, scores, count, plugin.weight ?? 1);
      if (invalid >= 0) return invalidScore(plugin, scores[invalid]!);
    }
    return { totals, byRow: false };
  }

  /** The plugins that have something to say and that are not among the signed ones. Errors: `PluginFault`. */
  othersOf(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    signed?: SignedNodes,
    observer?: ScoreObserver,
  ): readonly ScorePlugin[] {
    const plugins = signed === undefined ? framework.score : signed.plugins.otherScores;
    return plugins.filter(
      (plugin) => !state.skipScore.has(plugin.name) && (observer !== undefined || !isUniform(plugin, state, pod)),
    );
  }

  private reserveSpace(count: number): void {
    if (this.totals.length >= count) return;
    this.totals = new Float64Array(Math.max(count, 2 * this.totals.length));
    this.scores = new Float64Array(this.totals.length);
  }
}

export interface Totals {
  readonly totals: Float64Array;
  /** Whether they are by row, and not by the index in `rows`. */
  readonly byRow: boolean;
}

/** The index of a score out of range, or -1. */
function addWeighted(totals: Float64Array, scores: Float64Array, count: number, weight: number): number {
  for (let i = 0; i < count; i++) {
    const score = scores[i]!;
    if (!(score >= scoreMin && score <= scoreMax)) return i;
    totals[i] = totals[i]! + weight * score;
  }
  return -1;
}

function scoreNodes(
  plugin: ScorePlugin,
  state: CycleState,
  pod: PodInfo,
  rows: Int32Array,
  count: number,
  scores: Float64Array,
): void {
  const { table } = state;
  if (plugin.scoreAll !== undefined) {
    // What the plugin leaves out must not be what another said.
    scores.fill(Number.NaN, 0, count);
    plugin.scoreAll(state, pod, table, rows, count, scores);
    return;
  }
  for (let i = 0; i < count; i++) {
    const score = plugin.score(state, pod, table.info(rows[i]!));
    if (typeof score !== 'number') throw new PluginFault(nonsense(plugin.name, 'Score', score));
    scores[i] = score;
  }
}

/** Whether the plugin has the same score for all nodes, which changes nothing. */
function isUniform(plugin: ScorePlugin, state: CycleState, pod: PodInfo): boolean {
  if (plugin.uniformScore === undefined) return false;
  let score: number | undefined;
  try {
    score = plugin.uniformScore(state, pod, state.table);
  } catch (error) {
    throw new PluginFault(pluginError(plugin.name, 'Score', error));
  }
  if (score === undefined) return false;
  if (!(score >= scoreMin && score <= scoreMax)) throw new PluginFault(nonsense(plugin.name, 'Score', score));
  return true;
}

function invalidScore(plugin: ScorePlugin, score: number): Status {
  return {
    code: 'Error',
    reasons: [
      `plugin "${plugin.name}" returns an invalid score ${score}, it should in the range of [${scoreMin}, ${scoreMax}] after normalizing`,
    ],
    plugin: plugin.name,
  };
}
