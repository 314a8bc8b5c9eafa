/** The store's recent past: every event since the last compaction, in the order of revisions. */
import type { StoreEvent } from '@pintle/contracts';

export const revisionOf = <V>(event: StoreEvent<V>): number =>
  event.type === 'put' ? event.entry.modRevision : event.modRevision;
export const keyOf = <V>(event: StoreEvent<V>): string => (event.type === 'put' ? event.entry.key : event.key);

export class EventLog<V> {
  private events: StoreEvent<V>[] = [];
  /** Events before this index are forgotten, and cut off from time to time. */
  private start = 0;

  get size(): number {
    return this.events.length - this.start;
  }

  append(event: StoreEvent<V>): void {
    this.events.push(event);
  }

  /** The events of revision `from` and later. */
  since(from: number): StoreEvent<V>[] {
    return this.events.slice(this.indexOf(from));
  }

  /** The revision of the event that stands `count` before the newest; undefined where there are fewer. */
  revisionAt(count: number): number | undefined {
    const event = this.events[this.events.length - count];
    return event === undefined || this.size < count ? undefined : revisionOf(event);
  }

  /** Forgets all before `revision`. */
  forgetBefore(revision: number): void {
    this.start = this.indexOf(revision);
    if (this.start * 2 > this.events.length) {
      this.events = this.events.slice(this.start);
      this.start = 0;
    }
  }

  private indexOf(revision: number): number {
    let low = this.start;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (revisionOf(this.events[middle]!) < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
