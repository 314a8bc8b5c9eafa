/**
 * The queue between what changes and who reconciles (client-go `workqueue`): a key waits at most once, is never
 * worked on twice at once, and one that changes while it is worked on comes again afterwards. In which order keys are
 * taken is `ItemQueue`'s affair.
 */
import { ItemQueue, type ItemQueueOptions, type Priority, QueueItem } from './item-queue.js';
import { exponentialBackoff, type RateLimiter } from './rate-limiter.js';

export interface WorkQueueOptions extends ItemQueueOptions {
  /** Of keys that failed. Default: `exponentialBackoff()`. */
  readonly rateLimiter?: RateLimiter;
}

class KeyItem<K> extends QueueItem {
  constructor(readonly key: K) {
    super();
  }
}

export class WorkQueue<K extends string = string> {
  /** Those that wait, for their time too, or run. */
  private readonly items = new Map<K, KeyItem<K>>();
  private readonly queue: ItemQueue<KeyItem<K>>;
  private readonly rateLimiter: RateLimiter;

  constructor({ rateLimiter = exponentialBackoff(), ...options }: WorkQueueOptions) {
    this.rateLimiter = rateLimiter;
    this.queue = new ItemQueue(options);
  }

  /** Keys that wait now, those that wait for their time aside. */
  get length(): number {
    return this.queue.length;
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.queue.idle;
  }

  add(key: K, priority: Priority = 'normal'): void {
    this.queue.add(this.itemOf(key), priority);
  }

  /** Adds it later; an earlier time that it already waits for stands. */
  addAfter(key: K, delayMs: number, priority: Priority = 'normal'): void {
    this.queue.addAfter(this.itemOf(key), delayMs, priority);
  }

  /** Adds it after its back-off, which grows each time until `forget`. */
  addRateLimited(key: K): void {
    this.queue.retryAfter(this.itemOf(key), this.rateLimiter.delayMs(key));
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
    return this.queue.take()?.key;
  }

  /** The next key, when there is one; undefined when the queue is closed. */
  async next(): Promise<K | undefined> {
    return (this.queue.take() ?? (await this.queue.next()))?.key;
  }

  done(key: K): void {
    const item = this.items.get(key)!;
    this.queue.done(item);
    if (item.isIdle) this.items.delete(key);
  }

  /** Takes no more keys, forgets those that wait, and lets takers go. */
  close(): void {
    this.queue.close();
  }

  private itemOf(key: K): KeyItem<K> {
    let item = this.items.get(key);
    if (item === undefined) {
      item = new KeyItem(key);
      this.items.set(key, item);
    }
    return item;
  }
}
