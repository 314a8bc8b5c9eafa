/** What reconciles do, counted under controller-runtime's names (`controller_runtime_*`). */
import type { Metrics } from '@pintle/machinery';

export type ReconcileOutcome = 'success' | 'requeue' | 'requeue_after' | 'error';

export interface ReconcileObserver {
  started(): void;
  ended(outcome: ReconcileOutcome, seconds: number, terminal: boolean): void;
  /** A bug was thrown. */
  panicked(): void;
}

/** controller-runtime's, from 5 ms to a minute. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

export function reconcileMetrics(metrics: Metrics, controller: string, concurrency: number): ReconcileObserver {
  const labels = ['controller'];
  const total = metrics.counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by how they ended.',
    labels: ['controller', 'result'],
  });
  const errors = metrics
    .counter({ name: 'controller_runtime_reconcile_errors_total', help: 'Reconciles that failed.', labels })
    .with(controller);
  const terminals = metrics
    .counter({
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Reconciles that failed for good.',
      labels,
    })
    .with(controller);
  const panics = metrics
    .counter({ name: 'controller_runtime_reconcile_panics_total', help: 'Reconciles that threw a bug.', labels })
    .with(controller);
  const time = metrics
    .histogram({ name: 'controller_runtime_reconcile_time_seconds', help: 'Seconds of a reconcile.', labels, buckets })
    .with(controller);
  const active = metrics
    .gauge({ name: 'controller_runtime_active_workers', help: 'Reconciles at work.', labels })
    .with(controller);
  metrics
    .gauge({ name: 'controller_runtime_max_concurrent_reconciles', help: 'Keys reconciled at once.', labels })
    .with(controller)
    .set(concurrency);
  const totals = {
    success: total.with(controller, 'success'),
    requeue: total.with(controller, 'requeue'),
    requeue_after: total.with(controller, 'requeue_after'),
    error: total.with(controller, 'error'),
  };
  return {
    started: () => active.add(1),
    panicked: () => panics.increment(),
    ended(outcome, seconds, terminal) {
      active.add(-1);
      totals[outcome].increment();
      time.observe(seconds);
      if (outcome === 'error') errors.increment();
      if (terminal) terminals.increment();
    },
  };
}
