/** Reviews that webhooks answer, counted under controller-runtime's names (`controller_runtime_webhook_*`). */
import { defaultBuckets, type Metrics } from '@pintle/machinery';

/** Told of the reviews of one webhook. */
export interface WebhookObserver {
  began(): void;
  ended(code: number, seconds: number): void;
}

/** Prometheus' own. */

/** `webhook` is the path that it is asked at. */
export function webhookMetrics(metrics: Metrics, webhook: string): WebhookObserver {
  const labels = ['webhook'];
  const total = metrics.counter({
    name: 'controller_runtime_webhook_requests_total',
    help: 'Reviews by the status of their answer.',
    labels: ['code', 'webhook'],
  });
  const latency = metrics
    .histogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'Seconds of a review.',
      labels,
      buckets: defaultBuckets,
    })
    .with(webhook);
  const inFlight = metrics
    .gauge({ name: 'controller_runtime_webhook_requests_in_flight', help: 'Reviews under way.', labels })
    .with(webhook);
  for (const code of ['200', '500']) total.with(code, webhook);
  return {
    began: () => inFlight.add(1),
    ended(code, seconds) {
      inFlight.add(-1);
      total.with(String(code), webhook).increment();
      latency.observe(seconds);
    },
  };
}
