/**
 * The store on disk: everything is in memory for reading, as in `memoryStore`, and every write is in LMDB and
 * flushed before anybody is told of it. Writes that come while a flush runs share the next one.
 *
 * Invariants: 1. What was acknowledged is on disk. 2. What is visible to readers and watchers was acknowledged,
 * or is in the same flush as what was. 3. A transaction is on disk wholly or not at all, with its revision.
 */
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type RangeRequest,
  type StoreBackend,
  StoreClosedError,
  StoreCorruptError,
  type StoreEntry,
  type StoreEvent,
  type StoreOpener,
  StoreWriteError,
  type Transaction,
  type TransactionResult,
  type ValueCodec,
} from '@pintle/contracts';
import type { World } from '@pintle/machinery';
import { followLease, Leases, queueDepthDefault, VersionedMap, WatchHub, watch } from '@pintle/store';
import { type Database, open, type RootDatabase } from 'lmdb';
import { ownFolder } from './folder-owner.js';

export interface LmdbStoreOptions {
  /** The folder of the store; made where it is not there. One process at a time: `StoreInUseError` for others. */
  readonly path: string;
  /** Events kept in memory for watches that resume. Default 100,000. */
  readonly historyEntriesMax?: number;
}

/** A store for `createCluster({ store })`. */
export function lmdbStore(options: LmdbStoreOptions): StoreOpener {
  return (codec, world) => openLmdbStore({ ...options, codec, world });
}

interface Pending<V> {
  readonly events: readonly StoreEvent<V>[];
  readonly revision: number;
  resolve(): void;
  reject(error: Error): void;
}

/** What one entry says beside its value, in front of it: five numbers of eight bytes. */
const headBytes = 32;

const leasePrefix = 'lease/';
const leaseFact = (id: number) => `${leasePrefix}${id}`;
const formatVersion = 1;
/** Of addresses, not of memory or disk: the library takes more where it needs more. */
const addressBytes = 16 * 1024 ** 3;

/** Errors: `StoreInUseError`, `StoreCorruptError`. */
export async function openLmdbStore<V>({
  path,
  codec,
  world,
  historyEntriesMax = 100_000,
}: LmdbStoreOptions & { readonly codec: ValueCodec<V>; readonly world: World }): Promise<StoreBackend<V>> {
  mkdirSync(path, { recursive: true });
  const letGo = ownFolder(path);
  try {
    return await openOwned<V>({ path, codec, world, historyEntriesMax }, letGo);
  } catch (error) {
    letGo();
    throw error;
  }
}

async function openOwned<V>(
  {
    path,
    codec,
    world,
    historyEntriesMax,
  }: Required<LmdbStoreOptions> & { readonly codec: ValueCodec<V>; readonly world: World },
  letGo: () => void,
): Promise<StoreBackend<V>> {
  checkFile(path);
  let root: RootDatabase;
  try {
    root = open({
      path: `${path}/store.mdb`,
      mapSize: addressBytes,
      maxDbs: 4,
      overlappingSync: true,
      // Batches are made here; the library's own would leave a promise that nobody can ask whether it failed.
      eventTurnBatching: false,
      encoding: 'binary',
      keyEncoding: 'ordered-binary',
    });
  } catch (error) {
    throw new StoreCorruptError(path, (error as Error).message, error);
  }
  const entries = root.openDB<Buffer, string>({ name: 'entries', encoding: 'binary' });
  const facts = root.openDB<Record<string, number>, string>({ name: 'facts', encoding: 'json' });
  const start = read(path, entries, facts, codec);
  const map = new VersionedMap<V>({ ...start, compactedRevision: start.revision });
  const store = new LmdbStore<V>(root, entries, facts, map, codec, world, historyEntriesMax, letGo);
  store.resumeLeases(start.entries);
  return store.backend(`${path}/store.mdb`);
}

/** Where the first page says that it is LMDB's, and what it says there. */
const magicAt = 24;
const magic = 0xbeefc0de;
const pageBytesMin = 4096;

/** What is no LMDB file would end the process inside the library: it is not given to it. Errors: `StoreCorruptError`. */
function checkFile(path: string): void {
  const file = `${path}/store.mdb`;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const head = Buffer.alloc(magicAt + 4);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.readUInt32LE(magicAt) !== magic) throw new StoreCorruptError(path, 'store.mdb is no LMDB file');
  if (size < 2 * pageBytesMin || size % pageBytesMin !== 0)
    throw new StoreCorruptError(path, `store.mdb is cut short at ${size} bytes`);
}

function read<V>(
  path: string,
  entries: Database<Buffer, string>,
  facts: Database<Record<string, number>, string>,
  codec: ValueCodec<V>,
): { entries: StoreEntry<V>[]; revision: number } {
  const state = facts.get('state');
  if (state !== undefined && state['format'] !== formatVersion)
    throw new StoreCorruptError(path, `it is of format ${state['format']}, and this program reads ${formatVersion}`);
  const found: StoreEntry<V>[] = [];
  try {
    for (const { key, value } of entries.getRange()) found.push(decode(key, Buffer.from(value), codec));
  } catch (error) {
    throw new StoreCorruptError(path, (error as Error).message, error);
  }
  const revision = state?.['revision'] ?? 1;
  const newest = found.reduce((most, { modRevision }) => Math.max(most, modRevision), 0);
  if (newest > revision)
    throw new StoreCorruptError(path, `an entry is of revision ${newest}, and the store of ${revision}`);
  return { entries: found, revision };
}

function encode<V>(
  { value, createRevision, modRevision, version, lease }: StoreEntry<V>,
  codec: ValueCodec<V>,
): Buffer {
  const body = codec.encode(value, modRevision);
  const bytes = Buffer.allocUnsafe(headBytes + body.length);
  for (const [index, number] of [createRevision, modRevision, version, lease].entries())
    bytes.writeDoubleLE(number, index * 8);
  bytes.set(body, headBytes);
  return bytes;
}

function decode<V>(key: string, bytes: Buffer, codec: ValueCodec<V>): StoreEntry<V> {
  if (bytes.length < headBytes) throw new Error(`the entry ${JSON.stringify(key)} is cut short`);
  const [createRevision = 0, modRevision = 0, version = 0, lease = 0] = [0, 8, 16, 24].map((at) =>
    bytes.readDoubleLE(at),
  );
  if (!Number.isInteger(modRevision) || modRevision < 1)
    throw new Error(`the entry ${JSON.stringify(key)} has no revision`);
  return {
    key,
    value: codec.decode(bytes.subarray(headBytes), modRevision),
    createRevision,
    modRevision,
    version,
    lease,
  };
}

/**
 * Waits for a commit, and rejects with what the system said. The library's error has that in a promise of its own,
 * which nobody else would ask, and Node ends a process for a rejection that nobody asks for.
 */
async function whole(commit: Promise<unknown>): Promise<void> {
  try {
    await commit;
  } catch (error) {
    let reason = error;
    const { commitError } = error as { readonly commitError?: Promise<unknown> };
    commitError?.catch((cause: unknown) => {
      reason = cause;
    });
    // It was rejected in the same turn; two steps on it is known here.
    await Promise.resolve();
    await Promise.resolve();
    throw reason;
  }
}

/** A part of a transaction fails with it, and is heard of there. */
function withTransaction(part: Promise<unknown>): void {
  part.catch(() => {});
}

class LmdbStore<V> {
  private readonly hub: WatchHub<V>;
  private readonly leases: Leases;
  private pending: Pending<V>[] = [];
  private flushing: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly root: RootDatabase,
    private readonly entries: Database<Buffer, string>,
    private readonly facts: Database<Record<string, number>, string>,
    private readonly map: VersionedMap<V>,
    private readonly codec: ValueCodec<V>,
    private readonly world: World,
    private readonly historyEntriesMax: number,
    private readonly letGo: () => void,
  ) {
    this.hub = new WatchHub<V>((error) => world.logger.log('error', 'a watcher of the store failed', { error }));
    this.leases = new Leases(
      world.clock,
      (keys, id) =>
        void this.endLease(id, keys).catch((error: unknown) =>
          world.logger.log('error', 'an expired lease could not be ended', { error }),
        ),
    );
  }

  backend(file: string): StoreBackend<V> {
    const { map, leases } = this;
    return {
      range: async (request: RangeRequest) => {
        if (this.closed) throw new StoreClosedError();
        return map.range(request);
      },
      transact: (transaction) => this.transact(transaction),
      watch: (request, observer) => watch(map, this.hub, { queueDepthMax: queueDepthDefault, ...request }, observer),
      compact: async (revision) => map.compact(revision),
      grantLease: async (ttlSeconds) => {
        const lease = leases.grant(ttlSeconds);
        await whole(this.facts.put(leaseFact(lease.id), { ttlSeconds }));
        return lease;
      },
      keepLeaseAlive: async (id) => leases.keepAlive(id),
      revokeLease: async (id) => this.endLease(id, leases.revoke(id)),
      status: () => ({ revision: map.revision, compactedRevision: map.compactedRevision }),
      sizeBytes: async () => (await stat(file)).size,
      close: () => this.close(),
    };
  }

  private async transact(transaction: Transaction<V>): Promise<TransactionResult<V>> {
    if (this.closed) throw new StoreClosedError();
    for (const operation of transaction.success)
      if (operation.type === 'put' && operation.lease) this.leases.check(operation.lease);
    const { result, events } = this.map.stage(transaction);
    if (events.length === 0) {
      // What it saw may be staged only: it is told when that is on disk.
      if (this.flushing !== undefined)
        await new Promise<void>((resolve, reject) =>
          this.pending.push({ events, revision: result.revision, resolve, reject }),
        );
      return result;
    }
    await new Promise<void>((resolve, reject) => {
      this.pending.push({ events, revision: result.revision, resolve, reject });
      this.flushing ??= this.flush();
    });
    return result;
  }

  /** Writes what is pending, again and again until nothing is. */
  private async flush(): Promise<void> {
    // Everything staged in this turn goes together.
    await Promise.resolve();
    while (this.pending.length > 0) {
      const batch = this.pending;
      this.pending = [];
      try {
        await this.write(batch);
      } catch (error) {
        this.fail(batch, error);
        continue;
      }
      this.publish(batch);
    }
    this.flushing = undefined;
  }

  private async write(batch: readonly Pending<V>[]): Promise<void> {
    const revision = batch.reduce((most, item) => Math.max(most, item.revision), 0);
    const committed = this.root.transaction(() => {
      for (const { events } of batch) {
        for (const event of events) {
          if (event.type === 'put') withTransaction(this.entries.put(event.entry.key, encode(event.entry, this.codec)));
          else withTransaction(this.entries.remove(event.key));
        }
      }
      withTransaction(this.facts.put('state', { format: formatVersion, revision }));
    });
    await whole(committed);
    await this.root.flushed;
  }

  private publish(batch: readonly Pending<V>[]): void {
    const staged = batch.flatMap(({ events }) => events);
    this.map.publish(staged.length);
    this.map.trim(this.historyEntriesMax);
    for (const { events, revision, resolve } of batch) {
      for (const event of events) followLease(this.leases, event);
      if (events.length > 0) this.hub.publish(events, revision);
      resolve();
    }
  }

  /** Nothing of it is on disk, so nothing of it, or of what was staged on top of it, has happened. */
  private fail(batch: readonly Pending<V>[], cause: unknown): void {
    const all = [...batch, ...this.pending];
    this.pending = [];
    this.map.discard();
    const error = new StoreWriteError('the write could not be made durable', cause);
    this.world.logger.log('error', error.message);
    for (const { reject } of all) reject(error);
  }

  /** Leases whose time ran while nobody was there have it anew, as with etcd's new leader. */
  resumeLeases(entries: readonly StoreEntry<V>[]): void {
    for (const { key, value } of this.facts.getRange({ start: leasePrefix, end: `${leasePrefix}~` }))
      this.leases.grant(value['ttlSeconds'] ?? 1, Number(key.slice(leasePrefix.length)));
    for (const { key, lease } of entries) if (lease !== 0) this.leases.move(key, 0, lease);
  }

  private async endLease(id: number, keys: readonly string[]): Promise<void> {
    if (keys.length > 0)
      await this.transact({ compare: [], success: keys.map((start) => ({ type: 'delete', start })) });
    await whole(this.facts.remove(leaseFact(id)));
  }

  private async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.leases.stop();
    await this.flushing;
    this.hub.completeAll();
    await this.root.close();
    this.letGo();
  }
}
