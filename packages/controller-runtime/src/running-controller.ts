/** One controller at work: sources into the queue, keys out of it into the reconciler. */
import type { Client, ObjectKey } from '@pintle/client';
import {
  AbortedError,
  apiVersionOf,
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
import type { Controller, ObjectEvent } from './controller.js';
import { createEventRecorder, type EventRecorder } from './events/event-recorder.js';
import type { EventWriter } from './events/event-writer.js';
import { OwnWrites } from './own-writes.js';
import { type Cause, type ReconcileResult, TerminalError } from './reconciler.js';
import { recordingClient } from './recording-client.js';
import { WorkQueue } from './work-queue.js';
import { workQueueMetrics } from './work-queue-metrics.js';

export interface RunningControllerOptions {
  readonly controller: Controller;
  readonly client: Client;
  readonly informers: Informers;
  readonly world: World;
  readonly eventWriter: EventWriter;
  /** Where its work queue is counted. */
  readonly metrics?: Metrics;
}

/** Causes remembered for one reconcile; of more only the first. */
const causesMax = 20;

export class RunningController {
  readonly queue: WorkQueue;
  private readonly informersByKind = new Map<string, Informer>();
  private readonly causes = new Map<string, Cause[]>();
  private readonly ownWrites: OwnWrites;
  private readonly events: EventRecorder;
  private readonly subscriptions: Subscription[] = [];
  private readonly stopping = new AbortController();
  private workers: Promise<void>[] = [];

  constructor(private readonly options: RunningControllerOptions) {
    const { controller, informers, world } = options;
    const { backoffBaseMs, backoffMaxMs } = controller.options;
    this.events = createEventRecorder({
      client: options.client,
      world,
      component: controller.options.component,
      writer: options.eventWriter,
    });
    this.queue = new WorkQueue({
      clock: world.clock,
      backoffBaseMs,
      backoffMaxMs,
      ...(options.metrics === undefined
        ? {}
        : { observer: workQueueMetrics(options.metrics, world.clock, controller.options.name) }),
    });
    for (const source of controller.sources) {
      if (source.type === 'kind')
        this.informersByKind.set(`${apiVersionOf(source.kind)} ${source.kind.kind}`, informers.informer(source.kind));
    }
    this.ownWrites = new OwnWrites(world, (apiVersion, kind) => this.informersByKind.get(`${apiVersion} ${kind}`));
  }

  get name(): string {
    return this.options.controller.options.name;
  }

  async start(): Promise<void> {
    await Promise.all([...this.informersByKind.values()].map((informer) => informer.whenSynced(this.stopping.signal)));
    const { controller, informers } = this.options;
    for (const source of controller.sources) {
      if (source.type === 'keys') {
        this.subscriptions.push(
          source.keys.subscribe((key) => this.enqueue(key, { kind: controller.kind.kind, key, change: 'external' })),
        );
        continue;
      }
      const { kind, mapper, predicate } = source;
      const wake = (event: ObjectEvent<KubernetesObject>, object: KubernetesObject) => {
        const cause = causeOf(kind.kind, event);
        for (const key of mapper(object, informers)) this.enqueue(key, cause);
      };
      this.subscriptions.push(
        informers.informer(kind).events.subscribe((event) => {
          if (event.type === 'synced' || (predicate !== undefined && !predicate(event))) return;
          // Whom the object belonged to before is told as well.
          if (event.type === 'updated') wake(event, event.old);
          wake(event, event.object);
        }),
      );
    }
    this.workers = Array.from({ length: controller.options.concurrency }, () => this.work());
  }

  /** Ends taking keys; resolves when what runs has ended. */
  async stop(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.queue.close();
    await Promise.all(this.workers);
    await this.events.flush();
  }

  /** Tells what runs to give up. */
  abort(): void {
    this.stopping.abort(new AbortedError(`controller ${this.name}`));
  }

  enqueue(key: ObjectKey, cause: Cause): void {
    const id = objectKey(key);
    const causes = this.causes.get(id);
    if (causes === undefined) this.causes.set(id, [cause]);
    else if (causes.length < causesMax) causes.push(cause);
    const { kind, options } = this.options.controller;
    const foreign = cause.change === 'updated' && cause.kind !== kind.kind;
    this.queue.addAfter(id, foreign ? options.gatherMs : 0);
  }

  private async work(): Promise<void> {
    for (let id = await this.queue.next(); id !== undefined; id = await this.queue.next()) {
      await this.reconcile(id);
      this.queue.done(id);
    }
  }

  private async reconcile(id: string): Promise<void> {
    const { controller, client, informers, world } = this.options;
    const key = parseObjectKey(id);
    const causes = this.causes.get(id) ?? [];
    this.causes.delete(id);
    const logger = world.logger.with({ controller: this.name, object: id });
    try {
      const unseen = this.ownWrites.unseen(id);
      if (unseen !== undefined) await unseen;
      const result = await withTimeout(
        world.clock,
        controller.options.timeoutMs,
        `reconciling ${controller.kind.kind} ${id}`,
        (signal) =>
          controller.reconciler({
            key,
            object: informers.informer(controller.kind).lister.get(key),
            client: recordingClient(client, (write) => this.ownWrites.record(id, write)),
            informers,
            events: this.events,
            world,
            logger,
            signal,
            causes,
          }),
        this.stopping.signal,
      );
      this.queue.forget(id);
      this.requeue(id, result);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
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
  }

  private requeue(id: string, result: ReconcileResult): void {
    if (result === undefined || result === null) return;
    if ('requeueAfterMs' in result) this.queue.addAfter(id, result.requeueAfterMs);
    else if ('requeueAtMs' in result) this.queue.addAfter(id, result.requeueAtMs - this.options.world.clock.now());
    else if (result.requeue) this.queue.addRateLimited(id);
  }
}

function causeOf(kind: string, { type, object }: ObjectEvent<KubernetesObject>): Cause {
  const { name = '', namespace, resourceVersion } = object.metadata;
  return {
    kind,
    key: namespace === undefined ? { name } : { name, namespace },
    change: type,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
