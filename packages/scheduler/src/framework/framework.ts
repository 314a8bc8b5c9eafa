/**
 * Runs the extension points of one profile: calls every plugin of a point in order, spares those that skip,
 * turns what is thrown into an Error status with the plugin's name. Which nodes are looked at and which is
 * taken is decided in `algorithm/`.
 */

import { withTimeout } from '@pintle/machinery';
import type { ExtenderChain } from '../extenders/extender-chain.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { NodeInfo, NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { CycleState } from './cycle-state.js';
import { type ExtensionPoint, pluginsAt } from './extension-point.js';
import type { FilterPlugin } from './filter-plugin.js';
import type { NodeStatuses } from './node-statuses.js';
import type {
  BindPlugin,
  GroupInfo,
  NominatingInfo,
  PermitPlugin,
  Placement,
  PlacementFeasiblePlugin,
  PlacementGeneratePlugin,
  PlacementScorePlugin,
  PlacementTrial,
  PostBindPlugin,
  PostFilterPlugin,
  PostFilterResult,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  ReservePlugin,
  SchedulerHandle,
  SchedulerPlugin,
  ScorePlugin,
} from './plugin.js';
import { isPlacements, isPreFilterResult, signOf, type ToldOfFailure, tell } from './plugin-answers.js';
import {
  attempt,
  attemptAsync,
  type CallLimits,
  checkedVerdict,
  isStatus,
  nonsense,
  pluginError,
} from './plugin-calls.js';
import { type PointObserver, PointTimer } from './point-timer.js';
import type { Profile } from './profile.js';
import { type SignedPlugins, signedPlugins } from './signed-plugins.js';
import { isSuccess, type Status, saidBy, skip, status, type Verdict } from './status.js';

/** How long Permit may hold a pod at most. */
export const permitTimeoutMaxMs = 15 * 60_000;

/** How long PostFilter may take that asks extenders, which have limits of their own. */
const askingTimeoutMs = 600_000;

export interface PreFilterOutcome {
  /** Set where the pod is refused or a plugin failed. */
  readonly status?: Status;
  /** Where set, only these nodes are worth looking at. */
  readonly nodeNames?: ReadonlySet<string>;
  /** The plugins that narrowed the nodes. */
  readonly narrowedBy: readonly string[];
}

export interface PostFilterOutcome {
  readonly status: Status;
  readonly nominating?: NominatingInfo;
}

export interface PermitOutcome {
  /** Success, Wait, a rejection or an error. */
  readonly status: Status;
  /** With Wait: the plugins that hold the pod, and how long. */
  readonly waits: readonly { readonly plugin: string; readonly timeoutMs: number }[];
}

const success = status('Success');

export class Framework {
  readonly preEnqueue: readonly PreEnqueuePlugin[];
  readonly preFilter: readonly PreFilterPlugin[];
  readonly filter: readonly FilterPlugin[];
  readonly postFilter: readonly PostFilterPlugin[];
  readonly preScore: readonly PreScorePlugin[];
  readonly score: readonly ScorePlugin[];
  readonly reserve: readonly ReservePlugin[];
  readonly permit: readonly PermitPlugin[];
  readonly preBind: readonly PreBindPlugin[];
  readonly bind: readonly BindPlugin[];
  readonly postBind: readonly PostBindPlugin[];
  readonly placementGenerate: readonly PlacementGeneratePlugin[];
  readonly placementFeasible: readonly PlacementFeasiblePlugin[];
  readonly placementScore: readonly PlacementScorePlugin[];
  /** Those whose answers are kept for pods of one signature. */
  readonly signed: SignedPlugins;

  /** How long its points take is told to its observer. */
  readonly timer: PointTimer;

  constructor(
    readonly profile: Profile,
    observer?: PointObserver,
  ) {
    this.timer = new PointTimer(profile.schedulerName, observer);
    const at = <P extends SchedulerPlugin>(point: ExtensionPoint) => pluginsAt(profile, point) as readonly P[];
    this.preEnqueue = at<PreEnqueuePlugin>('preEnqueue');
    this.preFilter = at<PreFilterPlugin>('preFilter');
    this.filter = at<FilterPlugin>('filter');
    this.postFilter = at<PostFilterPlugin>('postFilter');
    this.preScore = at<PreScorePlugin>('preScore');
    this.score = at<ScorePlugin>('score');
    this.reserve = at<ReservePlugin>('reserve');
    this.permit = at<PermitPlugin>('permit');
    this.preBind = at<PreBindPlugin>('preBind');
    this.bind = at<BindPlugin>('bind');
    this.postBind = at<PostBindPlugin>('postBind');
    this.placementGenerate = at<PlacementGeneratePlugin>('placementGenerate');
    this.placementFeasible = at<PlacementFeasiblePlugin>('placementFeasible');
    this.placementScore = at<PlacementScorePlugin>('placementScore');
    this.signed = signedPlugins(this);
  }

  get schedulerName(): string {
    return this.profile.schedulerName;
  }

  /**
   * What the signing plugins read of the pod; undefined where one of them has no like for it, or there are none. Errors:
   * `PluginFault`.
   */
  signatureOf(pod: PodInfo): string | undefined {
    let signature = '';
    for (const plugin of this.signed.all) {
      const part = signOf(plugin, pod);
      if (part === undefined) return undefined;
      signature += `${part}\n`;
    }
    return signature === '' ? undefined : signature;
  }

  runPreEnqueue(pod: PodInfo, objects: ClusterObjects): Verdict {
    for (const plugin of this.preEnqueue) {
      const verdict = attempt(plugin.name, 'PreEnqueue', () => plugin.preEnqueue(pod, objects));
      if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  runPreFilter(state: CycleState, pod: PodInfo, table: NodeTable): PreFilterOutcome {
    let nodeNames: ReadonlySet<string> | undefined;
    let refused: Status | undefined;
    const narrowedBy: string[] = [];
    for (const plugin of this.preFilter) {
      let outcome: ReturnType<PreFilterPlugin['preFilter']>;
      try {
        outcome = plugin.preFilter(state, pod, table);
      } catch (error) {
        return { status: pluginError(plugin.name, 'PreFilter', error), narrowedBy };
      }
      if (outcome === undefined) continue;
      if (!isPreFilterResult(outcome)) {
        const said = outcome === skip ? skip : checkedVerdict(plugin.name, 'PreFilter', outcome, 'Skip');
        if (said === undefined) continue;
        if (said.code === 'Skip') state.skipFilter.add(plugin.name);
        // Preemption may help against Unschedulable, and needs what the other PreFilters compute: go on.
        else if (said.code === 'Unschedulable') refused = said;
        else return { status: said, narrowedBy };
        continue;
      }
      if (outcome.nodeNames === undefined) continue;
      narrowedBy.push(plugin.name);
      nodeNames = nodeNames === undefined ? outcome.nodeNames : intersection(nodeNames, outcome.nodeNames);
      if (nodeNames.size === 0) {
        const reason =
          narrowedBy.length === 1
            ? `node(s) didn't satisfy plugin ${plugin.name}`
            : `node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(' ')}] simultaneously`;
        return { status: { ...status('UnschedulableAndUnresolvable', reason), plugin: plugin.name }, narrowedBy };
      }
    }
    return {
      narrowedBy,
      ...(refused === undefined ? {} : { status: refused }),
      ...(nodeNames === undefined ? {} : { nodeNames }),
    };
  }

  /** Tells PreFilter plugins that a pod came to the node or went from it, as the table already says. */
  runPodChanged(
    state: CycleState,
    pod: PodInfo,
    changed: PodInfo,
    node: NodeInfo,
    change: 'added' | 'removed',
  ): Verdict {
    for (const plugin of this.preFilter) {
      if (state.skipFilter.has(plugin.name)) continue;
      const point = change === 'added' ? 'AddPod on PreFilter' : 'RemovePod on PreFilter';
      const verdict = attempt(plugin.name, point, () => {
        const said: unknown =
          change === 'added'
            ? plugin.preFilterAddPod?.(state, pod, changed, node)
            : plugin.preFilterRemovePod?.(state, pod, changed, node);
        // It is asked to count, and not to judge the node.
        if (isStatus(said) && !isSuccess(said)) throw new Error(said.reasons.join(', '));
        return said;
      });
      if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  /** One node through every Filter; the first refusal or failure. */
  runFilter(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
    for (const plugin of this.filter) {
      if (state.skipFilter.has(plugin.name)) continue;
      const verdict = attempt(plugin.name, 'Filter', () => plugin.filter(state, pod, node));
      if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  /** The first that makes room, or what all of them say. Later only where extenders have a say. */
  runPostFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    handle: SchedulerHandle,
    extenders?: ExtenderChain,
  ): PostFilterOutcome | Promise<PostFilterOutcome> {
    const reasons: string[] = [];
    let refused: Partial<PostFilterOutcome> = {};
    const judge = (plugin: PostFilterPlugin, result: PostFilterResult | undefined): PostFilterOutcome | undefined => {
      if (result === undefined) return undefined;
      const { status: given, nominating } = result ?? {};
      if (!isStatus(given) || (nominating !== undefined && typeof nominating?.nodeName !== 'string'))
        return { status: nonsense(plugin.name, 'PostFilter', result) };
      const said = checkedVerdict(plugin.name, 'PostFilter', given) ?? saidBy(given, plugin.name);
      if (said.code === 'Error') return { status: said };
      if (said.code !== 'Unschedulable') return { ...result, status: said };
      reasons.push(...said.reasons);
      // The first that refused is named, and the last that says something of the pod's nomination is followed.
      refused = { ...result, status: refused.status ?? said };
      return undefined;
    };
    const rest = (from: number): PostFilterOutcome | Promise<PostFilterOutcome> => {
      for (let i = from; i < this.postFilter.length; i++) {
        const plugin = this.postFilter[i]!;
        const failed = (error: unknown) => ({ status: pluginError(plugin.name, 'PostFilter', error) });
        try {
          if (extenders !== undefined && plugin.postFilterWith !== undefined) {
            const ask = async () => plugin.postFilterWith!(state, pod, statuses, handle, extenders);
            return (
              handle.world === undefined ? ask() : withTimeout(handle.world.clock, askingTimeoutMs, 'its answer', ask)
            )
              .then((result) => judge(plugin, result) ?? rest(i + 1), failed)
              .catch(failed);
          }
          const outcome = judge(plugin, plugin.postFilter(state, pod, statuses, handle));
          if (outcome !== undefined) return outcome;
        } catch (error) {
          return failed(error);
        }
      }
      return { ...refused, status: { ...(refused.status ?? status('Unschedulable')), reasons } };
    };
    return rest(0);
  }

  runPreScore(state: CycleState, pod: PodInfo, table: NodeTable, rows: Int32Array, count: number): Verdict {
    for (const plugin of this.preScore) {
      let answer: Verdict;
      try {
        answer = plugin.preScore(state, pod, table, rows, count);
      } catch (error) {
        return pluginError(plugin.name, 'PreScore', error);
      }
      // Most have nothing to say of most pods.
      if (answer === undefined) continue;
      const verdict = answer === skip ? skip : checkedVerdict(plugin.name, 'PreScore', answer, 'Skip');
      if (verdict?.code === 'Skip') state.skipScore.add(plugin.name);
      else if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  runReserve(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): Verdict {
    for (const plugin of this.reserve) {
      const verdict = attempt(plugin.name, 'Reserve', () => plugin.reserve(state, pod, nodeName, handle));
      if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  /** In reverse order, every one, whatever fails, which is told. */
  runUnreserve(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    failed: ToldOfFailure,
  ): void {
    for (const plugin of this.reserve.toReversed())
      tell(plugin.name, 'Unreserve', () => plugin.unreserve(state, pod, nodeName, handle), failed);
  }

  runPermit(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): PermitOutcome {
    const waits: { plugin: string; timeoutMs: number }[] = [];
    for (const plugin of this.permit) {
      let result: ReturnType<PermitPlugin['permit']>;
      try {
        result = plugin.permit(state, pod, nodeName, handle);
      } catch (error) {
        return { status: pluginError(plugin.name, 'Permit', error), waits: [] };
      }
      if (result === undefined) continue;
      const { status: given, timeoutMs = permitTimeoutMaxMs } = isStatus(result) ? { status: result } : (result ?? {});
      // Checked as a whole: a result without a status is no answer either.
      const said =
        isStatus(given) && timeoutMs >= 0
          ? checkedVerdict(plugin.name, 'Permit', given, 'Wait')
          : nonsense(plugin.name, 'Permit', result);
      if (said === undefined) continue;
      if (said.code !== 'Wait') return { status: said, waits: [] };
      waits.push({ plugin: plugin.name, timeoutMs: Math.min(timeoutMs, permitTimeoutMaxMs) });
    }
    return { status: waits.length === 0 ? success : status('Wait'), waits };
  }

  /** The plugins that have something to do before the pod is bound, or what failed. */
  runPreBindPreFlight(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
  ): readonly PreBindPlugin[] | Status {
    const needed: PreBindPlugin[] = [];
    for (const plugin of this.preBind) {
      const verdict = attempt(
        plugin.name,
        'PreBindPreFlight',
        () => plugin.preBindPreFlight?.(state, pod, nodeName, handle),
        'Skip',
      );
      if (isSuccess(verdict)) needed.push(plugin);
      else if (verdict.code !== 'Skip') return verdict;
    }
    return needed;
  }

  /** At once where no plugin has anything to do. */
  runPreBind(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    limits: CallLimits,
  ): Verdict | Promise<Verdict> {
    const needed = this.runPreBindPreFlight(state, pod, nodeName, handle);
    if ('code' in needed) return needed;
    if (needed.length === 0) return undefined;
    limits.slow?.();
    return this.runNeededPreBind(needed, state, pod, nodeName, handle, limits);
  }

  private async runNeededPreBind(
    plugins: readonly PreBindPlugin[],
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    limits: CallLimits,
  ): Promise<Verdict> {
    for (const plugin of plugins) {
      const own = { ...limits, timeoutMs: plugin.preBindTimeoutMs ?? limits.timeoutMs };
      const verdict = await attemptAsync(plugin.name, 'PreBind', own, (deadline) =>
        plugin.preBind(state, pod, nodeName, handle, deadline),
      );
      if (!isSuccess(verdict)) return verdict;
    }
    return undefined;
  }

  async runBind(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    limits: CallLimits,
  ): Promise<Verdict> {
    const { clock, timeoutMs } = limits;
    for (const plugin of this.bind) {
      // What was asked of the server cannot be taken back: a bind is not ended when its pod goes.
      const verdict = await attemptAsync(
        plugin.name,
        'Bind',
        { clock, timeoutMs },
        (deadline) => plugin.bind(state, pod, nodeName, handle, deadline),
        'Skip',
      );
      if (verdict?.code !== 'Skip') return verdict;
    }
    return status('Error', `no plugin bound pod ${pod.key}`);
  }

  /** The sets of nodes on which a group may go: those of the first plugin that has any, else all nodes as one. */
  runPlacementGenerate(group: GroupInfo, table: NodeTable): readonly Placement[] | Status {
    for (const plugin of this.placementGenerate) {
      try {
        const placements = plugin.generatePlacements(group, table);
        if (placements === undefined) continue;
        if (!isPlacements(placements, table)) return nonsense(plugin.name, 'PlacementGenerate', placements);
        if (placements.length > 0) return placements;
        return { ...status('Unschedulable', 'no placement is there for the pod group'), plugin: plugin.name };
      } catch (error) {
        return pluginError(plugin.name, 'PlacementGenerate', error);
      }
    }
    return [{ name: 'all nodes' }];
  }

  runPlacementFeasible(
    group: GroupInfo,
    progress: { readonly scheduled: number; readonly remaining: number },
  ): Verdict {
    let waits: Verdict;
    for (const plugin of this.placementFeasible) {
      const feasible = () => plugin.placementFeasible(group, progress);
      const verdict = attempt(plugin.name, 'PlacementFeasible', feasible, 'Wait');
      if (isSuccess(verdict)) continue;
      if (verdict.code !== 'Wait') return verdict;
      waits = verdict;
    }
    return waits;
  }

  /** The weighted sums of the trials' scores. */
  runPlacementScore(group: GroupInfo, table: NodeTable, trials: readonly PlacementTrial[]): readonly number[] | Status {
    const totals = trials.map(() => 0);
    for (const plugin of this.placementScore) {
      for (const [i, trial] of trials.entries()) {
        try {
          const score = plugin.scorePlacement(group, trial, table);
          if (!(score >= 0 && score <= 100)) return nonsense(plugin.name, 'PlacementScore', score);
          totals[i]! += (plugin.weight ?? 1) * score;
        } catch (error) {
          return pluginError(plugin.name, 'PlacementScore', error);
        }
      }
    }
    return totals;
  }

  runPostBind(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle, failed: ToldOfFailure): void {
    for (const plugin of this.postBind)
      tell(plugin.name, 'PostBind', () => plugin.postBind(state, pod, nodeName, handle), failed);
  }
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}
