/**
 * What happened while pods were being tried: an event that came after a pod was popped may help it, though it
 * was not waiting yet. Events are kept as long as a pod that was in flight before them still is.
 *
 * Invariants: 1. `events[i]` has the number `first + i`. 2. a pod in flight points at the first event after it was
 * popped. 3. no event is kept that no pod in flight may ask for.
 *
 * Limits: `eventsMax` events. Beyond them the older half is dropped, and a pod that was in flight before is told that
 * anything may have happened.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { type ClusterEvent, clusterEvents } from '../framework/cluster-event.js';

export interface HappenedEvent {
  readonly event: ClusterEvent;
  readonly before?: KubernetesObject | Pod;
  readonly after?: KubernetesObject | Pod;
}

const missed: HappenedEvent = { event: clusterEvents.forceActivate };

export class InFlight {
  private readonly since = new Map<string, number>();
  private events: HappenedEvent[] = [];
  private first = 0;

  constructor(private readonly eventsMax = 20_000) {}

  get size(): number {
    return this.since.size;
  }

  has(uid: string): boolean {
    return this.since.has(uid);
  }

  start(uid: string): void {
    this.since.set(uid, this.first + this.events.length);
  }

  record(event: HappenedEvent): void {
    if (this.since.size === 0) return;
    this.events.push(event);
    if (this.events.length <= this.eventsMax) return;
    const drop = this.events.length >> 1;
    this.events = this.events.slice(drop);
    this.first += drop;
  }

  /** What happened since the pod was popped. */
  eventsSince(uid: string): readonly HappenedEvent[] {
    const since = this.since.get(uid);
    if (since === undefined) return [];
    return since < this.first ? [missed] : this.events.slice(since - this.first);
  }

  done(uid: string): void {
    if (!this.since.delete(uid)) return;
    // Pods are noted in the order in which they were popped: the first one left is the oldest.
    const oldest = this.since.values().next();
    const keepFrom = oldest.done ? this.first + this.events.length : oldest.value;
    const drop = keepFrom - this.first;
    // Dropping from the front of an array costs its length: do it when it halves.
    if (drop > 0 && (oldest.done || drop * 2 >= this.events.length)) {
      this.events = this.events.slice(drop);
      this.first = keepFrom;
    }
  }
}
