/**
 * The state of a store, without any I/O: transactions are staged on the tip, and become visible when they are
 * published. A backend that needs no durability publishes at once; another when its log is on disk; what could
 * not be written is discarded.
 *
 * Invariants: 1. `visible` is the tip as of `publishedRevision`. 2. Staged events are in the order of revisions,
 * all above `publishedRevision`. 3. The log holds every published event from `compactedRevision` on.
 */
import {
  CompactedError,
  type Compare,
  DuplicateKeyError,
  FutureRevisionError,
  type KeyRange,
  type Operation,
  type OperationResult,
  type RangeRequest,
  type RangeResult,
  type StoreEntry,
  type StoreEvent,
  type Transaction,
  type TransactionResult,
} from '@pintle/contracts';
import { EventLog, keyOf, revisionOf } from './event-log.js';
import { OrderedMap } from './ordered-map.js';

export interface Staged<V> {
  readonly result: TransactionResult<V>;
  /** Empty where nothing was written. */
  readonly events: readonly StoreEvent<V>[];
}

/** Reconstructed pasts that are kept for the next page of a list. */
const pastsMax = 8;

export class VersionedMap<V> {
  private tip: OrderedMap<StoreEntry<V>>;
  private visible: OrderedMap<StoreEntry<V>>;
  private tipRevision: number;
  private published: number;
  private compacted: number;
  private readonly log = new EventLog<V>();
  private staged: StoreEvent<V>[] = [];
  private readonly pasts = new Map<number, OrderedMap<StoreEntry<V>>>();

  constructor(start: {
    readonly entries?: Iterable<StoreEntry<V>>;
    readonly revision: number;
    readonly compactedRevision?: number;
    readonly map?: OrderedMap<StoreEntry<V>>;
  }) {
    this.tip = start.map ?? OrderedMap.empty();
    for (const entry of start.entries ?? []) this.tip.set(entry.key, entry);
    this.visible = this.tip;
    this.tipRevision = start.revision;
    this.published = start.revision;
    this.compacted = start.compactedRevision ?? start.revision;
  }

  get revision(): number {
    return this.published;
  }

  get compactedRevision(): number {
    return this.compacted;
  }

  get historySize(): number {
    return this.log.size;
  }

  /** Entries as of the newest published revision. */
  get(key: string): StoreEntry<V> | undefined {
    return this.visible.get(key);
  }

  /** Evaluates against the tip. Errors: `DuplicateKeyError`; nothing is then staged. */
  stage({ compare, success, failure: otherwise = [] }: Transaction<V>): Staged<V> {
    const succeeded = compare.every((condition) => this.holds(condition));
    const operations = succeeded ? success : otherwise;
    checkKeys(operations);
    const revision = this.tipRevision + 1;
    const events: StoreEvent<V>[] = [];
    if (this.visible === this.tip && this.staged.length === 0 && operations.some(({ type }) => type !== 'range'))
      this.visible = this.tip.clone();
    const results = operations.map((operation) => this.perform(operation, revision, events));
    if (events.length > 0) {
      this.tipRevision = revision;
      for (const event of events) this.staged.push(event);
    }
    return { result: { succeeded, revision: this.tipRevision, results }, events };
  }

  /** As `stage` and `publish` of all in one, for backends that need not wait: no copy is made. */
  commit({ compare, success, failure: otherwise = [] }: Transaction<V>): Staged<V> {
    const succeeded = compare.every((condition) => this.holds(condition));
    const operations = succeeded ? success : otherwise;
    if (operations.length > 1) checkKeys(operations);
    const events: StoreEvent<V>[] = [];
    const results = operations.map((operation) => this.perform(operation, this.tipRevision + 1, events));
    if (events.length > 0) {
      this.tipRevision++;
      this.published = this.tipRevision;
      for (const event of events) this.log.append(event);
    }
    return { result: { succeeded, revision: this.tipRevision, results }, events };
  }

  /** Makes the first `count` staged events visible (all of them unless given): whole revisions only. */
  publish(count = this.staged.length): void {
    const events = this.staged.splice(0, count);
    for (const event of events) this.log.append(event);
    if (this.staged.length === 0) {
      this.visible = this.tip;
      this.published = this.tipRevision;
      return;
    }
    // More is staged on top: only what was published is laid over what was visible.
    for (const event of events) {
      if (event.type === 'put') this.visible.set(event.entry.key, event.entry);
      else this.visible.delete(event.key);
    }
    const last = events.at(-1);
    if (last !== undefined) this.published = revisionOf(last);
  }

  /** Forgets everything staged. */
  discard(): void {
    this.staged = [];
    this.tip = this.visible;
    this.tipRevision = this.published;
  }

  /** Errors: `CompactedError`, `FutureRevisionError`. */
  range({ start, end, revision = 0, limit = 0, countOnly = false }: RangeRequest): RangeResult<V> {
    const map = revision === 0 || revision === this.published ? this.visible : this.past(revision);
    if (countOnly) return { entries: [], more: false, count: map.count(start, end), revision: this.published };
    const entries = map.range(start, end, limit === 0 ? 0 : limit + 1);
    const more = limit > 0 && entries.length > limit;
    if (more) entries.pop();
    return { entries, more, count: more ? map.count(start, end) : entries.length, revision: this.published };
  }

  /** The published events from `revision` on. Errors: `CompactedError`. */
  eventsSince(revision: number): readonly StoreEvent<V>[] {
    if (revision > this.published) return [];
    if (revision <= this.compacted) throw new CompactedError(revision, this.compacted);
    return this.log.since(revision);
  }

  /** Errors: `CompactedError`, `FutureRevisionError`. */
  compact(revision: number): void {
    if (revision > this.published) throw new FutureRevisionError(revision, this.published);
    if (revision <= this.compacted && this.compacted > 0) throw new CompactedError(revision, this.compacted);
    this.compacted = revision;
    this.log.forgetBefore(revision + 1);
    for (const past of this.pasts.keys()) if (past < revision) this.pasts.delete(past);
  }

  /** Keeps at most `entriesMax` events of history. */
  trim(entriesMax: number): void {
    if (this.log.size <= entriesMax) return;
    // A tenth at a time, so that it is done seldom.
    const revision = this.log.revisionAt(Math.ceil(entriesMax * 0.9));
    if (revision !== undefined && revision - 1 > this.compacted) this.compact(revision - 1);
  }

  /** The published state, O(1); later writes do not touch it. */
  copy(): OrderedMap<StoreEntry<V>> {
    return this.visible.clone();
  }

  private past(revision: number): OrderedMap<StoreEntry<V>> {
    if (revision > this.published) throw new FutureRevisionError(revision, this.published);
    if (revision < this.compacted) throw new CompactedError(revision, this.compacted);
    const known = this.pasts.get(revision);
    if (known !== undefined) return known;
    const map = this.visible.clone();
    const later = this.log.since(revision + 1);
    for (let i = later.length - 1; i >= 0; i--) {
      const event = later[i]!;
      if (event.previous === undefined) map.delete(keyOf(event));
      else map.set(keyOf(event), event.previous);
    }
    this.pasts.set(revision, map);
    if (this.pasts.size > pastsMax) this.pasts.delete(this.pasts.keys().next().value!);
    return map;
  }

  private holds({ key, target, is, value }: Compare): boolean {
    const actual = this.tip.get(key)?.[target] ?? 0;
    if (is === '=') return actual === value;
    if (is === '!=') return actual !== value;
    return is === '<' ? actual < value : actual > value;
  }

  private perform(operation: Operation<V>, revision: number, events: StoreEvent<V>[]): OperationResult<V> {
    if (operation.type === 'put') {
      const { key, value, lease = 0 } = operation;
      const previous = this.tip.get(key);
      const entry: StoreEntry<V> = {
        key,
        value,
        createRevision: previous?.createRevision ?? revision,
        modRevision: revision,
        version: (previous?.version ?? 0) + 1,
        lease,
      };
      this.tip.set(key, entry);
      events.push({ type: 'put', entry, previous });
      return { type: 'put', entry, previous };
    }
    const { start, end } = operation;
    if (operation.type === 'range') {
      const limit = operation.limit ?? 0;
      const entries = this.tip.range(start, end, limit === 0 ? 0 : limit + 1);
      const more = limit > 0 && entries.length > limit;
      if (more) entries.pop();
      return { type: 'range', entries, more };
    }
    const deleted = this.tip.range(start, end, 0);
    for (const previous of deleted) {
      this.tip.delete(previous.key);
      events.push({ type: 'delete', key: previous.key, modRevision: revision, previous });
    }
    return { type: 'delete', deleted };
  }
}

function checkKeys<V>(operations: readonly Operation<V>[]): void {
  const written = new Set<string>();
  const inRange = (key: string, { start, end }: KeyRange) =>
    end === undefined ? key === start : key >= start && key < end;
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    if (written.has(operation.key)) throw new DuplicateKeyError(operation.key);
    written.add(operation.key);
  }
  for (const operation of operations) {
    if (operation.type !== 'delete') continue;
    for (const key of written) if (inRange(key, operation)) throw new DuplicateKeyError(key);
  }
}
