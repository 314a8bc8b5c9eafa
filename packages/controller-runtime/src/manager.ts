/**
 * Runs controllers over shared informers: ordered start and stop, leader election with a warm standby, health, metrics.
 *
 * Start: what runs on every candidate; the caches; then, as the leader where one is elected, controllers and runnables.
 * Stop: controllers end what they are at, then the leader's runnables, then the lease is let go, then other runnables and
 * the caches end.
 */
import type { Client } from '@pintle/client';
import { changesSomething, intercept } from '@pintle/client/interceptor';
import {
  consoleLogger,
  createMetrics,
  type Metrics,
  realWorld,
  TimeoutError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import { createInformers, HandlerSafeObservable, type Informers } from '@pintle/watch';
import { type Observable, Subject } from 'rxjs';
import { type Controller, DuplicateControllerError } from './controller.js';
import { createEventWriter, type EventWriter } from './events/event-writer.js';
import { askAll, type HealthCheck, type HealthReport } from './health.js';
import { type LeaderElection, LeaderElector, NotLeaderError } from './leader-election.js';
import { formatProblem, type Problem } from './loops/problem.js';
import { watchFights } from './loops/watch-fights.js';
import { PressingWork } from './pressing-work.js';
import type { Runnable } from './runnable.js';
import { RunningController } from './running-controller.js';
import type { Tracing } from './tracing.js';
import { type ReconcileRun, WriteLedger, type WrittenVersion } from './write-ledger.js';

export interface ManagerOptions {
  readonly client: Client;
  readonly controllers?: readonly Controller[];
  readonly runnables?: readonly Runnable[];
  /** The real world, with a log on the console, unless given. */
  readonly world?: World;
  /** Its own unless given; given ones are neither started nor stopped. */
  readonly informers?: Informers;
  /** Its own unless given. */
  readonly eventWriter?: EventWriter;
  readonly leaderElection?: LeaderElection;
  /** Where reconciles and work queues are counted. Its own unless given. */
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
  /** Beside its own: whether the process lives (`live`), and whether it can be counted on (`ready`). */
  readonly checks?: { readonly live?: readonly HealthCheck[]; readonly ready?: readonly HealthCheck[] };
}

export interface Manager {
  /**
   * Resolves when caches are synced and every controller runs; where election is on, when caches are synced and the
   * manager is a candidate. Errors: `TimeoutError` where the first state of a kind does not come.
   */
  start(): Promise<void>;
  /** Lets running reconciles, and then runnables, end: at most `drainMs` (default 30,000) in all. Then ends everything. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  /**
   * Resolves when the manager has stopped. Rejects with what a controller with `recover: false` has thrown, once all has
   * ended; where nobody awaits it, that ends the process, as a panic does.
   */
  readonly ended: Promise<void>;
  readonly informers: Informers;
  /** Whether nothing is queued, delayed retries aside, and nothing runs. */
  readonly idle: boolean;
  /** Whether its controllers run. */
  readonly isLeading: boolean;
  /** Hot loops and fights, as they are found. They are logged as well. */
  readonly problems: Observable<Problem>;
  readonly metrics: Metrics;
  live(): Promise<HealthReport>;
  ready(): Promise<HealthReport>;
  /** Which run of a controller wrote a version of an object, as far as that is remembered. */
  writerOf(version: WrittenVersion): ReconcileRun | undefined;
}

const drainDefaultMs = 30_000;

/** The time from when a manager began to lead until it ceased to; all of it where nobody is elected. */
interface Term {
  /** Aborted when what runs on the leader is to end. */
  readonly ending: AbortController;
  /** The lease was lost, and not let go. */
  isLost: boolean;
}

/** Errors: `DuplicateControllerError`. */
export function createManager(options: ManagerOptions): Manager {
  return new ControllerManager(options);
}

class ControllerManager implements Manager {
  readonly informers: Informers;
  readonly metrics: Metrics;
  readonly problems: Observable<Problem>;
  readonly ended: Promise<void>;
  private readonly world: World;
  private readonly eventWriter: EventWriter;
  private readonly ledger = new WriteLedger();
  private readonly pressingWork: PressingWork;
  private readonly found = new Subject<Problem>();
  private readonly stopping = new AbortController();
  private readonly elector: LeaderElector | undefined;
  private reconciles = 0;
  private everywhere: readonly RunningController[] = [];
  private asLeader: readonly RunningController[] = [];
  private term: Term = { ending: new AbortController(), isLost: false };
  private readonly candidateEnds = new AbortController();
  /** What runs on the leader alone, and what runs on every candidate. */
  private readonly runs = { leader: new Set<Promise<void>>(), everywhere: new Set<Promise<void>>() };
  private candidacy: Promise<void> | undefined;
  private leading = false;
  private synced = false;
  private endFights = () => {};
  private end!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  private bug: { readonly error: unknown } | undefined;

  constructor(private readonly options: ManagerOptions) {
    const names = (options.controllers ?? []).map((controller) => controller.options.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new DuplicateControllerError(twice);
    this.world = options.world ?? realWorld({ logger: consoleLogger() });
    const { world } = this;
    this.ended = new Promise((resolve, reject) => {
      this.end = { resolve, reject };
    });
    this.pressingWork = new PressingWork(world.clock);
    this.informers = options.informers ?? createInformers({ client: options.client, world });
    this.eventWriter = options.eventWriter ?? createEventWriter({ world });
    this.metrics = options.metrics ?? createMetrics();
    this.problems = new HandlerSafeObservable<Problem>(
      (error) => world.logger.log('error', 'a handler of problems failed', { error }),
      (subscriber) => this.found.subscribe(subscriber),
    );
    if (options.leaderElection !== undefined) this.elector = this.electorOf(options.leaderElection);
  }

  get idle(): boolean {
    return [...this.everywhere, ...this.asLeader].every(({ idle }) => idle);
  }

  get isLeading(): boolean {
    return this.leading;
  }

  async start(): Promise<void> {
    const { options, elector } = this;
    for (const runnable of options.runnables ?? [])
      if (runnable.leaderOnly === false) this.run(runnable, options.client, this.stopping.signal, this.runs.everywhere);
    this.everywhere = this.make(({ leaderOnly }) => !leaderOnly);
    const standby = this.make(({ leaderOnly }) => leaderOnly);
    const watched = new Set([...this.everywhere, ...standby].flatMap(({ informers }) => [...informers.values()]));
    this.endFights = watchFights(this.world, this.ledger, watched, (fight) => this.tell(fight));
    this.informers.start();
    await Promise.all(this.everywhere.map((controller) => controller.start()));
    await Promise.all(standby.map((controller) => controller.whenSynced()));
    this.synced = true;
    if (elector === undefined) await this.lead(standby);
    else {
      this.candidacy = elector.run(this.candidateEnds.signal).catch((error: unknown) => {
        this.world.logger.log('error', 'the candidacy for the lease ended', { error });
      });
    }
  }

  async stop({ drainMs = drainDefaultMs }: { readonly drainMs?: number } = {}): Promise<void> {
    const { clock } = this.world;
    const untilMs = clock.monotonic() + drainMs;
    const leftMs = () => Math.max(0, untilMs - clock.monotonic());
    await this.drain([...this.everywhere, ...this.asLeader], drainMs);
    this.term.ending.abort();
    await this.within(leftMs(), 'the end of what runs on the leader', this.runs.leader);
    this.candidateEnds.abort();
    await this.candidacy;
    this.leading = false;
    this.stopping.abort();
    await this.within(leftMs(), 'the end of what runs beside controllers', this.runs.everywhere);
    this.endFights();
    this.found.complete();
    if (this.options.informers === undefined) await this.informers.stop();
    if (this.bug === undefined) this.end.resolve();
    else this.end.reject(this.bug.error);
  }

  live(): Promise<HealthReport> {
    return askAll([{ name: 'ping', check: () => {} }, ...(this.options.checks?.live ?? [])]);
  }

  ready(): Promise<HealthReport> {
    const caches = {
      name: 'caches',
      check: () => {
        if (!this.synced) throw new Error('the first state of what is watched is not complete');
      },
    };
    return askAll([caches, ...(this.options.checks?.ready ?? [])]);
  }

  writerOf(version: WrittenVersion): ReconcileRun | undefined {
    return this.ledger.writerOf(version);
  }

  private make(wanted: (options: Controller['options']) => boolean): readonly RunningController[] {
    const { controllers = [], client, tracing, leaderElection } = this.options;
    const { informers, world, eventWriter, ledger, pressingWork, metrics, elector } = this;
    return controllers
      .filter((controller) => wanted(controller.options))
      .map(
        (controller) =>
          new RunningController({
            controller,
            client,
            informers,
            world,
            eventWriter,
            ledger,
            pressingWork,
            metrics,
            nextRunNumber: () => ++this.reconciles,
            onProblem: (problem) => this.tell(problem),
            onBug: (error) => this.endBy(error),
            ...(tracing === undefined ? {} : { tracing }),
            ...(elector === undefined || !controller.options.leaderOnly
              ? {}
              : {
                  fence: () => {
                    if (!elector.holds()) throw new NotLeaderError(leaderElection!.leaseName);
                  },
                }),
          }),
      );
  }

  /** Ends everything at once, whatever is begun. */
  private endBy(error: unknown): void {
    if (this.bug !== undefined) return;
    this.bug = { error };
    for (const controller of [...this.everywhere, ...this.asLeader]) controller.abort();
    void this.stop({ drainMs: 0 });
  }

  private electorOf(election: LeaderElection): LeaderElector {
    const { logger } = this.world;
    const status = this.metrics
      .gauge({ name: 'leader_election_master_status', help: '1 of the leader, 0 of others.', labels: ['name'] })
      .with(election.leaseName);
    status.set(0);
    return new LeaderElector(this.world, this.options.client, election, {
      onElected: () => {
        status.set(1);
        logger.log('info', 'this manager leads', { lease: election.leaseName, identity: election.identity });
        this.lead(this.make(({ leaderOnly }) => leaderOnly)).catch((error: unknown) =>
          logger.log('error', 'the controllers of the leader could not be started', { error }),
        );
      },
      onLost: () => {
        status.set(0);
        logger.log('warn', 'this manager no longer leads', { lease: election.leaseName, identity: election.identity });
        this.leading = false;
        // What was begun as the leader may not be finished as one.
        for (const controller of this.asLeader) controller.abort();
        this.term.isLost = true;
        this.term.ending.abort();
        void this.drain(this.asLeader, 0);
        this.asLeader = [];
      },
    });
  }

  private async lead(controllers: readonly RunningController[]): Promise<void> {
    const term: Term = { ending: new AbortController(), isLost: false };
    this.term = term;
    this.asLeader = controllers;
    this.leading = true;
    await Promise.all(controllers.map((controller) => controller.start()));
    // The lease may be lost again by now, and even be another term's.
    if (term.ending.signal.aborted) return;
    const client = this.clientOf(term);
    for (const runnable of this.options.runnables ?? [])
      if (runnable.leaderOnly !== false) this.run(runnable, client, term.ending.signal, this.runs.leader);
  }

  /** Who no longer leads writes nothing: neither a controller, whose own client refuses, nor what runs beside it. */
  private clientOf(term: Term): Client {
    const { client, leaderElection } = this.options;
    const { elector } = this;
    if (elector === undefined) return client;
    return intercept(client, {
      async request(request, next) {
        if (changesSomething(request) && (term.isLost || !elector.holds()))
          throw new NotLeaderError(leaderElection!.leaseName);
        return next();
      },
    });
  }

  private run(runnable: Runnable, client: Client, signal: AbortSignal, among: Set<Promise<void>>): void {
    const { informers, world, metrics } = this;
    const running = runnable
      .start({ client, informers, world, metrics, signal })
      .catch((error: unknown) => {
        if (!signal.aborted) world.logger.log('error', 'a runnable failed', { name: runnable.name, error });
      })
      .finally(() => among.delete(running));
    among.add(running);
  }

  private async drain(controllers: readonly RunningController[], drainMs: number): Promise<void> {
    await this.within(
      drainMs,
      'the end of running reconciles',
      controllers.map((controller) => controller.stop()),
    ).finally(() => {
      for (const controller of controllers) controller.abort();
    });
  }

  private async within(drainMs: number, what: string, ends: Iterable<Promise<void>>): Promise<void> {
    const { clock, logger } = this.world;
    try {
      await withTimeout(clock, drainMs, what, async () => void (await Promise.all(ends)));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      logger.log('warn', error.message);
    }
  }

  private tell(problem: Problem): void {
    this.metrics
      .counter({ name: 'pintle_controller_problems_total', help: 'Hot loops and fights.', labels: ['type'] })
      .with(problem.type)
      .increment();
    this.world.logger.log('warn', formatProblem(problem));
    this.found.next(problem);
  }
}
