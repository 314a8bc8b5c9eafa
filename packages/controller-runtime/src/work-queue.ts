/**
 * The queue between what changes and who reconciles (client-go `workqueue`): a key waits at most once, is never
 * worked on twice at once, and one that changes while it is worked on comes again afterwards.
 *
 * A key is in one of these states: absent; queued, in the lane of its priority; running (taken, not yet done); running
 * and dirty (added meanwhile, queued again when done). What is added with a higher priority than it waits with moves up.
 * The low lane is taken from when the other is empty, and every `lowEvery`th time, so that it never starves.
 */
import type { CancelTimer, Clock } from '@pintle/machinery';
import { exponentialBackoff, type RateLimiter } from './rate-limiter.js';
import type { WorkQueueObserver } from './work-queue-metrics.js';

/** `low` is for what is only looked at again: resyncs, and what was there before the controller began. */
export type Priority = 'normal' | 'low';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Of keys that failed. Default: `exponentialBackoff()`. */
  readonly rateLimiter?: RateLimiter;
  readonly observer?: WorkQueueObserver;
}

const queued = 1;
const queuedLow = 2;
const running = 3;
const dirty = 4;
const dirtyLow = 5;
type State = typeof queued | typeof queuedLow | typeof running | typeof dirty | typeof dirtyLow;

const lowEvery = 16;

/** First in, first out: taken from `head`, cut off when half of it is empty. */
class Lane<K> {
  private keys: K[] = [];
  private head = 0;

  push(key: K): void {
    this.keys.push(key);
  }

  shift(): K | undefined {
    if (this.head === this.keys.length) return undefined;
    const key = this.keys[this.head++]!;
    if (this.head > 1024 && this.head * 2 > this.keys.length) {
      this.keys = this.keys.slice(this.head);
      this.head = 0;
    }
    return key;
  }
}

interface Delayed {
  readonly dueMs: number;
  readonly cancel: CancelTimer;
}

export class WorkQueue<K extends string = string> {
  private readonly states = new Map<K, State>();
  private readonly normal = new Lane<K>();
  /** A key that moved up stays in here as well, and is passed over. */
  private readonly low = new Lane<K>();
  private readonly takers: ((key: K | undefined) => void)[] = [];
  private readonly delayed = new Map<K, Delayed>();
  private readonly rateLimiter: RateLimiter;
  private closed = false;
  private waitingCount = 0;
  private runningCount = 0;
  private normalInARow = 0;

  constructor(private readonly options: WorkQueueOptions) {
    this.rateLimiter = options.rateLimiter ?? exponentialBackoff();
  }

  /** Keys that wait now, those that wait for their time aside. */
  get length(): number {
    return this.waitingCount;
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.waitingCount === 0 && this.runningCount === 0;
  }

  add(key: K, priority: Priority = 'normal'): void {
    if (this.closed) return;
    const state = this.states.get(key);
    if (state === undefined) this.offer(key, priority);
    else if (state === running) this.states.set(key, priority === 'low' ? dirtyLow : dirty);
    else if (priority === 'low') return;
    else if (state === dirtyLow) this.states.set(key, dirty);
    else if (state === queuedLow) {
      this.states.set(key, queued);
      this.normal.push(key);
    }
  }

  /** Adds it later; an earlier time that it already waits for stands. */
  addAfter(key: K, delayMs: number, priority: Priority = 'normal'): void {
    if (this.closed) return;
    if (delayMs <= 0) {
      this.add(key, priority);
      return;
    }
    const { clock } = this.options;
    const dueMs = clock.monotonic() + delayMs;
    const present = this.delayed.get(key);
    if (present !== undefined && present.dueMs <= dueMs) return;
    present?.cancel();
    const cancel = clock.schedule(delayMs, () => {
      this.delayed.delete(key);
      this.add(key, priority);
    });
    this.delayed.set(key, { dueMs, cancel });
  }

  /** Adds it after its back-off, which grows each time until `forget`. */
  addRateLimited(key: K): void {
    this.options.observer?.retried();
    this.addAfter(key, this.rateLimiter.delayMs(key));
  }

  forget(key: K): void {
    this.rateLimiter.forget(key);
  }

  /** Times that the key has failed since it was forgotten. */
  failuresOf(key: K): number {
    return this.rateLimiter.failuresOf(key);
  }

  /** The next key, at once; undefined where none waits. Who takes it must say `done`. */
  take(): K | undefined {
    if (this.waitingCount === 0) return undefined;
    const key = this.lowInItsTurn() ?? this.shiftWaiting();
    this.waitingCount--;
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
    const state = this.states.get(key);
    this.states.delete(key);
    if (state !== running && !this.closed) this.offer(key, state === dirtyLow ? 'low' : 'normal');
  }

  /** Takes no more keys, forgets those that wait, and lets takers go. */
  close(): void {
    this.closed = true;
    for (const { cancel } of this.delayed.values()) cancel();
    this.delayed.clear();
    for (let key = this.take(); key !== undefined; key = this.take()) this.done(key);
    for (const taker of this.takers.splice(0)) taker(undefined);
  }

  private offer(key: K, priority: Priority): void {
    this.options.observer?.queued(key);
    this.states.set(key, priority === 'low' ? queuedLow : queued);
    (priority === 'low' ? this.low : this.normal).push(key);
    this.waitingCount++;
    const taker = this.takers.shift();
    if (taker !== undefined) taker(this.take());
  }

  private lowInItsTurn(): K | undefined {
    if (++this.normalInARow < lowEvery) return undefined;
    this.normalInARow = 0;
    return this.shiftLow();
  }

  private shiftWaiting(): K {
    for (let key = this.normal.shift(); key !== undefined; key = this.normal.shift())
      if (this.states.get(key) === queued) return key;
    this.normalInARow = 0;
    return this.shiftLow()!;
  }

  private shiftLow(): K | undefined {
    for (let key = this.low.shift(); key !== undefined; key = this.low.shift())
      if (this.states.get(key) === queuedLow) return key;
    return undefined;
  }
}
