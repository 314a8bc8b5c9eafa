/** What a work queue does, counted under client-go's names (`workqueue_*`). */
import { type Clock, exponentialBuckets, type Metrics } from '@pintle/machinery';
import type { WorkQueueFigures, WorkQueueObserver } from './item-queue.js';

const buckets = exponentialBuckets(1e-8, 10, 10);

/** The observer of a queue, under the queue's name. */
export function workQueueMetrics(
  metrics: Metrics,
  clock: Clock,
  name: string,
): (queue: WorkQueueFigures) => WorkQueueObserver {
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
  return (queue) => {
    metrics.collect(() => {
      const now = clock.monotonic();
      const seconds = Array.from(queue.runningSinceMs(), (since) => (now - since) / 1000);
      unfinished.set(seconds.reduce((sum, value) => sum + value, 0));
      longest.set(seconds.reduce((most, value) => Math.max(most, value), 0));
    });
    return {
      queued() {
        adds.increment();
        depth.add(1);
      },
      taken(waitedMs) {
        depth.add(-1);
        waiting.observe(waitedMs / 1000);
      },
      done: (workedMs) => working.observe(workedMs / 1000),
      retried: () => retries.increment(),
    };
  };
}
