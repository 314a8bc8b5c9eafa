/** One informer: a reflector feeding an index, and whoever listens. */
import type { Client, WatchEvent } from '@pintle/client';
import { AbortedError, deepEqual, type KindRef, type KubernetesObject, objectKey, type World } from '@pintle/machinery';
import { Observable, type Subscriber } from 'rxjs';
import type { IndexFunction, Informer, InformerEvent, InformerOptions, Lister } from './informer.js';
import { ObjectIndex } from './object-index.js';
import { Reflector, type ReflectorTarget } from './reflector.js';

interface Waiter {
  readonly revision: number;
  resolve(): void;
}

/** Later resource versions are larger numbers on every server that Pintle is and on kube-apiserver over etcd. */
const revisionOf = (resourceVersion: string): number => (/^\d+$/.test(resourceVersion) ? Number(resourceVersion) : 0);

export class SharedInformer<T extends KubernetesObject> implements Informer<T>, ReflectorTarget<T> {
  synced = false;
  resourceVersion = '';
  private readonly index = new ObjectIndex<T>();
  private readonly subscribers = new Set<Subscriber<InformerEvent<T>>>();
  private readonly waiters = new Set<Waiter>();
  private readonly reflector: Reflector<T>;
  private started = false;

  constructor(
    private readonly world: World,
    client: Client,
    readonly kind: KindRef<T>,
    private readonly options: InformerOptions<T>,
  ) {
    for (const [name, of] of Object.entries(options.indexes ?? {})) this.index.addIndex(name, of);
    const { namespace, labelSelector, fieldSelector } = options;
    const selection = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    this.reflector = new Reflector(world, client, kind, selection, this);
  }

  get lister(): Lister<T> {
    return this.index;
  }

  readonly events = new Observable<InformerEvent<T>>((subscriber) => {
    for (const object of this.index.list()) this.tell(subscriber, { type: 'added', object });
    if (this.synced) this.tell(subscriber, { type: 'synced' });
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  });

  addIndex(name: string, of: IndexFunction<T>): void {
    this.index.addIndex(name, of);
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    this.reflector.start();
  }

  stop(): void {
    this.reflector.stop();
    for (const subscriber of [...this.subscribers]) subscriber.complete();
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return this.synced ? Promise.resolve() : this.wait(0, signal);
  }

  caughtUpTo(resourceVersion: string, signal?: AbortSignal): Promise<void> {
    const revision = revisionOf(resourceVersion);
    return this.synced && revisionOf(this.resourceVersion) >= revision
      ? Promise.resolve()
      : this.wait(revision, signal);
  }

  replace(objects: readonly T[], resourceVersion: string): void {
    const gone = new Set(this.index.keys());
    for (const given of objects) {
      const object = this.kept(given);
      const key = objectKey(object.metadata);
      gone.delete(key);
      this.put(key, object);
    }
    for (const key of gone) this.drop(key, this.index.byKey(key)!, true);
    this.reach(resourceVersion);
    if (this.synced) return;
    this.synced = true;
    this.emit({ type: 'synced' });
    this.reach(resourceVersion);
  }

  apply(event: WatchEvent<T>): void {
    const { metadata } = event.object;
    if (event.type === 'DELETED') this.drop(objectKey(metadata), this.kept(event.object), false);
    else if (event.type !== 'BOOKMARK') this.put(objectKey(metadata), this.kept(event.object));
    this.reach(metadata.resourceVersion ?? '');
  }

  private kept(object: T): T {
    return this.options.transform === undefined ? object : this.options.transform(object);
  }

  private put(key: string, object: T): void {
    const old = this.index.byKey(key);
    if (
      old === object ||
      (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion && deepEqual(old, object))
    )
      return;
    this.index.set(key, object);
    // Deleted and made again under one name, with the deletion missed: they are two objects.
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      this.emit({ type: 'deleted', object: old, finalStateUnknown: true });
      this.emit({ type: 'added', object });
    } else this.emit(old === undefined ? { type: 'added', object } : { type: 'updated', object, old });
  }

  private drop(key: string, object: T, finalStateUnknown: boolean): void {
    if (this.index.delete(key) !== undefined) this.emit({ type: 'deleted', object, finalStateUnknown });
  }

  private reach(resourceVersion: string): void {
    if (revisionOf(resourceVersion) > revisionOf(this.resourceVersion)) this.resourceVersion = resourceVersion;
    if (!this.synced) return;
    const reached = revisionOf(this.resourceVersion);
    for (const waiter of this.waiters) if (waiter.revision <= reached) waiter.resolve();
  }

  private wait(revision: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        this.waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = () =>
        done(() => reject(new AbortedError(`waiting for the cache of ${this.kind.kind}`, { cause: signal?.reason })));
      const waiter: Waiter = { revision, resolve: () => done(resolve) };
      if (signal?.aborted) onAbort();
      else {
        this.waiters.add(waiter);
        signal?.addEventListener('abort', onAbort, { once: true });
      }
    });
  }

  private emit(event: InformerEvent<T>): void {
    for (const subscriber of this.subscribers) this.tell(subscriber, event);
  }

  /** RxJS itself reports what a handler throws on a later turn; the stream goes on. */
  private tell(subscriber: Subscriber<InformerEvent<T>>, event: InformerEvent<T>): void {
    try {
      subscriber.next(event);
    } catch (error) {
      this.world.logger.log('error', 'a handler of an informer failed', { kind: this.kind.kind, error });
    }
  }
}
