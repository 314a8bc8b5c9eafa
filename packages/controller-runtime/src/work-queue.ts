/**
 * The queue between what changes and who reconciles (client-go `workqueue`): a key waits at most once, is never
 * worked on twice at once, and one that changes while it is worked on comes again afterwards.
 *
 * A key is in one of four states: absent; queued (in `waiting`); running (taken, not yet done); running and
 * dirty (added meanwhile, queued again when done).
 */
import type { CancelTimer, Clock } from '@pintle/machinery';
import type { WorkQueueObserver } from './work-queue-metrics.js';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Default 5. */
  readonly backoffBaseMs?: number;
  /** Default 1,000,000. */
  readonly backoffMaxMs?: number;
  readonly observer?: WorkQueueObserver;
}

const queued = 1;
const running = 2;
const dirty = 3;

export class WorkQueue<K extends string = string> {
  private readonly states = new Map<K, typeof queued | typeof running | typeof dirty>();
  /** First in, first out: taken from `head`, cut off when half of it is empty. */
  private waiting: K[] = [];
  private head = 0;
  private readonly takers: ((key: K | undefined) => void)[] = [];
  private readonly delayed = new Map<K, { dueMs: number; cancel: CancelTimer }>();
  private readonly failures = new Map<K, number>();
  private closed = false;
  private runningCount = 0;

  constructor(private readonly options: WorkQueueOptions) {}

  /** Keys that wait now, those that wait for their time aside. */
  get length(): number {
    return this.waiting.length - this.head;
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.length === 0 && this.runningCount === 0;
  }

  add(key: K): void {
    if (this.closed) return;
    const state = this.states.get(key);
    if (state === queued || state === dirty) return;
    if (state === running) {
      this.states.set(key, dirty);
      return;
    }
    this.states.set(key, queued);
    this.offer(key);
  }

  /** Adds it later; an earlier time that it already waits for stands. */
  addAfter(key: K, delayMs: number): void {
    if (this.closed) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const { clock } = this.options;
    const dueMs = clock.monotonic() + delayMs;
    const present = this.delayed.get(key);
    if (present !== undefined && present.dueMs <= dueMs) return;
    present?.cancel();
    const cancel = clock.schedule(delayMs, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { dueMs, cancel });
  }

  /** Adds it after its back-off, which doubles each time until `forget`. */
  addRateLimited(key: K): void {
    const { backoffBaseMs = 5, backoffMaxMs = 1_000_000 } = this.options;
    const count = this.failures.get(key) ?? 0;
    this.failures.set(key, count + 1);
    this.options.observer?.retried();
    this.addAfter(key, Math.min(backoffBaseMs * 2 ** Math.min(count, 50), backoffMaxMs));
  }

  forget(key: K): void {
    this.failures.delete(key);
  }

  /** Times that the key has failed since it was forgotten. */
  failuresOf(key: K): number {
    return this.failures.get(key) ?? 0;
  }

  /** The next key, at once; undefined where none waits. Who takes it must say `done`. */
  take(): K | undefined {
    if (this.head === this.waiting.length) return undefined;
    const key = this.waiting[this.head++]!;
    if (this.head > 1024 && this.head * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    this.states.set(key, running);
    this.runningCount++;
    this.options.observer?.taken(key);
    return key;
  }

  /** The next key, when there is one; undefined when the queue is closed. */
  next(): Promise<K | undefined> {
    const key = this.take();
    if (key !== undefined) return Promise.resolve(key);
    if (this.closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.takers.push(resolve));
  }

  done(key: K): void {
    this.runningCount--;
    this.options.observer?.done(key);
    if (this.states.get(key) === dirty && !this.closed) {
      this.states.set(key, queued);
      this.offer(key);
    } else this.states.delete(key);
  }

  /** Takes no more keys, forgets those that wait, and lets takers go. */
  close(): void {
    this.closed = true;
    for (const { cancel } of this.delayed.values()) cancel();
    this.delayed.clear();
    for (const key of this.waiting.slice(this.head)) {
      this.states.delete(key);
      this.options.observer?.taken(key);
      this.options.observer?.done(key);
    }
    this.waiting = [];
    this.head = 0;
    for (const taker of this.takers.splice(0)) taker(undefined);
  }

  private offer(key: K): void {
    this.options.observer?.queued(key);
    this.waiting.push(key);
    const taker = this.takers.shift();
    if (taker !== undefined) taker(this.take());
  }
}
