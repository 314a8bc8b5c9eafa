/**
 * Room for a group that fits nowhere, where pods of lower priority have it (the delayed preemption of KEP-4671). A victim
 * is off the table only while the pod it is to leave for is held there; none is asked to leave before the whole group has
 * its place.
 *
 * Differs from Kubernetes: 1.36 has a point of its own for this (PodGroupPostFilter); here PostFilter says for each member
 * whom it would have leave.
 */
import type { AttemptSteps } from '../algorithm/attempt-steps.js';
import type { AttemptOutcome, PlacedOutcome } from '../algorithm/schedule-pod.js';
import type { Placement, SchedulerHandle } from '../framework/plugin.js';
import { isSuccess, type Verdict } from '../framework/status.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { GroupCycleHost } from './group-cycle.js';
import { podGroupKey } from './pod-group.js';

/** Told instead of preempting. */
export type WouldPreempt = (nodeName: string, victims: readonly PodInfo[]) => void;

export interface GroupRoomHost extends GroupCycleHost {
  /** With PostFilter, where the last argument is given. */
  attempt(pod: PodInfo, within: Placement['rows'], wouldPreempt?: WouldPreempt): AttemptSteps<AttemptOutcome>;
}

interface Eviction {
  readonly nodeName: string;
  readonly victims: readonly PodInfo[];
}

/** A handle for PostFilter plugins that only says whom they would have leave. */
export function withoutPreempting(handle: SchedulerHandle, wouldPreempt: WouldPreempt): SchedulerHandle {
  const { client: _, ...others } = handle;
  return { ...others, preempt: (_pod, nodeName, victims) => wouldPreempt(nodeName, victims) };
}

export class GroupRoom implements GroupCycleHost {
  private readonly evictions = new Map<PlacedOutcome, Eviction>();
  /** Of the evictions in force, what was taken off the table. */
  private readonly gone = new Map<Eviction, readonly PodInfo[]>();

  constructor(
    private readonly groupKey: string,
    private readonly host: GroupRoomHost,
    private readonly table: NodeTable,
  ) {}

  *attempt(pod: PodInfo, within: Placement['rows']): AttemptSteps<AttemptOutcome> {
    let eviction: Eviction | undefined;
    const refused = yield* this.host.attempt(pod, within, (nodeName, victims) => {
      eviction = { nodeName, victims };
    });
    if (eviction === undefined || refused.type === 'placed') return refused;
    const row = this.table.rowOf(eviction.nodeName);
    if (row === undefined || eviction.victims.some((victim) => podGroupKey(victim.pod) === this.groupKey)) {
      return refused;
    }
    this.take(eviction);
    try {
      const outcome = yield* this.host.attempt(pod, Int32Array.of(row));
      if (outcome.type !== 'placed') return refused;
      this.evictions.set(outcome, eviction);
      return outcome;
    } finally {
      this.putBack(eviction);
    }
  }

  hold(pod: PodInfo, outcome: PlacedOutcome): Verdict {
    const eviction = this.evictions.get(outcome);
    if (eviction !== undefined) this.take(eviction);
    const verdict = this.host.hold(pod, outcome);
    if (eviction !== undefined && !isSuccess(verdict)) this.putBack(eviction);
    return verdict;
  }

  release(pod: PodInfo, outcome: PlacedOutcome): void {
    this.host.release(pod, outcome);
    const eviction = this.evictions.get(outcome);
    if (eviction !== undefined) this.putBack(eviction);
  }

  cost(outcomes: readonly PlacedOutcome[]): number {
    return outcomes.reduce((sum, outcome) => sum + this.victimsOf(outcome).length, 0);
  }

  victimsOf(outcome: PlacedOutcome): readonly PodInfo[] {
    return this.evictions.get(outcome)?.victims ?? [];
  }

  /** The table is as it really is until `resume`: the cluster may change meanwhile. */
  pause(): void {
    for (const [{ nodeName }, pods] of this.gone) this.addTo(nodeName, pods);
  }

  resume(): void {
    for (const eviction of this.gone.keys()) this.gone.set(eviction, this.removeAll(eviction));
  }

  private take(eviction: Eviction): void {
    this.gone.set(eviction, this.removeAll(eviction));
  }

  private putBack(eviction: Eviction): void {
    this.addTo(eviction.nodeName, this.gone.get(eviction) ?? []);
    this.gone.delete(eviction);
  }

  /** Those that are still there, as they now are. */
  private removeAll({ nodeName, victims }: Eviction): readonly PodInfo[] {
    const row = this.table.rowOf(nodeName);
    if (row === undefined) return [];
    const uids = new Set(victims.map(({ uid }) => uid));
    const found = this.table.podsAt(row).filter(({ uid }) => uids.has(uid));
    for (const pod of found) this.table.removePod(row, pod);
    return found;
  }

  private addTo(nodeName: string, pods: readonly PodInfo[]): void {
    const row = this.table.rowOf(nodeName);
    if (row !== undefined) for (const pod of pods) this.table.addPod(row, pod);
  }
}
