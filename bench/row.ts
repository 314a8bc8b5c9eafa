/** One measured goal: what is ours, what it is held against, and the ratio of the two, from one run. */
export interface BenchResult {
  readonly ours: number;
  readonly peer?: number;
  readonly ratio?: number;
  readonly unit: string;
  readonly notes?: string;
}

export interface BenchRow {
  readonly name: string;
  readonly goal: string;
  /** Errors: `MissingPeerError`, and the row is then told as skipped. */
  run(): Promise<BenchResult>;
}

/** What a row is held against is not on this machine. */
export class MissingPeerError extends Error {
  readonly code = 'PINTLE_MISSING_PEER';
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Medians of `runs` runs, the two in turn, so that both see the same machine. */
export async function paired(
  runs: number,
  ours: () => Promise<number> | number,
  peer: () => Promise<number> | number,
): Promise<{ ours: number; peer: number }> {
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i <= runs; i++) {
    const [a, b] = [await ours(), await peer()];
    // The first round warms up.
    if (i > 0) {
      mine.push(a);
      theirs.push(b);
    }
  }
  return { ours: median(mine), peer: median(theirs) };
}
