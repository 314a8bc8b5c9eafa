/** One attempt for a group of pods, from those that wait to those that have a place: `GroupCycle` over a queue. */
import type { AttemptSteps } from '../algorithm/attempt-steps.js';
import type { AttemptOutcome, PlacedOutcome } from '../algorithm/schedule-pod.js';
import type { Framework } from '../framework/framework.js';
import type { GroupInfo, Placement } from '../framework/plugin.js';
import { isSuccess, type Status, status } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Nominations } from '../queue/nominations.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import { GroupCycle, type GroupCycleHost, type GroupOutcome, type HeldPod, type MemberRefusal } from './group-cycle.js';
import { GroupMembers } from './group-members.js';
import { GroupRoom, type GroupRoomHost } from './group-room.js';
import { podGroupOf } from './pod-group.js';

export interface GroupAttemptHost extends GroupRoomHost {
  readonly table: NodeTable;
  readonly nominations: Nominations;
  /** Whether others may be made to leave for the group, now. */
  readonly mayPreempt: boolean;
  /** The node of a pod that has one. */
  nodeOf(podKey: string): string | undefined;
  /** Takes a pod that waits from the queue. */
  take(podKey: string): QueuedPodInfo | undefined;
  giveBack(queued: QueuedPodInfo): void;
  /** An attempt with PostFilter, as if the pod were of no group. */
  preemptFor(pod: PodInfo): AttemptSteps<AttemptOutcome>;
  readonly startMs: number;
}

export interface GroupAttemptOutcome {
  readonly placed: readonly { readonly queued: QueuedPodInfo; readonly outcome: PlacedOutcome }[];
  /** They have a place each once these victims have left. */
  readonly nominated: readonly NominatedMember[];
  readonly refused: readonly { readonly queued: QueuedPodInfo; readonly refusal: MemberRefusal }[];
  readonly plugins: ReadonlySet<string>;
  /** What members were nominated to before helps them no more. */
  readonly nominationsLost: boolean;
}

export interface NominatedMember {
  readonly queued: QueuedPodInfo;
  readonly nodeName: string;
  readonly victims: readonly PodInfo[];
  readonly message: string;
}

/** An attempt begins anew so often, as nodes come and go. */
const restartsMax = 3;

export class GroupAttempt {
  readonly startMs: number;
  private placements: readonly Placement[] | Status = [];
  /** As the placements were made for it. */
  private topologyVersion = 0;
  private restarts = 0;
  private cycle: GroupCycle | undefined;
  /** Where the group fits nowhere as it is: what came of it, and what is tried then. */
  private without: GroupOutcome | undefined;
  private room: GroupRoom | undefined;
  private steps: AttemptSteps<GroupAttemptOutcome | undefined> | undefined;
  /** Where members waited for their place before. */
  private readonly nominated = new Map<PodInfo, string>();

  private constructor(
    readonly framework: Framework,
    private readonly info: GroupInfo,
    private readonly queued: ReadonlyMap<PodInfo, QueuedPodInfo>,
    private readonly host: GroupAttemptHost,
  ) {
    this.startMs = host.startMs;
    for (const pod of info.pods) {
      const nodeName = host.nominations.nodeOf(pod.key);
      if (nodeName !== undefined) this.nominated.set(pod, nodeName);
    }
    this.begin();
  }

  private begin(): void {
    const { framework, info, host } = this;
    const placements = framework.runPlacementGenerate(info, host.table);
    this.placements = placements;
    this.topologyVersion = host.table.topologyVersion;
    this.cycle = 'code' in placements ? undefined : this.cycleOver(placements, host);
    this.room = undefined;
    this.without = undefined;
  }

  get key(): string {
    return this.info.key;
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

  /** Undefined while there is more to try. */
  step(podsMax: number): AttemptSteps<GroupAttemptOutcome | undefined> {
    this.steps = this.stepping(podsMax);
    return this.steps;
  }

  private *stepping(podsMax: number): AttemptSteps<GroupAttemptOutcome | undefined> {
    const { cycle, room, placements } = this;
    if (cycle === undefined) {
      const refusal = { type: 'refused', status: placements as Status } as const;
      return this.told({ refused: this.info.pods.map((pod) => ({ pod, refusal })) });
    }
    room?.resume();
    if (this.isOutdated()) {
      cycle.abandon();
      return this.beginAgain();
    }
    const outcome = yield* room === undefined ? cycle.step(podsMax) : pausing(room, cycle.step(podsMax));
    if (outcome === undefined) {
      room?.pause();
      return undefined;
    }
    if (this.isOutdated(outcome.held)) {
      for (const { pod, outcome: place } of [...outcome.held].reverse()) (room ?? this.host).release(pod, place);
      return this.beginAgain();
    }
    if (room !== undefined) return yield* this.withRoom(room, outcome);
    if (outcome.message === undefined || !this.host.mayPreempt) return yield* this.refusedOr(outcome, outcome.held);
    this.without = outcome;
    this.room = new GroupRoom(this.key, this.host, this.host.table);
    this.cycle = this.cycleOver(placements as readonly Placement[], this.room);
    return undefined;
  }

  /** Whether nodes that came, went or changed make what was decided void: rows of nodes that went are used again. */
  private isOutdated(held: readonly HeldPod[] = []): boolean {
    const { table } = this.host;
    if (table.topologyVersion === this.topologyVersion) return false;
    return this.isConstrained() || held.some(({ outcome }) => table.rowOf(outcome.nodeName) === undefined);
  }

  private isConstrained(): boolean {
    const { placements } = this;
    return 'code' in placements || placements.some(({ rows }) => rows !== undefined);
  }

  private beginAgain(): GroupAttemptOutcome | undefined {
    if (++this.restarts <= restartsMax) {
      this.begin();
      return undefined;
    }
    const reason = `pod group ${JSON.stringify(this.key)}: nodes came and went too often while it was placed`;
    const refusal = { type: 'failed', status: status('Error', reason) } as const;
    return this.told({ refused: this.info.pods.map((pod) => ({ pod, refusal })) });
  }

  /** Between two steps, or while one waits for an attempt. */
  abandon(): void {
    this.room?.resume();
    this.steps?.return(undefined);
    this.cycle?.abandon();
  }

  private cycleOver(placements: readonly Placement[], host: GroupCycleHost): GroupCycle {
    const { framework, info } = this;
    return new GroupCycle(framework, info, placements, this.keepingNominations(host), this.host.table);
  }

  /** What is held is nominated no more; given back, it is again. */
  private keepingNominations(host: GroupCycleHost): GroupCycleHost {
    return {
      attempt: (pod, within) => host.attempt(pod, within),
      hold: (pod, outcome) => {
        const verdict = host.hold(pod, outcome);
        if (!isSuccess(verdict)) this.nominateAgain(pod);
        return verdict;
      },
      cost: (outcomes) => host.cost?.(outcomes) ?? 0,
      release: (pod, outcome) => {
        host.release(pod, outcome);
        this.nominateAgain(pod);
      },
    };
  }

  private nominateAgain(pod: PodInfo): void {
    const nodeName = this.nominated.get(pod);
    if (nodeName !== undefined) this.host.nominations.set(pod, nodeName);
  }

  private *withRoom(room: GroupRoom, outcome: GroupOutcome): AttemptSteps<GroupAttemptOutcome> {
    if (outcome.message !== undefined) {
      const nominationsLost = [...outcome.refused.values()].every(
        (refusal) => refusal?.type !== 'unschedulable' || refusal.nominating?.nodeName === '',
      );
      return yield* this.refusedOr(this.without!, [], nominationsLost);
    }
    const victims = room.cost(outcome.held.map((each) => each.outcome));
    // The cluster has changed meanwhile.
    if (victims === 0) return yield* this.refusedOr(outcome, outcome.held);
    for (const { pod, outcome: place } of [...outcome.held].reverse()) room.release(pod, place);
    const message = `pod group ${JSON.stringify(this.key)}: waiting for ${victims} pods of lower priority to leave.`;
    return this.told({
      nominated: outcome.held.map(({ pod, outcome: place }) => ({
        queued: this.queued.get(pod)!,
        nodeName: place.nodeName,
        victims: room.victimsOf(place),
        message,
      })),
      refused: [...outcome.refused].map(([pod, refusal]) => ({ pod, refusal: this.refusalOf(refusal, outcome) })),
      plugins: this.without!.plugins,
    });
  }

  private *refusedOr(
    outcome: GroupOutcome,
    held: readonly HeldPod[],
    nominationsLost = false,
  ): AttemptSteps<GroupAttemptOutcome> {
    const refused: { pod: PodInfo; refusal: MemberRefusal }[] = [];
    for (const [pod, refusal] of outcome.refused) {
      const own = yield* this.preemptionFor(pod, outcome);
      refused.push({ pod, refusal: own ?? this.refusalOf(refusal, outcome) });
    }
    return this.told({ held, refused, plugins: outcome.plugins, nominationsLost });
  }

  /** A member that is left over where its group has its place asks by itself; not where all must be in one domain. */
  private *preemptionFor(pod: PodInfo, { message, refused }: GroupOutcome): AttemptSteps<MemberRefusal | undefined> {
    if (message !== undefined || this.isConstrained() || refused.get(pod)?.type !== 'unschedulable') return undefined;
    const outcome = yield* this.host.preemptFor(pod);
    return outcome.type === 'unschedulable' ? outcome : undefined;
  }

  private told({
    held = [],
    nominated = [],
    refused,
    plugins = new Set(),
    nominationsLost = false,
  }: {
    readonly held?: readonly HeldPod[];
    readonly nominated?: readonly NominatedMember[];
    readonly refused: readonly { readonly pod: PodInfo; readonly refusal: MemberRefusal }[];
    readonly plugins?: ReadonlySet<string>;
    readonly nominationsLost?: boolean;
  }): GroupAttemptOutcome {
    return {
      placed: held.map(({ pod, outcome }) => ({ queued: this.queued.get(pod)!, outcome })),
      nominated,
      refused: refused.map(({ pod, refusal }) => ({ queued: this.queued.get(pod)!, refusal })),
      plugins,
      nominationsLost,
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

/** While something is waited for, the table is as it really is. */
function* pausing<T>(room: GroupRoom, steps: AttemptSteps<T>): AttemptSteps<T> {
  try {
    for (let step = steps.next(); ; ) {
      if (step.done === true) return step.value;
      room.pause();
      let answer: unknown;
      try {
        answer = yield step.value;
      } catch (error) {
        room.resume();
        step = steps.throw(error);
        continue;
      }
      room.resume();
      step = steps.next(answer);
    }
  } finally {
    steps.return(undefined as T);
  }
}

/** The more important first, then those that wait longer; the same order in every run. */
function beforeInGroup(a: QueuedPodInfo, b: QueuedPodInfo): number {
  if (a.pod.priority !== b.pod.priority) return b.pod.priority - a.pod.priority;
  if (a.addedMs !== b.addedMs) return a.addedMs - b.addedMs;
  return a.pod.key < b.pod.key ? -1 : 1;
}
