/** One informer: a reflector feeding an index, and whoever listens. */
import type { Client, WatchEvent } from '@pintle/client';
import {
  AbortedError,
  deepEqual,
  type KindRef,
  type KubernetesObject,
  objectKey,
  onAbort,
  type World,
} from '@pintle/machinery';
import { filter, map, type Observable, take } from 'rxjs';
import { EventHub } from './event-hub.js';
import type { IndexFunction, Informer, InformerEvent, InformerOptions, Lister, Updated } from './informer.js';
import { ObjectIndex } from './object-index.js';
import { Reflector, type ReflectorLimits, type ReflectorTarget } from './reflector.js';
import { selectionMatcher } from './selects.js';

interface Waiter {
  holds(): boolean;
  resolve(): void;
  reject(cause: unknown): void;
}

export interface SharedInformerOptions<T extends KubernetesObject> {
  readonly world: World;
  readonly client: Client;
  readonly kind: KindRef<T>;
  readonly wanted: InformerOptions<T>;
  readonly metadataOnly: boolean;
  readonly limits: ReflectorLimits;
  /** Informers that hold objects of the same form, this one among them while it is wanted. */
  readonly family: ReadonlySet<SharedInformer<T>>;
  /** Called when the last of those who wanted it wants it no more. */
  unwanted(): void;
}

/** Later resource versions are larger numbers on every server that Pintle is and on kube-apiserver over etcd. */
const revisionOf = (resourceVersion: string): number => (/^\d+$/.test(resourceVersion) ? Number(resourceVersion) : 0);

export class SharedInformer<T extends KubernetesObject> implements Informer<T>, ReflectorTarget<T> {
  hasSynced = false;
  resourceVersion = '';
  readonly kind: KindRef<T>;
  readonly events: Observable<InformerEvent<T>>;
  readonly added: Observable<T>;
  readonly updated: Observable<Updated<T>>;
  readonly deleted: Observable<T>;
  readonly synced: Observable<void>;
  readonly selects: (object: T) => boolean;
  private readonly index = new ObjectIndex<T>();
  private readonly hub: EventHub<InformerEvent<T>>;
  private readonly waiters = new Set<Waiter>();
  private readonly reflector: Reflector<T>;
  /** Who wants it for a time, each with how to follow its signal no longer. */
  private readonly wantedBy = new Map<AbortSignal, () => void>();
  private wantedForGood = false;
  private started = false;
  private stopped = false;

  constructor(private readonly options: SharedInformerOptions<T>) {
    const { world, client, kind, wanted, metadataOnly, limits } = options;
    this.kind = kind;
    this.hub = new EventHub(
      () => this.state(),
      (error) => this.report('a handler of an informer failed', error),
    );
    const { events } = this.hub;
    this.events = events;
    this.added = events.pipe(
      filter((event) => event.type === 'added'),
      map(({ object }) => object),
    );
    this.updated = events.pipe(
      filter((event) => event.type === 'updated'),
      map(({ object, old }) => ({ before: old, after: object })),
    );
    this.deleted = events.pipe(
      filter((event) => event.type === 'deleted'),
      map(({ object }) => object),
    );
    this.synced = events.pipe(
      filter((event) => event.type === 'synced'),
      map(() => undefined),
      take(1),
    );
    for (const [name, of] of Object.entries(wanted.indexes ?? {})) this.addIndex(name, of);
    const { namespace, labelSelector, fieldSelector } = wanted;
    const selection = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    this.selects = selectionMatcher(selection);
    this.reflector = new Reflector(world, client, kind, { ...limits, selection, metadataOnly }, this);
  }

  get lister(): Lister<T> {
    return this.index;
  }

  get failure(): unknown {
    return this.reflector.failure;
  }

  /** Whether who wants this may share this informer. */
  serves(wanted: InformerOptions<T>): boolean {
    const own = this.options.wanted;
    return (
      (own.namespace ?? '') === (wanted.namespace ?? '') &&
      (own.labelSelector ?? '') === (wanted.labelSelector ?? '') &&
      (own.fieldSelector ?? '') === (wanted.fieldSelector ?? '') &&
      own.transform === wanted.transform
    );
  }

  /** Somebody wants it: until `signal` is aborted, else for good. */
  want(signal: AbortSignal | undefined): void {
    if (this.wantedForGood) return;
    if (signal === undefined) {
      this.wantedForGood = true;
      this.forgetSignals();
    } else if (signal.aborted) this.leave(signal);
    else if (!this.wantedBy.has(signal)) {
      const unfollow = onAbort(signal, () => this.leave(signal));
      this.wantedBy.set(signal, unfollow);
    }
  }

  hasIndex(name: string): boolean {
    return this.index.hasIndex(name);
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    this.index.addIndex(name, (object) => {
      try {
        return of(object);
      } catch (error) {
        this.report(`the index ${JSON.stringify(name)} failed of an object`, error, object);
        return [];
      }
    });
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    this.reflector.start();
  }

  stop(): void {
    this.stopped = true;
    this.forgetSignals();
    this.reflector.stop();
    for (const waiter of this.waiters) waiter.reject(new Error('the informer was stopped'));
    this.hub.complete();
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return this.until(() => true, signal);
  }

  caughtUpTo(resourceVersion: string, signal?: AbortSignal): Promise<void> {
    const revision = revisionOf(resourceVersion);
    return this.until(() => revisionOf(this.resourceVersion) >= revision, signal);
  }

  until(holds: (lister: Lister<T>) => boolean, signal?: AbortSignal): Promise<void> {
    return this.hasSynced && holds(this.index) ? Promise.resolve() : this.wait(() => holds(this.index), signal);
  }

  replace(objects: readonly T[], resourceVersion: string): void {
    const gone = new Set(this.index.keys());
    for (const given of objects) {
      const key = objectKey(given.metadata);
      gone.delete(key);
      this.put(key, given);
    }
    for (const key of gone) this.drop(key, this.index.byKey(key)!, true);
    // A server that was set back has older versions than the one reached: its list is the truth.
    this.resourceVersion = resourceVersion;
    const first = !this.hasSynced;
    this.hasSynced = true;
    if (first) this.hub.emit({ type: 'synced' });
    this.release();
  }

  apply(event: WatchEvent<T>): void {
    const { metadata } = event.object;
    const key = objectKey(metadata);
    if (event.type === 'DELETED') this.drop(key, this.kept(key, event.object), false);
    else if (event.type !== 'BOOKMARK') this.put(key, event.object);
    const { resourceVersion = '' } = metadata;
    if (revisionOf(resourceVersion) > revisionOf(this.resourceVersion)) this.resourceVersion = resourceVersion;
    this.release();
  }

  /** The state as a new subscriber is told of it. */
  private *state(): Iterable<InformerEvent<T>> {
    for (const object of this.index.list()) yield { type: 'added', object };
    if (this.hasSynced) yield { type: 'synced' };
  }

  /** What is kept of an object: its transform, or the copy that another informer of the process has already. */
  private kept(key: string, object: T): T {
    const { family, wanted } = this.options;
    if (wanted.transform !== undefined) {
      try {
        return wanted.transform(object);
      } catch (error) {
        this.report('the transform of an informer failed of an object', error, object);
        return object;
      }
    }
    if (family.size < 2) return object;
    const { uid, resourceVersion } = object.metadata;
    for (const { index, options } of family) {
      if (options.wanted.transform !== undefined) continue;
      const copy = index.byKey(key);
      if (copy !== undefined && copy.metadata.resourceVersion === resourceVersion && copy.metadata.uid === uid)
        return copy;
    }
    return object;
  }

  private leave(signal: AbortSignal): void {
    this.wantedBy.delete(signal);
    if (this.wantedBy.size > 0) return;
    this.stop();
    this.options.unwanted();
  }

  private forgetSignals(): void {
    for (const unfollow of this.wantedBy.values()) unfollow();
    this.wantedBy.clear();
  }

  private put(key: string, given: T): void {
    const object = this.kept(key, given);
    const old = this.index.byKey(key);
    if (
      old === object ||
      (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion && deepEqual(old, object))
    )
      return;
    // Deleted and made again under one name, with the deletion missed: they are two objects.
    const isAnother = old !== undefined && old.metadata.uid !== object.metadata.uid;
    if (isAnother) this.drop(key, old, true);
    this.index.set(key, object);
    this.hub.emit(old === undefined || isAnother ? { type: 'added', object } : { type: 'updated', object, old });
  }

  private drop(key: string, object: T, finalStateUnknown: boolean): void {
    if (this.index.delete(key) !== undefined) this.hub.emit({ type: 'deleted', object, finalStateUnknown });
  }

  /** Lets those go who waited for what is reached now. */
  private release(): void {
    if (!this.hasSynced || this.waiters.size === 0) return;
    for (const waiter of this.waiters) {
      try {
        if (waiter.holds()) waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
    }
  }

  private wait(holds: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        this.waiters.delete(waiter);
        unfollow();
        settle();
      };
      const waiter: Waiter = {
        holds,
        resolve: () => done(resolve),
        reject: (cause) =>
          done(() => reject(new AbortedError(`waiting for the cache of ${this.kind.kind}`, { cause }))),
      };
      let unfollow = () => {};
      const aborted = () => waiter.reject(signal?.reason);
      if (signal?.aborted) aborted();
      else if (this.stopped) waiter.reject(new Error('the informer is stopped'));
      else {
        this.waiters.add(waiter);
        unfollow = onAbort(signal, aborted);
      }
    });
  }

  private report(message: string, error: unknown, object?: T): void {
    this.options.world.logger.log('error', message, {
      kind: this.kind.kind,
      ...(object === undefined ? {} : { object: objectKey(object.metadata) }),
      error,
    });
  }
}
