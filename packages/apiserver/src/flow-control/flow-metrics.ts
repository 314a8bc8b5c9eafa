/** What is counted of flows, under kube-apiserver's names: each schema with its level has series of its own, looked up once. */
import type { Counter, Family, Gauge, Histogram, Metrics } from '@pintle/machinery';
import { isMutating, type RequestInfo } from '../requests/request-info.js';

export interface FlowSeries {
  readonly dispatched: Counter;
  readonly waiting: Gauge;
  readonly waitingSeats: Gauge;
  readonly executing: Gauge;
  readonly executingSeats: Gauge;
  /** How many wait in a queue, with the one that has come to it. */
  readonly queueLength: Histogram;
  /** Seconds in a queue, of those that were answered after it and of those that were not. */
  readonly waited: Readonly<Record<'true' | 'false', Histogram>>;
  readonly execution: Readonly<Record<'regular' | 'watch', Histogram>>;
  readonly estimated: Histogram;
  readonly watchers: Histogram;
  notAccommodated(): Counter;
  rejected(reason: string): Counter;
}

export interface FlowMetrics {
  /** Names of a level and of a schema. */
  seriesOf(names: readonly [level: string, schema: string]): FlowSeries;
  /** One more or one less that waits, whatever its flow. */
  waits(info: RequestInfo, by: 1 | -1): void;
}

const secondsBuckets = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const lengthBuckets = [0, 10, 25, 50, 100, 250, 500, 1000];
const watcherBuckets = [0, 1, 10, 100, 1000, 10_000];
const seatBuckets = [1, 2, 4, 10];

export function flowMetrics(metrics: Metrics): FlowMetrics {
  const labels = ['priority_level', 'flow_schema'];
  const named = (name: string, help: string, ...more: readonly string[]) => ({
    name: `apiserver_flowcontrol_${name}`,
    help,
    labels: [...labels, ...more],
  });
  const gauge = (name: string, help: string) => metrics.gauge(named(name, help));
  const spread = (name: string, help: string, buckets: readonly number[], ...more: readonly string[]) =>
    metrics.histogram({ ...named(name, help, ...more), buckets });
  const dispatched = metrics.counter(named('dispatched_requests_total', 'Requests that were let through.'));
  const rejected = metrics.counter(
    named('rejected_requests_total', 'Requests that were told to come again.', 'reason'),
  );
  const waiting = gauge('current_inqueue_requests', 'Requests that wait for their turn.');
  const waitingSeats = gauge('current_inqueue_seats', 'Seats that requests wait for.');
  const executing = gauge('current_executing_requests', 'Requests that are being answered.');
  const executingSeats = gauge('current_executing_seats', 'Seats of requests that are being answered.');
  const queueLength = spread(
    'request_queue_length_after_enqueue',
    'Requests in a queue, at each that comes to it.',
    lengthBuckets,
  );
  const waited = spread('request_wait_duration_seconds', 'Seconds in a queue.', secondsBuckets, 'execute');
  const execution = spread(
    'request_execution_seconds',
    'Seconds from the turn of a request to its answer; of a watch, to its begin.',
    secondsBuckets,
    'type',
  );
  const estimated = spread('work_estimated_seats', 'Seats that requests were thought to need.', seatBuckets);
  const watchers = spread('watch_count_samples', 'Watchers that a write was to be told to.', watcherBuckets);
  const notAccommodated = metrics.counter(
    named('request_dispatch_no_accommodation_total', 'Looks at a request whose turn it was, and that had no room.'),
  );
  const kinds: Family<Gauge> = metrics.gauge({
    name: 'apiserver_current_inqueue_requests',
    help: 'Requests that wait for their turn.',
    labels: ['request_kind'],
  });
  const waitingReads = kinds.with('readOnly');
  const waitingWrites = kinds.with('mutating');
  return {
    seriesOf: (names) => ({
      dispatched: dispatched.with(...names),
      waiting: waiting.with(...names),
      waitingSeats: waitingSeats.with(...names),
      executing: executing.with(...names),
      executingSeats: executingSeats.with(...names),
      queueLength: queueLength.with(...names),
      waited: { true: waited.with(...names, 'true'), false: waited.with(...names, 'false') },
      execution: { regular: execution.with(...names, 'regular'), watch: execution.with(...names, 'watch') },
      estimated: estimated.with(...names),
      watchers: watchers.with(...names),
      notAccommodated: () => notAccommodated.with(...names),
      rejected: (reason) => rejected.with(...names, reason),
    }),
    waits: (info, by) => (isMutating(info) ? waitingWrites : waitingReads).add(by),
  };
}
