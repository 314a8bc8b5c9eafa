/** How much pods use of what they should: which of them count, and the ratio of usage to target. Pure. */
import type { Pod } from '@pintle/api/core/v1';
import { findCondition, parseQuantity, parseTime, quantityMilliValue } from '@pintle/machinery';
import type { PodMetric, PodMetrics } from './metrics-source.js';

/** Why no number of replicas can be told; becomes part of a condition. */
export class ReplicaCountError extends Error {
  readonly code = 'PINTLE_REPLICA_COUNT';
  constructor(message: string) {
    super(message);
    this.name = 'ReplicaCountError';
  }
}

export interface UsageOptions {
  readonly nowMs: number;
  /** After its start, a pod's use of CPU counts only for times when it was ready. */
  readonly cpuInitializationMs: number;
  /** A pod that was not ready within this time after its start, and is not now, has never been. */
  readonly initialReadinessMs: number;
}

export interface PodGroups {
  readonly readyCount: number;
  /** Their values do not count. */
  readonly unready: ReadonlySet<string>;
  /** They have no value. */
  readonly missing: ReadonlySet<string>;
  /** They do not count at all. */
  readonly ignored: ReadonlySet<string>;
}

export function groupPods(
  pods: readonly Pod[],
  metrics: PodMetrics,
  resource: string | undefined,
  options: UsageOptions,
): PodGroups {
  const [unready, missing, ignored] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let readyCount = 0;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const metric = metrics.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') ignored.add(name);
    else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (metric === undefined) missing.add(name);
    else if (resource === 'cpu' && isStarting(pod, metric, options)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** Its use of CPU may be that of its start. */
function isStarting({ status }: Pod, { atMs, windowMs }: PodMetric, options: UsageOptions): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  const startMs = parseTime(status?.startTime ?? undefined);
  if (ready === undefined || startMs === undefined) return true;
  const changedMs = parseTime(ready.lastTransitionTime ?? undefined) ?? 0;
  if (startMs + options.cpuInitializationMs > options.nowMs)
    return ready.status === 'False' || atMs < changedMs + windowMs;
  return ready.status === 'False' && startMs + options.initialReadinessMs > changedMs;
}

/** What each pod asks for, in thousandths; sidecars count. Errors: `ReplicaCountError` where a container asks for none. */
export function podRequests(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, number> {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    let sum = 0;
    for (const { name, resources } of [...(spec?.containers ?? []), ...sidecars]) {
      if (container !== undefined && container !== name) continue;
      const request = resources?.requests?.[resource];
      if (request === undefined)
        throw new ReplicaCountError(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
      sum += quantityMilliValue(parseQuantity(request));
    }
    requests.set(metadata.name ?? '', sum);
  }
  return requests;
}

export interface Utilization {
  /** 1 is on target. */
  readonly ratio: number;
  readonly percent: number;
  /** On average over the pods, in thousandths. */
  readonly average: number;
}

export function utilizationOf(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
  targetPercent: number,
): Utilization {
  let [used, requested, count] = [0, 0, 0];
  for (const [name, { milliValue }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += milliValue;
    requested += request;
    count++;
  }
  if (requested === 0) throw new ReplicaCountError('no metrics returned matched known pods');
  const percent = Math.trunc((used * 100) / requested);
  return { ratio: percent / targetPercent, percent, average: Math.trunc(used / count) };
}

export function averageOf(metrics: PodMetrics, target: number): Pick<Utilization, 'ratio' | 'average'> {
  let used = 0;
  for (const { milliValue } of metrics.values()) used += milliValue;
  const average = Math.trunc(used / metrics.size);
  return { ratio: average / target, average };
}
