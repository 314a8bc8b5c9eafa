/**
 * What the queues of a manager have that is pressing: keys that wait because of what is not put off on purpose. What is
 * gathered (`gatherMs`) waits for an end of that, whichever controller's it is, so that telling of the work never holds up
 * the work itself. It takes no keys and orders none: that is `ItemQueue`'s affair.
 */
import type { CancelTimer, Clock } from '@pintle/machinery';

/** Nothing waits for longer than this for others: then it counts as pressing itself. */
const waitMaxMs = 500;

export class PressingWork {
  private count = 0;
  private readonly held = new Set<() => void>();
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
    if (this.held.size === 0) this.cancelBound = this.clock.schedule(waitMaxMs, () => this.release());
    this.held.add(resume);
    return () => {
      if (this.held.delete(resume) && this.held.size === 0) this.cancelBound();
    };
  }

  private release(): void {
    this.cancelBound();
    const released = [...this.held];
    this.held.clear();
    for (const resume of released) resume();
  }
}
