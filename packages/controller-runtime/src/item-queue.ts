/**
 * The order in which a queue's items are taken, without the look-up by key: who has something to keep for each key makes
 * its items of its own class. `WorkQueue` is the queue of plain keys over it.
 *
 * An item is in one of these states: idle; queued, in the lane of its priority; running (taken, not yet done); running
 * and dirty (added meanwhile, queued again when done). What is added with a higher priority than it waits with moves up.
 * The low lane is taken from when the other is empty, and every `lowEvery`th time, so that it never starves.
 */
import type { CancelTimer, Clock } from '@pintle/machinery';
import type { PressingWork } from './pressing-work.js';

/** `low` is for what is only looked at again: resyncs, and what was there before the controller began. */
export type Priority = 'normal' | 'low';

/** What of a queue can be measured at any time. */
export interface WorkQueueFigures {
  /** Since when each of the running keys runs, by the clock's `monotonic`. */
  runningSinceMs(): Iterable<number>;
}

/** Told of every step of a queue's keys. */
export interface WorkQueueObserver {
  queued(): void;
  /** A key's work begins, after it waited so long. */
  taken(waitedMs: number): void;
  /** It is done, after so long. */
  done(workedMs: number): void;
  retried(): void;
}

export interface ItemQueueOptions {
  readonly clock: Clock;
  /** Made with the queue, and told of every step of its items. */
  readonly observer?: (queue: WorkQueueFigures) => WorkQueueObserver;
  /** Shared by queues whose gathered items wait for each other's pressing ones. */
  readonly pressingWork?: PressingWork;
}

const idle = 0;
const queued = 1;
const queuedLow = 2;
const running = 3;
const dirty = 4;
const dirtyLow = 5;
type State = typeof idle | typeof queued | typeof queuedLow | typeof running | typeof dirty | typeof dirtyLow;

const lowEvery = 16;

interface Delayed {
  readonly dueMs: number;
  readonly cancel: CancelTimer;
}

/** What can be queued; its fields are the queue's. */
export class QueueItem {
  state: State = idle;
  /** When it was queued or, of one that runs, taken. Kept only for an observer. */
  sinceMs = 0;
  /** Of one that runs: where it is among them. */
  place = 0;
  delayed: Delayed | undefined = undefined;

  /** Whether the queue has no use for it now. */
  get isIdle(): boolean {
    return this.state === idle && this.delayed === undefined;
  }
}

/** First in, first out: taken from `head`, cut off when half of it is empty. */
class Lane<I> {
  private items: I[] = [];
  private head = 0;

  push(item: I): void {
    this.items.push(item);
  }

  shift(): I | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head++]!;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

export class ItemQueue<I extends QueueItem> implements WorkQueueFigures {
  private readonly normal = new Lane<I>();
  /** An item that moved up stays in here as well, and is passed over. */
  private readonly low = new Lane<I>();
  private readonly takers: ((item: I | undefined) => void)[] = [];
  private readonly delayed = new Set<I>();
  private readonly atWork: I[] = [];
  private readonly clock: Clock;
  private readonly observer: WorkQueueObserver | undefined;
  private readonly pressingWork: PressingWork | undefined;
  private closed = false;
  private waitingCount = 0;
  private normalInARow = 0;

  constructor({ clock, observer, pressingWork }: ItemQueueOptions) {
    this.clock = clock;
    this.observer = observer?.(this);
    this.pressingWork = pressingWork;
  }

  /** Items that wait now, those that wait for their time aside. */
  get length(): number {
    return this.waitingCount;
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.waitingCount === 0 && this.atWork.length === 0;
  }

  *runningSinceMs(): Iterable<number> {
    for (const { sinceMs } of this.atWork) yield sinceMs;
  }

  add(item: I, priority: Priority = 'normal'): void {
    if (this.closed) return;
    const { state } = item;
    if (state === idle) this.offer(item, priority);
    else if (state === running) item.state = priority === 'low' ? dirtyLow : dirty;
    else if (priority === 'low') return;
    else if (state === dirtyLow) item.state = dirty;
    else if (state === queuedLow) {
      item.state = queued;
      this.normal.push(item);
      this.pressingWork?.began();
    }
  }

  /** Adds it later; an earlier time that it already waits for stands. */
  addAfter(item: I, delayMs: number, priority: Priority = 'normal'): void {
    this.delay(item, delayMs, priority, undefined);
  }

  /** The same, and then not while there is pressing work: for what is better looked at once than many times. */
  gather(item: I, delayMs: number, priority: Priority = 'normal'): void {
    this.delay(item, delayMs, priority, this.pressingWork);
  }

  /** Another try of what failed. */
  retryAfter(item: I, delayMs: number): void {
    this.observer?.retried();
    this.addAfter(item, delayMs);
  }

  /**
   * The next item, at once; undefined where none waits. Who takes it must say `done`. Who has just looked at the clock
   * may say what it showed.
   */
  take(nowMs?: number): I | undefined {
    if (this.waitingCount === 0) return undefined;
    const item = this.lowInItsTurn() ?? this.shiftWaiting();
    this.waitingCount--;
    if (item.state === queued) this.pressingWork?.ended();
    item.state = running;
    item.place = this.atWork.push(item) - 1;
    if (this.observer !== undefined) {
      const now = nowMs ?? this.clock.monotonic();
      this.observer.taken(now - item.sinceMs);
      item.sinceMs = now;
    }
    return item;
  }

  /** The next item, when there is one; undefined when the queue is closed. */
  next(): Promise<I | undefined> {
    const item = this.take();
    if (item !== undefined) return Promise.resolve(item);
    if (this.closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.takers.push(resolve));
  }

  done(item: I, nowMs?: number): void {
    const last = this.atWork.pop()!;
    if (last !== item) {
      this.atWork[item.place] = last;
      last.place = item.place;
    }
    this.observer?.done((nowMs ?? this.clock.monotonic()) - item.sinceMs);
    if (item.state === running || this.closed) item.state = idle;
    else this.offer(item, item.state === dirtyLow ? 'low' : 'normal');
  }

  /** Takes no more items, forgets those that wait, and lets takers go. */
  close(): void {
    this.closed = true;
    for (const item of this.delayed) item.delayed?.cancel();
    this.delayed.clear();
    for (let item = this.take(); item !== undefined; item = this.take()) this.done(item);
    for (const taker of this.takers.splice(0)) taker(undefined);
  }

  private delay(item: I, delayMs: number, priority: Priority, pressingWork: PressingWork | undefined): void {
    if (this.closed) return;
    if (delayMs <= 0) {
      this.add(item, priority);
      return;
    }
    const dueMs = this.clock.monotonic() + delayMs;
    if (item.delayed !== undefined) {
      if (item.delayed.dueMs <= dueMs) return;
      item.delayed.cancel();
    }
    const due = () => {
      item.delayed = undefined;
      this.delayed.delete(item);
      this.add(item, priority);
    };
    const cancel = this.clock.schedule(delayMs, () => {
      const cancelWait = pressingWork?.whenOver(due);
      if (cancelWait === undefined) due();
      else item.delayed = { dueMs, cancel: cancelWait };
    });
    item.delayed = { dueMs, cancel };
    this.delayed.add(item);
  }

  private offer(item: I, priority: Priority): void {
    if (this.observer !== undefined) {
      item.sinceMs = this.clock.monotonic();
      this.observer.queued();
    }
    item.state = priority === 'low' ? queuedLow : queued;
    if (priority === 'low') this.low.push(item);
    else {
      this.normal.push(item);
      this.pressingWork?.began();
    }
    this.waitingCount++;
    if (this.takers.length > 0) this.takers.shift()!(this.take());
  }

  private lowInItsTurn(): I | undefined {
    if (++this.normalInARow < lowEvery) return undefined;
    this.normalInARow = 0;
    return this.shiftLow();
  }

  private shiftWaiting(): I {
    for (let item = this.normal.shift(); item !== undefined; item = this.normal.shift())
      if (item.state === queued) return item;
    this.normalInARow = 0;
    return this.shiftLow()!;
  }

  private shiftLow(): I | undefined {
    for (let item = this.low.shift(); item !== undefined; item = this.low.shift())
      if (item.state === queuedLow) return item;
    return undefined;
  }
}
