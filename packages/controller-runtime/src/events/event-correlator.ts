/**
 * Decides what is written for an event, so that a loop that tells the same again and again does not flood the
 * store (client-go's `EventCorrelator`, with its limits). Pure but for its memory; times come from the caller.
 *
 * In this order: many like events with different messages become one; an event that was told before counts up; who
 * tells too much of one object is not heard for a while.
 */

import { RecentMap } from '@pintle/machinery';

export interface ObservedEvent {
  /** Who tells: component and host. */
  readonly source: string;
  /** Whom it is about, with its uid. */
  readonly object: string;
  readonly fieldPath: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

export type EventDecision =
  | { readonly type: 'create'; readonly id: string; readonly message: string; readonly isCombined: boolean }
  | {
      readonly type: 'count';
      readonly id: string;
      readonly message: string;
      readonly isCombined: boolean;
      readonly count: number;
    }
  | { readonly type: 'drop' };

/** Different messages of like events within `similarMs` before they become one: the tenth is the first of those. */
const similarMax = 9;
const similarMs = 600_000;
/** Events of one source about one object that may come at once, and how long each takes to be earned back. */
const burstMax = 25;
const earnMs = 300_000;
/** Of each memory, at least; those unheard of for longer are forgotten. */
const rememberedMin = 4096;

interface Similar {
  messages: Set<string>;
  lastMs: number;
}

interface Allowance {
  left: number;
  sinceMs: number;
}

export class EventCorrelator {
  private readonly similar = new RecentMap<Similar>(rememberedMin);
  private readonly counts = new RecentMap<number>(rememberedMin);
  private readonly allowances = new RecentMap<Allowance>(rememberedMin);

  observe(event: ObservedEvent, nowMs: number): EventDecision {
    const like = `${event.source}\n${event.object}\n${event.type}\n${event.reason}`;
    const isCombined = this.isOneOfMany(like, event.message, nowMs);
    const message = isCombined ? `(combined from similar events): ${event.message}` : event.message;
    const id = isCombined ? like : `${like}\n${event.fieldPath}\n${event.message}`;
    if (!this.isAllowed(`${event.source}\n${event.object}`, nowMs)) return { type: 'drop' };
    const count = (this.counts.get(id) ?? 0) + 1;
    this.counts.set(id, count);
    const told = { id, message, isCombined };
    return count === 1 ? { type: 'create', ...told } : { type: 'count', ...told, count };
  }

  /** What was written of it is gone: the next one is the first. */
  forget(id: string): void {
    this.counts.delete(id);
  }

  private isOneOfMany(like: string, message: string, nowMs: number): boolean {
    let similar = this.similar.get(like);
    if (similar === undefined || nowMs - similar.lastMs > similarMs) similar = { messages: new Set(), lastMs: nowMs };
    if (similar.messages.size < similarMax) similar.messages.add(message);
    similar.lastMs = nowMs;
    this.similar.set(like, similar);
    return !similar.messages.has(message);
  }

  private isAllowed(who: string, nowMs: number): boolean {
    const allowance = this.allowances.get(who) ?? { left: burstMax, sinceMs: nowMs };
    const earned = Math.floor((nowMs - allowance.sinceMs) / earnMs);
    if (earned > 0) {
      allowance.left = Math.min(burstMax, allowance.left + earned);
      allowance.sinceMs += earned * earnMs;
    }
    this.allowances.set(who, allowance);
    if (allowance.left === 0) return false;
    if (allowance.left === burstMax) allowance.sinceMs = nowMs;
    allowance.left--;
    return true;
  }
}
