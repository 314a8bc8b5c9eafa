/**
 * What the queues of a manager have that is pressing: keys that wait because of what is not put off on purpose. What is
 * gathered (`gatherMs`) waits for an end of that, whichever controller's it is, so that telling of the work never holds up
 * the work itself. It takes no keys and orders none: that is `ItemQueue`'s affair.
 */
import type { CancelTimer, Clock } from '@pintle/machinery';

/** Nothing waits for longer than this for others: then it counts as pressing itself. */
const waitMaxMs = 1_000;

export class PressingWork {
  private count = 0;
  /** Until when each waits at most: the longest waiting first. */
  private readonly held = new Map<() => void, number>();
  private cancelBound: CancelTimer = () => {};
  private isLooking = false;

  constructor(private readonly clock: Clock) {}

  began(): void {
    this.count++;
  }

  ended(): void {
    this.count--;
    if (this.count > 0 || this.held.size === 0 || this.isLooking) return;
    // A turn later: what has just been taken mostly makes more of its kind.
    this.isLooking = true;
    this.clock.schedule(0, () => {
      this.isLooking = false;
      if (this.count === 0) this.release();
    });
  }

  /** Calls `resume` when nothing is pressing. Undefined where that is so already: then it calls nothing. */
  whenOver(resume: () => void): CancelTimer | undefined {
    if (this.count === 0) return undefined;
    if (this.held.size === 0) this.boundWaits(waitMaxMs);
    this.held.set(resume, this.clock.monotonic() + waitMaxMs);
    return () => {
      if (this.held.delete(resume) && this.held.size === 0) this.cancelBound();
    };
  }

  private release(): void {
    this.cancelBound();
    const released = [...this.held.keys()];
    this.held.clear();
    for (const resume of released) resume();
  }

  /** One timer for all that wait: it lets those go whose time has come, and waits for the rest. */
  private boundWaits(afterMs: number): void {
    this.cancelBound = this.clock.schedule(afterMs, () => {
      const nowMs = this.clock.monotonic();
      for (const [resume, untilMs] of [...this.held]) {
        if (untilMs > nowMs) {
          this.boundWaits(untilMs - nowMs);
          return;
        }
        this.held.delete(resume);
        resume();
      }
    });
  }
}
