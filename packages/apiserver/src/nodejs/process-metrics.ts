/** What the process uses of its machine, under the names that every Prometheus client has for it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Metrics } from '@pintle/machinery';

/** Adds `process_*` to what is shown. Values that this system does not tell are left out. */
export function processMetrics(metrics: Metrics): void {
  const gauge = (name: string, help: string) => metrics.gauge({ name, help }).with();
  const cpu = metrics.counter({ name: 'process_cpu_seconds_total', help: 'Seconds of CPU, user and system.' }).with();
  const resident = gauge('process_resident_memory_bytes', 'Bytes of memory that are resident.');
  const start = gauge('process_start_time_seconds', 'When the process began, in seconds since the Unix epoch.');
  start.set(Math.floor(Date.now() / 1000 - process.uptime()));
  const heap = gauge('nodejs_heap_size_used_bytes', 'Bytes of the JavaScript heap in use.');
  const limits = textOf('/proc/self/limits');
  const filesMax = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1];
  if (filesMax !== undefined) gauge('process_max_fds', 'How many files may be open.').set(Number(filesMax));
  const onLinux = limits !== undefined;
  const files = onLinux ? gauge('process_open_fds', 'How many files are open.') : undefined;
  const virtual = onLinux ? gauge('process_virtual_memory_bytes', 'Bytes of address space.') : undefined;
  metrics.collect(() => {
    const { user, system } = process.cpuUsage();
    cpu.increment((user + system) / 1e6 - cpu.value);
    const { rss, heapUsed } = process.memoryUsage();
    resident.set(rss);
    heap.set(heapUsed);
    files?.set(readdirSync('/proc/self/fd').length);
    const virtualKib = /^VmSize:\s+(\d+) kB/m.exec(textOf('/proc/self/status') ?? '')?.[1];
    if (virtualKib !== undefined) virtual?.set(Number(virtualKib) * 1024);
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
