/**
 * One attempt to place one pod: PreFilter, Filter, and PostFilter where nothing fits, else PreScore, Score and
 * the choice. Pure but for its own scratch space and the place where the next search begins: it assumes and
 * binds nothing.
 */
import type { Random } from '@pintle/machinery';
import { CycleState } from '../framework/cycle-state.js';
import { type Diagnosis, fitErrorMessage, noNodesMessage } from '../framework/fit-error.js';
import type { Framework, PreFilterOutcome } from '../framework/framework.js';
import type { NominatingInfo, SchedulerHandle } from '../framework/plugin.js';
import { isRejected, isSuccess, type Status, status, statusMessage } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { NodeFilter, type NominatedPods } from './node-filter.js';
import { NodeScorer } from './node-scorer.js';
import { feasibleNodesToFind } from './sampling.js';
import { selectHost } from './select-host.js';
import { SignatureCache, type SignedNodes } from './signed-nodes.js';

export type AttemptOutcome =
  | {
      readonly type: 'placed';
      readonly nodeName: string;
      readonly row: number;
      readonly state: CycleState;
      readonly evaluated: number;
      readonly feasible: number;
    }
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

const none: ReadonlySet<string> = new Set();

export class Placer {
  private readonly filter = new NodeFilter();
  private readonly scorer = new NodeScorer();
  private readonly signatures = new Map<Framework, SignatureCache>();

  constructor(private readonly options: PlacerOptions) {}

  /** The place, in the order of nodes, where the next search begins. */
  get nextStart(): number {
    return this.filter.nextStart;
  }

  attempt(framework: Framework, pod: PodInfo): AttemptOutcome {
    const { table } = this.options;
    const state = new CycleState(table);
    if (table.size === 0) {
      // Differs from Kubernetes: the pod is tried again when a node comes, and not only after its back-off.
      const unschedulablePlugins = new Set(framework.filter.map(({ name }) => name));
      const diagnosis = { nodesTotal: 0, unschedulablePlugins, pendingPlugins: none };
      return { type: 'unschedulable', message: noNodesMessage, diagnosis };
    }
    const before = framework.runPreFilter(state, pod, table);
    if (before.status !== undefined) return this.refusedByPreFilter(framework, state, pod, before, before.status);
    const signed = this.signedFor(framework, pod);
    const rows = this.search(framework, state, pod, before, signed);
    if (rows.error !== undefined) return { type: 'failed', status: rows.error };
    if (rows.count === 0) return this.fitsNowhere(framework, state, pod, before);
    const { evaluated, count: feasible } = rows;
    const chosen = feasible === 1 ? 0 : this.choose(framework, state, pod, rows.rows, feasible, signed);
    if (typeof chosen !== 'number') return { type: 'failed', status: chosen };
    const row = rows.rows[chosen]!;
    return { type: 'placed', nodeName: table.info(row).name, row, state, evaluated, feasible };
  }

  private signedFor(framework: Framework, pod: PodInfo): SignedNodes | undefined {
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
    signed: SignedNodes | undefined,
  ) {
    const { table, nominated } = this.options;
    const nominatedNode = nominated?.nodeOf(pod.key) ?? pod.pod.status?.nominatedNodeName;
    const nominatedRow = nominatedNode ? table.rowOf(nominatedNode) : undefined;
    if (nominatedRow !== undefined) {
      const only = this.filter.run(framework, state, pod, Int32Array.of(nominatedRow), 1, nominated);
      if (only.error !== undefined || only.count > 0) return only;
    }
    const candidates = before.nodeNames === undefined ? table.rows() : rowsOf(table, before.nodeNames);
    const { percentageOfNodesToScore } = framework.profile;
    const wanted = framework.score.length === 0 ? 1 : feasibleNodesToFind(candidates.length, percentageOfNodesToScore);
    const run = this.filter.run(framework, state, pod, candidates, wanted, nominated, signed);
    this.filter.advance(run.evaluated, table.size);
    return run;
  }

  private choose(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    rows: Int32Array,
    count: number,
    signed: SignedNodes | undefined,
  ) {
    const verdict = framework.runPreScore(state, pod, state.table, rows, count);
    if (!isSuccess(verdict)) return verdict;
    const scored = this.scorer.run(framework, state, pod, rows, count, signed === undefined ? {} : { signed });
    if ('code' in scored) return scored;
    return selectHost(scored.totals, count, this.options.random, scored.byRow ? rows : undefined);
  }

  private refusedByPreFilter(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    before: PreFilterOutcome,
    refusal: Status,
  ): AttemptOutcome {
    if (!isRejected(refusal)) return { type: 'failed', status: refusal };
    const plugins = new Set(before.narrowedBy);
    if (refusal.plugin !== undefined) plugins.add(refusal.plugin);
    this.filter.run(framework, state, pod, new Int32Array(0), 0);
    return this.refused(framework, state, pod, refusal, {
      nodesTotal: this.options.table.size,
      preFilterMessage: statusMessage(refusal),
      unschedulablePlugins: plugins,
      pendingPlugins: refusal.code === 'Pending' ? plugins : none,
    });
  }

  private fitsNowhere(framework: Framework, state: CycleState, pod: PodInfo, before: PreFilterOutcome): AttemptOutcome {
    const absent =
      before.nodeNames === undefined
        ? undefined
        : status(
            'UnschedulableAndUnresolvable',
            `node(s) didn't satisfy plugin(s) [${[...before.narrowedBy].sort().join(' ')}]`,
          );
    const statuses = this.filter.statuses(framework, state, pod, absent);
    const pendingPlugins = statuses.pendingPlugins();
    const plugins = [...statuses.plugins(), ...before.narrowedBy].filter((plugin) => !pendingPlugins.has(plugin));
    return this.refused(framework, state, pod, absent, {
      nodesTotal: this.options.table.size,
      statuses,
      unschedulablePlugins: new Set(plugins),
      pendingPlugins,
    });
  }

  private refused(
    framework: Framework,
    state: CycleState,
    pod: PodInfo,
    absent: Status | undefined,
    diagnosis: Diagnosis,
  ): AttemptOutcome {
    if (framework.postFilter.length === 0) {
      return { type: 'unschedulable', message: fitErrorMessage(diagnosis), diagnosis };
    }
    const statuses = diagnosis.statuses ?? this.filter.statuses(framework, state, pod, absent);
    const { status: after, nominating } = framework.runPostFilter(state, pod, statuses, this.options.handle);
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
function rowsOf(table: NodeTable, names: ReadonlySet<string>): Int32Array {
  const rows: number[] = [];
  for (const name of names) {
    const row = table.rowOf(name);
    if (row !== undefined) rows.push(row);
  }
  return Int32Array.from(rows.sort((a, b) => a - b));
}
