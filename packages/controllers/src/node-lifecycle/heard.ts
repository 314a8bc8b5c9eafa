/**
 * When a node was last heard of, by the controller's own clock: what a node says of the time is only compared with what it
 * said before, so that a clock that goes wrong, there or here, makes no node unknown. Pure.
 */

/** What is remembered of a node from one look to the next. Times are of the controller's monotonic clock. */
export interface Heard {
  /** The last time that the node said, by its own clock. */
  readonly saidMs: number;
  readonly heardMs: number;
  readonly lookedMs: number;
}

/** `saidMs`: the last time that the node says now. One that is seen for the first time counts as heard just now. */
export function hear(before: Heard | undefined, saidMs: number, nowMs: number): Heard {
  if (before === undefined) return { saidMs, heardMs: nowMs, lookedMs: nowMs };
  if (before.saidMs === saidMs) return { ...before, lookedMs: nowMs };
  // It has spoken since the last look; where its clock was moved meanwhile, nobody knows when.
  const heardMs = before.heardMs + saidMs - before.saidMs;
  const isPossible = before.lookedMs <= heardMs && heardMs <= nowMs;
  return { saidMs, heardMs: isPossible ? heardMs : nowMs, lookedMs: nowMs };
}
