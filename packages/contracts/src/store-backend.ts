/**
 * What a store backend does: range, transact, watch, compact, lease, as etcd's v3 API defines them. A backend
 * is dumb and honest: it knows keys, revisions and opaque values, and nothing of Kubernetes.
 *
 * Invariants, for every backend:
 * 1. One revision counts all writes of the store. It grows by exactly one with each transaction that writes.
 * 2. A transaction happens at one revision, wholly or not at all; its result is returned only once it is as
 *    durable as the backend promises, and no reader or watcher sees it before that.
 * 3. A range at revision R sees precisely the writes up to R, for every R that is not compacted.
 * 4. A watcher sees every write in its range after its start, once each, in the order of revisions.
 */

import type { World } from '@pintle/machinery';

export interface StoreEntry<V> {
  readonly key: string;
  readonly value: V;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Writes of this key since it was created; 1 at creation. */
  readonly version: number;
  /** The lease it lives under; 0 for none. */
  readonly lease: number;
}

/** The keys from `start` (inclusive) to `end` (exclusive), in order of UTF-16 code units; without `end`, the one key `start`. */
export interface KeyRange {
  readonly start: string;
  readonly end?: string;
}

/** The range of all keys that begin with `prefix`. */
export function prefixRange(prefix: string): KeyRange & { readonly end: string } {
  return { start: prefix, end: prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1) };
}

export interface RangeRequest extends KeyRange {
  /** Read as of this revision; the newest where absent or 0. */
  readonly revision?: number;
  /** At most so many entries; all where absent or 0. */
  readonly limit?: number;
  readonly countOnly?: boolean;
}

export interface RangeResult<V> {
  readonly entries: readonly StoreEntry<V>[];
  /** Whether entries beyond the limit were left out. */
  readonly more: boolean;
  /** How many entries the range holds, the limit aside. */
  readonly count: number;
  /** The store's revision at the time of the read. */
  readonly revision: number;
}

export interface Compare {
  readonly key: string;
  /** An absent key has 0 for each. */
  readonly target: 'modRevision' | 'createRevision' | 'version';
  readonly is: '=' | '!=' | '<' | '>';
  readonly value: number;
}

export type Operation<V> =
  | { readonly type: 'put'; readonly key: string; readonly value: V; readonly lease?: number }
  | ({ readonly type: 'delete' } & KeyRange)
  | ({ readonly type: 'range'; readonly limit?: number } & KeyRange);

export type OperationResult<V> =
  | { readonly type: 'put'; readonly entry: StoreEntry<V>; readonly previous: StoreEntry<V> | undefined }
  | { readonly type: 'delete'; readonly deleted: readonly StoreEntry<V>[] }
  | { readonly type: 'range'; readonly entries: readonly StoreEntry<V>[]; readonly more: boolean };

/** If every comparison holds, `success` is done, else `failure`. No key may be written twice in one transaction. */
export interface Transaction<V> {
  readonly compare: readonly Compare[];
  readonly success: readonly Operation<V>[];
  readonly failure?: readonly Operation<V>[];
}

export interface TransactionResult<V> {
  readonly succeeded: boolean;
  /** The revision of this transaction's writes, or of the store where it wrote nothing. */
  readonly revision: number;
  readonly results: readonly OperationResult<V>[];
}

export type StoreEvent<V> =
  | { readonly type: 'put'; readonly entry: StoreEntry<V>; readonly previous: StoreEntry<V> | undefined }
  | { readonly type: 'delete'; readonly key: string; readonly modRevision: number; readonly previous: StoreEntry<V> };

export interface WatchRequest extends KeyRange {
  /** Deliver writes from this revision on (inclusive); from now on where absent. */
  readonly fromRevision?: number;
  /** Events that may wait for a slow observer before it is ended with `SlowWatcherError`. Default 10,000. */
  readonly queueDepthMax?: number;
}

export interface WatchObserver<V> {
  /**
   * The events of one or more whole revisions, in order. `revision` is the newest that they complete.
   * To slow the flow, return a promise: nothing more comes until it resolves, and events queue up.
   */
  next(events: readonly StoreEvent<V>[], revision: number): void | Promise<void>;
  /** Nothing up to `revision` is outstanding. Sent on `requestProgress`, and when the backend sees fit. */
  progress?(revision: number): void;
  /** The watch is over: `CompactedError`, `SlowWatcherError`, or the backend's own fault. */
  error(error: Error): void;
  /** The store was closed. */
  complete(): void;
}

export interface WatchSubscription {
  unsubscribe(): void;
  /** Asks for `progress` once everything up to now has been delivered. */
  requestProgress(): void;
}

export interface Lease {
  readonly id: number;
  readonly ttlSeconds: number;
}

export interface StoreStatus {
  readonly revision: number;
  /** Revisions below this can no longer be read or watched from. 0: none compacted. */
  readonly compactedRevision: number;
}

export interface StoreBackend<V> {
  range(request: RangeRequest): Promise<RangeResult<V>>;
  transact(transaction: Transaction<V>): Promise<TransactionResult<V>>;
  /** Errors in the request (a compacted `fromRevision`) reach the observer, on a later turn. */
  watch(request: WatchRequest, observer: WatchObserver<V>): WatchSubscription;
  /** Forgets what was overwritten or deleted before `revision`. Errors: `CompactedError`, `FutureRevisionError`. */
  compact(revision: number): Promise<void>;
  grantLease(ttlSeconds: number): Promise<Lease>;
  /** Starts the lease's time anew. Errors: `LeaseNotFoundError`. */
  keepLeaseAlive(id: number): Promise<Lease>;
  /** Deletes the lease and every key that lives under it, at one revision. */
  revokeLease(id: number): Promise<void>;
  status(): StoreStatus;
  /** Of the file that it is kept in; undefined where there is none. */
  sizeBytes(): Promise<number | undefined>;
  /** Ends every watch with `complete`, finishes what was acknowledged, and lets go of all resources. */
  close(): Promise<void>;
}

/** How a backend that leaves the process writes a value down. `modRevision` is that of the entry. */
export interface ValueCodec<V> {
  encode(value: V, modRevision: number): Uint8Array;
  decode(bytes: Uint8Array, modRevision: number): V;
}

abstract class StoreError extends Error {
  abstract readonly code: string;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The revision asked for is compacted away: list anew, and watch from there. */
export class CompactedError extends StoreError {
  readonly code = 'PINTLE_STORE_COMPACTED';
  constructor(
    readonly requestedRevision: number,
    readonly compactedRevision: number,
  ) {
    super(`revision ${requestedRevision} has been compacted; the oldest that can be read is ${compactedRevision}`);
  }
}

export class FutureRevisionError extends StoreError {
  readonly code = 'PINTLE_STORE_FUTURE_REVISION';
  constructor(
    readonly requestedRevision: number,
    readonly currentRevision: number,
  ) {
    super(`revision ${requestedRevision} has not happened yet; the store is at ${currentRevision}`);
  }
}

/** A watcher did not keep up, and its queue was full. Resume from `resumeRevision`. */
export class SlowWatcherError extends StoreError {
  readonly code = 'PINTLE_STORE_SLOW_WATCHER';
  constructor(
    readonly queueDepthMax: number,
    readonly resumeRevision: number,
  ) {
    super(
      `more than ${queueDepthMax} events were waiting for this watcher; watch again from revision ${resumeRevision}`,
    );
  }
}

export class LeaseNotFoundError extends StoreError {
  readonly code = 'PINTLE_STORE_LEASE_NOT_FOUND';
  constructor(readonly leaseId: number) {
    super(`lease ${leaseId} does not exist or has expired`);
  }
}

export class DuplicateKeyError extends StoreError {
  readonly code = 'PINTLE_STORE_DUPLICATE_KEY';
  constructor(readonly key: string) {
    super(`key ${JSON.stringify(key)} is written twice in one transaction`);
  }
}

export class StoreClosedError extends StoreError {
  readonly code = 'PINTLE_STORE_CLOSED';
  constructor() {
    super('the store is closed');
  }
}

/** The write could not be made durable (disk full, failed flush). Nothing of it is visible. */
export class StoreWriteError extends StoreError {
  readonly code = 'PINTLE_STORE_WRITE';
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** What is on disk is not a store, or is damaged. Nothing was changed. */
export class StoreCorruptError extends StoreError {
  readonly code = 'PINTLE_STORE_CORRUPT';
  constructor(
    readonly path: string,
    what: string,
    cause?: unknown,
  ) {
    super(`the store at ${path} is damaged: ${what}. Move it away to start empty, or restore a copy`, { cause });
  }
}

/** Another living process has the store open, or this one has it open twice. Nothing was changed. */
export class StoreInUseError extends StoreError {
  readonly code = 'PINTLE_STORE_IN_USE';
  constructor(
    readonly path: string,
    readonly pid: number,
  ) {
    super(`the store at ${path} is in use by process ${pid}; stop that one, or choose another folder`);
  }
}

/** How an assembly opens the store that it is given: with the codec of its values, on its world. */
export type StoreOpener = <V>(codec: ValueCodec<V>, world: World) => Promise<StoreBackend<V>>;
