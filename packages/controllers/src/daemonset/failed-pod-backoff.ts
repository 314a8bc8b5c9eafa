/** How long the failed pods of a node are left alone before they are replaced: longer each time, up to a bound. */

const firstMs = 1_000;
const lastMs = 900_000;
/** Nodes remembered; of more the longest unheard of is forgotten. */
const entriesMax = 10_000;

interface Entry {
  readonly sinceMs: number;
  readonly waitMs: number;
}

export class FailedPodBackoff {
  private readonly entries = new Map<string, Entry>();

  /** How long still; 0: now. */
  leftMs(key: string, nowMs: number): number {
    const entry = this.fresh(key, nowMs);
    return entry === undefined ? 0 : Math.max(0, entry.sinceMs + entry.waitMs - nowMs);
  }

  /** Notes that a failed pod is replaced now. */
  note(key: string, nowMs: number): void {
    const before = this.fresh(key, nowMs);
    const waitMs = before === undefined ? firstMs : Math.min(before.waitMs * 2, lastMs);
    this.entries.delete(key);
    this.entries.set(key, { sinceMs: nowMs, waitMs });
    if (this.entries.size > entriesMax) this.entries.delete(this.entries.keys().next().value!);
  }

  /** What nobody has failed in for long is as new. */
  private fresh(key: string, nowMs: number): Entry | undefined {
    const entry = this.entries.get(key);
    return entry === undefined || nowMs - entry.sinceMs > 2 * lastMs ? undefined : entry;
  }
}
