/**
 * What pods and nodes use of CPU and memory, as `metrics.k8s.io`: the part of the metrics server. It asks the node agents
 * of this process as that asks kubelets, and keeps two samples.
 */
import { Node, Pod } from '@pintle/api/core/v1';
import type { ContainerMetrics, NodeMetrics, PodMetrics } from '@pintle/api/metrics/v1beta1';
import type { NodeAgent } from '@pintle/contracts';
import { formatTime, parseTime, type World } from '@pintle/machinery';
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
  /** The pods of each node. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
}

/** The part of a kubelet's summary that is read. */
interface Summary {
  readonly node: { readonly nodeName: string };
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

export interface NodeMetricsReader {
  pods(namespace: string | undefined): Promise<readonly PodMetrics[]>;
  nodes(): Promise<readonly NodeMetrics[]>;
}

export function nodeMetrics({ world, informers, agents }: NodeMetricsOptions): NodeMetricsReader {
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

  const measured = async () => {
    const { atMs, pods, nodes } = await sample();
    const usage = new Map([...pods].map(([key, containers]) => [key, containerMetrics(containers, before, key, atMs)]));
    return { timestamp: formatTime(atMs), usage, nodes };
  };

  return {
    async pods(namespace) {
      const { timestamp, usage } = await measured();
      return informers
        .informer(Pod)
        .lister.list(namespace === undefined ? {} : { namespace })
        .flatMap(({ metadata: { name = '', namespace: place = '', labels } }): PodMetrics[] => {
          const found = usage.get(`${place}/${name}`);
          if (found === undefined || !found.isWhole) return [];
          const metadata = {
            name,
            namespace: place,
            creationTimestamp: timestamp,
            ...(labels === undefined ? {} : { labels }),
          };
          return [
            { apiVersion, kind: 'PodMetrics', metadata, timestamp, window: found.window, containers: found.containers },
          ];
        });
    },
    async nodes() {
      const { timestamp, usage, nodes } = await measured();
      return [...nodes].map(([name, keys]): NodeMetrics => {
        const found = keys.flatMap((key) => usage.get(key) ?? []);
        const labels = informers.informer(Node).lister.get({ name })?.metadata.labels;
        return {
          apiVersion,
          kind: 'NodeMetrics',
          metadata: { name, creationTimestamp: timestamp, ...(labels === undefined ? {} : { labels }) },
          timestamp,
          window: found[0]?.window ?? '0s',
          usage: {
            cpu: `${found.reduce((sum, { nanocores }) => sum + nanocores, 0)}n`,
            memory: `${Math.round(found.reduce((sum, { bytes }) => sum + bytes, 0) / 1024)}Ki`,
          },
        };
      });
    },
  };
}

const apiVersion = 'metrics.k8s.io/v1beta1';

interface PodUsage {
  readonly window: string;
  readonly containers: readonly ContainerMetrics[];
  /** Whether all of its containers are known. */
  readonly isWhole: boolean;
  readonly nanocores: number;
  readonly bytes: number;
}

/** What each container uses; those without a time to measure are left out. */
function containerMetrics(
  containers: readonly ContainerUsage[],
  before: Sample | undefined,
  pod: string,
  atMs: number,
): PodUsage {
  let windowMs = 0;
  let [nanocores, bytes] = [0, 0];
  const metrics = containers.flatMap((container): ContainerMetrics[] => {
    const rate = cpuRate(container, before, pod, atMs);
    if (rate === undefined) return [];
    windowMs = Math.max(windowMs, rate.sinceMs);
    nanocores += rate.nanocores;
    bytes += container.memoryBytes;
    const usage = { cpu: `${rate.nanocores}n`, memory: `${Math.round(container.memoryBytes / 1024)}Ki` };
    return [{ name: container.name, usage }];
  });
  const isWhole = metrics.length > 0 && metrics.length === containers.length;
  // In whole seconds, as the time at its end is told: it would else begin before the container did.
  const window = `${Math.floor(windowMs / 1000)}s`;
  return { window, containers: metrics, isWhole, nanocores, bytes };
}

/** Since the sample before, or since the start of what was not in it. */
function cpuRate(
  { name, startMs, cpuNanoseconds }: ContainerUsage,
  before: Sample | undefined,
  pod: string,
  atMs: number,
) {
  const earlier = before?.pods.get(pod)?.find((other) => other.name === name && other.startMs === startMs);
  const sinceMs = atMs - (earlier === undefined ? startMs : before!.atMs);
  if (sinceMs <= 0) return undefined;
  const nanocores = Math.max(0, Math.round(((cpuNanoseconds - (earlier?.cpuNanoseconds ?? 0)) * 1000) / sinceMs));
  return { sinceMs, nanocores };
}

async function takeSample(agents: Iterable<NodeAgent>, atMs: number): Promise<Sample> {
  const pods = new Map<string, readonly ContainerUsage[]>();
  const nodes = new Map<string, readonly string[]>();
  // A node that does not answer has no part in the sample.
  const summaries = await Promise.allSettled([...agents].map((agent) => agent.statsSummary()));
  for (const summary of summaries) {
    if (summary.status === 'rejected') continue;
    const { node, pods: own } = summary.value as Summary;
    nodes.set(
      node.nodeName,
      own.map(({ podRef }) => `${podRef.namespace}/${podRef.name}`),
    );
    for (const { podRef, containers } of own)
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
  return { atMs, pods, nodes };
}
