/** Requests of an HTTP client, counted under client-go's names (`rest_client_*`). The transport tells of each attempt. */
import type { Metrics } from '@pintle/machinery';

/** One attempt has ended: with a status, or without an answer. */
export type RequestObserver = (method: string, status: number | undefined, seconds: number) => void;

/** kube components', from 5 ms to a minute. */
const buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** `host` as the server's URL has it, with its port. */
export function requestMetrics(metrics: Metrics, host: string): RequestObserver {
  const total = metrics.counter({
    name: 'rest_client_requests_total',
    help: 'Requests by the status of their answer.',
    labels: ['code', 'host', 'method'],
  });
  const duration = metrics.histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Seconds until an answer begins.',
    labels: ['host', 'verb'],
    buckets,
  });
  return (method, status, seconds) => {
    total.with(status === undefined ? '<error>' : String(status), host, method).increment();
    duration.with(host, method).observe(seconds);
  };
}
