/**
 * One attempt to place the pods of a group together: on one placement (a set of nodes) after the other, one pod after the
 * other, each kept its room at once so that the next is placed beside it. Room that leads nowhere is given back; of
 * several placements that do, the best is taken.
 *
 * It is run in steps, so that a large group does not hold up its host: `step` until there is an outcome, with no other
 * attempt between.
 */
import type { AttemptSteps } from '../algorithm/attempt-steps.js';
import type { AttemptOutcome, PlacedOutcome } from '../algorithm/schedule-pod.js';
import type { Framework } from '../framework/framework.js';
import type { GroupInfo, Placement } from '../framework/plugin.js';
import { isSuccess, type Status, statusMessage, type Verdict } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';

export interface GroupCycleHost {
  /** Without PostFilter. */
  attempt(pod: PodInfo, within: Placement['rows']): AttemptSteps<AttemptOutcome>;
  /** Keeps the room and reserves; a refusal leaves nothing kept. */
  hold(pod: PodInfo, outcome: PlacedOutcome): Verdict;
  release(pod: PodInfo, outcome: PlacedOutcome): void;
  /** Placements that cost less go first, whatever their score. */
  cost?(outcomes: readonly PlacedOutcome[]): number;
}

export interface HeldPod {
  readonly pod: PodInfo;
  readonly outcome: PlacedOutcome;
}

/** What one pod is told that was not placed; undefined: it had a place, and lost it with the others. */
export type MemberRefusal =
  | Exclude<AttemptOutcome, { type: 'placed' }>
  | { readonly type: 'refused'; readonly status: Status };

export interface GroupOutcome {
  /** They have their room; none where the group has no place. */
  readonly held: readonly HeldPod[];
  readonly refused: ReadonlyMap<PodInfo, MemberRefusal | undefined>;
  /** Why the group has no place. */
  readonly message?: string;
  /** The plugin that said so, and those that refused its pods. */
  readonly plugins: ReadonlySet<string>;
}

interface Trial {
  readonly placement: Placement;
  readonly held: readonly HeldPod[];
  readonly refused: ReadonlyMap<PodInfo, MemberRefusal>;
}

export class GroupCycle {
  private readonly feasible: Trial[] = [];
  private readonly plugins = new Set<string>();
  private readonly refusals = new Map<PodInfo, MemberRefusal>();
  private message = '';
  private placement = 0;
  private held: HeldPod[] = [];
  private refused = new Map<PodInfo, MemberRefusal>();
  private next = 0;

  /** `pods` in the order in which they are tried. */
  constructor(
    private readonly framework: Framework,
    private readonly group: GroupInfo,
    private readonly placements: readonly Placement[],
    private readonly host: GroupCycleHost,
    private readonly table: NodeTable,
  ) {}

  /** Tries at most so many pods; undefined while there are more to try. */
  *step(podsMax: number): AttemptSteps<GroupOutcome | undefined> {
    for (let tried = 0; tried < podsMax; tried++) {
      if (this.placement >= this.placements.length) return this.finish();
      const infeasible = yield* this.tryNext();
      if (infeasible !== undefined) this.giveUp(infeasible);
      else if (this.next >= this.group.pods.length) this.keepTrial();
    }
    return this.placement >= this.placements.length ? this.finish() : undefined;
  }

  /** Gives back all that is kept. */
  abandon(): void {
    this.releaseAll();
  }

  /** Places one pod. Returns why the group cannot have its place here any more. */
  private *tryNext(): AttemptSteps<Status | undefined> {
    const { pods, placedBefore } = this.group;
    const pod = pods[this.next++];
    if (pod !== undefined) yield* this.place(pod);
    const progress = { scheduled: placedBefore + this.held.length, remaining: Math.max(pods.length - this.next, 0) };
    const verdict = this.framework.runPlacementFeasible(this.group, progress);
    if (isSuccess(verdict)) return undefined;
    return verdict.code === 'Wait' && progress.remaining > 0 ? undefined : verdict;
  }

  private *place(pod: PodInfo): AttemptSteps<void> {
    const outcome = yield* this.host.attempt(pod, this.placements[this.placement]!.rows);
    if (outcome.type !== 'placed') {
      this.refused.set(pod, outcome);
      return;
    }
    const verdict = this.host.hold(pod, outcome);
    if (isSuccess(verdict)) this.held.push({ pod, outcome });
    else this.refused.set(pod, { type: 'refused', status: verdict });
  }

  private giveUp(why: Status): void {
    if (this.message === '') this.message = statusMessage(why);
    if (why.plugin !== undefined) this.plugins.add(why.plugin);
    for (const [pod, refusal] of this.refused) {
      if (!this.refusals.has(pod)) this.refusals.set(pod, refusal);
      for (const plugin of pluginsOf(refusal)) this.plugins.add(plugin);
    }
    this.releaseAll();
    this.begin();
  }

  private keepTrial(): void {
    this.feasible.push({ placement: this.placements[this.placement]!, held: this.held, refused: this.refused });
    // What is the last need not be given back only to be taken again.
    if (this.placement < this.placements.length - 1) this.releaseAll();
    this.begin();
  }

  private begin(): void {
    this.placement++;
    this.next = 0;
    this.held = [];
    this.refused = new Map();
  }

  private releaseAll(): void {
    for (const { pod, outcome } of [...this.held].reverse()) this.host.release(pod, outcome);
  }

  private finish(): GroupOutcome {
    const best = this.best();
    if (typeof best === 'string') return this.nowhere(best);
    if (best === undefined) return this.nowhere(this.message);
    const last = this.feasible.at(-1)!;
    const isHeld = last === best && last.placement === this.placements.at(-1);
    if (isHeld) return { held: best.held, refused: best.refused, plugins: this.plugins };
    if (last.placement === this.placements.at(-1))
      for (const { pod, outcome } of [...last.held].reverse()) this.host.release(pod, outcome);
    const held: HeldPod[] = [];
    const refused = new Map<PodInfo, MemberRefusal>(best.refused);
    for (const each of best.held) {
      const verdict = this.host.hold(each.pod, each.outcome);
      if (isSuccess(verdict)) held.push(each);
      else refused.set(each.pod, { type: 'refused', status: verdict });
    }
    return { held, refused, plugins: this.plugins };
  }

  private best(): Trial | string | undefined {
    const costs = this.feasible.map(({ held }) => this.host.cost?.(held.map(({ outcome }) => outcome)) ?? 0);
    const least = Math.min(...costs);
    const cheapest = this.feasible.filter((_, i) => costs[i] === least);
    if (cheapest.length < 2) return cheapest[0];
    const trials = cheapest.map(({ placement, held }) => ({
      placement,
      assignments: held.map(({ pod, outcome }) => ({ pod, row: outcome.row })),
    }));
    const scores = this.framework.runPlacementScore(this.group, this.table, trials);
    if ('code' in scores) return statusMessage(scores);
    let best = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
    return cheapest[best];
  }

  private nowhere(message: string): GroupOutcome {
    const last = this.feasible.at(-1);
    if (last !== undefined && last.placement === this.placements.at(-1))
      for (const { pod, outcome } of [...last.held].reverse()) this.host.release(pod, outcome);
    const refused = new Map(this.group.pods.map((pod) => [pod, this.refusals.get(pod)] as const));
    return { held: [], refused, message, plugins: this.plugins };
  }
}

function pluginsOf(refusal: MemberRefusal): Iterable<string> {
  switch (refusal.type) {
    case 'unschedulable':
      return [...refusal.diagnosis.unschedulablePlugins, ...refusal.diagnosis.pendingPlugins];
    case 'failed':
    case 'refused':
      return refusal.status.plugin === undefined ? [] : [refusal.status.plugin];
  }
}
