/** One attempt for a group of pods, from those that wait to those that have a place: `GroupCycle` over a queue. */
import type { PlacedOutcome } from '../algorithm/schedule-pod.js';
import type { Framework } from '../framework/framework.js';
import type { GroupInfo } from '../framework/plugin.js';
import { type Status, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import { GroupCycle, type GroupCycleHost, type GroupOutcome, type MemberRefusal } from './group-cycle.js';
import { GroupMembers } from './group-members.js';
import { podGroupOf } from './pod-group.js';

export interface GroupAttemptHost extends GroupCycleHost {
  readonly table: NodeTable;
  /** The node of a pod that has one. */
  nodeOf(podKey: string): string | undefined;
  /** Takes a pod that waits from the queue. */
  take(podKey: string): QueuedPodInfo | undefined;
  giveBack(queued: QueuedPodInfo): void;
  readonly startMs: number;
}

export interface GroupAttemptOutcome {
  readonly placed: readonly { readonly queued: QueuedPodInfo; readonly outcome: PlacedOutcome }[];
  readonly refused: readonly { readonly queued: QueuedPodInfo; readonly refusal: MemberRefusal }[];
  readonly plugins: ReadonlySet<string>;
}

export class GroupAttempt {
  readonly startMs: number;
  private readonly cycle: GroupCycle | Status;

  private constructor(
    readonly framework: Framework,
    private readonly info: GroupInfo,
    private readonly queued: ReadonlyMap<PodInfo, QueuedPodInfo>,
    host: GroupAttemptHost,
  ) {
    this.startMs = host.startMs;
    const { table } = host;
    const placements = framework.runPlacementGenerate(info, table);
    this.cycle = 'code' in placements ? placements : new GroupCycle(framework, info, placements, host, table);
  }

  /** For a pod just taken from the queue, and the others of its group that wait. Undefined where there is no such group. */
  static start(first: QueuedPodInfo, framework: Framework, key: string, host: GroupAttemptHost) {
    const { table } = host;
    const podGroup = podGroupOf(key, table.objects);
    if (podGroup === undefined) return undefined;
    const waiting = [first];
    let placedBefore = 0;
    for (const member of GroupMembers.of(table.objects).in(key)) {
      if (host.nodeOf(member) !== undefined) placedBefore++;
      else if (member !== first.pod.key) {
        const queued = host.take(member);
        if (queued === undefined) continue;
        if (queued.pod.pod.metadata.deletionTimestamp === undefined) waiting.push(queued);
        else host.giveBack(queued);
      }
    }
    waiting.sort(beforeInGroup);
    const pods = waiting.map(({ pod }) => pod);
    const info: GroupInfo = { key, podGroup, pods, placedBefore };
    return new GroupAttempt(framework, info, new Map(waiting.map((queued) => [queued.pod, queued])), host);
  }

  step(podsMax: number): GroupAttemptOutcome | undefined {
    if ('code' in this.cycle) {
      const refused = this.info.pods.map((pod) => ({
        pod,
        refusal: { type: 'refused', status: this.cycle as Status } as const,
      }));
      return this.told([], refused, new Set());
    }
    const outcome = this.cycle.step(podsMax);
    if (outcome === undefined) return undefined;
    const refused = [...outcome.refused].map(([pod, refusal]) => ({ pod, refusal: this.refusalOf(refusal, outcome) }));
    return this.told(outcome.held, refused, outcome.plugins);
  }

  abandon(): void {
    if (!('code' in this.cycle)) this.cycle.abandon();
  }

  private told(
    held: GroupOutcome['held'],
    refused: readonly { readonly pod: PodInfo; readonly refusal: MemberRefusal }[],
    plugins: ReadonlySet<string>,
  ): GroupAttemptOutcome {
    return {
      placed: held.map(({ pod, outcome }) => ({ queued: this.queued.get(pod)!, outcome })),
      refused: refused.map(({ pod, refusal }) => ({ queued: this.queued.get(pod)!, refusal })),
      plugins,
    };
  }

  /** Where the group has no place, each of its pods waits for what may help any of them. */
  private refusalOf(refusal: MemberRefusal | undefined, { message, plugins }: GroupOutcome): MemberRefusal {
    if (message === undefined) return refusal!;
    const [plugin] = plugins;
    const own = refusal?.type === 'unschedulable' ? ` ${refusal.message}` : '';
    const why = status('Unschedulable', `pod group ${JSON.stringify(this.info.key)}: ${message}.${own}`);
    if (refusal?.type === 'failed') return refusal;
    return { type: 'refused', status: plugin === undefined ? why : { ...why, plugin } };
  }
}

/** The more important first, then those that wait longer; the same order in every run. */
function beforeInGroup(a: QueuedPodInfo, b: QueuedPodInfo): number {
  if (a.pod.priority !== b.pod.priority) return b.pod.priority - a.pod.priority;
  if (a.addedMs !== b.addedMs) return a.addedMs - b.addedMs;
  return a.pod.key < b.pod.key ? -1 : 1;
}
