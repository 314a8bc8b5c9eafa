/** How conversion webhooks are asked, under kube-apiserver's names. */
import { type Clock, exponentialBuckets, type Metrics } from '@pintle/machinery';

/** What went wrong; empty where nothing did. */
export type ConversionFailure = '' | 'call' | 'malformed_response' | 'partial_response' | 'invalid_converted_object';

export interface ConversionTimes {
  now(): number;
  asked(question: ConversionQuestion, failure: ConversionFailure, startMs: number): void;
}

export interface ConversionQuestion {
  readonly definition: string;
  /** Versions without their group. */
  readonly from: string;
  readonly to: string;
}

const secondsBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60];

export function conversionTimes(metrics: Metrics, clock: Clock): ConversionTimes {
  const labels = ['result', 'failure_type'];
  const requests = metrics.counter({
    name: 'apiserver_conversion_webhook_request_total',
    help: 'Questions to conversion webhooks, by what came of them.',
    labels,
  });
  const durations = metrics.histogram({
    name: 'apiserver_conversion_webhook_duration_seconds',
    help: 'Seconds that conversion webhooks took.',
    labels,
    buckets: secondsBuckets,
  });
  const byDefinition = metrics.histogram({
    name: 'apiserver_crd_conversion_webhook_duration_seconds',
    help: 'Seconds that the conversion of custom resources took, by definition and versions.',
    labels: ['crd_name', 'from_version', 'to_version', 'succeeded'],
    buckets: exponentialBuckets(0.001, 2, 15),
  });
  return {
    now: () => clock.monotonic(),
    asked({ definition, from, to }, failure, startMs) {
      const seconds = (clock.monotonic() - startMs) / 1000;
      const outcome = failure === '' ? ['success', ''] : ['failure', `conversion_webhook_${failure}_failure`];
      requests.with(...outcome).increment();
      durations.with(...outcome).observe(seconds);
      byDefinition.with(definition, from, to, String(failure === '')).observe(seconds);
    },
  };
}
