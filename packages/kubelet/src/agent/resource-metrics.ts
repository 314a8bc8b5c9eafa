/** A summary of what is used as the metrics of `/metrics/resource`, under the kubelet's names. */
import { createMetrics, parseTime } from '@pintle/machinery';
import type { StatsSummary } from './stats-summary.js';

const nanoseconds = 1e9;

export function resourceMetrics({ node, pods }: StatsSummary): Promise<string> {
  const metrics = createMetrics();
  const counter = (name: string, help: string, labels: readonly string[]) => metrics.counter({ name, help, labels });
  const gauge = (name: string, help: string, labels: readonly string[]) => metrics.gauge({ name, help, labels });
  const ofContainer = ['container', 'namespace', 'pod'];
  const ofPod = ['namespace', 'pod'];
  const cpuHelp = 'Seconds of processor time, since the start.';
  const memoryHelp = 'Bytes of memory now.';
  counter('node_cpu_usage_seconds_total', cpuHelp, [])
    .with()
    .increment(node.cpu.usageCoreNanoSeconds / nanoseconds);
  gauge('node_memory_working_set_bytes', memoryHelp, []).with().set(node.memory.workingSetBytes);
  const [podCpu, podMemory, cpu, memory, start] = [
    counter('pod_cpu_usage_seconds_total', cpuHelp, ofPod),
    gauge('pod_memory_working_set_bytes', memoryHelp, ofPod),
    counter('container_cpu_usage_seconds_total', cpuHelp, ofContainer),
    gauge('container_memory_working_set_bytes', memoryHelp, ofContainer),
    gauge('container_start_time_seconds', 'When it began, in seconds since the epoch.', ofContainer),
  ];
  for (const pod of pods) {
    const { namespace, name } = pod.podRef;
    podCpu.with(namespace, name).increment(pod.cpu.usageCoreNanoSeconds / nanoseconds);
    podMemory.with(namespace, name).set(pod.memory.workingSetBytes);
    for (const container of pod.containers) {
      const values = [container.name, namespace, name] as const;
      cpu.with(...values).increment(container.cpu.usageCoreNanoSeconds / nanoseconds);
      memory.with(...values).set(container.memory.workingSetBytes);
      start.with(...values).set((parseTime(container.startTime) ?? 0) / 1_000);
    }
  }
  gauge('resource_scrape_error', 'Whether something could not be measured.', []).with().set(0);
  return metrics.text();
}
