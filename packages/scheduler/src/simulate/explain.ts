/**
 * Why a pod is where it is, or nowhere: its last attempt repeated on the nodes as they then were, this time with
 * every plugin asked of every node, as data.
 *
 * Caveats: plugins are asked again, so one that answers differently the second time makes the explanation differ.
 */
import { seededRandom } from '@pintle/machinery';
import { NodeFilter } from '../algorithm/node-filter.js';
import { NodeScorer } from '../algorithm/node-scorer.js';
import { CycleState } from '../framework/cycle-state.js';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { Framework } from '../framework/framework.js';
import { attempt } from '../framework/plugin-calls.js';
import { isSuccess, type Status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import { type PodInfo, podInfo, podKey } from '../nodes/pod-info.js';
import { findCandidates } from '../plugins/default-preemption.js';
import { Nominations } from '../queue/nominations.js';
import type { QueueMove } from '../queue/queued-pod-info.js';
import type { AttemptRecord, ScheduleResult, UnschedulablePod } from './schedule-result.js';
import { simulatedHandle } from './simulated-handle.js';
import { frameworksOf, tableOf } from './simulation.js';

export interface FilterVerdict {
  readonly plugin: string;
  readonly code: Status['code'];
  readonly reasons: readonly string[];
}

export interface PluginScore {
  readonly plugin: string;
  readonly raw: number;
  /** Between 0 and 100. */
  readonly normalized: number;
  readonly weight: number;
}

export interface NodeExplanation {
  readonly node: string;
  /** Whether the attempt looked at this node; with sampling it stops when it has found enough. */
  readonly considered: boolean;
  /** Whether every Filter lets the pod pass. */
  readonly feasible: boolean;
  /** One for each Filter plugin that has something to say about the pod. */
  readonly filters: readonly FilterVerdict[];
  /** Of the nodes that are considered and feasible. */
  readonly scores: readonly PluginScore[];
  /** The weighted sum of the normalized scores. */
  readonly total?: number;
  readonly chosen: boolean;
}

export interface Explanation {
  /** `namespace/name`. */
  readonly pod: string;
  readonly outcome: 'placed' | 'unschedulable' | 'waiting' | 'gated' | 'failed';
  readonly nodeName?: string;
  readonly message?: string;
  /** The plugins that refused it, before its first attempt or in its last. */
  readonly refusedBy?: readonly string[];
  readonly attempts: readonly AttemptRecord[];
  readonly moves: readonly QueueMove[];
  /** What refused the pod before any node was looked at. */
  readonly preFilter?: FilterVerdict;
  readonly nodes: readonly NodeExplanation[];
  /** Of the last attempt that found no node, under a policy with DefaultPreemption: where it looked for room. */
  readonly preemption?: PreemptionExplanation;
}

export interface PreemptionExplanation {
  /** Nodes that would have had room without the victims; the chosen one first, then by name. */
  readonly candidates: readonly CandidateExplanation[];
  /** How many of the other nodes gave each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface CandidateExplanation {
  readonly node: string;
  /** By key, the more important first. */
  readonly victims: readonly string[];
  /** How many of them a PodDisruptionBudget protects. */
  readonly violations: number;
  /** What decided against it; absent for the chosen one. */
  readonly lostBy?: string;
}

/** The result knows no such pod, or several. */
export class UnknownPodError extends Error {
  readonly code = 'PINTLE_UNKNOWN_POD';
  constructor(name: string, candidates: readonly string[]) {
    super(
      candidates.length === 0
        ? `no pod called ${JSON.stringify(name)} was scheduled`
        : `there are several pods called ${JSON.stringify(name)}: say which of ${candidates.join(', ')}`,
    );
    this.name = 'UnknownPodError';
  }
}

/** Explains the pod's last attempt. `pod`: `namespace/name`, or a name that only one has. Errors: `UnknownPodError`. */
export function explain(result: ScheduleResult, pod: string): Explanation {
  const { key, info } = findPod(result, pod);
  const attempts = result.attempts.filter((attempt) => attempt.pod === key);
  const last = attempts.at(-1);
  const moves = result.moves.get(key) ?? [];
  const refusal = result.unschedulable.get(key);
  if (last === undefined) {
    const outcome = refusal?.gated === true ? 'gated' : 'unschedulable';
    return { pod: key, outcome, attempts, moves, nodes: [], ...told(refusal) };
  }
  const { table, frameworks } = replay(result, last);
  const framework = frameworks.get(info.schedulerName)!;
  const nodeName = result.placements.get(key) ?? result.waiting.get(key);
  const outcome = result.placements.has(key) ? 'placed' : result.waiting.has(key) ? 'waiting' : last.outcome;
  return {
    pod: key,
    outcome,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...told(refusal),
    attempts,
    moves,
    ...judge(framework, table, info, last),
    ...preemptionOf(
      result,
      info,
      attempts.findLast((attempt) => attempt.outcome === 'unschedulable'),
    ),
  };
}

const told = (refusal: UnschedulablePod | undefined) =>
  refusal === undefined ? {} : { message: refusal.message, refusedBy: refusal.plugins };

function findPod(result: ScheduleResult, name: string): { key: string; info: PodInfo } {
  const found = result.input.pods.filter((pod) => podKey(pod) === name || pod.metadata.name === name);
  const exact = found.filter((pod) => podKey(pod) === name);
  const pod = exact[0] ?? (found.length === 1 ? found[0] : undefined);
  if (pod === undefined) throw new UnknownPodError(name, found.map(podKey));
  return { key: podKey(pod), info: podInfo(pod) };
}

/** The nodes as they were just before the attempt. */
function replay(result: ScheduleResult, until: AttemptRecord) {
  const { nodes, pods, policy, objects } = result.input;
  const table = tableOf(nodes, pods, objects);
  const byKey = new Map(pods.map((pod) => [podKey(pod), pod]));
  let departed = 0;
  for (const [made, attempt] of result.attempts.entries()) {
    for (; (result.departures[departed]?.attempts ?? Number.POSITIVE_INFINITY) <= made; departed++) {
      const { pod, nodeName } = result.departures[departed]!;
      table.removePod(table.rowOf(nodeName)!, podInfo(byKey.get(pod)!));
    }
    if (attempt === until) break;
    const settled = attempt.outcome === 'placed' || attempt.outcome === 'waiting';
    for (const victim of attempt.victims ?? []) {
      table.removePod(table.rowOf(attempt.nominatedNode!)!, podInfo(byKey.get(victim)!));
    }
    if (settled) table.addPod(table.rowOf(attempt.nodeName!)!, podInfo(byKey.get(attempt.pod)!));
  }
  return { table, frameworks: frameworksOf(policy) };
}

function judge(framework: Framework, table: NodeTable, pod: PodInfo, attempt: AttemptRecord) {
  const state = new CycleState(table);
  const before = framework.runPreFilter(state, pod, table);
  const order = table.rows();
  if (before.status !== undefined) {
    const { plugin = '', code, reasons } = before.status;
    return { preFilter: { plugin, code, reasons }, nodes: [] };
  }
  const considered = (position: number) => {
    if (attempt.evaluated === undefined || before.nodeNames !== undefined) return true;
    return (position - attempt.start + order.length) % order.length < attempt.evaluated;
  };
  const nodes = [...order].map((row, position) => {
    const filters = framework.filter
      .filter(({ name }) => !state.skipFilter.has(name))
      .map((plugin) => verdictOf(plugin, state, pod, table, row));
    const narrowed = before.nodeNames?.has(table.info(row).name) === false;
    const feasible = !narrowed && filters.every(({ code }) => code === 'Success');
    return { row, considered: considered(position) && !narrowed, feasible, filters };
  });
  const scored = nodes.filter((node) => node.considered && node.feasible);
  const { scores, totals } = scoreRows(
    framework,
    state,
    pod,
    Int32Array.from(scored, ({ row }) => row),
  );
  return {
    nodes: nodes.map(({ row, ...node }): NodeExplanation => {
      const total = totals.get(row);
      const name = table.info(row).name;
      return {
        node: name,
        ...node,
        scores: scores.get(row) ?? [],
        ...(total === undefined ? {} : { total }),
        chosen: attempt.nodeName === name,
      };
    }),
  };
}

/** Every node is tried, and not only as many as a scheduler is content with. */
function preemptionOf(
  result: ScheduleResult,
  pod: PodInfo,
  attempt: AttemptRecord | undefined,
): { readonly preemption?: PreemptionExplanation } {
  if (attempt === undefined) return {};
  const { table, frameworks } = replay(result, attempt);
  const framework = frameworks.get(pod.schedulerName)!;
  if (!framework.postFilter.some(({ name }) => name === 'DefaultPreemption')) return {};
  const state = new CycleState(table);
  if (framework.runPreFilter(state, pod, table).status !== undefined) return {};
  const filter = new NodeFilter();
  filter.run(framework, state, pod, table.rows(), table.size);
  const nothing = () => {};
  const nominations = new Nominations();
  const handle = simulatedHandle({
    table,
    frameworks,
    nominations,
    random: seededRandom(1),
    preempt: nothing,
    activate: nothing,
    settled: nothing,
  });
  const statuses = filter.statuses(framework, state, pod);
  const { candidates, choice, reasons } = findCandidates(state, pod, statuses, handle, (nodes) => nodes);
  const chosen = attempt.nominatedNode ?? choice?.chosen.nodeName;
  return {
    preemption: {
      candidates: candidates
        .map(({ nodeName: node, victims, violations }): CandidateExplanation => {
          const keys = victims.map(({ key }) => key);
          const lostBy = choice?.lost.get(node) ?? 'as good, and looked at later';
          return { node, victims: keys, violations, ...(node === chosen ? {} : { lostBy }) };
        })
        .sort((a, b) => Number(b.node === chosen) - Number(a.node === chosen) || (a.node < b.node ? -1 : 1)),
      reasons: Object.fromEntries(reasons),
    },
  };
}

function verdictOf(
  plugin: FilterPlugin,
  state: CycleState,
  pod: PodInfo,
  table: NodeTable,
  row: number,
): FilterVerdict {
  const said = attempt(plugin.name, 'Filter', () => plugin.filter(state, pod, table.info(row)));
  return { plugin: plugin.name, code: said?.code ?? 'Success', reasons: said?.reasons ?? [] };
}

function scoreRows(framework: Framework, state: CycleState, pod: PodInfo, rows: Int32Array) {
  const scores = new Map<number, PluginScore[]>();
  const totals = new Map<number, number>();
  // One node that is left is taken without scoring; so is one of none.
  if (rows.length < 2 || !isSuccess(framework.runPreScore(state, pod, state.table, rows, rows.length))) {
    return { scores, totals };
  }
  const scorer = new NodeScorer();
  const scored = scorer.run(framework, state, pod, rows, rows.length, {
    observer: {
      scored({ name, weight = 1 }, raw, normalized) {
        for (const [i, row] of rows.entries()) {
          const list = scores.get(row) ?? [];
          list.push({ plugin: name, raw: raw[i]!, normalized: normalized[i]!, weight });
          scores.set(row, list);
        }
      },
    },
  });
  if (!('code' in scored)) for (const [i, row] of rows.entries()) totals.set(row, scored.totals[i]!);
  return { scores, totals };
}
