/**
 * What pods use, by what the API server answers at `metrics.k8s.io`, whoever serves it there: for autoscalers beside any
 * API server. Metrics of `custom.metrics.k8s.io` and `external.metrics.k8s.io` are not asked for.
 */
import { PodMetrics as ApiPodMetrics } from '@pintle/api/metrics/v1beta1';
import type { Client } from '@pintle/client';
import { parseGoDuration, parseQuantity, parseTime } from '@pintle/machinery';
import { type MetricsSource, NoMetricsError, noMetrics, type PodMetric, type ResourceQuery } from './metrics-source.js';

const nanoPerMilli = 1_000_000n;
const windowDefaultMs = 60_000;

export function apiMetrics(client: Client): MetricsSource {
  return {
    ...noMetrics,
    async resource(query) {
      const { namespace, selector } = query;
      const found = await client
        .list(ApiPodMetrics, { namespace, labelSelector: selector.toString() })
        .catch((error) => {
          throw new NoMetricsError(`unable to fetch metrics from resource metrics API: ${error.message}`);
        });
      if (found.length === 0) throw new NoMetricsError('no metrics returned from resource metrics API');
      return new Map(found.flatMap((pod) => metricOf(pod, query)));
    },
  };
}

/** Nothing of a pod that has a container of which it is not known. */
function metricOf(
  { metadata, containers, timestamp, window }: ApiPodMetrics,
  { resource, container, namespace }: ResourceQuery,
): readonly (readonly [string, PodMetric])[] {
  const { name = '' } = metadata;
  const counted = containers.filter((each) => container === undefined || each.name === container);
  if (container !== undefined && counted.length === 0)
    throw new NoMetricsError(`container ${container} not present in metrics for pod ${namespace}/${name}`);
  const usages = counted.map(({ usage }) => usage[resource]);
  if (usages.includes(undefined)) return [];
  const nano = usages.reduce((sum, usage) => sum + parseQuantity(usage!).nano, 0n);
  const atMs = parseTime(timestamp) ?? 0;
  return [
    [
      name,
      {
        milliValue: Number((nano + nanoPerMilli - 1n) / nanoPerMilli),
        atMs,
        windowMs: parseGoDuration(window) ?? windowDefaultMs,
      },
    ],
  ];
}
