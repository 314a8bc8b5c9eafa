/**
 * One attempt to place one pod: PreFilter, Filter, and PostFilter where nothing fits, else PreScore, Score and
 * the choice. Pure but for its own scratch space and the place where the next search begins: it assumes and
 * binds nothing.
 */
import type { Random } from '@pintle/machinery';
import type { ExtenderChain } from '../extenders/extender-chain.js';
import { CycleState } from '../framework/cycle-state.js';
import { type Diagnosis, fitErrorMessage, noNodesMessage } from '../framework/fit-error.js';
import type { Framework, PostFilterOutcome, PreFilterOutcome } from '../framework/framework.js';
import { NodeStatuses } from '../framework/node-statuses.js';
import type { NominatingInfo, SchedulerHandle } from '../framework/plugin.js';
import { PluginFault } from '../framework/plugin-calls.js';
import { filterAlone } from '../framework/signed-plugins.js';
import { isRejected, isSuccess, type Status, status, statusMessage, type Verdict } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { type AttemptSteps, atOnce, waitedFor } from './attempt-steps.js';
import type { FilterRun } from './filter-run.js';
import { NodeFilter } from './node-filter.js';
import { NodeScorer, type Totals } from './node-scorer.js';
import type { NominatedPods } from './nominated-filter.js';
import type { RankedNodes } from './ranked-nodes.js';
import { feasibleNodesToFind } from './sampling.js';
import { selectHost } from './select-host.js';
import { SignatureCache } from './signature-cache.js';
import type { SignedNodes } from './signed-nodes.js';

export interface PlacedOutcome {
  readonly type: 'placed';
  readonly nodeName: string;
  readonly row: number;
  readonly state: CycleState;
  readonly evaluated: number;
  readonly feasible: number;
}

export type AttemptOutcome =
  | PlacedOutcome
  | {
      readonly type: 'unschedulable';
      readonly message: string;
      readonly diagnosis: Diagnosis;
      readonly nominating?: NominatingInfo;
    }
  | { readonly type: 'failed'; readonly status: Status };

export interface PlacerOptions {
  readonly table: NodeTable;
  readonly random: Random;
  readonly handle: SchedulerHandle;
  readonly nominated?: NominatedPods;
}

export interface AttemptOptions {
  /** The only nodes to look at. */
  readonly within?: Int32Array | undefined;
  /** Default true. */
  readonly postFilter?: boolean;
  /** For PostFilter, instead of the placer's own. */
  readonly handle?: SchedulerHandle;
}

export interface StepOptions extends AttemptOptions {
  readonly extenders?: ExtenderChain | undefined;
}

const none: ReadonlySet<string> = new Set();
const noRefusals: ReadonlyMap<string, Status> = new Map();
const statusOf = ({ status: said }: PreFilterOutcome) => said;
const errorOf = ({ error }: FilterRun) => error;
const codeOf = (answer: Totals | Status) => ('code' in answer ? answer : undefined);
const itself = (verdict: Verdict) => verdict;
const nothing = () => undefined;

export class Placer {
  private readonly filter = new NodeFilter();
  private readonly scorer = new NodeScorer();
  private readonly signatures = new WeakMap<Framework, SignatureCache>();

  constructor(private readonly options: PlacerOptions) {}

  /** The place, in the order of nodes, where the next search begins. */
  get nextStart(): number {
    return this.filter.nextStart;
  }

  /** At once, without extenders. */
  attempt(framework: Framework, pod: PodInfo, options: AttemptOptions = {}): AttemptOutcome {
    return atOnce(this.steps(framework, pod, options));
  }

  /** The same, where extenders are asked. Nothing else may be attempted meanwhile. */
  attemptWith(extenders: ExtenderChain, framework: Framework, pod: PodInfo): Promise<AttemptOutcome> {
    return waitedFor(this.steps(framework, pod, { extenders }));
  }

  *steps(framework: Framework, pod: PodInfo, options: StepOptions): AttemptSteps<AttemptOutcome> {
    try {
      return yield* this.place(framework, pod, options);
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
      return { type: 'failed', status: error.status };
    }
  }

  private *place(framework: Framework, pod: PodInfo, options: StepOptions): AttemptSteps<AttemptOutcome> {
    const { table } = this.options;
    const state = new CycleState(table);
    if (table.size === 0) {
      // Differs from Kubernetes: the pod is tried again when a node comes, and not only after its back-off.
      const unschedulablePlugins = new Set(framework.filter.map(({ name }) => name));
      const diagnosis = { nodesTotal: 0, unschedulablePlugins, pendingPlugins: none };
      return { type: 'unschedulable', message: noNodesMessage, diagnosis };
    }
    const { timer } = framework;
    const before = timer.run('PreFilter', () => framework.runPreFilter(state, pod, table), statusOf);
    if (before.status !== undefined)
      return yield* this.refusedByPreFilter(framework, state, pod, before, before.status, options);
    const ranked = this.rankedFor(framework, pod);
    const found = timer.run('Filter', () => this.search(framework, state, pod, before, ranked, options), errorOf);
    if (found.error !== undefined) return { type: 'failed', status: found.error };
    const { evaluated } = found;
    let { rows, count } = found;
    let refusals: ReadonlyMap<string, Status> = noRefusals;
    if (options.extenders !== undefined && count > 0) {
      const nodes = Array.from(rows.subarray(0, count), (row) => table.nodeAt(row)!);
      const left = (yield options.extenders.filter(pod, nodes)) as Awaited<ReturnType<ExtenderChain['filter']>>;
      if ('code' in left) return { type: 'failed', status: left };
      // Nodes may have gone while the extenders were asked.
      rows = rowsOf(table, left.nodeNames);
      count = rows.length;
      refusals = left.refusals;
    }
    const run = { ...found, rows, count };
    if (count === 0) return yield* this.fitsNowhere(framework, state, pod, before, run, refusals, options);
    const row = count === 1 ? rows[0]! : yield* this.choose(framework, state, pod, run, ranked?.signed, options);
    if (typeof row !== 'number') return { type: 'failed', status: row };
    if (table.nodeAt(row) === undefined) return { type: 'failed', status: status('Error', 'the node is gone') };
    return { type: 'placed', nodeName: table.info(row).name, row, state, evaluated, feasible: count };
  }

  private rankedFor(framework: Framework, pod: PodInfo): RankedNodes | undefined {
    const signature = framework.signatureOf(pod);
    if (signature === undefined) return undefined;
    let cache = this.signatures.get(framework);
    if (cache === undefined) this.signatures.set(framework, (cache = new SignatureCache(framework.signed)));
    return cache.get(signature);
  }

  private search(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    before: PreFilterOutcome,
    ranked: RankedNodes | undefined,
    { within, extenders }: StepOptions,
  ): FilterRun {
    const { table, nominated } = this.options;
    const nominatedNode = nominated?.nodeOf(pod.key) ?? pod.pod.status?.nominatedNodeName;
    const nominatedRow = nominatedNode ? table.rowOf(nominatedNode) : undefined;
    if (nominatedRow !== undefined && (within === undefined || within.includes(nominatedRow))) {
      const only = this.filter.run(framework, state, pod, Int32Array.of(nominatedRow), 1, nominated);
      if (only.error !== undefined || only.count > 0) return only;
    }
    const all = within ?? table.rows();
    const candidates = before.nodeNames === undefined ? all : rowsOf(table, before.nodeNames, within);
    const { percentageOfNodesToScore } = framework.profile;
    const wanted = framework.score.length === 0 ? 1 : feasibleNodesToFind(candidates.length, percentageOfNodesToScore);
    const { nextStart } = this.filter;
    const alone =
      candidates === table.rows() &&
      extenders === undefined &&
      (nominated === undefined || nominated.size === 0) &&
      filterAlone(framework.signed, framework.filter, state.skipFilter);
    const found = alone ? ranked?.find(state, pod, table, nextStart % candidates.length, wanted) : undefined;
    const run = found ?? this.filter.run(framework, state, pod, candidates, wanted, nominated, ranked?.signed);
    if (alone && found === undefined) ranked?.missed(run.evaluated);
    this.filter.advance(run.evaluated, table.size);
    return run;
  }

  /** The row. */
  private *choose(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    { rows, count, ranking }: FilterRun,
    signed: SignedNodes | undefined,
    { extenders }: StepOptions,
  ): AttemptSteps<number | Status> {
    const { timer } = framework;
    const { table } = state;
    const { random } = this.options;
    const verdict = timer.run('PreScore', () => framework.runPreScore(state, pod, table, rows, count), itself);
    if (!isSuccess(verdict)) return verdict;
    if (ranking !== undefined && this.scorer.othersOf(framework, state, pod, signed).length === 0) {
      const best = timer.run('Score', () => ranking.best(state, pod, table, random), nothing);
      if (best !== undefined) return best;
    }
    const score = () => this.scorer.run(framework, state, pod, rows, count, signed === undefined ? {} : { signed });
    const scored = timer.run('Score', score, codeOf);
    if ('code' in scored) return scored;
    if (extenders !== undefined) {
      const nodes = Array.from(rows.subarray(0, count), (row) => table.nodeAt(row)!);
      const totals = Float64Array.from(rows.subarray(0, count), (row, i) => scored.totals[scored.byRow ? row : i]!);
      const more = (yield extenders.prioritize(pod, nodes)) as ReadonlyMap<string, number>;
      for (const [i, { metadata }] of nodes.entries()) totals[i]! += more.get(metadata.name ?? '') ?? 0;
      return rows[selectHost(totals, count, random)]!;
    }
    return rows[selectHost(scored.totals, count, random, scored.byRow ? rows : undefined)]!;
  }

  private *refusedByPreFilter(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    before: PreFilterOutcome,
    refusal: Status,
    options: StepOptions,
  ): AttemptSteps<AttemptOutcome> {
    if (!isRejected(refusal)) return { type: 'failed', status: refusal };
    const plugins = new Set(before.narrowedBy);
    if (refusal.plugin !== undefined) plugins.add(refusal.plugin);
    this.filter.run(framework, state, pod, new Int32Array(0), 0);
    return yield* this.refused(framework, state, pod, options, refusal, {
      nodesTotal: this.options.table.size,
      preFilterMessage: statusMessage(refusal),
      unschedulablePlugins: plugins,
      pendingPlugins: refusal.code === 'Pending' ? plugins : none,
    });
  }

  private *fitsNowhere(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    before: PreFilterOutcome,
    { refused }: FilterRun,
    refusals: ReadonlyMap<string, Status>,
    options: StepOptions,
  ): AttemptSteps<AttemptOutcome> {
    const absent =
      before.nodeNames === undefined
        ? undefined
        : status(
            'UnschedulableAndUnresolvable',
            `node(s) didn't satisfy plugin(s) [${[...before.narrowedBy].sort().join(' ')}]`,
          );
    const { table } = this.options;
    const statuses =
      refused === undefined
        ? this.filter.statuses(framework, state, pod, absent, refusals)
        : new NodeStatuses(
            { state, pod, table, plugins: framework.filter, singles: [], first: refused.first },
            refused.by,
          );
    const pendingPlugins = statuses.pendingPlugins();
    const plugins = [...statuses.plugins(), ...before.narrowedBy].filter((plugin) => !pendingPlugins.has(plugin));
    return yield* this.refused(framework, state, pod, options, absent, {
      nodesTotal: this.options.table.size,
      statuses,
      unschedulablePlugins: new Set(plugins),
      pendingPlugins,
    });
  }

  private *refused(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    { postFilter = true, handle = this.options.handle, extenders }: StepOptions,
    absent: Status | undefined,
    diagnosis: Diagnosis,
  ): AttemptSteps<AttemptOutcome> {
    if (framework.postFilter.length === 0 || !postFilter) {
      return { type: 'unschedulable', message: fitErrorMessage(diagnosis), diagnosis };
    }
    const statuses = diagnosis.statuses ?? this.filter.statuses(framework, state, pod, absent);
    const run = () => framework.runPostFilter(state, pod, statuses, handle, extenders);
    const found = framework.timer.run('PostFilter', run, (answer) => ('then' in answer ? undefined : answer.status));
    const { status: after, nominating } = ('then' in found ? yield found : found) as PostFilterOutcome;
    const explained: Diagnosis = { ...diagnosis, postFilterMessage: statusMessage(after) };
    return {
      type: 'unschedulable',
      message: fitErrorMessage(explained),
      diagnosis: explained,
      ...(nominating === undefined ? {} : { nominating }),
    };
  }
}

/** Rows of the named nodes that exist, in the order in which nodes are looked at. */
function rowsOf(table: NodeTable, names: ReadonlySet<string>, within?: Int32Array): Int32Array {
  const rows: number[] = [];
  for (const name of names) {
    const row = table.rowOf(name);
    if (row !== undefined && (within === undefined || within.includes(row))) rows.push(row);
  }
  return Int32Array.from(rows.sort((a, b) => a - b));
}
