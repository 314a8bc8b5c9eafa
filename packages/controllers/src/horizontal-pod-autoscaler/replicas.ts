/**
 * How many replicas a metric asks for, by the documented algorithm: the replicas that count, times the ratio of usage
 * to target, rounded up, unless the ratio is about 1. Pure.
 */
import type { Pod } from '@pintle/api/core/v1';
import { isPodReady } from '../pod-facts.js';
import type { PodMetrics } from './metrics-source.js';
import { averageOf, groupPods, podRequests, ReplicaCountError, type UsageOptions, utilizationOf } from './usage.js';

/** Ratios so near to 1, from below and from above, change nothing. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

export interface ReplicaOptions extends UsageOptions {
  readonly tolerances: Tolerances;
}

export interface Proposal {
  readonly replicas: number;
  /** What is used on average, or altogether, in thousandths. */
  readonly usage: number;
  /** Where the target is one. */
  readonly percent?: number;
}

const isOnTarget = ({ down, up }: Tolerances, ratio: number) => 1 - down <= ratio && ratio <= 1 + up;

interface PodsGiven {
  readonly currentReplicas: number;
  readonly pods: readonly Pod[];
  readonly metrics: PodMetrics;
}

/** By what is used of what is requested, in percent. */
export function replicasByUtilization(
  given: PodsGiven & { readonly resource: string; readonly container?: string; readonly targetPercent: number },
  options: ReplicaOptions,
): Proposal {
  const { pods, resource, container, targetPercent } = given;
  let requests: ReadonlyMap<string, number> | undefined;
  const requestsOf = () => {
    requests ??= podRequests(pods, resource, container);
    return requests;
  };
  return replicasByPods(given, options, {
    resource,
    measure(metrics) {
      const { ratio, percent, average } = utilizationOf(metrics, requestsOf(), targetPercent);
      return { ratio, usage: average, percent };
    },
    // All of what it asked for, or more where more is the target.
    full: (name) => Math.trunc(((requestsOf().get(name) ?? 0) * Math.max(100, targetPercent)) / 100),
  });
}

/** By what is used on average, in thousandths; of a resource, or of a metric of the pods. */
export function replicasByAverage(
  given: PodsGiven & { readonly resource?: string; readonly target: number },
  options: ReplicaOptions,
): Proposal {
  return replicasByPods(given, options, {
    resource: given.resource,
    measure(metrics) {
      const { ratio, average } = averageOf(metrics, given.target);
      return { ratio, usage: average };
    },
    full: () => given.target,
  });
}

interface Measure {
  readonly resource: string | undefined;
  measure(metrics: PodMetrics): { readonly ratio: number; readonly usage: number; readonly percent?: number };
  /** What a pod without a value is taken to use when replicas are to go. */
  full(pod: string): number;
}

function replicasByPods(
  { currentReplicas, pods, metrics }: PodsGiven,
  options: ReplicaOptions,
  how: Measure,
): Proposal {
  if (pods.length === 0) throw new ReplicaCountError('no pods returned by selector while calculating replica count');
  const { readyCount, unready, missing, ignored } = groupPods(pods, metrics, how.resource, options);
  const counted = new Map([...metrics].filter(([name]) => !ignored.has(name) && !unready.has(name)));
  if (counted.size === 0)
    throw new ReplicaCountError('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, ...found } = how.measure(counted);
  const unchanged: Proposal = { replicas: currentReplicas, ...found };
  const countsUnready = unready.size > 0 && ratio > 1;
  if (!countsUnready && missing.size === 0)
    return isOnTarget(options.tolerances, ratio)
      ? unchanged
      : { ...unchanged, replicas: Math.ceil(ratio * readyCount) };

  // Those without a value, and those that are not ready, are taken for what dampens the change.
  const dampen = (name: string, milliValue: number) => counted.set(name, { milliValue, atMs: 0, windowMs: 0 });
  if (ratio !== 1) for (const name of missing) dampen(name, ratio < 1 ? how.full(name) : 0);
  if (countsUnready) for (const name of unready) dampen(name, 0);
  const { ratio: dampened } = how.measure(counted);
  const turns = (ratio < 1 && dampened > 1) || (ratio > 1 && dampened < 1);
  if (isOnTarget(options.tolerances, dampened) || turns) return unchanged;
  const replicas = Math.ceil(dampened * counted.size);
  const turnsBack = (dampened < 1 && replicas > currentReplicas) || (dampened > 1 && replicas < currentReplicas);
  return turnsBack ? unchanged : { ...unchanged, replicas };
}

/** By one value for all: of an object, or of something outside. */
export function replicasByValue(
  {
    currentReplicas,
    pods,
    usage,
    target,
  }: Omit<PodsGiven, 'metrics'> & { readonly usage: number; readonly target: number },
  { tolerances }: Pick<ReplicaOptions, 'tolerances'>,
): Proposal {
  const ratio = usage / target;
  if (currentReplicas === 0) return { replicas: Math.ceil(ratio), usage };
  if (isOnTarget(tolerances, ratio)) return { replicas: currentReplicas, usage };
  if (pods.length === 0)
    throw new ReplicaCountError(
      'unable to calculate ready pods: no pods returned by selector while calculating replica count',
    );
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return { replicas: Math.ceil(ratio * ready), usage };
}

/**
 * By one value for all, a share of it for each replica.
 *
 * **Differs from Kubernetes**: where there are no replicas yet the whole is told as the average, and not the least of numbers.
 */
export function replicasByShare(
  {
    statusReplicas,
    usage,
    target,
  }: { readonly statusReplicas: number; readonly usage: number; readonly target: number },
  { tolerances }: Pick<ReplicaOptions, 'tolerances'>,
): Proposal {
  const isFine = isOnTarget(tolerances, usage / (target * statusReplicas));
  return {
    replicas: isFine ? statusReplicas : Math.ceil(usage / target),
    usage: Math.ceil(usage / Math.max(1, statusReplicas)),
  };
}
