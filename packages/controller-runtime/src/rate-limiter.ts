/** How long a key that failed has to wait: by its own failures, by what all keys together may do, or by both. */
import type { Clock } from '@pintle/machinery';

export interface RateLimiter {
  /** Counts one more try of the key, and says how long it has to wait. */
  delayMs(key: string): number;
  /** The key has succeeded. */
  forget(key: string): void;
  /** Times that the key was tried since it was forgotten. */
  failuresOf(key: string): number;
}

export interface BackoffOptions {
  /** Default 5. */
  readonly baseMs?: number;
  /** Default 1,000,000. */
  readonly maxMs?: number;
}

/** A wait of each key's own, that doubles with each failure. */
export function exponentialBackoff({ baseMs = 5, maxMs = 1_000_000 }: BackoffOptions = {}): RateLimiter {
  const failures = new Map<string, number>();
  return {
    delayMs(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      return Math.min(baseMs * 2 ** Math.min(count, 50), maxMs);
    },
    forget: (key) => void failures.delete(key),
    failuresOf: (key) => failures.get(key) ?? 0,
  };
}

export interface TokenBucketOptions {
  readonly clock: Clock;
  readonly perSecond: number;
  /** As many at once after a quiet time. */
  readonly burst: number;
}

/** What all keys together may do: `perSecond`, and `burst` at once. */
export function tokenBucket({ clock, perSecond, burst }: TokenBucketOptions): RateLimiter {
  let tokens = burst;
  let filledMs = clock.monotonic();
  return {
    delayMs() {
      const now = clock.monotonic();
      tokens = Math.min(burst, tokens + ((now - filledMs) / 1000) * perSecond);
      filledMs = now;
      // Below zero are the tokens of those who wait already.
      tokens--;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
    forget: () => {},
    failuresOf: () => 0,
  };
}

/** The longest of several waits. */
export function slowestOf(...limiters: readonly RateLimiter[]): RateLimiter {
  return {
    delayMs: (key) => Math.max(...limiters.map((limiter) => limiter.delayMs(key))),
    forget(key) {
      for (const limiter of limiters) limiter.forget(key);
    },
    failuresOf: (key) => Math.max(...limiters.map((limiter) => limiter.failuresOf(key))),
  };
}
