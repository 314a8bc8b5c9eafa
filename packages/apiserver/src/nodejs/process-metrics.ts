/** What the process uses of its machine, under the names that every Prometheus client has for it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Metrics } from '@pintle/machinery';
import type { Listening } from './listen.js';

/** Adds how many connections to a socket were lost before they were secure. */
export function connectionMetrics(metrics: Metrics, listening: Pick<Listening, 'handshakeErrors'>): void {
  const errors = metrics
    .counter({ name: 'apiserver_tls_handshake_errors_total', help: 'Connections lost before they were secure.' })
    .with();
  metrics.collect(() => errors.increment(listening.handshakeErrors - errors.value));
}

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
  const addressSpaceMax = /^Max address space\s+(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (addressSpaceMax !== undefined)
    gauge(
      'process_virtual_memory_max_bytes',
      'Bytes of address space that there may be; 2^64 for as many as there are.',
    ).set(addressSpaceMax === 'unlimited' ? 2 ** 64 : Number(addressSpaceMax));
  const countNetwork = onLinux ? networkCounters(metrics) : undefined;
  metrics.collect(() => {
    countNetwork?.();
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

/** Bytes that came and went over all interfaces that the process sees. */
function networkCounters(metrics: Metrics): () => void {
  const counter = (way: string, help: string) =>
    metrics.counter({ name: `process_network_${way}_bytes_total`, help }).with();
  const received = counter('receive', 'Bytes that came over the network.');
  const sent = counter('transmit', 'Bytes that went over the network.');
  return () => {
    let [came, went] = [0, 0];
    for (const line of (textOf('/proc/self/net/dev') ?? '').split('\n')) {
      const figures = line.split(':')[1]?.trim().split(/\s+/).map(Number) ?? [];
      came += figures[0] ?? 0;
      went += figures[8] ?? 0;
    }
    received.increment(came - received.value);
    sent.increment(went - sent.value);
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
