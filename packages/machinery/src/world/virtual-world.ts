/**
 * A world whose time stands still until told to move. Timers live in a heap; promises are drained by giving
 * the host one turn, which empties its microtask queue. The same seed gives the same run, as long as no
 * part waits for something outside this world (a socket, a process, a real timer).
 */
import type { Clock } from './clock.js';
import { type Logger, silentLogger } from './logger.js';
import { seededRandom } from './random.js';
import type { World } from './world.js';

/** A span of time: milliseconds, or named parts that add up. */
export type Duration =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly ms?: number;
    };

export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  const { days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 } = duration;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

export interface VirtualWorld extends World {
  /**
   * Runs until nothing is runnable at this instant: no promise left to continue and no timer due. Time does not
   * move, unless `withinMs` is given: then timers due within that time are run as well, and time ends at the last
   * of them. Errors: `LivelockError` when timers keep falling due at one instant.
   */
  settle(options?: { readonly withinMs?: number }): Promise<void>;
  /** Settles, then moves time forward, stopping at every timer due on the way and settling there. */
  advance(duration: Duration): Promise<void>;
  /** When the next timer is due, milliseconds since the epoch; undefined where there is none. */
  nextTimerAt(): number | undefined;
}

/** Timers fell due again and again without time moving: a loop somewhere re-arms itself with no delay. */
export class LivelockError extends Error {
  readonly code = 'PINTLE_LIVELOCK';
  constructor(readonly turnsMax: number) {
    super(
      `the virtual world did not settle within ${turnsMax} turns at one instant; some loop re-arms itself without delay`,
    );
    this.name = 'LivelockError';
  }
}

export interface VirtualWorldOptions {
  /** Default 1. */
  seed?: number;
  /** Where time begins, milliseconds since the epoch. Default 2025-01-01T00:00:00Z. */
  startMs?: number;
  logger?: Logger;
  /** Turns that one instant may take before it counts as a livelock. Default 100,000. */
  turnsMax?: number;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

export function virtualWorld(options: VirtualWorldOptions = {}): VirtualWorld {
  const { seed = 1, startMs = Date.UTC(2025, 0, 1), turnsMax = 100_000 } = options;
  let nowMs = startMs;
  let order = 0;
  const heap: Timer[] = [];
  const hostTurn = hostTurns();
  let cancelled = 0;

  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs - startMs,
    schedule(delayMs, callback) {
      const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), order: order++, callback };
      push(heap, timer);
      return () => {
        if (timer.callback === undefined) return;
        timer.callback = undefined;
        cancelled++;
        if (cancelled > 1000 && cancelled * 2 > heap.length) {
          // Timeouts are nearly always cancelled: what is left of them must not pile up until they are due.
          const live = heap.filter(({ callback: waiting }) => waiting !== undefined);
          heap.length = 0;
          for (const waiting of live) push(heap, waiting);
          cancelled = 0;
        }
      };
    },
  };

  const nextDue = (): number | undefined => {
    while (heap.length > 0 && heap[0]!.callback === undefined) pop(heap);
    return heap[0]?.dueMs;
  };

  /** Runs the timers that are due, one a turn: what one wakes runs before the next of the same instant. */
  const runDue = async () => {
    for (let turn = 0; turn < turnsMax; turn++) {
      const due = nextDue();
      if (due === undefined || due > nowMs) return;
      const timer = pop(heap)!;
      const { callback } = timer;
      timer.callback = undefined;
      callback?.();
      await hostTurn();
    }
    throw new LivelockError(turnsMax);
  };

  /** What came from outside runs first. */
  const settleInstant = async () => {
    await hostTurn();
    await runDue();
  };

  const runUntil = async (untilMs: number) => {
    await settleInstant();
    for (let due = nextDue(); due !== undefined && due <= untilMs; due = nextDue()) {
      nowMs = Math.max(nowMs, due);
      await runDue();
    }
  };

  return {
    clock,
    random: seededRandom(seed),
    logger: options.logger ?? silentLogger,
    settle: ({ withinMs = 0 } = {}) => runUntil(nowMs + withinMs),
    async advance(duration) {
      const untilMs = nowMs + durationMs(duration);
      await runUntil(untilMs);
      nowMs = untilMs;
      await settleInstant();
    },
    nextTimerAt: nextDue,
  };
}

/** Turns that the host is asked for at once. */
const turnsAtOnce = 64;

/**
 * Asks for a turn of the host, at whose begin no microtask is left. Between two callbacks of `setImmediate` it runs all
 * microtasks and looks for nothing else, so many turns are asked for at once: one by one each would cost a look at the sockets.
 */
function hostTurns(): () => Promise<void> {
  if (typeof setImmediate !== 'function') return portTurn;
  const waiting: (() => void)[] = [];
  let asked = 0;
  const turn = () => {
    asked--;
    for (const begin of waiting.splice(0)) begin();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (asked === 0) for (; asked < turnsAtOnce; asked++) setImmediate(turn);
    });
}

function portTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

// A binary heap by due time, then by order of scheduling.

const before = (a: Timer, b: Timer) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

function push(heap: Timer[], timer: Timer): void {
  let i = heap.push(timer) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(timer, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}
