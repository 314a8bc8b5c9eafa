/**
 * Takes pods from the queue and tries to place them, one after the other, and binds those that have a place beside the
 * next attempts. What is decided is `Placer`'s and `GroupCycle`'s affair; here is what follows from it.
 *
 * Invariants: 1. no two attempts run at once, though one may wait for extenders and that of a group goes on over turns.
 * 2. a pod that was taken from the queue is given back to it, bound, or gone. 3. room that is kept is given back where
 * its pod is not bound.
 */
import type { Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import type { World } from '@pintle/machinery';
import type { AttemptSteps } from '../algorithm/attempt-steps.js';
import type { AttemptOptions, AttemptOutcome, PlacedOutcome, Placer } from '../algorithm/schedule-pod.js';
import type { ExtenderChain } from '../extenders/extender-chain.js';
import { clusterEvents } from '../framework/cluster-event.js';
import type { Framework } from '../framework/framework.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import { isRejected, isSuccess, type Status, statusMessage, type Verdict } from '../framework/status.js';
import { GroupAttempt, type GroupAttemptOutcome } from '../gangs/group-attempt.js';
import { withoutPreempting } from '../gangs/group-room.js';
import { podGroupKey } from '../gangs/pod-group.js';
import type { PodCache } from '../nodes/pod-cache.js';
import { onNode, type PodInfo, podInfo } from '../nodes/pod-info.js';
import type { Nominations } from '../queue/nominations.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import type { AttemptFailure, SchedulingQueue } from '../queue/scheduling-queue.js';
import { bindPod } from './binding-cycle.js';
import type { PermitWaits } from './permit-waits.js';
import type { PodReports } from './pod-reports.js';
import type { SchedulerMetrics } from './scheduler-metrics.js';

export interface PodAttemptsOptions {
  readonly world: World;
  readonly client: Client;
  readonly handle: SchedulerHandle;
  readonly cache: PodCache;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  readonly placer: Placer;
  readonly permits: PermitWaits;
  readonly reports: PodReports;
  readonly metrics: SchedulerMetrics | undefined;
  readonly extenders: ExtenderChain | undefined;
  readonly frameworkOf: (schedulerName: string) => Framework | undefined;
  /** The pod as the informer shows it. */
  readonly podNow: (pod: PodInfo) => Pod | undefined;
  /** Asks for a turn. */
  readonly wake: () => void;
  readonly bindsMax: number;
  readonly bindTimeoutMs: number;
  /** Whether pods that are not bound at once say which node they are to have. */
  readonly nominatesBeforeBinding: boolean;
  /** 0: for ever. */
  readonly assumedPodTtlMs: number;
}

/** A pod that has its place, and is not bound yet. */
export interface Placed {
  readonly queued: QueuedPodInfo;
  readonly framework: Framework;
  readonly outcome: PlacedOutcome;
  /** When its attempt began. */
  readonly startMs: number;
}

export class PodAttempts {
  readonly binding = new Set<Promise<void>>();
  /** Of pods that are being bound, by key. */
  private readonly endings = new Map<string, AbortController>();
  /** Placed together, and waiting for their turn to be bound. */
  private ready: Placed[] = [];
  private group: GroupAttempt | undefined;
  /** The pods that were asked to leave for a group, by its key: it asks no others before they have left. */
  private readonly leaving = new Map<
    string,
    { readonly members: readonly string[]; readonly victims: readonly PodInfo[] }
  >();
  private asking = false;
  private stopped = false;

  constructor(private readonly options: PodAttemptsOptions) {}

  /** Whether an attempt goes on beyond its turn. */
  get busy(): boolean {
    return this.asking || this.group !== undefined || this.ready.length > 0;
  }

  /** Tries at most so many pods. Returns whether there may be more to try at once. */
  turn(podsMax: number): boolean {
    const { queue, permits, bindsMax } = this.options;
    for (let tried = 0; tried < podsMax; tried++) {
      // An answer, or a bind that ends, asks for the next turn.
      if (this.asking || this.binding.size - permits.size >= bindsMax) return false;
      const ready = this.ready.pop();
      if (ready !== undefined) {
        this.permit(ready);
        continue;
      }
      if (this.group !== undefined) {
        this.stepGroup(podsMax - tried);
        return true;
      }
      const queued = queue.pop(this.now());
      if (queued === undefined) return false;
      this.scheduleOne(queued);
    }
    return true;
  }

  /** The pod is gone: what goes on for it ends. */
  abandon(key: string): void {
    this.options.permits.abandon(key, 'the pod was deleted');
    this.endings.get(key)?.abort(new Error('the pod was deleted'));
  }

  /** Ends what is waited for at Permit and PreBind, and lets binds under way end. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.group?.abandon();
    this.group = undefined;
    for (const { queued, framework, outcome } of this.ready.splice(0)) this.release(queued.pod, framework, outcome);
    this.options.permits.abandonAll(stopping);
    for (const ending of this.endings.values()) ending.abort(new Error(stopping));
    await Promise.all(this.binding);
  }

  private now(): number {
    return this.options.world.clock.now();
  }

  private scheduleOne(queued: QueuedPodInfo): void {
    const { pod } = queued;
    const { queue, cache, reports, extenders, placer, world, frameworkOf } = this.options;
    const framework = frameworkOf(pod.schedulerName);
    if (framework === undefined || cache.nodeOf(pod.key) !== undefined) {
      queue.done(queued);
      return;
    }
    if (pod.pod.metadata.deletionTimestamp !== undefined) {
      reports.note(pod, `skip schedule deleting pod: ${pod.key}`);
      queue.done(queued);
      return;
    }
    const startMs = world.clock.monotonic();
    const groupKey = framework.placementFeasible.length === 0 ? undefined : podGroupKey(pod.pod);
    if (groupKey !== undefined && this.startGroup(queued, framework, groupKey, startMs)) return;
    if (extenders?.isInterested(pod) === true) {
      this.asking = true;
      void placer
        .attemptWith(extenders, framework, pod)
        .catch((error: unknown) => this.failed(pod, error))
        .then((outcome) => {
          this.asking = false;
          if (!this.stopped && !this.isGone(queued)) this.follow({ queued, framework, startMs }, outcome);
          this.options.wake();
        });
      return;
    }
    let outcome: AttemptOutcome;
    try {
      outcome = placer.attempt(framework, pod);
    } catch (error) {
      outcome = this.failed(pod, error);
    }
    this.follow({ queued, framework, startMs }, outcome);
  }

  private failed(pod: PodInfo, error: unknown): AttemptOutcome {
    this.options.world.logger.log('error', 'an attempt failed', { pod: pod.key, error });
    return { type: 'failed', status: { code: 'Error', reasons: [String(error)], cause: error } };
  }

  private isGone({ pod }: QueuedPodInfo): boolean {
    return this.options.queue.get(pod.key)?.place !== 'in flight';
  }

  private follow(attempt: Omit<Placed, 'outcome'>, outcome: AttemptOutcome): void {
    const { queued, framework, startMs } = attempt;
    this.options.metrics?.algorithm(startMs);
    if (outcome.type === 'placed') {
      const placed = { ...attempt, outcome };
      const refusal = this.hold(queued.pod, framework, outcome);
      if (isSuccess(refusal)) this.permit(placed);
      else this.refuse(queued, framework, startMs, refusal, refusalMessage(refusal));
    } else if (outcome.type === 'failed') {
      this.refuse(queued, framework, startMs, outcome.status, statusMessage(outcome.status));
    } else {
      this.unschedulable(queued, framework, startMs, outcome);
    }
  }

  /** Counts the pod on its node and reserves; a refusal leaves nothing kept. */
  private hold(pod: PodInfo, framework: Framework, outcome: PlacedOutcome): Verdict {
    const { cache, nominations, handle } = this.options;
    const { nodeName, state } = outcome;
    cache.assume(pod, nodeName);
    nominations.delete(pod.key);
    const reserve = () => framework.runReserve(state, pod, nodeName, handle);
    const reserved = framework.timer.run('Reserve', reserve, (verdict) => verdict);
    if (!isSuccess(reserved)) this.release(pod, framework, outcome);
    return reserved;
  }

  private permit(placed: Placed): void {
    const { handle, permits, world, wake } = this.options;
    const { queued, framework, outcome, startMs } = placed;
    const { pod } = queued;
    const { nodeName, state } = outcome;
    const run = () => framework.runPermit(state, pod, nodeName, handle);
    const permit = framework.timer.run('Permit', run, (answer) => answer.status);
    if (permit.status.code !== 'Wait' && permit.status.code !== 'Success') {
      this.release(pod, framework, outcome);
      this.refuse(queued, framework, startMs, permit.status, refusalMessage(permit.status));
      return;
    }
    const held = permit.status.code === 'Wait' ? permits.hold(pod, nodeName, permit.waits) : undefined;
    const bind = this.bind(placed, held).catch((error) => {
      world.logger.log('error', 'a binding cycle failed', { pod: pod.key, error });
    });
    this.binding.add(bind);
    void bind.then(() => {
      this.binding.delete(bind);
      wake();
    });
  }

  private async bind(placed: Placed, held: Promise<Verdict> | undefined): Promise<void> {
    const { queued, framework, outcome, startMs } = placed;
    const { pod } = queued;
    const { nodeName, state } = outcome;
    const { world, client, handle, queue, cache, reports, metrics, extenders, bindTimeoutMs } = this.options;
    const slow = () => {
      if (this.options.nominatesBeforeBinding) reports.expected(pod, nodeName);
    };
    if (held !== undefined) {
      slow();
      const waitedMs = world.clock.monotonic();
      const verdict = await held;
      metrics?.permitWaited(waitedMs, verdict);
      if (!isSuccess(verdict)) {
        this.giveUp(placed, verdict);
        return;
      }
    }
    const bound = await bindPod({
      framework,
      state,
      pod,
      nodeName,
      handle,
      client,
      clock: world.clock,
      timeoutMs: bindTimeoutMs,
      gone: () => this.endingOf(pod.key).signal,
      ...(held === undefined ? { slow } : {}),
      extender: extenders?.binder(pod),
    });
    this.endings.delete(pod.key);
    if (bound.type === 'failed') {
      this.giveUp(placed, bound.status);
      return;
    }
    if (bound.type !== 'bound') {
      const freed = this.release(pod, framework, outcome);
      queue.done(queued);
      if (freed) this.tellFreed(pod, nodeName);
      return;
    }
    const { assumedPodTtlMs } = this.options;
    cache.finishBinding(pod, assumedPodTtlMs === 0 ? undefined : this.now() + assumedPodTtlMs);
    queue.done(queued);
    metrics?.scheduled(queued, framework, startMs);
    reports.scheduled(pod, nodeName);
    framework.runPostBind(state, pod, nodeName, handle, (failure) => this.logPlugin(failure, pod));
  }

  private endingOf(key: string): AbortController {
    let ending = this.endings.get(key);
    if (ending === undefined) this.endings.set(key, (ending = new AbortController()));
    if (this.stopped) ending.abort(new Error(stopping));
    return ending;
  }

  /** The pod does not get the room that was kept for it. */
  private giveUp({ queued, framework, outcome, startMs }: Placed, refusal: Status): void {
    const freed = this.release(queued.pod, framework, outcome);
    this.options.reports.nominationCleared(queued.pod);
    this.refuse(queued, framework, startMs, refusal, refusalMessage(refusal));
    // For the others it is as if a pod had left the node. Told after this pod waits again, which it must not wake:
    // it would be refused and woken without end. So would others, were they told of what failed within a cycle.
    if (freed) this.tellFreed(queued.pod, outcome.nodeName);
  }

  /** Whether room became free. */
  private release(pod: PodInfo, framework: Framework, outcome: PlacedOutcome): boolean {
    const { handle, cache } = this.options;
    const { nodeName, state } = outcome;
    framework.runUnreserve(state, pod, nodeName, handle, (failure) => this.logPlugin(failure, pod));
    return cache.forget(pod);
  }

  private tellFreed(pod: PodInfo, nodeName: string): void {
    const { queue } = this.options;
    queue.moveAll(clusterEvents.assignedPodDelete, onNode(pod, nodeName), undefined, this.now(), pod.key);
  }

  private unschedulable(
    queued: QueuedPodInfo,
    framework: Framework,
    startMs: number,
    outcome: Extract<AttemptOutcome, { type: 'unschedulable' }>,
  ): void {
    const { unschedulablePlugins, pendingPlugins } = outcome.diagnosis;
    const { nominations, reports, metrics } = this.options;
    metrics?.failed(framework, startMs, 'unschedulable');
    if (!this.requeue(queued, { unschedulablePlugins, pendingPlugins })) return;
    const nominated = outcome.nominating?.nodeName;
    const before = nominations.nodeOf(queued.pod.key);
    if (nominated !== undefined) nominations.set(queued.pod, nominated);
    reports.failed(queued.pod, 'Unschedulable', outcome.message, nominated);
    // What it waited for is free for others: two pods that wait for one node would else keep each other from it.
    if (before !== undefined && nominated !== undefined && nominated !== before) this.tellFreed(queued.pod, before);
  }

  private refuse(
    queued: QueuedPodInfo,
    framework: Framework,
    startMs: number,
    refusal: Status,
    message: string,
    others: Iterable<string> = [],
  ): void {
    const rejected = isRejected(refusal);
    const plugins = new Set(rejected ? [...others, ...(refusal.plugin === undefined ? [] : [refusal.plugin])] : []);
    const pending = refusal.code === 'Pending';
    this.options.metrics?.failed(framework, startMs, rejected ? 'unschedulable' : 'error');
    const waits = this.requeue(queued, {
      unschedulablePlugins: pending ? new Set() : plugins,
      pendingPlugins: pending ? plugins : new Set(),
    });
    if (waits) this.options.reports.failed(queued.pod, rejected ? 'Unschedulable' : 'SchedulerError', message);
  }

  /** Whether the pod still wants a node. */
  private requeue(queued: QueuedPodInfo, failure: AttemptFailure): boolean {
    const { queue, podNow } = this.options;
    const pod = podNow(queued.pod);
    if (pod === undefined || pod.spec?.nodeName || pod.metadata.uid !== queued.pod.pod.metadata.uid) {
      queue.done(queued);
      return false;
    }
    if (pod !== queued.pod.pod) queue.update(queued.pod.pod, podInfo(pod), this.now());
    queue.addUnschedulable(queued, failure, this.now());
    return true;
  }

  /** Whether the pod is of a group that is to be placed together. */
  private startGroup(queued: QueuedPodInfo, framework: Framework, key: string, startMs: number): boolean {
    const { cache, queue, nominations, handle } = this.options;
    const attempt = GroupAttempt.start(queued, framework, key, {
      table: cache.table,
      nodeOf: (podKey) => cache.nodeOf(podKey),
      take: (podKey) => queue.take(podKey, this.now()),
      giveBack: (other) => queue.done(other),
      nominations,
      mayPreempt: !this.isWaitingForRoom(key),
      attempt: (pod, within, wouldPreempt) =>
        this.memberSteps(
          framework,
          pod,
          wouldPreempt === undefined
            ? { within, postFilter: false }
            : { within, handle: withoutPreempting(handle, wouldPreempt) },
        ),
      preemptFor: (pod) => this.memberSteps(framework, pod, {}),
      hold: (pod, outcome) => this.hold(pod, framework, outcome),
      release: (pod, outcome) => this.release(pod, framework, outcome),
      startMs,
    });
    this.group = attempt;
    return attempt !== undefined;
  }

  private *memberSteps(framework: Framework, pod: PodInfo, options: AttemptOptions): AttemptSteps<AttemptOutcome> {
    const { placer, extenders } = this.options;
    try {
      const asked = extenders?.isInterested(pod) === true ? { ...options, extenders } : options;
      return yield* placer.steps(framework, pod, asked);
    } catch (error) {
      return this.failed(pod, error);
    }
  }

  private stepGroup(podsMax: number): void {
    const { group } = this;
    if (group === undefined) return;
    const steps = group.step(podsMax);
    this.goOn(group, steps, steps.next());
  }

  /** Waits for what extenders answer, which asks for the next turn. */
  private goOn(
    group: GroupAttempt,
    steps: AttemptSteps<GroupAttemptOutcome | undefined>,
    step: IteratorResult<Promise<unknown>, GroupAttemptOutcome | undefined>,
  ): void {
    if (step.done === true) {
      if (step.value !== undefined) this.endGroup(group, step.value);
      return;
    }
    this.asking = true;
    const on = (go: () => typeof step) => {
      this.asking = false;
      if (this.group === group) this.goOn(group, steps, go());
      this.options.wake();
    };
    void step.value.then(
      (answer) => on(() => steps.next(answer)),
      (error: unknown) => on(() => steps.throw(error)),
    );
  }

  private endGroup(group: GroupAttempt, outcome: GroupAttemptOutcome): void {
    this.group = undefined;
    const { framework, startMs } = group;
    this.options.metrics?.algorithm(startMs);
    for (const { queued, outcome: place } of outcome.placed) {
      if (this.isGone(queued)) this.release(queued.pod, framework, place);
      else this.ready.push({ queued, framework, outcome: place, startMs });
    }
    // The last is taken first.
    this.ready.reverse();
    if (outcome.nominated.length > 0) this.makeRoom(group, outcome);
    if (outcome.nominationsLost) for (const { queued } of outcome.refused) this.unnominate(queued.pod);
    for (const { queued, refusal } of outcome.refused) {
      if (refusal.type === 'unschedulable') this.unschedulable(queued, framework, startMs, refusal);
      else this.refuse(queued, framework, startMs, refusal.status, statusMessage(refusal.status), outcome.plugins);
    }
  }

  private makeRoom({ framework, key, startMs }: GroupAttempt, { nominated, plugins }: GroupAttemptOutcome): void {
    const { cache, handle } = this.options;
    for (const { queued, nodeName, victims } of nominated) {
      if (victims.length === 0) continue;
      handle.preempt(queued.pod, nodeName, victims);
    }
    for (const other of [...this.leaving.keys()]) this.isWaitingForRoom(other);
    this.leaving.set(key, {
      members: nominated.map(({ queued }) => queued.pod.key),
      victims: nominated.flatMap(({ victims }) => victims),
    });
    const diagnosis = {
      nodesTotal: cache.table.size,
      unschedulablePlugins: plugins,
      pendingPlugins: new Set<string>(),
    };
    for (const { queued, nodeName, message } of nominated)
      this.unschedulable(queued, framework, startMs, {
        type: 'unschedulable',
        message,
        diagnosis,
        nominating: { nodeName },
      });
  }

  private isWaitingForRoom(groupKey: string): boolean {
    const { cache } = this.options;
    const waits = this.leaving.get(groupKey);
    const isThere = ({ key, uid }: PodInfo) => {
      const nodeName = cache.nodeOf(key);
      const row = nodeName === undefined ? undefined : cache.table.rowOf(nodeName);
      return row !== undefined && cache.table.podsAt(row).some((pod) => pod.uid === uid);
    };
    if (waits?.victims.some(isThere) === true) return true;
    this.leaving.delete(groupKey);
    return false;
  }

  /** A pod could not be made to leave for this one. */
  preemptionFailed(podKey: string): void {
    for (const [groupKey, { members }] of this.leaving) if (members.includes(podKey)) this.leaving.delete(groupKey);
  }

  private unnominate(pod: PodInfo): void {
    const { nominations, reports } = this.options;
    const nodeName = nominations.nodeOf(pod.key);
    if (nodeName === undefined) return;
    nominations.delete(pod.key);
    reports.nominationCleared(pod);
    this.tellFreed(pod, nodeName);
  }

  private logPlugin(failure: Status, pod: PodInfo): void {
    this.options.world.logger.log('error', statusMessage(failure), { pod: pod.key, error: failure.cause });
  }
}

const stopping = 'the scheduler stops';
const refusalMessage = (refusal: Status) =>
  isRejected(refusal) ? `0/1 nodes are available: 1 ${statusMessage(refusal)}.` : statusMessage(refusal);
