/**
 * A scheduler in a cluster: follows pods and nodes, places the pods of its profiles one after the other, and
 * binds many at once. It decides with `Placer` and `SchedulingQueue`; here are only the turns, timers and writes.
 */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { createEventRecorder, createEventWriter, type EventWriter, silentRecorder } from '@pintle/controller-runtime';
import { type CancelTimer, every, type KindRef, type KubernetesObject, realWorld, type World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';
import { frameworkHandle } from '../algorithm/framework-handle.js';
import { type AttemptOutcome, Placer } from '../algorithm/schedule-pod.js';
import { clusterEvents } from '../framework/cluster-event.js';
import { Framework } from '../framework/framework.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import { InvalidProfileError, type Profile, profile, requireBindPlugin } from '../framework/profile.js';
import { isRejected, isSuccess, type Status, statusMessage, type Verdict } from '../framework/status.js';
import { NodeTable } from '../nodes/node-table.js';
import { PodCache } from '../nodes/pod-cache.js';
import { onNode, type PodInfo, podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { Nominations } from '../queue/nominations.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import { type QueueCounts, type QueueOptions, SchedulingQueue } from '../queue/scheduling-queue.js';
import { bindPod } from './binding-cycle.js';
import { ClusterChanges } from './cluster-changes.js';
import { Outbox } from './outbox.js';
import { PermitWaits } from './permit-waits.js';
import { PodReports } from './pod-reports.js';
import { Preemptor } from './preemptor.js';

export interface SchedulerOptions {
  /** The real world unless given. */
  readonly world?: World;
  readonly client: Client;
  /** Neither started nor stopped here. */
  readonly informers: Informers;
  /** Default: one with `defaultPlugins()`. Each has a scheduler name of its own. */
  readonly profiles?: readonly Profile[];
  readonly queue?: Omit<QueueOptions, 'frameworks'>;
  /** Binds under way at once; at the limit the next decision waits. Default 256. */
  readonly bindsMax?: number;
  /** How long PreBind and Bind may each take. Default 30,000. */
  readonly bindTimeoutMs?: number;
  /** How long a bound pod counts before the informer shows it. Default 0: for ever, as in Kubernetes. */
  readonly assumedPodTtlMs?: number;
  /** Decisions in one turn of the host, before others run. Default 64. */
  readonly podsPerTurn?: number;
  /** Default true. */
  readonly recordEvents?: boolean;
  /** When events are written; its own unless given. */
  readonly eventWriter?: EventWriter;
}

export interface Scheduler {
  /** Resolves when pods and nodes are known and the first decisions may come. */
  start(): Promise<void>;
  /** Lets binds under way end, then ends everything. */
  stop(): Promise<void>;
  readonly counts: QueueCounts & { readonly binding: number; readonly assumedOrBound: number };
  /** Whether nothing is active, being bound or reported; pods may still wait for Permit, for events or for time. */
  readonly idle: boolean;
}

const flushPeriodMs = 30_000;
const expirePeriodMs = 1000;

/** Errors: `InvalidProfileError` where a profile cannot bind or two have one name. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  return new RunningScheduler(options);
}

class RunningScheduler implements Scheduler {
  private readonly table = new NodeTable();
  private readonly cache = new PodCache(this.table);
  readonly frameworks: ReadonlyMap<string, Framework>;
  private readonly queue: SchedulingQueue;
  private readonly placer: Placer;
  private readonly permits: PermitWaits;
  private readonly outbox: Outbox;
  private readonly reports: PodReports;
  private readonly preemptor: Preemptor;
  private readonly changes: ClusterChanges;
  private readonly handle: SchedulerHandle;
  readonly nominations = new Nominations();
  private readonly subscriptions: Subscription[] = [];
  private readonly timers: CancelTimer[] = [];
  private readonly binding = new Set<Promise<void>>();
  private readonly bindsMax: number;
  private cancelBackoff: CancelTimer | undefined;
  private turnScheduled = false;
  private running = false;

  private readonly world: World;

  constructor(private readonly options: SchedulerOptions) {
    const { world = realWorld(), client, bindsMax = 256 } = options;
    this.world = world;
    this.bindsMax = bindsMax;
    this.frameworks = frameworksOf(options.profiles ?? [profile({ plugins: defaultPlugins() })]);
    this.queue = new SchedulingQueue({ ...options.queue, frameworks: this.frameworks });
    this.permits = new PermitWaits(world.clock);
    this.outbox = new Outbox({
      onError: (error) => world.logger.log('warn', 'a report on a pod was not written', { error }),
    });
    const eventWriter = options.eventWriter ?? createEventWriter({ world });
    this.reports = new PodReports({
      client,
      world,
      outbox: this.outbox,
      recorder: (component) =>
        options.recordEvents === false
          ? silentRecorder
          : createEventRecorder({ client, world, component, writer: eventWriter, queueDepthMax: 10_000 }),
    });
    this.preemptor = new Preemptor({
      client,
      world,
      permits: this.permits,
      nominations: this.nominations,
      reports: this.reports,
      onFailure: (key) => this.preemptionFailed(key),
    });
    const random = world.random.fork('scheduler');
    this.handle = {
      table: this.table,
      random,
      client,
      world,
      ...frameworkHandle(this),
      preempt: (pod, nodeName, victims) => this.preemptor.preempt(pod, nodeName, victims),
      waitingPods: () => this.permits.list(),
      activate: (keys) => {
        this.queue.activate(keys, this.now());
        this.wake();
      },
    };
    this.placer = new Placer({
      table: this.table,
      random,
      handle: this.handle,
      nominated: this.nominations,
    });
    this.changes = new ClusterChanges({
      world,
      cache: this.cache,
      queue: this.queue,
      nominations: this.nominations,
      responsible: (name) => this.frameworks.has(name),
      onGone: (key) => this.permits.abandon(key, 'the pod was deleted'),
    });
  }

  get counts() {
    return { ...this.queue.counts(), binding: this.binding.size, assumedOrBound: this.cache.size };
  }

  get idle(): boolean {
    return (
      this.queue.counts().active === 0 &&
      this.binding.size === this.permits.size &&
      this.outbox.idle &&
      this.preemptor.idle
    );
  }

  async start(): Promise<void> {
    const { world } = this;
    const { informers } = this.options;
    const nodes = informers.informer(Node);
    const pods = informers.informer(Pod);
    const others = this.kindsRead().map((kind) => informers.informer(kind));
    await Promise.all([nodes, pods, ...others].map((informer) => informer.whenSynced()));
    for (const informer of others) {
      this.subscriptions.push(
        informer.events.subscribe((event) => {
          this.changes.object(event);
          this.wake();
        }),
      );
    }
    // Nodes first: pods that are there already find their rows.
    this.subscriptions.push(
      nodes.events.subscribe((event) => {
        this.changes.node(event);
        this.wake();
      }),
      pods.events.subscribe((event) => {
        this.changes.pod(event);
        this.wake();
      }),
    );
    this.timers.push(every(world.clock, flushPeriodMs, () => this.flush()));
    if (this.options.assumedPodTtlMs) this.timers.push(every(world.clock, expirePeriodMs, () => this.expire()));
    this.running = true;
    this.wake();
  }

  async stop(): Promise<void> {
    this.running = false;
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
    for (const cancel of this.timers.splice(0)) cancel();
    this.cancelBackoff?.();
    this.permits.abandonAll('the scheduler stops');
    await Promise.all(this.binding);
    await Promise.all([this.outbox.stop(), this.preemptor.stop()]);
  }

  /** What the plugins of all profiles declare. */
  private kindsRead(): readonly KindRef<KubernetesObject>[] {
    const kinds = new Map<string, KindRef<KubernetesObject>>();
    for (const { profile: each } of this.frameworks.values()) {
      for (const { reads = [] } of each.plugins)
        for (const kind of reads) kinds.set(`${kind.group}/${kind.kind}`, kind);
    }
    return [...kinds.values()];
  }

  private preemptionFailed(key: string): void {
    this.nominations.delete(key);
    this.queue.retry(key, this.now());
    this.wake();
  }

  private now(): number {
    return this.world.clock.now();
  }

  /** Asks for a turn soon; many events ask for one turn. */
  private wake(): void {
    if (this.turnScheduled || !this.running) return;
    this.turnScheduled = true;
    this.world.clock.schedule(0, () => {
      this.turnScheduled = false;
      this.turn();
    });
  }

  /** Decides for as many pods as one turn may take. */
  private turn(): void {
    if (!this.running) return;
    const { podsPerTurn = 64 } = this.options;
    for (let tried = 0; tried < podsPerTurn; tried++) {
      // A bind that ends asks for the next turn.
      if (this.binding.size - this.permits.size >= this.bindsMax) return;
      const queued = this.queue.pop(this.now());
      if (queued === undefined) {
        this.armBackoff();
        return;
      }
      this.scheduleOne(queued);
    }
    this.wake();
  }

  private scheduleOne(queued: QueuedPodInfo): void {
    const { pod } = queued;
    const framework = this.frameworks.get(pod.schedulerName)!;
    if (pod.pod.metadata.deletionTimestamp !== undefined) {
      this.reports.note(pod, `skip schedule deleting pod: ${pod.key}`);
      this.queue.done(queued);
      return;
    }
    if (this.cache.nodeOf(pod.key) !== undefined) {
      this.queue.done(queued);
      return;
    }
    let outcome: AttemptOutcome;
    try {
      outcome = this.placer.attempt(framework, pod);
    } catch (error) {
      this.world.logger.log('error', 'an attempt failed', { pod: pod.key, error });
      outcome = { type: 'failed', status: { code: 'Error', reasons: [String(error)], cause: error } };
    }
    if (outcome.type === 'placed') this.keep(queued, framework, outcome);
    else if (outcome.type === 'failed') this.refuse(queued, outcome.status, statusMessage(outcome.status));
    else this.unschedulable(queued, outcome);
  }

  private keep(
    queued: QueuedPodInfo,
    framework: Framework,
    outcome: Extract<AttemptOutcome, { type: 'placed' }>,
  ): void {
    const { pod } = queued;
    const { nodeName, state } = outcome;
    this.cache.assume(pod, nodeName);
    this.nominations.delete(pod.key);
    const reserved = framework.runReserve(state, pod, nodeName, this.handle);
    if (!isSuccess(reserved)) {
      this.giveUp(queued, framework, outcome, reserved, 'cycle');
      return;
    }
    const permit = framework.runPermit(state, pod, nodeName, this.handle);
    if (permit.status.code !== 'Wait' && permit.status.code !== 'Success') {
      this.giveUp(queued, framework, outcome, permit.status, 'cycle');
      return;
    }
    const held = permit.status.code === 'Wait' ? this.permits.hold(pod, nodeName, permit.waits) : undefined;
    const bind = this.bind(queued, framework, outcome, held).catch((error) => {
      this.world.logger.log('error', 'a binding cycle failed', { pod: pod.key, error });
    });
    this.binding.add(bind);
    void bind.then(() => {
      this.binding.delete(bind);
      this.wake();
    });
  }

  private async bind(
    queued: QueuedPodInfo,
    framework: Framework,
    outcome: Extract<AttemptOutcome, { type: 'placed' }>,
    held: Promise<Verdict> | undefined,
  ): Promise<void> {
    const { pod } = queued;
    const { nodeName, state } = outcome;
    if (held !== undefined) {
      const verdict = await held;
      if (!isSuccess(verdict)) {
        this.giveUp(queued, framework, outcome, verdict, 'binding');
        return;
      }
    }
    const { handle } = this;
    const { world } = this;
    const { client, bindTimeoutMs: timeoutMs = 30_000, assumedPodTtlMs = 0 } = this.options;
    const bound = await bindPod({ framework, state, pod, nodeName, handle, client, clock: world.clock, timeoutMs });
    if (bound.type === 'failed') {
      this.giveUp(queued, framework, outcome, bound.status, 'binding');
      return;
    }
    if (bound.type !== 'bound') {
      const freed = this.release(pod, framework, outcome);
      this.queue.done(queued);
      if (freed) this.tellFreed(pod, nodeName);
      return;
    }
    this.cache.finishBinding(pod, assumedPodTtlMs === 0 ? undefined : this.now() + assumedPodTtlMs);
    this.queue.done(queued);
    this.reports.scheduled(pod, nodeName);
    for (const failure of framework.runPostBind(state, pod, nodeName, handle)) this.logPlugin(failure, pod);
  }

  /** The pod does not get the room that was kept for it. */
  private giveUp(
    queued: QueuedPodInfo,
    framework: Framework,
    outcome: Extract<AttemptOutcome, { type: 'placed' }>,
    refusal: Status,
    stage: 'cycle' | 'binding',
  ): void {
    const message = isRejected(refusal)
      ? `0/1 nodes are available: 1 ${statusMessage(refusal)}.`
      : statusMessage(refusal);
    const freed = this.release(queued.pod, framework, outcome);
    this.refuse(queued, refusal, message);
    // For the others it is as if a pod had left the node. Told after this pod waits again, which it must not wake:
    // it would be refused and woken without end. So would others, were they told of what failed within a cycle.
    if (freed && stage === 'binding') this.tellFreed(queued.pod, outcome.nodeName);
  }

  /** Whether room became free. */
  private release(pod: PodInfo, framework: Framework, outcome: Extract<AttemptOutcome, { type: 'placed' }>): boolean {
    const { nodeName, state } = outcome;
    for (const failure of framework.runUnreserve(state, pod, nodeName, this.handle)) this.logPlugin(failure, pod);
    return this.cache.forget(pod);
  }

  private tellFreed(pod: PodInfo, nodeName: string): void {
    this.queue.moveAll(clusterEvents.assignedPodDelete, onNode(pod, nodeName), undefined, this.now(), pod.key);
  }

  private unschedulable(queued: QueuedPodInfo, outcome: Extract<AttemptOutcome, { type: 'unschedulable' }>): void {
    const { unschedulablePlugins, pendingPlugins } = outcome.diagnosis;
    if (!this.requeue(queued, { unschedulablePlugins, pendingPlugins })) return;
    const nominated = outcome.nominating?.nodeName;
    if (nominated !== undefined) this.nominations.set(queued.pod, nominated);
    this.reports.failed(queued.pod, 'Unschedulable', outcome.message, nominated);
  }

  private refuse(queued: QueuedPodInfo, refusal: Status, message: string): void {
    const rejected = isRejected(refusal) && refusal.plugin !== undefined;
    const plugins = new Set(rejected ? [refusal.plugin!] : []);
    const pending = refusal.code === 'Pending';
    const waits = this.requeue(queued, {
      unschedulablePlugins: pending ? new Set() : plugins,
      pendingPlugins: pending ? plugins : new Set(),
    });
    if (!waits) return;
    this.reports.failed(queued.pod, isRejected(refusal) ? 'Unschedulable' : 'SchedulerError', message);
  }

  /** Whether the pod still wants a node. */
  private requeue(queued: QueuedPodInfo, failure: Parameters<SchedulingQueue['addUnschedulable']>[1]): boolean {
    const { name, namespace } = queued.pod;
    const pod = this.options.informers.informer(Pod).lister.get({ name, namespace });
    if (pod === undefined || pod.spec?.nodeName || pod.metadata.uid !== queued.pod.pod.metadata.uid) {
      this.queue.done(queued);
      return false;
    }
    if (pod !== queued.pod.pod) this.queue.update(queued.pod.pod, podInfo(pod), this.now());
    this.queue.addUnschedulable(queued, failure, this.now());
    this.armBackoff();
    return true;
  }

  /** One timer for the back-off that ends first. */
  private armBackoff(): void {
    this.cancelBackoff?.();
    this.cancelBackoff = undefined;
    const next = this.queue.nextBackoffMs();
    if (next === undefined || !this.running) return;
    this.cancelBackoff = this.world.clock.schedule(Math.max(0, next - this.now()), () => this.wake());
  }

  private flush(): void {
    this.queue.flush(this.now());
    this.wake();
  }

  private expire(): void {
    for (const pod of this.cache.expire(this.now())) {
      this.world.logger.log('warn', 'a bound pod was never seen and counts no longer', { pod: pod.key });
      this.queue.moveAll(clusterEvents.assignedPodDelete, pod.pod, undefined, this.now());
    }
    this.wake();
  }

  private logPlugin(failure: Status, pod: PodInfo): void {
    this.world.logger.log('error', statusMessage(failure), { pod: pod.key, error: failure.cause });
  }
}

function frameworksOf(profiles: readonly Profile[]): ReadonlyMap<string, Framework> {
  const frameworks = new Map<string, Framework>();
  for (const [index, each] of profiles.entries()) {
    requireBindPlugin(each);
    if (frameworks.has(each.schedulerName)) {
      throw new InvalidProfileError(
        `profiles[${index}].schedulerName`,
        `there is already a profile for ${JSON.stringify(each.schedulerName)}`,
      );
    }
    frameworks.set(each.schedulerName, new Framework(each));
  }
  return frameworks;
}
