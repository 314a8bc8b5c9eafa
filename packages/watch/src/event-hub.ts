/**
 * Hands an informer's events to its subscribers, each in order, even where a handler subscribes, unsubscribes or
 * writes while it is being told.
 *
 * Invariants: 1. An event reaches those who were subscribed when it happened, and nobody twice. 2. A new subscriber's
 * first events are the state at that moment; all that happen later come after them. 3. After `complete` a new subscriber
 * gets the state, and is complete.
 */
import type { Observable, Subscriber } from 'rxjs';
import { HandlerSafeObservable, type Report } from './handler-safe-observable.js';

interface Delivery<E> {
  readonly event: E;
  readonly to: readonly Subscriber<E>[];
}

export class EventHub<E> {
  readonly events: Observable<E>;
  /** Replaced, never changed: a delivery keeps the one of its moment. */
  private subscribers: readonly Subscriber<E>[] = [];
  private readonly queue: Delivery<E>[] = [];
  private delivering = false;
  private completed = false;

  /** `state` gives what a new subscriber has to see first. */
  constructor(state: () => Iterable<E>, report: Report) {
    this.events = new HandlerSafeObservable<E>(report, (subscriber) => {
      for (const event of state()) this.queue.push({ event, to: [subscriber] });
      this.subscribers = [...this.subscribers, subscriber];
      this.deliver();
      if (this.completed) subscriber.complete();
      return () => {
        this.subscribers = this.subscribers.filter((other) => other !== subscriber);
      };
    });
  }

  emit(event: E): void {
    if (this.subscribers.length === 0) return;
    this.queue.push({ event, to: this.subscribers });
    this.deliver();
  }

  complete(): void {
    this.completed = true;
    for (const subscriber of this.subscribers) subscriber.complete();
  }

  private deliver(): void {
    if (this.delivering) return;
    this.delivering = true;
    try {
      for (let at = 0; at < this.queue.length; at++) {
        const { event, to } = this.queue[at]!;
        for (const subscriber of to) subscriber.next(event);
      }
    } finally {
      this.queue.length = 0;
      this.delivering = false;
    }
  }
}
