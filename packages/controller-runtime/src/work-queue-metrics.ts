/** What a work queue does, counted under client-go's names (`workqueue_*`). */
import { type Clock, exponentialBuckets, type Metrics } from '@pintle/machinery';

/** Told of every step of a queue's keys. */
export interface WorkQueueObserver {
  queued(key: string): void;
  taken(key: string): void;
  done(key: string): void;
  retried(): void;
}

const buckets = exponentialBuckets(1e-8, 10, 10);

export function workQueueMetrics(metrics: Metrics, clock: Clock, name: string): WorkQueueObserver {
  const labels = ['name'];
  const adds = metrics.counter({ name: 'workqueue_adds_total', help: 'Keys that were queued.', labels }).with(name);
  const depth = metrics.gauge({ name: 'workqueue_depth', help: 'Keys that wait.', labels }).with(name);
  const retries = metrics.counter({ name: 'workqueue_retries_total', help: 'Keys that came back.', labels }).with(name);
  const waiting = metrics
    .histogram({ name: 'workqueue_queue_duration_seconds', help: 'Seconds that a key waits.', labels, buckets })
    .with(name);
  const working = metrics
    .histogram({ name: 'workqueue_work_duration_seconds', help: 'Seconds of work on a key.', labels, buckets })
    .with(name);
  const unfinished = metrics
    .gauge({ name: 'workqueue_unfinished_work_seconds', help: 'Seconds of work that is not done yet, in sum.', labels })
    .with(name);
  const longest = metrics
    .gauge({
      name: 'workqueue_longest_running_processor_seconds',
      help: 'Seconds of the longest work at hand.',
      labels,
    })
    .with(name);
  const queuedMs = new Map<string, number>();
  const takenMs = new Map<string, number>();
  metrics.collect(() => {
    const now = clock.monotonic();
    const seconds = [...takenMs.values()].map((since) => (now - since) / 1000);
    unfinished.set(seconds.reduce((sum, value) => sum + value, 0));
    longest.set(seconds.reduce((most, value) => Math.max(most, value), 0));
  });
  const passed = (since: Map<string, number>, key: string) => {
    const from = since.get(key);
    since.delete(key);
    return from === undefined ? 0 : (clock.monotonic() - from) / 1000;
  };
  return {
    queued(key) {
      adds.increment();
      depth.add(1);
      queuedMs.set(key, clock.monotonic());
    },
    taken(key) {
      depth.add(-1);
      waiting.observe(passed(queuedMs, key));
      takenMs.set(key, clock.monotonic());
    },
    done(key) {
      working.observe(passed(takenMs, key));
    },
    retried: () => retries.increment(),
  };
}
