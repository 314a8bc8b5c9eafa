/**
 * How many seats a level has wanted over time: those of its requests that are answered and those of its requests that wait.
 * Measured from one adjustment to the next.
 */

/** After one adjustment, the part of what was wanted before that is still remembered: half of it is for 5 minutes. */
const smoothing = 0.977;

/** What was wanted from one adjustment to the next, and lately before that. */
export interface Wanted {
  readonly highest: number;
  readonly average: number;
  /** How far from the average, by the root of the mean square. */
  readonly deviation: number;
  readonly smoothed: number;
}

export class SeatDemand {
  private wanted = 0;
  private sinceMs: number;
  private changedMs: number;
  private area = 0;
  private squares = 0;
  private most = 0;
  private average = 0;
  private deviation = 0;
  private remembered = 0;

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
    this.changedMs = nowMs;
  }

  get seats(): number {
    return this.wanted;
  }

  add(seats: number, nowMs: number): void {
    this.pass(nowMs);
    this.wanted += seats;
    this.most = Math.max(this.most, this.wanted);
  }

  /** What was wanted since the last time, which ends with this. */
  take(nowMs: number): Wanted {
    this.pass(nowMs);
    const highest = this.most;
    const lengthMs = nowMs - this.sinceMs;
    if (lengthMs > 0) {
      this.average = this.area / lengthMs;
      this.deviation = Math.sqrt(Math.max(0, this.squares / lengthMs - this.average * this.average));
      const envelope = this.average + this.deviation;
      this.remembered = Math.max(envelope, smoothing * this.remembered + (1 - smoothing) * envelope);
    }
    this.sinceMs = nowMs;
    this.area = 0;
    this.squares = 0;
    this.most = this.wanted;
    return { highest, average: this.average, deviation: this.deviation, smoothed: this.remembered };
  }

  private pass(nowMs: number): void {
    const lengthMs = nowMs - this.changedMs;
    this.changedMs = nowMs;
    this.area += this.wanted * lengthMs;
    this.squares += this.wanted * this.wanted * lengthMs;
  }
}
