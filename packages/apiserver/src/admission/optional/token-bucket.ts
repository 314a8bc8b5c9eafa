/** So many at once, and so many a second after that: a limit that knows nothing of what it limits. */
import type { Clock } from '@pintle/machinery';

export class TokenBucket {
  private tokens: number;
  private filledMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
    this.filledMs = clock.monotonic();
  }

  /** Whether there is one left; it is gone then. */
  take(): boolean {
    const nowMs = this.clock.monotonic();
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledMs) / 1000) * this.perSecond);
    this.filledMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
