/**
 * The port of time. Every timer, timestamp and timeout of a cluster goes through a `Clock`, so that a
 * virtual one can drive the whole of it. It deliberately knows no calendar: dates are `world/timestamp.ts`.
 */
import { onAbort } from './on-abort.js';

/** Ends a scheduled callback that has not run yet; harmless afterwards. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the Unix epoch. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. Measure durations with it. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now (at least 0), on a later turn. */
  schedule(delayMs: number, callback: () => void): CancelTimer;
}

/** Why a wait ended early: its `AbortSignal` was aborted. */
export class AbortedError extends Error {
  readonly code = 'PINTLE_ABORTED';
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was aborted`, options);
    this.name = 'AbortedError';
  }
}

/** A wait that took longer than its bound. */
export class TimeoutError extends Error {
  readonly code = 'PINTLE_TIMEOUT';
  constructor(
    what: string,
    readonly timeoutMs: number,
    options?: ErrorOptions,
  ) {
    super(`${what} took longer than ${timeoutMs} ms`, options);
    this.name = 'TimeoutError';
  }
}

/** Resolves after `delayMs`; rejects with `AbortedError` when `signal` is aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new AbortedError('sleep', { cause: signal.reason }));
      return;
    }
    const cancel = clock.schedule(delayMs, () => {
      unfollow();
      resolve();
    });
    const unfollow = onAbort(signal, () => {
      cancel();
      reject(new AbortedError('sleep', { cause: signal?.reason }));
    });
  });
}

/**
 * Runs `callback` every `periodMs`, the first time after one period, until cancelled. A period starts when the
 * one before ended, so a slow callback never overlaps itself.
 */
export function every(clock: Clock, periodMs: number, callback: () => void): CancelTimer {
  let cancelled = false;
  let cancel: CancelTimer = () => {};
  const next = () => {
    cancel = clock.schedule(periodMs, () => {
      callback();
      if (!cancelled) next();
    });
  };
  next();
  return () => {
    cancelled = true;
    cancel();
  };
}

/** How long a piece of work may go on. */
export interface Deadline {
  /** Whether the time is up, or the parent was aborted. */
  readonly passed: boolean;
  /** Made when somebody asks for it. */
  readonly signal: AbortSignal;
}

/**
 * An `AbortController` whose signal is made when somebody asks for it: most work is over before. Follows `parent`
 * until it is released.
 */
export class LazyAbort implements Deadline {
  private controller: AbortController | undefined;
  private reason: unknown;
  private isAborted = false;
  private released = false;
  private unfollow: (() => void) | undefined;

  constructor(private readonly parent?: AbortSignal) {}

  get passed(): boolean {
    return this.isAborted || (this.parent?.aborted ?? false);
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isAborted) this.controller.abort(this.reason);
      else if (this.parent?.aborted) this.follow();
      else if (!this.released) this.unfollow = onAbort(this.parent, this.follow);
    }
    return this.controller.signal;
  }

  private readonly follow = (): void => this.controller?.abort(this.parent?.reason);

  abort(reason: unknown): void {
    this.isAborted = true;
    this.reason = reason;
    this.controller?.abort(reason);
  }

  /** The work is over: the parent is followed no longer. */
  release(): void {
    this.released = true;
    this.unfollow?.();
  }
}

/** As `withTimeout`, for work that seldom needs its signal. */
export function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (deadline: Deadline) => Promise<T>,
  parent?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadline = new LazyAbort(parent);
    const cancel = clock.schedule(timeoutMs, () => {
      const error = new TimeoutError(what, timeoutMs);
      // First the verdict, then the signal: the work's own complaint at being aborted comes second.
      reject(error);
      deadline.abort(error);
    });
    const over = () => {
      cancel();
      deadline.release();
    };
    const begun = async () => work(deadline);
    begun().then(
      (result) => {
        over();
        resolve(result);
      },
      (error: unknown) => {
        over();
        reject(error);
      },
    );
  });
}

/**
 * Bounds a piece of work: rejects with `TimeoutError`, and aborts the signal it was given, after `timeoutMs`.
 * When `parent` is aborted, so is that signal.
 */
export const withTimeout = <T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  parent?: AbortSignal,
): Promise<T> => withDeadline(clock, timeoutMs, what, ({ signal }) => work(signal), parent);
