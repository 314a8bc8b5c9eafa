/**
 * The port of time. Every timer, timestamp and timeout of a cluster goes through a `Clock`, so that a
 * virtual one can drive the whole of it. It deliberately knows no calendar: dates are `world/timestamp.ts`.
 */

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
    const onAbort = () => {
      cancel();
      reject(new AbortedError('sleep', { cause: signal?.reason }));
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
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

/**
 * Bounds a piece of work: rejects with `TimeoutError`, and aborts the signal it was given, after `timeoutMs`.
 * When `parent` is aborted, so is that signal.
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  parent?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow, { once: true });
  let cancel: CancelTimer = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.schedule(timeoutMs, () => {
      const error = new TimeoutError(what, timeoutMs);
      // First the verdict, then the signal: the work's own complaint at being aborted comes second.
      reject(error);
      controller.abort(error);
    });
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    cancel();
    parent?.removeEventListener('abort', follow);
  }
}
