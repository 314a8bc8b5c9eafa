/** One controller at work: sources into the queue, keys out of it into the reconciler. */
import type { Client } from '@pintle/client';
import {
  AbortedError,
  apiVersionOf,
  type CancelTimer,
  type KindRef,
  type KubernetesObject,
  type Metrics,
  objectKey,
  qualifiedResource,
  StatusError,
  TimeoutError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import type { Informer, Informers } from '@pintle/watch';
import type { Controller } from './controller.js';
import { createEventRecorder, type EventRecorder } from './events/event-recorder.js';
import type { EventWriter } from './events/event-writer.js';
import { failureReason, isBug } from './failures.js';
import { followSources } from './follow-sources.js';
import { ItemQueue } from './item-queue.js';
import { type KeyRecord, KeyRecords } from './key-record.js';
import { hotLoopOf, isEndless, isWatched, stepStreak, type Turn, writtenId } from './loops/hot-loops.js';
import type { Problem } from './loops/problem.js';
import { OwnWrites } from './own-writes.js';
import type { PressingWork } from './pressing-work.js';
import { exponentialBackoff, type RateLimiter } from './rate-limiter.js';
import { type ReconcileObserver, reconcileMetrics } from './reconcile-metrics.js';
import { RunningReconcile, type RunParts } from './reconcile-run.js';
import { type Cause, type ReconcileResult, TerminalError } from './reconciler.js';
import type { Tracing } from './tracing.js';
import { workQueueMetrics } from './work-queue-metrics.js';
import type { WriteLedger } from './write-ledger.js';

export interface RunningControllerOptions {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  readonly eventWriter: EventWriter;
  /** Shared by the controllers of a manager. */
  readonly ledger: WriteLedger;
  readonly pressingWork: PressingWork;
  /** Where reconciles and the work queue are counted. */
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
  /** Throws where nobody of this manager may write. */
  readonly fence?: () => void;
  nextRunNumber(): number;
  onProblem(problem: Problem): void;
  /** A controller that does not recover has thrown a bug. */
  onBug(error: unknown): void;
}

/** In the place of what was thrown. */
const succeeded = Symbol('succeeded');
/** How long a worker goes on while keys are ready, before others of the process have their turn. */
const turnMaxMs = 20;
/** And how many reconciles, where the clock stands still meanwhile, as that of a test does. */
const turnRunsMax = 1_000;

export class RunningController {
  /** Of the kinds that it watches. */
  readonly informers = new Map<string, Informer>();
  private readonly queue: ItemQueue<KeyRecord>;
  private readonly records = new KeyRecords();
  private readonly rateLimiter: RateLimiter;
  private readonly ownWrites: OwnWrites;
  private readonly events: EventRecorder;
  private readonly observer: ReconcileObserver;
  private readonly stopping = new AbortController();
  private readonly parts: RunParts;
  private readonly own: Informer;
  /** What each worker is at. One that was given up has been replaced by another. */
  private readonly atWork: (RunningReconcile | undefined)[] = [];
  private workerCount = 0;
  private workersGone: Promise<void> = Promise.resolve();
  private onLastWorkerGone = () => {};
  private endSources = () => {};
  /** Set while the time of what runs is watched. */
  private cancelTimeWatch: CancelTimer | undefined;

  constructor(private readonly options: RunningControllerOptions) {
    const { controller, informers, world, metrics } = options;
    const {
      name,
      component,
      concurrency,
      backoffBaseMs: baseMs,
      backoffMaxMs: maxMs,
      rateLimiter,
    } = controller.options;
    const { client, eventWriter: writer } = options;
    this.events = createEventRecorder({ client, world, component, writer });
    this.observer = reconcileMetrics(metrics, name, concurrency);
    this.rateLimiter = rateLimiter?.(world.clock) ?? exponentialBackoff({ baseMs, maxMs });
    this.queue = new ItemQueue({
      clock: world.clock,
      observer: workQueueMetrics(metrics, world.clock, name),
      pressingWork: options.pressingWork,
    });
    for (const source of controller.sources) {
      if (source.type === 'kind')
        this.informers.set(`${apiVersionOf(source.kind)} ${source.kind.kind}`, informers.informer(source.kind));
    }
    this.own = informers.informer(controller.kind);
    this.ownWrites = new OwnWrites(world, (apiVersion, kind) => this.informers.get(`${apiVersion} ${kind}`));
    this.parts = {
      ...options,
      events: this.events,
      stopping: this.stopping.signal,
      kindOf: (object) => this.kindOf(object),
      known: (apiVersion, kind, at) => this.informers.get(`${apiVersion} ${kind}`)?.lister.get(at),
      failuresOf: (id) => this.rateLimiter.failuresOf(id),
      wrote: (write, object, { record, run }) => {
        record.wrote = true;
        if (isWatched(record.streak)) (record.writtenTo ??= []).push(writtenId(write.kind, write.key));
        this.ownWrites.record(record, write, object);
        options.ledger.record(write, run);
      },
    };
  }

  get name(): string {
    return this.options.controller.options.name;
  }

  /** Whether nothing is queued, delayed retries aside, nothing runs, and no cache is waited for. */
  get idle(): boolean {
    return this.queue.idle && this.ownWrites.waitingCount === 0;
  }

  /** Resolves when the caches of its kinds are complete. Errors: `TimeoutError` naming those that are not. */
  async whenSynced(): Promise<void> {
    const { controller, world } = this.options;
    const all = [...this.informers.values()];
    try {
      await withTimeout(
        world.clock,
        controller.options.syncTimeoutMs,
        `controller "${this.name}": the first state of what it watches`,
        async (signal) => {
          // One after the other: a signal takes few listeners.
          for (const informer of all) await informer.whenSynced(signal);
        },
        this.stopping.signal,
      );
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const late = all.filter(({ hasSynced }) => !hasSynced);
      const failures = late.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
      const names = late.map(({ kind, failure }) => {
        const name = qualifiedResource(kind);
        return failure === undefined ? name : `${name} (${failure instanceof Error ? failure.message : failure})`;
      });
      const what = `controller "${this.name}": the first state of ${names.join(', ')}`;
      const told = new TimeoutError(what, error.timeoutMs, { cause: failures[0] ?? error });
      world.logger.log('error', 'a controller cannot start: are these kinds served, and may it list and watch them?', {
        controller: this.name,
        kinds: late.map(({ kind }) => `${kind.plural}.${kind.group}`),
        error: told,
      });
      throw told;
    }
  }

  async start(): Promise<void> {
    await this.whenSynced();
    const { controller, client, informers, world } = this.options;
    this.endSources = followSources({
      ...{ controller, client, informers, world },
      stopping: this.stopping.signal,
      enqueue: (key, waking, priority, afterMs) => {
        const record = this.records.of(key);
        record.wake(waking);
        this.queue.gather(record, afterMs, priority);
      },
    });
    this.workersGone = new Promise((resolve) => {
      this.onLastWorkerGone = resolve;
    });
    this.workerCount = controller.options.concurrency;
    for (let worker = 0; worker < this.workerCount; worker++) void this.work(worker);
  }

  /** Ends taking keys; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.endSources();
    this.queue.close();
    await this.workersGone;
    await this.events.flush();
  }

  /** Tells what runs to give up. */
  abort(): void {
    this.stopping.abort(new AbortedError(`controller ${this.name}`));
    this.cancelTimeWatch?.();
  }

  private async work(worker: number): Promise<void> {
    const { controller, world } = this.options;
    const { clock } = world;
    let nowMs = clock.monotonic();
    let turnBeganMs = nowMs;
    let turnRuns = 0;
    for (;;) {
      let record = this.queue.take(nowMs);
      if (record === undefined) {
        record = await this.queue.next();
        if (record === undefined) break;
        const parkedMs = nowMs;
        nowMs = clock.monotonic();
        if (nowMs - parkedMs > 1) turnBeganMs = nowMs;
      }
      const run = this.begin(record, nowMs);
      if (run !== undefined) {
        this.atWork[worker] = run;
        let result: ReconcileResult | undefined;
        let failure: unknown = succeeded;
        try {
          result = await controller.reconciler(run);
        } catch (error) {
          failure = error;
        }
        // It was given up, and another worker is in this one's place.
        if (!run.end()) return;
        this.atWork[worker] = undefined;
        nowMs = clock.monotonic();
        if (failure === succeeded) this.succeeded(run, result, nowMs);
        else this.failed(run, failure, nowMs);
      }
      this.done(record, run?.object, nowMs);
      if (nowMs !== turnBeganMs) turnRuns = 0;
      if (nowMs - turnBeganMs > turnMaxMs || ++turnRuns > turnRunsMax || isEndless(record.streak)) {
        await new Promise<void>((resolve) => clock.schedule(0, resolve));
        nowMs = turnBeganMs = clock.monotonic();
        turnRuns = 0;
      }
    }
    if (--this.workerCount > 0) return;
    this.cancelTimeWatch?.();
    this.onLastWorkerGone();
  }

  /** Undefined where the caches have not seen yet what the last run wrote: the key comes again when they have. */
  private begin(record: KeyRecord, startedMs: number): RunningReconcile | undefined {
    const unseen = this.ownWrites.unseen(record);
    if (unseen !== undefined) {
      // The worker is free for others meanwhile.
      void unseen.then(() => this.queue.add(record));
      return undefined;
    }
    const { tracing } = this.options;
    const { id } = record;
    const object = this.own.lister.byKey(id);
    const run = new RunningReconcile(
      this.parts,
      record,
      object,
      record.takeWakings(),
      this.options.nextRunNumber(),
      startedMs,
    );
    if (record.wrote) this.observeLoop(run);
    else record.streak = undefined;
    record.wrote = false;
    record.writtenTo = undefined;
    if (tracing !== undefined)
      run.span = tracing.start(`reconcile ${this.name} ${id}`, {
        attributes: { controller: this.name, object: id },
        links: run.causes.flatMap(({ by }) => (by?.span === undefined ? [] : [by.span])),
      });
    this.observer.started();
    if (this.cancelTimeWatch === undefined) this.watchTime(this.options.controller.options.timeoutMs);
    return run;
  }

  private done(record: KeyRecord, object: KubernetesObject | undefined, nowMs: number): void {
    this.queue.done(record, nowMs);
    if (object === undefined && record.isForgettable) this.records.delete(record);
  }

  /** One timer for all that runs: it looks at who began when, and waits for the rest. */
  private watchTime(afterMs: number): void {
    const { clock } = this.options.world;
    this.cancelTimeWatch = clock.schedule(afterMs, () => {
      this.cancelTimeWatch = undefined;
      const leftMs = this.giveUpLate(clock.monotonic());
      if (leftMs !== undefined) this.watchTime(leftMs);
    });
  }

  /** Returns how long the next one may still take; undefined where nothing runs. */
  private giveUpLate(nowMs: number): number | undefined {
    const { timeoutMs } = this.options.controller.options;
    let nextMs: number | undefined;
    for (const [worker, run] of this.atWork.entries()) {
      if (run === undefined) continue;
      const leftMs = run.startedMs + timeoutMs - nowMs;
      if (leftMs > 0) nextMs = Math.min(leftMs, nextMs ?? leftMs);
      else {
        const late = new TimeoutError(`reconciling ${run.kind.kind} ${run.id}`, timeoutMs);
        run.end(late);
        this.failed(run, late, nowMs);
        this.atWork[worker] = undefined;
        this.done(run.record, run.object, nowMs);
        void this.work(worker);
      }
    }
    return nextMs;
  }

  private succeeded(run: RunningReconcile, result: ReconcileResult, nowMs: number): void {
    run.span?.end();
    this.observer.ended(outcomeOf(result), (nowMs - run.startedMs) / 1000, false);
    this.requeue(run.record, result);
  }

  private failed(run: RunningReconcile, error: unknown, nowMs: number): void {
    const { id } = run;
    run.span?.end(error);
    this.observer.ended('error', (nowMs - run.startedMs) / 1000, error instanceof TerminalError);
    if (isBug(error)) this.bug(error);
    if (this.stopping.signal.aborted) return;
    if (failureReason(error) !== undefined) {
      const object = this.own.lister.byKey(id);
      if (object !== undefined) this.events.record(object, 'Warning', 'ReconcileFailed', (error as Error).message);
    }
    if (error instanceof TerminalError) {
      this.rateLimiter.forget(id);
      run.logger.log('error', 'a reconcile failed for good', { error });
      return;
    }
    // Somebody else was faster: that is how the API works, not a fault.
    const level = StatusError.is(error, 'Conflict') ? 'debug' : 'warn';
    const failures = this.rateLimiter.failuresOf(id) + 1;
    run.logger.log(level, 'a reconcile failed and is tried again', { error, failures });
    this.queue.retryAfter(run.record, this.rateLimiter.delayMs(id));
  }

  private bug(error: unknown): void {
    this.observer.panicked();
    if (!this.options.controller.options.recover) this.options.onBug(error);
  }

  private observeLoop({ record, key, causes, wakings = [] }: RunningReconcile): void {
    const isOwn = ({ by }: Cause) => by?.controller === this.name && objectKey(by.key) === record.id;
    const turn: Turn = { changes: wakings, written: record.writtenTo ?? [] };
    record.streak = stepStreak(record.streak, causes.every(isOwn) ? turn : undefined);
    const loop = record.streak && hotLoopOf(this.name, key, record.streak);
    if (loop !== undefined) this.options.onProblem(loop);
  }

  private kindOf({ apiVersion, kind }: KubernetesObject): KindRef | undefined {
    return this.informers.get(`${apiVersion} ${kind}`)?.kind;
  }

  private requeue(record: KeyRecord, result: ReconcileResult): void {
    // Who asks to come again at once backs off as one that fails does.
    if (!result || !('requeue' in result)) this.rateLimiter.forget(record.id);
    if (!result) return;
    if ('requeueAfterMs' in result) this.queue.addAfter(record, result.requeueAfterMs);
    else if ('requeueAtMs' in result) this.queue.addAfter(record, result.requeueAtMs - this.options.world.clock.now());
    else if (result.requeue) this.queue.retryAfter(record, this.rateLimiter.delayMs(record.id));
  }
}

function outcomeOf(result: ReconcileResult): 'success' | 'requeue' | 'requeue_after' {
  if (!result) return 'success';
  return 'requeue' in result ? 'requeue' : 'requeue_after';
}
