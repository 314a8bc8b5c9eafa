/**
 * The store in memory: what is written is visible, and told to watchers, before the call returns. The real
 * thing for tests and throw-away clusters, and the base of forks.
 */
import {
  type RangeRequest,
  type RangeResult,
  type StoreBackend,
  StoreClosedError,
  type StoreEntry,
  type StoreEvent,
  type Transaction,
  type TransactionResult,
  type WatchObserver,
  type WatchRequest,
  type WatchSubscription,
} from '@pintle/contracts';
import { type Clock, type Logger, realClock, silentLogger } from '@pintle/machinery';
import { Leases } from './leases.js';
import { VersionedMap } from './versioned-map.js';
import { queueDepthDefault, WatchHub } from './watch-hub.js';

export interface MemoryStoreOptions {
  /** The real clock and no log unless given. */
  readonly world?: { readonly clock: Clock; readonly logger: Logger };
  /**
   * Events kept for watches that resume and reads of the past. Beyond, the oldest are compacted away, and who
   * asks for them gets `CompactedError`. Default 100,000.
   */
  readonly historyEntriesMax?: number;
}

/** The entries of one moment, for good. */
export interface StoreSnapshot<V> {
  readonly revision: number;
  range(request: Omit<RangeRequest, 'revision'>): RangeResult<V>;
  get(key: string): StoreEntry<V> | undefined;
}

export interface MemoryStore<V> extends StoreBackend<V> {
  /** O(1). */
  snapshot(): StoreSnapshot<V>;
  /**
   * O(1): a store of its own that begins where this one is, sharing what neither has written since. Its leases run on
   * this store's clock, unless it is given another world.
   */
  fork(options?: Pick<MemoryStoreOptions, 'world'>): MemoryStore<V>;
}

export function memoryStore<V>(options: MemoryStoreOptions = {}): MemoryStore<V> {
  return open(new VersionedMap<V>({ revision: 1, compactedRevision: 1 }), options);
}

function open<V>(map: VersionedMap<V>, options: MemoryStoreOptions): MemoryStore<V> {
  const { world = { clock: realClock(), logger: silentLogger }, historyEntriesMax = 100_000 } = options;
  const hub = new WatchHub<V>((error) => world.logger.log('error', 'a watcher of the store failed', { error }));
  const leases = new Leases(
    world.clock,
    (keys) => void commit({ compare: [], success: keys.map((start) => ({ type: 'delete', start })) }),
  );
  let closed = false;

  const commit = (transaction: Transaction<V>): TransactionResult<V> => {
    for (const operation of transaction.success)
      if (operation.type === 'put' && operation.lease) leases.check(operation.lease);
    const { result, events } = map.commit(transaction);
    if (events.length > 0) {
      for (const event of events) followLease(leases, event);
      map.trim(historyEntriesMax);
      hub.publish(events, result.revision);
    }
    return result;
  };
  const guard = <T>(work: () => T): Promise<T> => {
    if (closed) return Promise.reject(new StoreClosedError());
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };

  return {
    range: (request) => guard(() => map.range(request)),
    transact: (transaction) => guard(() => commit(transaction)),
    watch: (request, observer) => watch(map, hub, request, observer),
    compact: (revision) => guard(() => map.compact(revision)),
    grantLease: (ttlSeconds) => guard(() => leases.grant(ttlSeconds)),
    keepLeaseAlive: (id) => guard(() => leases.keepAlive(id)),
    revokeLease: (id) =>
      guard(() => {
        const keys = leases.revoke(id);
        if (keys.length > 0) commit({ compare: [], success: keys.map((start) => ({ type: 'delete', start })) });
      }),
    status: () => ({ revision: map.revision, compactedRevision: map.compactedRevision }),
    sizeBytes: async () => undefined,
    snapshot() {
      const copy = new VersionedMap<V>({ map: map.copy(), revision: map.revision });
      return { revision: map.revision, range: (request) => copy.range(request), get: (key) => copy.get(key) };
    },
    fork: (own) => open(new VersionedMap<V>({ map: map.copy(), revision: map.revision }), { ...options, ...own }),
    async close() {
      if (closed) return;
      closed = true;
      leases.stop();
      hub.completeAll();
    },
  };
}

/** Begins a watch on `map`; a start that is compacted reaches the observer on a later turn. */
export function watch<V>(
  map: VersionedMap<V>,
  hub: WatchHub<V>,
  request: WatchRequest,
  observer: WatchObserver<V>,
): WatchSubscription {
  const { fromRevision = map.revision + 1, queueDepthMax = queueDepthDefault } = request;
  try {
    return hub.add(request, observer, map.eventsSince(fromRevision), fromRevision, queueDepthMax, () => map.revision);
  } catch (error) {
    let ended = false;
    queueMicrotask(() => {
      if (!ended) observer.error(error as Error);
    });
    return {
      unsubscribe: () => {
        ended = true;
      },
      requestProgress: () => {},
    };
  }
}

export function followLease<V>(leases: Leases, event: StoreEvent<V>): void {
  const before = event.previous?.lease ?? 0;
  if (event.type === 'put') leases.move(event.entry.key, before, event.entry.lease);
  else leases.move(event.key, before, 0);
}
