/**
 * Waits between attempts that double up to a bound, as kubelet's for crashing containers and failing pulls. Pure: a
 * table of entries in, a table out. Source: client-go `flowcontrol.Backoff`.
 */

export interface Backoff {
  readonly delayMs: number;
  /** When the entry last grew. */
  readonly updatedAtMs: number;
}

export interface BackoffBounds {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Kubelet's own: 10 seconds doubling to 5 minutes. */
export const kubeletBackoff: BackoffBounds = { initialMs: 10_000, maxMs: 300_000 };

/** An entry counts for nothing once twice the longest wait has passed without trouble: 10 minutes. */
const isExpired = (entry: Backoff, eventAtMs: number, { maxMs }: BackoffBounds) =>
  eventAtMs - entry.updatedAtMs > 2 * maxMs;

/** How long to wait still, counted from `sinceMs` (when the container ended, or the pull failed). 0: go ahead. */
export function waitLeft(entry: Backoff | undefined, sinceMs: number, nowMs: number, bounds = kubeletBackoff): number {
  if (entry === undefined || isExpired(entry, sinceMs, bounds)) return 0;
  return Math.max(0, sinceMs + entry.delayMs - nowMs);
}

/** The entry after one more attempt, of which the trouble before it was at `eventAtMs`. */
export function stepBackoff(
  entry: Backoff | undefined,
  eventAtMs: number,
  nowMs: number,
  bounds = kubeletBackoff,
): Backoff {
  if (entry === undefined || isExpired(entry, eventAtMs, bounds))
    return { delayMs: bounds.initialMs, updatedAtMs: nowMs };
  return { delayMs: Math.min(entry.delayMs * 2, bounds.maxMs), updatedAtMs: nowMs };
}
