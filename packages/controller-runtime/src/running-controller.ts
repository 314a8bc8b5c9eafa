/** One controller at work: sources into the queue, keys out of it into the reconciler. */
import type { Client, ObjectKey } from '@pintle/client';
import {
  AbortedError,
  apiVersionOf,
  every,
  type KindRef,
  type KubernetesObject,
  type Metrics,
  objectKey,
  parseObjectKey,
  StatusError,
  type World,
  withTimeout,
} from '@pintle/machinery';
import type { Informer, Informers } from '@pintle/watch';
import type { Subscription } from 'rxjs';
import type { Controller, ControllerSource, ObjectEvent } from './controller.js';
import { createEventRecorder, type EventRecorder } from './events/event-recorder.js';
import type { EventWriter } from './events/event-writer.js';
import { failureReason, isBug } from './failures.js';
import { HotLoops, type OwnChange } from './loops/hot-loops.js';
import type { Problem } from './loops/problem.js';
import { OwnWrites } from './own-writes.js';
import { exponentialBackoff } from './rate-limiter.js';
import { type ReconcileObserver, reconcileMetrics } from './reconcile-metrics.js';
import { type RunParts, runReconcile } from './reconcile-run.js';
import { type Cause, type ReconcileResult, TerminalError } from './reconciler.js';
import type { Tracing } from './tracing.js';
import { type Priority, WorkQueue } from './work-queue.js';
import { workQueueMetrics } from './work-queue-metrics.js';
import type { ReconcileRun, WriteLedger } from './write-ledger.js';

export interface RunningControllerOptions {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  readonly eventWriter: EventWriter;
  /** Shared by the controllers of a manager. */
  readonly ledger: WriteLedger;
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

/** A cause, with the object before and after where it was changed. */
interface Waking {
  readonly cause: Cause;
  readonly before?: KubernetesObject;
  readonly after?: KubernetesObject;
}

/** Causes remembered for one reconcile; of more only the first. */
const causesMax = 20;

export class RunningController {
  readonly queue: WorkQueue;
  /** Of the kinds that it watches. */
  readonly informers = new Map<string, Informer>();
  private readonly wakings = new Map<string, Waking[]>();
  private readonly ownWrites: OwnWrites;
  private readonly hotLoops: HotLoops;
  private readonly events: EventRecorder;
  private readonly observer: ReconcileObserver;
  private readonly ends: (() => void)[] = [];
  private readonly stopping = new AbortController();
  private readonly parts: RunParts;
  private workers: Promise<void>[] = [];

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
    this.hotLoops = new HotLoops(name);
    this.queue = new WorkQueue({
      clock: world.clock,
      rateLimiter: rateLimiter?.(world.clock) ?? exponentialBackoff({ baseMs, maxMs }),
      observer: workQueueMetrics(metrics, world.clock, name),
    });
    for (const source of controller.sources) {
      if (source.type === 'kind')
        this.informers.set(`${apiVersionOf(source.kind)} ${source.kind.kind}`, informers.informer(source.kind));
    }
    this.ownWrites = new OwnWrites(world, (apiVersion, kind) => this.informers.get(`${apiVersion} ${kind}`));
    this.parts = {
      ...options,
      events: this.events,
      kindOf: (object) => this.kindOf(object),
      known: (apiVersion, kind, at) => this.informers.get(`${apiVersion} ${kind}`)?.lister.get(at),
      wrote: (write, run) => {
        this.ownWrites.record(objectKey(run.key), write);
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
    const late = () => all.filter(({ hasSynced }) => !hasSynced).map(({ kind }) => `${kind.plural}.${kind.group}`);
    try {
      await withTimeout(
        world.clock,
        controller.options.syncTimeoutMs,
        `controller "${this.name}": the first state of what it watches`,
        (signal) => Promise.all(all.map((informer) => informer.whenSynced(signal))),
        this.stopping.signal,
      );
    } catch (error) {
      world.logger.log('error', 'a controller cannot start: are these kinds served, and may it list and watch them?', {
        controller: this.name,
        kinds: late(),
      });
      throw error;
    }
  }

  async start(): Promise<void> {
    await this.whenSynced();
    const { controller } = this.options;
    for (const source of controller.sources) this.follow(source);
    this.workers = Array.from({ length: controller.options.concurrency }, () => this.work());
  }

  /** Ends taking keys; resolves when what runs has ended. */
  async stop(): Promise<void> {
    for (const end of this.ends.splice(0)) end();
    this.queue.close();
    await Promise.all(this.workers);
    await this.events.flush();
  }

  /** Tells what runs to give up. */
  abort(): void {
    this.stopping.abort(new AbortedError(`controller ${this.name}`));
  }

  enqueue(key: ObjectKey, waking: Waking, priority: Priority = 'normal'): void {
    const id = objectKey(key);
    const wakings = this.wakings.get(id);
    if (wakings === undefined) this.wakings.set(id, [waking]);
    else if (wakings.length < causesMax) wakings.push(waking);
    const { kind, options } = this.options.controller;
    const foreign = waking.cause.change === 'updated' && waking.cause.kind !== kind.kind;
    this.queue.addAfter(id, foreign ? options.gatherMs : 0, priority);
  }

  private follow(source: ControllerSource): void {
    if (source.type === 'kind') this.followKind(source);
    else if (source.type === 'keys') this.followKeys(source);
    else {
      const { world } = this.options;
      const poll = source.type === 'poll' ? () => void this.poll(source) : () => this.resync();
      if (source.type === 'poll') poll();
      this.ends.push(every(world.clock, source.type === 'poll' ? source.poll.everyMs : source.everyMs, poll));
    }
  }

  private followKind({ kind, mapper, predicate }: ControllerSource & { readonly type: 'kind' }): void {
    const { informers } = this.options;
    /** What was there already is looked at after what changes. */
    let priority: Priority = 'low';
    const wake = (event: ObjectEvent<KubernetesObject>) => {
      const waking = wakingOf(kind.kind, event);
      const keys = mapper(event.object, informers);
      for (const key of keys) this.enqueue(key, waking, priority);
      if (event.type !== 'updated') return;
      // Whom the object belonged to before is told as well, and nobody twice.
      const isTold = ({ name, namespace }: ObjectKey) =>
        keys.some((told) => told.name === name && told.namespace === namespace);
      for (const key of mapper(event.old, informers)) if (!isTold(key)) this.enqueue(key, waking, priority);
    };
    const subscription: Subscription = informers.informer(kind).events.subscribe((event) => {
      if (event.type === 'synced') priority = 'normal';
      else if (predicate === undefined || predicate(event)) wake(event);
    });
    this.ends.push(() => subscription.unsubscribe());
  }

  private followKeys({ keys }: ControllerSource & { readonly type: 'keys' }): void {
    const { controller, world } = this.options;
    const subscription = keys.subscribe({
      next: (key) => this.enqueue(key, { cause: { kind: controller.kind.kind, key, change: 'external' } }),
      error: (error: unknown) =>
        world.logger.log('error', 'a source of keys failed, and gives no more', { controller: this.name, error }),
    });
    this.ends.push(() => subscription.unsubscribe());
  }

  private async poll({ poll }: ControllerSource & { readonly type: 'poll' }): Promise<void> {
    const { controller, client, informers, world } = this.options;
    const { signal } = this.stopping;
    try {
      const keys = await withTimeout(
        world.clock,
        controller.options.timeoutMs,
        'asking a source of keys',
        (limited) => poll.keys({ client, informers, signal: limited }),
        signal,
      );
      for (const key of keys) this.enqueue(key, { cause: { kind: controller.kind.kind, key, change: 'external' } });
    } catch (error) {
      if (signal.aborted) return;
      world.logger.log('warn', 'a source of keys failed, and is asked again', { controller: this.name, error });
    }
  }

  private resync(): void {
    const { kind } = this.options.controller;
    for (const { metadata } of this.options.informers.informer(kind).lister.list()) {
      const { name = '', namespace } = metadata;
      const key = namespace === undefined ? { name } : { name, namespace };
      this.enqueue(key, { cause: { kind: kind.kind, key, change: 'resync' } }, 'low');
    }
  }

  private async work(): Promise<void> {
    for (let id = await this.queue.next(); id !== undefined; id = await this.queue.next()) {
      await this.reconcile(id);
      this.queue.done(id);
    }
  }

  private async reconcile(id: string): Promise<void> {
    const { tracing, world } = this.options;
    const unseen = this.ownWrites.unseen(id);
    if (unseen !== undefined) {
      // The worker is free for others meanwhile.
      void unseen.then(() => this.queue.add(id));
      return;
    }
    const key = parseObjectKey(id);
    const causes = this.takeCauses(id, key);
    const { clock } = world;
    const startedMs = clock.monotonic();
    const span = tracing?.start(`reconcile ${this.name} ${id}`, {
      attributes: { controller: this.name, object: id },
      links: causes.flatMap(({ by }) => (by?.span === undefined ? [] : [by.span])),
    });
    const number = this.options.nextRunNumber();
    const run: ReconcileRun = { controller: this.name, key, number, ...(span === undefined ? {} : { span }) };
    this.observer.started();
    const seconds = () => (clock.monotonic() - startedMs) / 1000;
    try {
      const result = await runReconcile(this.parts, key, causes, run, this.stopping.signal);
      span?.end();
      this.observer.ended(outcomeOf(result), seconds(), false);
      this.requeue(id, result);
    } catch (error) {
      span?.end(error);
      this.observer.ended('error', seconds(), error instanceof TerminalError);
      if (isBug(error)) this.bug(error);
      if (!this.stopping.signal.aborted) this.failed(id, key, error);
    }
  }

  private failed(id: string, key: ObjectKey, error: unknown): void {
    const { controller, informers, world } = this.options;
    const logger = world.logger.with({ controller: this.name, object: id });
    if (failureReason(error) !== undefined) {
      const object = informers.informer(controller.kind).lister.get(key);
      if (object !== undefined) this.events.record(object, 'Warning', 'ReconcileFailed', (error as Error).message);
    }
    if (error instanceof TerminalError) {
      this.queue.forget(id);
      logger.log('error', 'a reconcile failed for good', { error });
      return;
    }
    // Somebody else was faster: that is how the API works, not a fault.
    const level = StatusError.is(error, 'Conflict') ? 'debug' : 'warn';
    logger.log(level, 'a reconcile failed and is tried again', { error, failures: this.queue.failuresOf(id) + 1 });
    this.queue.addRateLimited(id);
  }

  private bug(error: unknown): void {
    this.observer.panicked();
    if (!this.options.controller.options.recover) this.options.onBug(error);
  }

  private takeCauses(id: string, key: ObjectKey): readonly Cause[] {
    const { controller, ledger } = this.options;
    const wakings = this.wakings.get(id) ?? [];
    this.wakings.delete(id);
    if (wakings.length === 0) {
      const change = this.queue.failuresOf(id) > 0 ? 'retry' : 'requested';
      this.hotLoops.observe(id, key, undefined);
      return [{ kind: controller.kind.kind, key, change }];
    }
    // Only now: when a change comes, its writer may not have its answer yet.
    const known = wakings.map(({ cause }) => {
      const by = ledger.writerOf(cause.change === 'deleted' ? { kind: cause.kind, key: cause.key } : cause);
      return by === undefined ? cause : { ...cause, by };
    });
    const isOwn = ({ by }: Cause) => by?.controller === this.name && objectKey(by.key) === id;
    const changes = wakings.flatMap(({ cause: { kind, key: at }, before, after }): OwnChange[] =>
      before === undefined || after === undefined ? [] : [{ kind, key: at, before, after }],
    );
    const loop = this.hotLoops.observe(id, key, known.every(isOwn) ? changes : undefined);
    if (loop !== undefined) this.options.onProblem(loop);
    return known;
  }

  private kindOf({ apiVersion, kind }: KubernetesObject): KindRef | undefined {
    return this.informers.get(`${apiVersion} ${kind}`)?.kind;
  }

  private requeue(id: string, result: ReconcileResult): void {
    // Who asks to come again at once backs off as one that fails does.
    if (result === undefined || result === null || !('requeue' in result)) this.queue.forget(id);
    if (result === undefined || result === null) return;
    if ('requeueAfterMs' in result) this.queue.addAfter(id, result.requeueAfterMs);
    else if ('requeueAtMs' in result) this.queue.addAfter(id, result.requeueAtMs - this.options.world.clock.now());
    else if (result.requeue) this.queue.addRateLimited(id);
  }
}

function outcomeOf(result: ReconcileResult): 'success' | 'requeue' | 'requeue_after' {
  if (result === undefined || result === null) return 'success';
  return 'requeue' in result ? 'requeue' : 'requeue_after';
}

function wakingOf(kind: string, event: ObjectEvent<KubernetesObject>): Waking {
  const { type, object } = event;
  const { name = '', namespace, resourceVersion } = object.metadata;
  const cause: Cause = {
    kind,
    key: namespace === undefined ? { name } : { name, namespace },
    change: type,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return type === 'updated' ? { cause, before: event.old, after: object } : { cause };
}
