/**
 * Hands published events to watchers. Each sees all of its range, once, in order, whole transactions at a time,
 * even when watchers write while they are being told.
 */
import {
  type KeyRange,
  SlowWatcherError,
  type StoreEvent,
  type WatchObserver,
  type WatchSubscription,
} from '@pintle/contracts';
import { keyOf, revisionOf } from './event-log.js';

interface Batch<V> {
  readonly events: readonly StoreEvent<V>[];
  readonly revision: number;
}

export const queueDepthDefault = 10_000;

export class WatchHub<V> {
  /** Watchers of one prefix ending in `/`, which is nearly all of them, by that prefix. */
  private readonly byPrefix = new Map<string, Set<Watcher<V>>>();
  private readonly others = new Set<Watcher<V>>();
  private readonly pending: Batch<V>[] = [];
  private dispatching = false;

  constructor(private readonly onObserverError: (error: unknown) => void) {}

  /** `replay` comes first, on a later turn. */
  add(
    range: KeyRange,
    observer: WatchObserver<V>,
    replay: readonly StoreEvent<V>[],
    from: number,
    queueDepthMax: number,
    published: () => number,
  ): WatchSubscription {
    const home = this.homeOf(range);
    const watcher = new Watcher<V>(range, from, observer, queueDepthMax, published, this.onObserverError, () =>
      this.remove(range, watcher),
    );
    home.add(watcher);
    watcher.replay(replay);
    return { unsubscribe: () => watcher.end(), requestProgress: () => watcher.requestProgress() };
  }

  publish(events: readonly StoreEvent<V>[], revision: number): void {
    this.pending.push({ events, revision });
    if (this.dispatching) return;
    this.dispatching = true;
    try {
      for (let batch = this.pending.shift(); batch !== undefined; batch = this.pending.shift()) this.dispatch(batch);
    } finally {
      this.dispatching = false;
    }
  }

  completeAll(): void {
    for (const watchers of [...this.byPrefix.values(), this.others])
      for (const watcher of [...watchers]) watcher.complete();
  }

  failAll(error: Error): void {
    for (const watchers of [...this.byPrefix.values(), this.others])
      for (const watcher of [...watchers]) watcher.fail(error);
  }

  private dispatch({ events, revision }: Batch<V>): void {
    if (events.length === 1) {
      this.forEachOf(keyOf(events[0]!), (watcher) => watcher.deliver(events, revision));
      return;
    }
    const shares = new Map<Watcher<V>, StoreEvent<V>[]>();
    for (const event of events) {
      this.forEachOf(keyOf(event), (watcher) => {
        const share = shares.get(watcher);
        if (share === undefined) shares.set(watcher, [event]);
        else share.push(event);
      });
    }
    for (const [watcher, share] of shares) watcher.deliver(share, revision);
  }

  private forEachOf(key: string, visit: (watcher: Watcher<V>) => void): void {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const watchers = this.byPrefix.get(key.slice(0, slash + 1));
      if (watchers !== undefined) for (const watcher of watchers) visit(watcher);
    }
    for (const watcher of this.others) if (watcher.covers(key)) visit(watcher);
  }

  private homeOf(range: KeyRange): Set<Watcher<V>> {
    const prefix = prefixOf(range);
    if (prefix === undefined) return this.others;
    let home = this.byPrefix.get(prefix);
    if (home === undefined) {
      home = new Set();
      this.byPrefix.set(prefix, home);
    }
    return home;
  }

  private remove(range: KeyRange, watcher: Watcher<V>): void {
    const prefix = prefixOf(range);
    const home = prefix === undefined ? this.others : this.byPrefix.get(prefix);
    home?.delete(watcher);
    if (prefix !== undefined && home?.size === 0) this.byPrefix.delete(prefix);
  }
}

/** `/` is 47 and `0` is 48, so that a prefix ending in `/` has its end right there. */
function prefixOf({ start, end }: KeyRange): string | undefined {
  return end !== undefined && start.endsWith('/') && end === `${start.slice(0, -1)}0` ? start : undefined;
}

/**
 * One watcher. Idle: events go straight to its observer. Busy (replaying, or its observer asked to wait): they
 * queue up. Ended: nothing goes anywhere.
 */
class Watcher<V> {
  private queue: Batch<V>[] = [];
  private queued = 0;
  private busy = false;
  private ended = false;
  private progressWanted = false;

  constructor(
    private readonly range: KeyRange,
    private readonly from: number,
    private readonly observer: WatchObserver<V>,
    private readonly queueDepthMax: number,
    private readonly published: () => number,
    private readonly onObserverError: (error: unknown) => void,
    private readonly onEnd: () => void,
  ) {}

  covers(key: string): boolean {
    const { start, end } = this.range;
    return end === undefined ? key === start : key >= start && key < end;
  }

  replay(events: readonly StoreEvent<V>[]): void {
    const covered = events.filter((event) => this.covers(keyOf(event)));
    if (covered.length === 0) return;
    for (let i = 0; i < covered.length; ) {
      const revision = revisionOf(covered[i]!);
      let end = i + 1;
      while (end < covered.length && revisionOf(covered[end]!) === revision) end++;
      this.queue.push({ events: covered.slice(i, end), revision });
      i = end;
    }
    this.busy = true;
    queueMicrotask(() => this.drain());
  }

  deliver(events: readonly StoreEvent<V>[], revision: number): void {
    if (this.ended || revision < this.from) return;
    if (!this.busy) {
      const wait = this.hand(events, revision);
      if (wait !== undefined) this.waitFor(wait);
      return;
    }
    this.queued += events.length;
    if (this.queued > this.queueDepthMax) {
      this.fail(new SlowWatcherError(this.queueDepthMax, this.queue[0]?.revision ?? revision));
      return;
    }
    this.queue.push({ events, revision });
  }

  requestProgress(): void {
    if (this.ended) return;
    this.progressWanted = true;
    if (!this.busy) queueMicrotask(() => this.progress());
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.end();
    this.guarded(() => this.observer.error(error));
  }

  complete(): void {
    if (this.ended) return;
    this.end();
    this.guarded(() => this.observer.complete());
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.queue = [];
    this.onEnd();
  }

  private hand(events: readonly StoreEvent<V>[], revision: number): Promise<void> | undefined {
    try {
      const wait = this.observer.next(events, revision);
      return wait instanceof Promise ? wait : undefined;
    } catch (error) {
      this.onObserverError(error);
      return undefined;
    }
  }

  private waitFor(wait: Promise<void>): void {
    this.busy = true;
    wait.catch(this.onObserverError).then(() => this.drain());
  }

  private drain(): void {
    while (!this.ended) {
      const batch = this.queue.shift();
      if (batch === undefined) {
        this.queued = 0;
        this.busy = false;
        this.progress();
        return;
      }
      this.queued = Math.max(0, this.queued - batch.events.length);
      const wait = this.hand(batch.events, batch.revision);
      if (wait !== undefined) {
        this.waitFor(wait);
        return;
      }
    }
  }

  private progress(): void {
    if (!this.progressWanted || this.ended || this.busy) return;
    this.progressWanted = false;
    this.guarded(() => this.observer.progress?.(this.published()));
  }

  private guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onObserverError(error);
    }
  }
}
