/**
 * The one interface through which every part of a cluster, and every user, speaks to an API server: in process
 * or over HTTP, with the same semantics. What it returns is frozen and may be shared.
 *
 * All methods throw `StatusError` for what the server refused, and `ConnectionError` where it could not be asked.
 */
import type { KindRef, KubernetesObject, ListMeta, Status } from '@pintle/machinery';
import type { Observable } from 'rxjs';

/** Which object of a kind. */
export interface ObjectKey {
  readonly name: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface GetOptions extends RequestOptions {
  readonly resourceVersion?: string;
  /** Read a subresource, as `scale`. */
  readonly subresource?: string;
}

export interface ListOptions extends RequestOptions {
  /** All namespaces where absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  /** Of each object only `apiVersion`, `kind` and `metadata`. */
  readonly metadataOnly?: boolean;
}

/** The objects found, with the list's own metadata beside them. */
export interface ObjectList<T> extends ReadonlyArray<T> {
  readonly metadata: ListMeta;
}

export interface WatchOptions extends RequestOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this version; with `0` or none, the present state first, as `ADDED`. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan';
  readonly allowWatchBookmarks?: boolean;
  /** With bookmarks: the present state first, ended by a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  /** Of each object only `apiVersion`, `kind` and `metadata`. */
  readonly metadataOnly?: boolean;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Only apiVersion, kind and metadata.resourceVersion (and annotations) are there. */
  | { readonly type: 'BOOKMARK'; readonly object: KubernetesObject };

export interface WriteOptions extends RequestOptions {
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** Everything but the write. */
  readonly dryRun?: boolean;
  /** Write a subresource, as `status` or `scale`. */
  readonly subresource?: string;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields from other managers instead of failing with a conflict. */
  readonly force?: boolean;
}

export interface DeleteRequest extends RequestOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly body: unknown }
  | { readonly type: 'strategic'; readonly body: unknown };

export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

export interface Client {
  get<T extends KubernetesObject>(kind: KindRef<T>, key: ObjectKey, options?: GetOptions): Promise<T>;
  list<T extends KubernetesObject>(kind: KindRef<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** Errors with `StatusError` (Expired where the version is too old) or `ConnectionError`; completes when the server ends it. */
  watch<T extends KubernetesObject>(kind: KindRef<T>, options?: WatchOptions): Observable<WatchEvent<T>>;
  create<T extends KubernetesObject>(object: T, options?: WriteOptions): Promise<T>;
  update<T extends KubernetesObject>(object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubernetesObject>(kind: KindRef<T>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubernetesObject>(object: T, options: ApplyOptions): Promise<T>;
  /** The object as it is now where it lives on for a while (grace, finalizers), else as it last was. */
  delete<T extends KubernetesObject>(kind: KindRef<T>, key: ObjectKey, options?: DeleteRequest): Promise<T | Status>;
  deleteCollection<T extends KubernetesObject>(
    kind: KindRef<T>,
    options?: DeleteRequest & ListOptions,
  ): Promise<ObjectList<T>>;
  /** Posts a body to a subresource whose kind is its own: `binding`, `eviction`, `token`. */
  createSubresource<R = unknown>(
    kind: KindRef,
    key: ObjectKey,
    subresource: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<R>;
  /** A subresource that answers with bytes: `log`. */
  stream(
    kind: KindRef,
    key: ObjectKey,
    subresource: string,
    query?: Readonly<Record<string, string>>,
    options?: RequestOptions,
  ): AsyncIterable<Uint8Array>;
}

/** What `metadataOnly` leaves of an object. */
export function metadataOf<T extends KubernetesObject>(
  { metadata }: T,
  kind: { readonly apiVersion: string; readonly kind: string },
): T {
  return Object.freeze({ apiVersion: kind.apiVersion, kind: kind.kind, metadata }) as KubernetesObject as T;
}

const undiscovered = Symbol.for('pintle.UndiscoveredError');

/** Some of the API cannot be told of now: servers behind the one that was asked did not answer it. */
export class UndiscoveredError extends Error {
  readonly [undiscovered] = true;
  readonly code = 'PINTLE_UNDISCOVERED';
  /** `kinds` are those of all the rest. */
  constructor(
    readonly kinds: readonly KindRef[],
    /** As `metrics.k8s.io/v1beta1`. */
    readonly apiVersions: readonly string[],
  ) {
    const each = apiVersions.map((one) => `${one}: stale GroupVersion discovery: ${one}`);
    super(`unable to retrieve the complete list of server APIs: ${each.join(', ')}`);
    this.name = 'UndiscoveredError';
  }
  static is(error: unknown): error is UndiscoveredError {
    return typeof error === 'object' && error !== null && (error as { [undiscovered]?: true })[undiscovered] === true;
  }
}

const marker = Symbol.for('pintle.ConnectionError');

/** The server could not be asked, or its answer was cut short. The request may have been carried out. */
export class ConnectionError extends Error {
  readonly [marker] = true;
  readonly code = 'PINTLE_CONNECTION';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionError';
  }
  static is(error: unknown): error is ConnectionError {
    return typeof error === 'object' && error !== null && (error as { [marker]?: true })[marker] === true;
  }
}
