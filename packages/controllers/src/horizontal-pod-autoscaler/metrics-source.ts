/**
 * Where the autoscaler has its numbers from: what metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io
 * answer in a Kubernetes cluster. Every value is in thousandths of the metric's unit, as quantities have them.
 */
import type { CrossVersionObjectReference } from '@pintle/api/autoscaling/v2';
import type { CompiledLabelSelector } from '@pintle/machinery';

/** What a pod was found to use, or to say, on average over a time. */
export interface PodMetric {
  readonly milliValue: number;
  /** The end of that time. */
  readonly atMs: number;
  readonly windowMs: number;
}

/** By the names of pods. A pod without a value is not in it. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

export interface PodQuery {
  readonly namespace: string;
  /** Of the pods. */
  readonly selector: CompiledLabelSelector;
}

export interface ResourceQuery extends PodQuery {
  /** `cpu` or `memory`. */
  readonly resource: string;
  /** Of this container; of the whole pod unless given. */
  readonly container?: string;
}

export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  /** Of the metric. */
  readonly metricSelector: CompiledLabelSelector;
}

/** Errors: any; the message becomes part of a condition, as `unable to get metrics for resource cpu: <message>`. */
export interface MetricsSource {
  resource(query: ResourceQuery): Promise<PodMetrics>;
  pods(query: MetricQuery & PodQuery): Promise<PodMetrics>;
  object(query: MetricQuery & { readonly describedObject: CrossVersionObjectReference }): Promise<number>;
  /** A value for each of the metric's series. */
  external(query: MetricQuery): Promise<readonly number[]>;
}

/** What is asked for is not known. */
export class NoMetricsError extends Error {
  readonly code = 'PINTLE_NO_METRICS';
  constructor(message: string) {
    super(message);
    this.name = 'NoMetricsError';
  }
}
