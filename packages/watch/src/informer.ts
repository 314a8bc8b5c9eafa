/**
 * An informer keeps the objects of one kind in memory, true to the server, and tells of every change.
 * Its cache holds the very objects that the client returned: frozen, one copy for all.
 */
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import type { Observable } from 'rxjs';

export type InformerEvent<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly old: T }
  /** `object` is the last state known; `finalStateUnknown` where the deletion itself was missed. */
  | { readonly type: 'deleted'; readonly object: T; readonly finalStateUnknown: boolean }
  /** The cache holds all that there was when it started. Sent once to each subscriber. */
  | { readonly type: 'synced' };

/** What an object was, and what it is. */
export interface Updated<T> {
  readonly before: T;
  readonly after: T;
}

/** Reads from the cache: synchronous, never stale by more than the stream. */
export interface Lister<T> {
  get(key: { readonly name: string; readonly namespace?: string }): T | undefined;
  /** By the key as `objectKey` writes it. */
  byKey(key: string): T | undefined;
  /** In order of namespace and name. */
  list(options?: { readonly namespace?: string; readonly labelSelector?: string }): readonly T[];
  /** The objects that index function `index` filed under `value`. Errors: `UnknownIndexError`. */
  byIndex(index: string, value: string): readonly T[];
  /** How many `byIndex` gives, in O(1). Errors: `UnknownIndexError`. */
  countByIndex(index: string, value: string): number;
  readonly size: number;
}

/** The values that an object is filed under. One that throws files it under none, and is reported. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Which objects a cache holds; all of the kind unless said. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface InformerOptions<T> extends Selection {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /**
   * Changes what is kept, to save memory. Must not mutate. Those who give the same function share the cache. One that
   * throws is reported, and the object kept as it came.
   */
  readonly transform?: (object: T) => T;
  /**
   * For how long the informer is wanted; for good unless given. It ends with the last of those who wanted it: for kinds
   * that may go, as custom ones do. Who asks again later gets another.
   */
  readonly signal?: AbortSignal;
}

export interface Informer<T extends KubernetesObject = KubernetesObject> {
  readonly kind: KindRef<T>;
  /**
   * On subscription the present state as `added`, then `synced`, then changes as they come. Never errors. A handler that
   * throws is reported, and told of the next event all the same. Completes when the informer ends.
   */
  readonly events: Observable<InformerEvent<T>>;
  /** The present objects, then new ones. */
  readonly added: Observable<T>;
  readonly updated: Observable<Updated<T>>;
  /** The last state known of objects that are gone. */
  readonly deleted: Observable<T>;
  /** Emits once, when the first state is complete, and completes. */
  readonly synced: Observable<void>;
  readonly lister: Lister<T>;
  /** Whether the cache would hold this object: it is in the namespace, and has the labels and fields, that were asked for. */
  selects(object: T): boolean;
  /** Whether the first state is complete. */
  readonly hasSynced: boolean;
  /** Why its kind could not be listed or watched the last time; undefined while it is followed. */
  readonly failure: unknown;
  /** The resource version that the cache has reached; empty before the first list. */
  readonly resourceVersion: string;
  /** Resolves when the first state is complete. Errors: `AbortedError`, also where the informer ends. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the cache has seen everything up to `resourceVersion`, as a write of this kind returned it. Errors:
   * `AbortedError`, also where the informer ends.
   */
  caughtUpTo(resourceVersion: string, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves when the cache is synced and `holds` of it; asked again after every change. Errors: `AbortedError`, also
   * where the informer ends.
   */
  until(holds: (lister: Lister<T>) => boolean, signal?: AbortSignal): Promise<void>;
  /** Adds an index over what is there and what comes. */
  addIndex(name: string, index: IndexFunction<T>): void;
}

/** The informers of one process: one for each kind and restriction, shared by all who ask. */
export interface Informers {
  informer<T extends KubernetesObject>(kind: KindRef<T>, options?: InformerOptions<T>): Informer<T>;
  /** Of each object only `apiVersion`, `kind` and `metadata`, asked of the server like that: for kinds that are large. */
  metadataInformer(kind: KindRef, options?: InformerOptions<KubernetesObject>): Informer;
  /** Starts those asked for so far, and at once each asked for later. */
  start(): void;
  /** Resolves when all that were asked for are synced. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  /** Ends every stream; caches stay readable. */
  stop(): Promise<void>;
}
