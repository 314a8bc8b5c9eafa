/**
 * A scheduler in a cluster: follows pods and nodes, places the pods of its profiles one after the other, and
 * binds many at once. It decides with `Placer` and `SchedulingQueue`; here are only the turns, timers and writes.
 */
import { Node, Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import {
  createEventRecorder,
  createEventWriter,
  type EventWriter,
  type LeaderElection,
  LeaderElector,
  silentRecorder,
} from '@pintle/controller-runtime';
import {
  type CancelTimer,
  every,
  type KindRef,
  type KubernetesObject,
  type Metrics,
  realWorld,
  type World,
} from '@pintle/machinery';
import type { Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';
import { frameworkHandle } from '../algorithm/framework-handle.js';
import { Placer } from '../algorithm/schedule-pod.js';
import type { Extender } from '../extenders/extender.js';
import { ExtenderChain } from '../extenders/extender-chain.js';
import { clusterEvents } from '../framework/cluster-event.js';
import { Framework } from '../framework/framework.js';
import type { SchedulerHandle } from '../framework/plugin.js';
import type { PointObserver } from '../framework/point-timer.js';
import { InvalidProfileError, type Profile, profile, requireBindPlugin } from '../framework/profile.js';
import { statusMessage } from '../framework/status.js';
import { NodeTable } from '../nodes/node-table.js';
import { PodCache } from '../nodes/pod-cache.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { Nominations } from '../queue/nominations.js';
import { type QueueCounts, type QueueOptions, SchedulingQueue } from '../queue/scheduling-queue.js';
import { ClusterChanges } from './cluster-changes.js';
import { Outbox } from './outbox.js';
import { PermitWaits } from './permit-waits.js';
import { PodAttempts } from './pod-attempts.js';
import { PodReports } from './pod-reports.js';
import { Preemptor } from './preemptor.js';
import { type SchedulerGauges, SchedulerMetrics } from './scheduler-metrics.js';

export interface SchedulerOptions {
  /** The real world unless given. */
  readonly world?: World;
  readonly client: Client;
  /** Neither started nor stopped here. */
  readonly informers: Informers;
  /** Default: one with `defaultPlugins()`. Each has a scheduler name of its own. */
  readonly profiles?: readonly Profile[];
  readonly queue?: Omit<QueueOptions, 'frameworks' | 'objects'>;
  /** Binds under way at once; at the limit the next decision waits. Default 256. */
  readonly bindsMax?: number;
  /** How long a plugin may take at PreBind, unless it says otherwise, and at Bind. Default 30,000. */
  readonly bindTimeoutMs?: number;
  /**
   * Whether a pod whose binding takes its time (a plugin waits at Permit, or has something to do at PreBind) says in
   * `status.nominatedNodeName` which node it is to have, as kube-scheduler does from 1.35 on. Default true.
   */
  readonly nominatesBeforeBinding?: boolean;
  /** How long a bound pod counts before the informer shows it. Default 0: for ever, as in Kubernetes. */
  readonly assumedPodTtlMs?: number;
  /** Decisions in one turn of the host, before others run. Default 64. */
  readonly podsPerTurn?: number;
  /** Asked besides the plugins, in this order. */
  readonly extenders?: readonly Extender[];
  /** Where given, only the leader decides; the others follow the cluster and wait. */
  readonly leaderElection?: LeaderElection;
  /** Counts what happens, under kube-scheduler's names. */
  readonly metrics?: Metrics;
  /** Default true. */
  readonly recordEvents?: boolean;
  /** When events are written; its own unless given. */
  readonly eventWriter?: EventWriter;
}

export interface Scheduler {
  /** Resolves when pods and nodes are known and the first decisions may come. */
  start(): Promise<void>;
  /** Lets binds under way end, though nothing that plugins wait for before; then ends everything. */
  stop(): Promise<void>;
  /**
   * Goes on with other profiles: pods that wait keep their places, and are asked of again by the new plugins. Resolves
   * when they are in force. Errors: `InvalidProfileError`, and nothing has changed.
   */
  replaceProfiles(profiles: readonly Profile[]): Promise<void>;
  readonly counts: QueueCounts & { readonly binding: number; readonly assumedOrBound: number };
  /** Whether it decides; false as long as another is the leader. */
  readonly leading: boolean;
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
  /** By scheduler name; its contents change when profiles are replaced. */
  private readonly frameworks = new Map<string, Framework>();
  private readonly queue: SchedulingQueue;
  private readonly permits: PermitWaits;
  private readonly outbox: Outbox;
  private readonly reports: PodReports;
  private readonly preemptor: Preemptor;
  private readonly changes: ClusterChanges;
  private readonly attempts: PodAttempts;
  private readonly metrics: SchedulerMetrics | undefined;
  private readonly nominations = new Nominations();
  private readonly followed = new Set<string>();
  private readonly subscriptions: Subscription[] = [];
  private readonly timers: CancelTimer[] = [];
  private readonly ending = new AbortController();
  private election: Promise<void> | undefined;
  private cancelBackoff: CancelTimer | undefined;
  private turnScheduled = false;
  private started = false;
  private running = false;
  private readonly world: World;

  constructor(private readonly options: SchedulerOptions) {
    const { world = realWorld(), client, extenders = [] } = options;
    this.world = world;
    this.metrics = options.metrics && new SchedulerMetrics(options.metrics, world.clock, () => this.gauges());
    this.setProfiles(options.profiles ?? [profile({ plugins: defaultPlugins() })]);
    this.queue = new SchedulingQueue({
      ...options.queue,
      frameworks: this.frameworks,
      objects: this.table.objects,
      onPluginError: (failure) => world.logger.log('error', statusMessage(failure), { error: failure.cause }),
      ...(this.metrics && { onEnter: (queue, event) => this.metrics!.entered(queue, event) }),
    });
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
    const handle = this.handle();
    const { bindsMax = 256, bindTimeoutMs = 30_000, assumedPodTtlMs = 0, nominatesBeforeBinding = true } = options;
    this.attempts = new PodAttempts({
      world,
      client,
      handle,
      cache: this.cache,
      queue: this.queue,
      nominations: this.nominations,
      placer: new Placer({
        table: this.table,
        random: world.random.stream('scheduler'),
        handle,
        nominated: this.nominations,
      }),
      permits: this.permits,
      reports: this.reports,
      metrics: this.metrics,
      extenders: extenders.length === 0 ? undefined : new ExtenderChain(extenders, world),
      frameworkOf: (name) => this.frameworks.get(name),
      podNow: ({ name, namespace }) => options.informers.informer(Pod).lister.get({ name, namespace }),
      wake: () => this.wake(),
      bindsMax,
      bindTimeoutMs,
      nominatesBeforeBinding,
      assumedPodTtlMs,
    });
    this.changes = new ClusterChanges({
      world,
      cache: this.cache,
      queue: this.queue,
      nominations: this.nominations,
      responsible: (name) => this.frameworks.has(name),
      onGone: (key) => {
        this.reports.forget(key);
        this.attempts.abandon(key);
      },
      nominates: (key) => this.reports.hasNominated(key),
    });
  }

  get counts() {
    return { ...this.queue.counts(), binding: this.attempts.binding.size, assumedOrBound: this.cache.size };
  }

  get leading(): boolean {
    return this.running;
  }

  get idle(): boolean {
    return (
      this.queue.counts().active === 0 &&
      !this.attempts.busy &&
      this.attempts.binding.size === this.permits.size &&
      this.outbox.idle &&
      this.preemptor.idle
    );
  }

  async start(): Promise<void> {
    const { clock } = this.world;
    const { informers, client, leaderElection } = this.options;
    const nodes = informers.informer(Node);
    const pods = informers.informer(Pod);
    await Promise.all([nodes.whenSynced(), pods.whenSynced(), this.follow(this.kindsRead(this.frameworks.values()))]);
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
    this.timers.push(every(clock, flushPeriodMs, () => this.flush()));
    if (this.options.assumedPodTtlMs) this.timers.push(every(clock, expirePeriodMs, () => this.expire()));
    this.started = true;
    if (leaderElection === undefined) {
      this.lead(true);
      return;
    }
    const elector = new LeaderElector(this.world, client, leaderElection, {
      onElected: () => this.lead(true),
      onLost: () => this.lead(false),
    });
    this.election = elector.run(this.ending.signal);
  }

  async stop(): Promise<void> {
    this.lead(false);
    this.started = false;
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
    for (const cancel of this.timers.splice(0)) cancel();
    this.cancelBackoff?.();
    await this.attempts.stop();
    await Promise.all([this.outbox.stop(), this.preemptor.stop()]);
    this.ending.abort();
    await this.election;
  }

  async replaceProfiles(profiles: readonly Profile[]): Promise<void> {
    const made = frameworksOf(profiles, this.metrics?.points);
    if (this.started) await this.follow(this.kindsRead(made.values()));
    this.frameworks.clear();
    for (const [name, framework] of made) this.frameworks.set(name, framework);
    this.queue.replaceFrameworks(this.now());
    if (this.started)
      for (const pod of this.options.informers.informer(Pod).lister.list()) this.changes.reconsider(pod);
    this.wake();
  }

  private setProfiles(profiles: readonly Profile[]): void {
    for (const [name, framework] of frameworksOf(profiles, this.metrics?.points)) this.frameworks.set(name, framework);
  }

  private handle(): SchedulerHandle {
    const { client } = this.options;
    const { world, table, frameworks, nominations } = this;
    return {
      table,
      random: world.random.stream('scheduler'),
      client,
      world,
      ...frameworkHandle({ frameworks, nominations }),
      preempt: (pod, nodeName, victims, finishing) => {
        this.metrics?.preempted(victims.length);
        this.preemptor.preempt(pod, nodeName, victims, finishing);
      },
      waitingPods: () => this.permits.list(),
      activate: (keys) => {
        this.queue.activate(keys, this.now());
        this.wake();
      },
    };
  }

  /** Only a leader decides. */
  private lead(leading: boolean): void {
    this.running = leading && this.started;
    if (this.running) this.wake();
  }

  /** What the plugins of all profiles declare. */
  private kindsRead(frameworks: Iterable<Framework>): readonly KindRef<KubernetesObject>[] {
    const kinds = new Map<string, KindRef<KubernetesObject>>();
    for (const { profile: each } of frameworks) {
      for (const { reads = [] } of each.plugins)
        for (const kind of reads) kinds.set(`${kind.group}/${kind.kind}`, kind);
    }
    return [...kinds.values()];
  }

  /** Resolves when the objects of these kinds are known. */
  private async follow(kinds: readonly KindRef<KubernetesObject>[]): Promise<void> {
    const { informers } = this.options;
    const fresh = kinds.filter((kind) => !this.followed.has(`${kind.group}/${kind.kind}`));
    await Promise.all(fresh.map((kind) => informers.informer(kind).whenSynced()));
    for (const kind of fresh) {
      this.followed.add(`${kind.group}/${kind.kind}`);
      this.subscriptions.push(
        informers.informer(kind).events.subscribe((event) => {
          this.changes.object(event);
          this.wake();
        }),
      );
    }
  }

  private preemptionFailed(key: string): void {
    this.attempts.preemptionFailed(key);
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
      if (!this.running) return;
      const { podsPerTurn = 64 } = this.options;
      if (this.attempts.turn(podsPerTurn)) this.wake();
      else this.armBackoff();
    });
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

  private gauges(): SchedulerGauges {
    const { queue, cache, table, attempts } = this;
    return {
      queue: queue.counts(),
      binding: attempts.binding.size,
      nodes: table.size,
      pods: cache.size,
      assumedPods: cache.assumedSize,
      unschedulable: function* () {
        for (const { pod, unschedulablePlugins, place } of queue.pods())
          if (place === 'unschedulable' || place === 'gated')
            for (const plugin of unschedulablePlugins) yield [plugin, pod.schedulerName] as const;
      },
    };
  }
}

function frameworksOf(
  profiles: readonly Profile[],
  observer: PointObserver | undefined,
): ReadonlyMap<string, Framework> {
  const frameworks = new Map<string, Framework>();
  for (const [index, each] of profiles.entries()) {
    requireBindPlugin(each);
    if (frameworks.has(each.schedulerName)) {
      throw new InvalidProfileError(
        `profiles[${index}].schedulerName`,
        `there is already a profile for ${JSON.stringify(each.schedulerName)}`,
      );
    }
    frameworks.set(each.schedulerName, new Framework(each, observer));
  }
  return frameworks;
}
