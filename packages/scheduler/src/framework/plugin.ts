/**
 * The extension points of the scheduling framework (Kubernetes 1.33 to 1.36), as interfaces. A plugin is a plain object
 * with a name and the methods of the points that it implements; nothing else registers it.
 *
 * The points before Bind are synchronous: a cycle decides on columns in memory. Waiting is Permit's (`Wait`),
 * PreBind's and Bind's affair, which run beside the next cycles.
 */
import type { Client } from '@pintle/client';
import type { Deadline, Random, World } from '@pintle/machinery';
import type { ExtenderChain } from '../extenders/extender-chain.js';
import type { PodGroup } from '../gangs/pod-group.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { NodeInfo, NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import type { EventOfInterest } from './cluster-event.js';
import type { CycleState } from './cycle-state.js';
import type { FilterPoint, PluginIdentity } from './filter-plugin.js';
import type { NodeStatuses } from './node-statuses.js';
import type { Status, Verdict } from './status.js';

export interface PreEnqueuePoint {
  /** May the pod enter the active queue at all? A refusal leaves it gated until a registered event lets it in. */
  preEnqueue(pod: PodInfo, objects: ClusterObjects): Verdict;
}

export interface QueueSortPoint {
  /** Whether `a` is tried before `b`. A profile has exactly one such plugin. */
  less(a: QueuedPodInfo, b: QueuedPodInfo): boolean;
}

/** The nodes worth looking at; all of them where `nodeNames` is absent. */
export interface PreFilterResult {
  readonly nodeNames?: ReadonlySet<string>;
}

export interface PreFilterPoint {
  /**
   * Computes once for a pod what Filter needs for each node. `Skip` spares the plugin's Filter; a rejection ends
   * the cycle.
   */
  preFilter(state: CycleState, pod: PodInfo, table: NodeTable): PreFilterResult | Status | undefined;
  /** Takes into account that `added` were on `node`; the node's own columns already say so. */
  preFilterAddPod?(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Verdict;
  preFilterRemovePod?(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Verdict;
}

export interface NominatingInfo {
  /** Empty: clear the nomination. */
  readonly nodeName: string;
}

export interface PostFilterResult {
  readonly status: Status;
  readonly nominating?: NominatingInfo;
}

export interface PostFilterPoint {
  /** No node fits: may make room (preemption) and nominate a node. */
  postFilter(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    handle: SchedulerHandle,
  ): PostFilterResult | undefined;
  /** The same, where extenders have a say. */
  postFilterWith?(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
    handle: SchedulerHandle,
    extenders: ExtenderChain,
  ): Promise<PostFilterResult | undefined>;
}

export interface PreScorePoint {
  /** Computes once what Score needs for each node. `Skip` spares the plugin's Score. */
  preScore(state: CycleState, pod: PodInfo, table: NodeTable, rows: Int32Array, count: number): Verdict;
}

export interface ScorePoint {
  /** The normalized score of every node, where all are alike in this: nothing more is then asked. */
  uniformScore?(state: CycleState, pod: PodInfo, table: NodeTable): number | undefined;
  /** Any integer; `normalizeScores`, or the plugin itself, brings it between 0 and 100. */
  score(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** The same for many nodes at once: `scores[i]` is for `rows[i]`, for i below `count`. Must agree with `score`. */
  scoreAll?(
    state: CycleState,
    pod: PodInfo,
    table: NodeTable,
    rows: Int32Array,
    count: number,
    scores: Float64Array,
  ): void;
  /** Changes the raw scores in place to integers between 0 and 100. */
  normalizeScores?(
    state: CycleState,
    pod: PodInfo,
    table: NodeTable,
    rows: Int32Array,
    count: number,
    scores: Float64Array,
  ): void;
}

export interface ReservePoint {
  /** The pod is assumed on the node. A refusal undoes it. */
  reserve(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): Verdict;
  /** Undoes `reserve`; also called where reserve was not reached. Must not fail and may be called twice. */
  unreserve(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): void;
}

export interface PermitResult {
  readonly status: Status;
  /** With `Wait`: how long until the pod is turned away. At most 15 minutes. */
  readonly timeoutMs?: number;
}

export interface PermitPoint {
  /** Success lets the pod be bound, a rejection turns it away, `Wait` holds it. */
  permit(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): PermitResult | Verdict;
}

export interface PreBindPoint {
  /** `Skip` spares the plugin's PreBind. Must be quick: it is asked before anything waits. */
  preBindPreFlight?(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): Verdict;
  /** `deadline` passes, and aborts its signal, when the plugin's time is over or the pod is gone. */
  preBind(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    deadline: Deadline,
  ): Promise<Verdict> | Verdict;
  /** How long `preBind` may take, where that is not what the scheduler allows anyway. */
  readonly preBindTimeoutMs?: number;
}

export interface BindPoint {
  /** Binds the pod, or says `Skip` to leave it to the next plugin. `deadline` as for `preBind`. */
  bind(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
    handle: SchedulerHandle,
    deadline: Deadline,
  ): Promise<Verdict> | Verdict;
}

export interface PostBindPoint {
  /** Told after the fact. */
  postBind(state: CycleState, pod: PodInfo, nodeName: string, handle: SchedulerHandle): void;
}

export interface SignPoint {
  /**
   * What Filter and Score read of the pod, as text. Pods of equal signatures get equal verdicts, codes and raw scores on
   * a node as long as the node's row and the table's `epoch` stay: they are then not asked for again. Undefined: this
   * pod has no like. Plugins that look beyond the one node have no `sign`.
   */
  sign(pod: PodInfo): string | undefined;
}

/** The pods of a group that are to be placed now. */
export interface GroupInfo {
  /** `namespace/name`. */
  readonly key: string;
  readonly podGroup: PodGroup;
  /** In the order in which they are tried. */
  readonly pods: readonly PodInfo[];
  /** How many of the group have a node already. */
  readonly placedBefore: number;
}

/** A set of nodes on which the pods of a group may go together. */
export interface Placement {
  readonly name: string;
  /** Absent: all nodes. */
  readonly rows?: Int32Array;
}

export interface PlacementGeneratePoint {
  /** The sets of nodes worth a try, the better first; undefined: it has nothing to say of the group. */
  generatePlacements(group: GroupInfo, table: NodeTable): readonly Placement[] | undefined;
}

export interface PlacementFeasiblePoint {
  /** After each pod: success where the group may go, `Wait` where it depends on the others, or why it cannot. */
  placementFeasible(group: GroupInfo, progress: { readonly scheduled: number; readonly remaining: number }): Verdict;
}

/** A placement with the pods that have a node on it. */
export interface PlacementTrial {
  readonly placement: Placement;
  readonly assignments: readonly { readonly pod: PodInfo; readonly row: number }[];
}

export interface PlacementScorePoint {
  /** Between 0 and 100. The pods are not in the table. */
  scorePlacement(group: GroupInfo, trial: PlacementTrial, table: NodeTable): number;
}

export interface EnqueueExtensions {
  /** Which changes may help a pod that this plugin turned away. Absent: every change. */
  eventsToRegister(): readonly EventOfInterest[];
}

export type PreEnqueuePlugin = PluginIdentity & PreEnqueuePoint;
export type QueueSortPlugin = PluginIdentity & QueueSortPoint;
export type PreFilterPlugin = PluginIdentity & PreFilterPoint;
export type PostFilterPlugin = PluginIdentity & PostFilterPoint;
export type PreScorePlugin = PluginIdentity & PreScorePoint;
export type ScorePlugin = PluginIdentity & ScorePoint;
export type ReservePlugin = PluginIdentity & ReservePoint;
export type PermitPlugin = PluginIdentity & PermitPoint;
export type PreBindPlugin = PluginIdentity & PreBindPoint;
export type BindPlugin = PluginIdentity & BindPoint;
export type PlacementGeneratePlugin = PluginIdentity & PlacementGeneratePoint;
export type PlacementFeasiblePlugin = PluginIdentity & PlacementFeasiblePoint;
export type PlacementScorePlugin = PluginIdentity & PlacementScorePoint;
export type PostBindPlugin = PluginIdentity & PostBindPoint;

/** A plugin: a name, and any of the points. */
export type SchedulerPlugin = PluginIdentity &
  Partial<
    PreEnqueuePoint &
      QueueSortPoint &
      PreFilterPoint &
      FilterPoint &
      PostFilterPoint &
      PreScorePoint &
      ScorePoint &
      ReservePoint &
      PermitPoint &
      PreBindPoint &
      BindPoint &
      PostBindPoint &
      SignPoint &
      PlacementGeneratePoint &
      PlacementFeasiblePoint &
      PlacementScorePoint &
      EnqueueExtensions
  >;

/** A pod held by Permit. */
export interface WaitingPod {
  readonly pod: PodInfo;
  readonly nodeName: string;
  /** The plugins that still hold it. */
  readonly pendingPlugins: readonly string[];
  /** Lifts one plugin's hold; the pod goes on when none is left. */
  allow(plugin: string): void;
  reject(plugin: string, message: string): void;
}

/** What a plugin may reach at the points that act. */
export interface SchedulerHandle {
  readonly table: NodeTable;
  readonly random: Random;
  /** Absent in `schedule()`, which acts on nothing. */
  readonly client?: Client;
  readonly world?: World;
  waitingPods(): readonly WaitingPod[];
  /** Puts these pods (by key) into the active queue now, back-off or not. */
  activate(podKeys: readonly string[]): void;
  /** Every Filter of the pod's profile for one node, as the table now is, nominated pods counted. */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict;
  /** Tells the plugins of the pod's profile that `changed` came to the node or went from it, in the table already. */
  podChanged(state: CycleState, pod: PodInfo, changed: PodInfo, node: NodeInfo, change: 'added' | 'removed'): Verdict;
  /** The pods that wait for this node. */
  nominatedOn(nodeName: string): readonly PodInfo[];
  /** The node that the pod waits for. */
  nominatedNode(pod: PodInfo): string | undefined;
  /**
   * Makes room: the victims are to leave the node, so that `pod`, which is nominated to it, can come. Does not wait for
   * it; `finishing` is called before the last of them is asked to leave, or when one could not be.
   */
  preempt(pod: PodInfo, nodeName: string, victims: readonly PodInfo[], finishing?: () => void): void;
}
