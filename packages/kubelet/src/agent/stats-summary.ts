/** What the containers of a node use, as the kubelet's `/stats/summary` document: of CPU since their start, and of memory now. */
import { formatTime } from '@pintle/machinery';
import type { KubeletContext } from '../kubelet-context.js';
import type { PodWorker } from '../pod/pod-worker.js';

interface Usage {
  readonly cpu: { readonly time: string; readonly usageCoreNanoSeconds: number };
  readonly memory: { readonly time: string; readonly workingSetBytes: number };
}

export interface StatsSummary {
  readonly node: Usage & { readonly nodeName: string; readonly startTime: string };
  readonly pods: readonly PodStats[];
}

interface PodStats extends Usage {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime: string | undefined;
  readonly containers: readonly (Usage & { readonly name: string; readonly startTime: string })[];
}

export async function statsSummary(
  context: KubeletContext,
  workers: Iterable<PodWorker>,
  startedAtMs: number,
): Promise<StatsSummary> {
  const pods = await Promise.all([...workers].map((worker) => podStats(context, worker)));
  const { nodeName, world } = context;
  return {
    node: { nodeName, startTime: formatTime(startedAtMs), ...sumOf(pods, formatTime(world.clock.now())) },
    pods,
  };
}

async function podStats({ runtime, world }: KubeletContext, worker: PodWorker): Promise<PodStats> {
  const { metadata, status } = worker.pod;
  const { containers } = await worker.readState();
  const found = await Promise.all(
    containers.map(async (run) => {
      const stats = run.state === 'running' ? await runtime.stats(run.id) : undefined;
      if (stats === undefined) return [];
      const time = formatTime(stats.atMs);
      return [
        {
          name: run.name,
          startTime: formatTime(run.startedAtMs ?? run.createdAtMs),
          cpu: { time, usageCoreNanoSeconds: stats.cpuUsageNanoseconds },
          memory: { time, workingSetBytes: stats.memoryWorkingSetBytes },
        },
      ];
    }),
  );
  const each = found.flat();
  return {
    podRef: { name: metadata.name ?? '', namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' },
    startTime: status?.startTime,
    containers: each,
    ...sumOf(each, formatTime(world.clock.now())),
  };
}

const sumOf = (parts: readonly Usage[], time: string): Usage => ({
  cpu: { time, usageCoreNanoSeconds: parts.reduce((total, { cpu }) => total + cpu.usageCoreNanoSeconds, 0) },
  memory: { time, workingSetBytes: parts.reduce((total, { memory }) => total + memory.workingSetBytes, 0) },
});
