/** Asks one plugin about a pod and nodes in both of its forms, for tests.. */
import type { Node, Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { CycleState } from '../framework/cycle-state.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { isSuccess, type Verdict } from '../framework/status.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import type { NodeTable } from '../nodes/node-table.js';
import { type PodInfo, podInfo } from '../nodes/pod-info.js';
import { tableOf } from '../simulate/simulation.js';

export interface Judgement {
  /** Set where PreFilter refused, or spared the plugin. */
  readonly preFilter?: Verdict;
  /** The nodes that PreFilter named. */
  readonly nodeNames?: readonly string[];
  readonly single: readonly string[];
  readonly batched: readonly string[];
}

/** Filter verdicts as `Code: reasons`, or `ok`, by node. */
export function judgeFilter(
  plugin: SchedulerPlugin,
  pod: Pod,
  nodes: readonly Node[],
  pods: readonly Pod[] = [],
  objects: readonly KubernetesObject[] = [],
): Judgement {
  return judgeFilterOn(plugin, podInfo(pod), nodes, tableOf(nodes, pods, objects));
}

/** Both, on a table that is there already; with `keepState` as one cycle, for plugins that score by what they filtered. */
export function judge(
  plugin: SchedulerPlugin,
  info: PodInfo,
  nodes: readonly Node[],
  table: NodeTable,
  { keepState = false } = {},
): Judgement & Scores {
  const state = new CycleState(table);
  const judged = judgeFilterOn(plugin, info, nodes, table, state);
  return { ...judged, ...judgeScoreOn(plugin, info, nodes, table, keepState ? state : new CycleState(table)) };
}

/** The same on a table that is there already. */
export function judgeFilterOn(
  plugin: SchedulerPlugin,
  info: PodInfo,
  nodes: readonly Node[],
  table: NodeTable,
  state = new CycleState(table),
): Judgement {
  const before = plugin.preFilter?.(state, info, table);
  const rows = Int32Array.from(nodes, ({ metadata }) => table.rowOf(metadata.name!)!);
  const codes = new Int32Array(rows.length);
  plugin.filterAll?.(state, info, table, { rows, count: rows.length, codes });
  return {
    ...(before !== undefined && 'code' in before ? { preFilter: before } : {}),
    ...(before !== undefined && 'nodeNames' in before ? { nodeNames: [...before.nodeNames!].sort() } : {}),
    single: [...rows].map((row) => text(plugin.filter!(state, info, table.info(row)))),
    batched: [...codes].map((code) => text(code === 0 ? undefined : plugin.verdict!(state, info, table, code))),
  };
}

export interface Scores {
  readonly raw: readonly number[];
  readonly rawBatched: readonly number[];
  readonly normalized: readonly number[];
  readonly skipped: boolean;
}

export function judgeScore(
  plugin: SchedulerPlugin,
  pod: Pod,
  nodes: readonly Node[],
  pods: readonly Pod[] = [],
): Scores {
  return judgeScoreOn(plugin, podInfo(pod), nodes, tableOf(nodes, pods));
}

function judgeScoreOn(
  plugin: SchedulerPlugin,
  info: PodInfo,
  nodes: readonly Node[],
  table: NodeTable,
  state = new CycleState(table),
): Scores {
  const rows = Int32Array.from(nodes, ({ metadata }) => table.rowOf(metadata.name!)!);
  const skipped = plugin.preScore?.(state, info, table, rows, rows.length)?.code === 'Skip';
  const raw = [...rows].map((row) => plugin.score!(state, info, table.info(row)));
  const scores = new Float64Array(rows.length);
  if (plugin.scoreAll === undefined) scores.set(raw);
  else plugin.scoreAll(state, info, table, rows, rows.length, scores);
  const rawBatched = [...scores];
  plugin.normalizeScores?.(state, info, table, rows, rows.length, scores);
  return { raw, rawBatched, normalized: [...scores], skipped };
}

function text(verdict: Verdict): string {
  return isSuccess(verdict) ? 'ok' : `${verdict.code}: ${verdict.reasons.join(', ')}`;
}

/** What a plugin that refused `pod` says of a change of a resource. */
export function hintOf(plugin: SchedulerPlugin, resource: string, objects: readonly KubernetesObject[] = []) {
  const { hint } = plugin.eventsToRegister!().find((event) => event.resource === resource && event.hint !== undefined)!;
  const known = new ClusterObjects();
  for (const object of objects) known.set(object);
  return (pod: Pod, before: KubernetesObject | undefined, after: KubernetesObject | undefined) =>
    hint!(pod, before, after, known);
}
