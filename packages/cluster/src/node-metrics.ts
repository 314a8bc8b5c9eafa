/**
 * What pods use of CPU and memory, for autoscalers: the part of the metrics server. It asks the node agents of this
 * process as that asks kubelets. It keeps two samples, and knows no metrics but those of resources.
 */
import { Pod } from '@pintle/api/core/v1';
import type { NodeAgent } from '@pintle/contracts';
import { type MetricsSource, NoMetricsError, noMetrics, type PodMetric, type ResourceQuery } from '@pintle/controllers';
import { parseTime, type World } from '@pintle/machinery';
import type { Informers } from '@pintle/watch';

/** Samples are at least so far apart, however many ask. */
const sampleMinMs = 10_000;

export interface NodeMetricsOptions {
  readonly world: World;
  readonly informers: Informers;
  /** The agents that run now. */
  readonly agents: () => Iterable<NodeAgent>;
}

interface ContainerUsage {
  readonly name: string;
  readonly startMs: number;
  /** Since its start. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
}

interface Sample {
  readonly atMs: number;
  /** By `namespace/pod`. */
  readonly pods: ReadonlyMap<string, readonly ContainerUsage[]>;
}

/** The part of a kubelet's summary that is read. */
interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers: readonly {
      readonly name: string;
      readonly startTime: string;
      readonly cpu: { readonly usageCoreNanoSeconds: number };
      readonly memory: { readonly workingSetBytes: number };
    }[];
  }[];
}

export function nodeMetrics({ world, informers, agents }: NodeMetricsOptions): MetricsSource {
  let before: Sample | undefined;
  let latest: Promise<Sample> | undefined;
  let latestAtMs = 0;

  const sample = async (): Promise<Sample> => {
    const atMs = world.clock.now();
    if (latest !== undefined && atMs - latestAtMs < sampleMinMs) return latest;
    before = await latest;
    latestAtMs = atMs;
    latest = takeSample(agents(), atMs);
    return latest;
  };

  return {
    ...noMetrics,
    async resource({ namespace, selector, resource, container }) {
      const now = await sample();
      const found = new Map<string, PodMetric>();
      for (const { metadata } of informers.informer(Pod).lister.list({ namespace })) {
        if (!selector.matches(metadata.labels ?? {})) continue;
        const key = `${namespace}/${metadata.name}`;
        const wanted = now.pods.get(key)?.filter(({ name }) => container === undefined || name === container) ?? [];
        const metric = usageOf(wanted, before, key, resource, now.atMs);
        if (metric !== undefined) found.set(metadata.name ?? '', metric);
      }
      if (found.size === 0) throw new NoMetricsError('no metrics returned from resource metrics API');
      return found;
    },
  };
}

async function takeSample(agents: Iterable<NodeAgent>, atMs: number): Promise<Sample> {
  const pods = new Map<string, readonly ContainerUsage[]>();
  // A node that does not answer has no part in the sample.
  const summaries = await Promise.allSettled([...agents].map((agent) => agent.statsSummary()));
  for (const summary of summaries) {
    if (summary.status === 'rejected') continue;
    for (const { podRef, containers } of (summary.value as Summary).pods)
      pods.set(
        `${podRef.namespace}/${podRef.name}`,
        containers.map(({ name, startTime, cpu, memory }) => ({
          name,
          startMs: parseTime(startTime) ?? atMs,
          cpuNanoseconds: cpu.usageCoreNanoSeconds,
          memoryBytes: memory.workingSetBytes,
        })),
      );
  }
  return { atMs, pods };
}

/** CPU is what was used since the sample before, or since the start of what was not in it. */
function usageOf(
  containers: readonly ContainerUsage[],
  before: Sample | undefined,
  pod: string,
  resource: ResourceQuery['resource'],
  atMs: number,
): PodMetric | undefined {
  if (containers.length === 0) return undefined;
  if (resource === 'memory') {
    const bytes = containers.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
    return { milliValue: bytes * 1000, atMs, windowMs: 0 };
  }
  if (resource !== 'cpu') return undefined;
  let milliValue = 0;
  let windowMs = 0;
  for (const { name, startMs, cpuNanoseconds } of containers) {
    const earlier = before?.pods.get(pod)?.find((other) => other.name === name && other.startMs === startMs);
    const sinceMs = atMs - (earlier === undefined ? startMs : before!.atMs);
    if (sinceMs <= 0) return undefined;
    milliValue += (cpuNanoseconds - (earlier?.cpuNanoseconds ?? 0)) / sinceMs / 1000;
    windowMs = Math.max(windowMs, sinceMs);
  }
  return { milliValue: Math.round(milliValue), atMs, windowMs };
}
