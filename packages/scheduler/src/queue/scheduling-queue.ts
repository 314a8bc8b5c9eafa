/**
 * The pods that wait for a node, as kube-scheduler keeps them: active (a heap by the profile's order), back-off
 * (a heap by end of back-off), unschedulable (until an event helps, or five minutes pass), gated. A data
 * structure: it knows no clock and starts nothing; every method takes the time.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { type ClusterEvent, clusterEvents } from '../framework/cluster-event.js';
import type { Framework } from '../framework/framework.js';
import { isSuccess, type Status, statusMessage } from '../framework/status.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { guardedLess } from './guarded-less.js';
import { InFlight } from './in-flight.js';
import { ItemHeap } from './item-heap.js';
import { podUpdateEvents } from './pod-update-events.js';
import { type MutableQueuedPod, movesMax, type QueuedPodInfo, type QueuePlace } from './queued-pod-info.js';
import { QueueingHints, type RequeueDecision } from './requeue.js';
import { WaitingForEvent } from './waiting-pods.js';

export interface QueueOptions {
  /** By scheduler name. All sort the queue alike: the first one's QueueSort is used. */
  readonly frameworks: ReadonlyMap<string, Framework>;
  /** What plugins ask when they gate a pod, or are asked for a hint. Default: nothing is there. */
  readonly objects?: ClusterObjects;
  /** Default 1,000. */
  readonly backoffInitialMs?: number;
  /** Default 10,000. */
  readonly backoffMaxMs?: number;
  /** How long a pod stays unschedulable before it is tried whatever happened. Default 300,000. */
  readonly unschedulableMaxMs?: number;
  /** Told of every pod that comes into a part of the queue, and why. */
  readonly onEnter?: (queue: QueuePlace, event: string) => void;
  /** Told of a plugin that fails where no pod's attempt can. */
  readonly onPluginError?: (failure: Status) => void;
  /** Take pods from back-off when nothing is active, as Kubernetes does since 1.33. Default true. */
  readonly popFromBackoff?: boolean;
}

export interface QueueCounts {
  readonly active: number;
  readonly backoff: number;
  readonly unschedulable: number;
  readonly gated: number;
  readonly inFlight: number;
}

/** What an attempt that did not place the pod says of it. */
export interface AttemptFailure {
  readonly unschedulablePlugins: ReadonlySet<string>;
  readonly pendingPlugins: ReadonlySet<string>;
}

/** Pods whose back-off ends within one such span are tried in the profile's order. */
const backoffWindowMs = 1000;
const none: ReadonlySet<string> = new Set();

type Told = 'onEnter' | 'onPluginError';

export class SchedulingQueue {
  /** Every pod that waits or is being tried, by key; where each is, its `place` says. */
  private readonly known = new Map<string, MutableQueuedPod>();
  private active: ItemHeap<MutableQueuedPod>;
  private backoff: ItemHeap<MutableQueuedPod>;
  /** Pods whose attempt failed rather than refused them: never popped before their back-off is over. */
  private errorBackoff: ItemHeap<MutableQueuedPod>;
  /** Unschedulable and gated pods. */
  private readonly waiting = new WaitingForEvent();
  private readonly inFlight = new InFlight();
  private hints: QueueingHints;
  private readonly options: Required<Omit<QueueOptions, Told>> & Pick<QueueOptions, Told>;

  constructor(options: QueueOptions) {
    this.options = {
      backoffInitialMs: 1000,
      backoffMaxMs: 10_000,
      unschedulableMaxMs: 300_000,
      popFromBackoff: true,
      objects: new ClusterObjects(),
      ...options,
    };
    [this.active, this.backoff, this.errorBackoff] = this.emptyHeaps();
    this.hints = new QueueingHints(options.frameworks, this.options.objects);
  }

  private emptyHeaps() {
    const first = [...this.options.frameworks.values()][0];
    if (first === undefined) throw new RangeError('a scheduling queue needs at least one profile');
    const { queueSort } = first.profile;
    const less = guardedLess(queueSort, (failure) => this.options.onPluginError?.(failure));
    const endsBefore = (a: QueuedPodInfo, b: QueuedPodInfo) => {
      const [endA, endB] = [this.backoffWindow(a), this.backoffWindow(b)];
      return endA < endB || (endA === endB && less(a, b));
    };
    const heap = (before: typeof less) => new ItemHeap<MutableQueuedPod>(before);
    return [heap(less), heap(endsBefore), heap(endsBefore)] as const;
  }

  /**
   * The profiles have changed. Pods keep their times and back-offs; those that wait for an event are tried after their
   * back-off, as other plugins may let them pass; those of no profile any more are forgotten.
   */
  replaceFrameworks(nowMs: number): void {
    const { frameworks, objects } = this.options;
    this.hints = new QueueingHints(frameworks, objects);
    const known = this.pods() as readonly MutableQueuedPod[];
    [this.active, this.backoff, this.errorBackoff] = this.emptyHeaps();
    for (const queued of known) {
      const { place } = queued;
      queued.heapAt = -1;
      this.waiting.delete(queued);
      if (!frameworks.has(queued.pod.schedulerName)) {
        this.known.delete(queued.pod.key);
        continue;
      }
      if (place === 'backoff') this.backoffOf(queued).push(queued);
      else if (place === 'unschedulable') this.requeue(queued, { requeue: 'after backoff' }, 'ProfilesReplaced', nowMs);
      else this.enter(queued, place, 'ProfilesReplaced', undefined, nowMs);
    }
  }

  counts(): QueueCounts {
    return {
      active: this.active.size,
      backoff: this.backoff.size + this.errorBackoff.size,
      unschedulable: this.waiting.size - this.waiting.gated,
      gated: this.waiting.gated,
      inFlight: this.inFlight.size,
    };
  }

  get(key: string): QueuedPodInfo | undefined {
    return this.known.get(key);
  }

  /** All pods that are not in flight. */
  pods(): readonly QueuedPodInfo[] {
    return [...this.active.values(), ...this.backoff.values(), ...this.errorBackoff.values(), ...this.waiting.values()];
  }

  /** A pod that was not known. */
  add(pod: PodInfo, nowMs: number): void {
    const known = this.known.get(pod.key);
    if (known !== undefined) {
      this.update(known.pod.pod, pod, nowMs);
      return;
    }
    const queued: MutableQueuedPod = {
      pod,
      timestampMs: nowMs,
      addedMs: nowMs,
      attempts: 0,
      place: 'active',
      unschedulablePlugins: none,
      pendingPlugins: none,
      moves: [],
      heapAt: -1,
    };
    this.known.set(pod.key, queued);
    this.enter(queued, 'none', 'UnscheduledPodAdd', undefined, nowMs);
  }

  /** The pod changed, while it waits or is being tried. */
  update(before: Pod, pod: PodInfo, nowMs: number): void {
    const queued = this.known.get(pod.key);
    if (queued === undefined) {
      this.add(pod, nowMs);
      return;
    }
    queued.pod = pod;
    switch (queued.place) {
      case 'in flight':
        for (const event of podUpdateEvents(before, pod.pod)) this.inFlight.record({ event, before, after: pod.pod });
        return;
      case 'active':
        this.active.push(queued);
        return;
      case 'backoff':
        this.backoffOf(queued).push(queued);
        return;
      case 'unschedulable':
      case 'gated':
        for (const event of podUpdateEvents(before, pod.pod)) {
          const decision = this.hints.decide(queued, { event, before, after: pod.pod });
          if (decision.requeue === 'skip') continue;
          this.requeue(queued, decision, event.label, nowMs);
          return;
        }
    }
  }

  /** The pod is gone, or has its node. */
  delete(key: string): void {
    const queued = this.known.get(key);
    if (queued === undefined) return;
    if (queued.place === 'in flight') {
      this.done(queued);
      return;
    }
    this.takeOut(queued);
    this.known.delete(key);
  }

  /** From where it waits. */
  private takeOut(queued: MutableQueuedPod): void {
    switch (queued.place) {
      case 'active':
        this.active.remove(queued);
        return;
      case 'backoff':
        this.backoffOf(queued).remove(queued);
        return;
      case 'unschedulable':
      case 'gated':
        this.waiting.delete(queued);
        return;
      case 'in flight':
        return;
    }
  }

  /** The next pod to try; it is in flight until `done` or `addUnschedulable`. */
  pop(nowMs: number): QueuedPodInfo | undefined {
    this.flushBackoff(nowMs);
    let queued = this.active.pop();
    if (queued === undefined && this.options.popFromBackoff) queued = this.popBackoff(nowMs);
    if (queued === undefined) return undefined;
    return this.fly(queued);
  }

  private fly(queued: MutableQueuedPod): QueuedPodInfo {
    queued.attempts++;
    queued.place = 'in flight';
    queued.unschedulablePlugins = none;
    queued.pendingPlugins = none;
    this.inFlight.start(queued.pod.uid);
    return queued;
  }

  /** The pod is tried now, wherever it waits; undefined where a gate holds it, or it is being tried. */
  take(key: string, nowMs: number): QueuedPodInfo | undefined {
    const queued = this.known.get(key);
    if (queued === undefined || queued.place === 'gated' || queued.place === 'in flight') return undefined;
    this.takeOut(queued);
    this.note(queued, queued.place, 'in flight', 'PodGroup', undefined, nowMs);
    return this.fly(queued);
  }

  /** The pod needs no place any more: it is bound, or will be, or is gone. */
  done(queued: QueuedPodInfo): void {
    if (this.known.get(queued.pod.key) !== queued || queued.place !== 'in flight') return;
    this.known.delete(queued.pod.key);
    this.inFlight.done(queued.pod.uid);
  }

  /**
   * An attempt did not place the pod. It waits for an event, unless one that may help came meanwhile, or it failed
   * rather than was refused: then only its back-off holds it.
   */
  addUnschedulable(info: QueuedPodInfo, failure: AttemptFailure, nowMs: number): void {
    const queued = info as MutableQueuedPod;
    // Deleted while it was tried, perhaps made anew: this is no longer its pod.
    if (this.known.get(queued.pod.key) !== queued || queued.place !== 'in flight') return;
    queued.unschedulablePlugins = failure.unschedulablePlugins;
    queued.pendingPlugins = failure.pendingPlugins;
    queued.timestampMs = nowMs;
    const events = this.inFlight.eventsSince(queued.pod.uid);
    this.inFlight.done(queued.pod.uid);
    if (failure.unschedulablePlugins.size === 0 && failure.pendingPlugins.size === 0) {
      this.requeue(queued, { requeue: 'after backoff' }, 'ScheduleAttemptFailure', nowMs);
      return;
    }
    let best: RequeueDecision = { requeue: 'skip' };
    let label = 'ScheduleAttemptFailure';
    for (const happened of events) {
      const decision = this.hints.decide(queued, happened);
      if (decision.requeue === 'skip' || best.requeue === decision.requeue) continue;
      best = decision;
      label = happened.event.label;
      if (decision.requeue === 'now') break;
    }
    if (best.requeue !== 'skip') {
      this.requeue(queued, best, label, nowMs);
      return;
    }
    this.note(queued, 'in flight', 'unschedulable', label, undefined, nowMs);
    this.waiting.add(queued);
  }

  /** Something happened: moves the pods that it may help. Returns how many moved. */
  moveAll(
    event: ClusterEvent,
    before: KubernetesObject | undefined,
    after: KubernetesObject | undefined,
    nowMs: number,
    except?: string,
  ): number {
    const happened = { event, ...(before && { before }), ...(after && { after }) };
    if (!this.hints.matters(happened)) return 0;
    this.inFlight.record(happened);
    let moved = 0;
    for (const queued of this.waiting.refusedBy((plugin) => this.hints.wants(plugin, happened))) {
      if (queued.pod.key === except) continue;
      const decision = this.hints.decide(queued, happened);
      if (decision.requeue === 'skip') continue;
      this.requeue(queued, decision, event.label, nowMs);
      moved++;
    }
    return moved;
  }

  /** Puts the pods into the active queue, whatever holds them but a gate. */
  activate(keys: readonly string[], nowMs: number): void {
    for (const key of keys) {
      const queued = this.known.get(key);
      if (queued === undefined || queued.place === 'active' || queued.place === 'in flight') continue;
      const from = queued.place;
      this.takeOut(queued);
      this.enter(queued, from, clusterEvents.forceActivate.label, undefined, nowMs);
    }
  }

  /** What was to help a waiting pod failed: it is tried again after its back-off, and not before. */
  retry(key: string, nowMs: number): void {
    const queued = this.known.get(key);
    if (queued?.place !== 'unschedulable') return;
    this.takeOut(queued);
    queued.unschedulablePlugins = none;
    queued.pendingPlugins = none;
    queued.timestampMs = nowMs;
    this.requeue(queued, { requeue: 'after backoff' }, 'PreemptionFailed', nowMs);
  }

  /** Moves what has waited long enough: ended back-offs, and pods unschedulable for too long. */
  flush(nowMs: number): void {
    this.flushBackoff(nowMs);
    for (const queued of [...this.waiting.values()]) {
      if (queued.place === 'gated' || nowMs - queued.timestampMs < this.options.unschedulableMaxMs) continue;
      this.requeue(queued, { requeue: 'after backoff' }, clusterEvents.unschedulableTimeout.label, nowMs);
    }
  }

  /** When the first back-off ends; undefined where there is none. */
  nextBackoffMs(): number | undefined {
    const ends = [this.backoff.peek(), this.errorBackoff.peek()].map((first) => first && this.backoffEndMs(first));
    const [end, errorEnd] = ends;
    return end === undefined || errorEnd === undefined ? (end ?? errorEnd) : Math.min(end, errorEnd);
  }

  /** When the pod's back-off ends: the initial span, doubled with every attempt after the first. */
  backoffEndMs({ timestampMs, attempts }: QueuedPodInfo): number {
    if (attempts === 0) return timestampMs;
    const span = this.options.backoffInitialMs * 2 ** Math.min(attempts - 1, 30);
    return timestampMs + Math.min(span, this.options.backoffMaxMs);
  }

  private backoffWindow(queued: QueuedPodInfo): number {
    return Math.floor(this.backoffEndMs(queued) / backoffWindowMs);
  }

  private backoffOf({ unschedulablePlugins, pendingPlugins }: QueuedPodInfo): ItemHeap<MutableQueuedPod> {
    return unschedulablePlugins.size === 0 && pendingPlugins.size === 0 ? this.errorBackoff : this.backoff;
  }

  private flushBackoff(nowMs: number): void {
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
        if (this.backoffEndMs(first) > nowMs) break;
        heap.pop();
        this.enter(first, 'backoff', 'BackoffComplete', undefined, nowMs);
      }
    }
  }

  /** The first pod in back-off that PreEnqueue lets pass. */
  private popBackoff(nowMs: number): MutableQueuedPod | undefined {
    for (let first = this.backoff.pop(); first !== undefined; first = this.backoff.pop()) {
      this.enter(first, 'backoff', clusterEvents.popFromBackoff.label, undefined, nowMs);
      const found = this.active.pop();
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private requeue(queued: MutableQueuedPod, decision: RequeueDecision, label: string, nowMs: number): void {
    const from = queued.place;
    this.waiting.delete(queued);
    if (decision.requeue === 'after backoff' && this.backoffEndMs(queued) > nowMs) {
      this.note(queued, from, 'backoff', label, decision.plugin, nowMs);
      this.backoffOf(queued).push(queued);
    } else {
      this.enter(queued, from, label, decision.plugin, nowMs);
    }
  }

  /** Into the active queue, unless PreEnqueue holds it. */
  private enter(
    queued: MutableQueuedPod,
    from: QueuePlace | 'none',
    label: string,
    plugin: string | undefined,
    nowMs: number,
  ): void {
    const verdict = this.options.frameworks
      .get(queued.pod.schedulerName)
      ?.runPreEnqueue(queued.pod, this.options.objects);
    if (!isSuccess(verdict)) {
      if (verdict.code === 'Error') this.options.onPluginError?.(verdict);
      queued.gatedBy = verdict.plugin ?? '';
      queued.gateMessage = statusMessage(verdict);
      // What refused it before may still be helped while the gate holds.
      queued.unschedulablePlugins = new Set([
        ...queued.unschedulablePlugins,
        ...(verdict.plugin === undefined ? [] : [verdict.plugin]),
      ]);
      this.note(queued, from, 'gated', label, plugin, nowMs);
      this.waiting.add(queued);
      return;
    }
    queued.gatedBy = undefined;
    queued.gateMessage = undefined;
    this.note(queued, from, 'active', label, plugin, nowMs);
    this.active.push(queued);
  }

  private note(
    queued: MutableQueuedPod,
    from: QueuePlace | 'none',
    to: QueuePlace,
    event: string,
    plugin: string | undefined,
    atMs: number,
  ): void {
    queued.place = to;
    if (to !== 'in flight') this.options.onEnter?.(to, event);
    const move = { atMs, from, to, event, ...(plugin === undefined ? {} : { plugin }) };
    queued.moves = [...queued.moves.slice(1 - movesMax), move];
  }
}
