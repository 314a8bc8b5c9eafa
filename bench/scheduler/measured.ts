/** What a run of a workload found. */
import type { Metrics } from '@pintle/machinery';
import { createMetrics } from '@pintle/machinery';

export interface Measured {
  /** From the first bind of a measured pod to the last. */
  readonly podsPerSecond: number;
  /** The same by the time that the measuring process spent computing: what other load on the machine changes less. */
  readonly podsPerCpuSecond?: number;
  /** How long deciding took for each attempt, ascending. */
  readonly attemptMs: readonly number[];
  /** Of the process that decides. */
  readonly heapMb: number;
  readonly rssMb: number;
}

export const megabytes = () => {
  const { heapUsed, rss } = process.memoryUsage();
  return { heapMb: Math.round(heapUsed / 2 ** 20), rssMb: Math.round(rss / 2 ** 20) };
};

/** Metrics as a process has them, that also keep how long each decision took. */
export function recordingMetrics(): { readonly metrics: Metrics; readonly attemptMs: number[] } {
  const attemptMs: number[] = [];
  const metrics = createMetrics();
  const watched: Metrics = {
    ...metrics,
    histogram(options) {
      const family = metrics.histogram(options);
      if (options.name !== 'scheduler_scheduling_algorithm_duration_seconds') return family;
      return {
        ...family,
        with: (...values) => {
          const series = family.with(...values);
          return {
            get count() {
              return series.count;
            },
            get sum() {
              return series.sum;
            },
            observe(seconds) {
              attemptMs.push(seconds * 1000);
              series.observe(seconds);
            },
          };
        },
        clear: () => family.clear(),
      };
    },
  };
  return { metrics: watched, attemptMs };
}

export async function until(done: () => boolean): Promise<void> {
  const start = performance.now();
  while (!done()) {
    if (performance.now() - start > 240_000) throw new Error('not done after 240 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
