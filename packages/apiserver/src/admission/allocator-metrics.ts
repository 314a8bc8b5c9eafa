/** How full the ranges of Services are, and how they were drawn from, under kube-apiserver's names. */
import { type Clock, defaultBuckets, type Metrics } from '@pintle/machinery';

/** One range, and how much of it is taken. */
export interface RangeUse {
  readonly cidr: string;
  readonly allocated: number;
  readonly size: number;
}

export type PortUse = Omit<RangeUse, 'cidr'>;

/** Whether who asks has named what it wants. */
export type AllocationScope = 'static' | 'dynamic';

export interface AllocatorMetrics {
  now(): number;
  address(cidr: string, scope: AllocationScope, startMs: number): void;
  noAddress(cidr: string, scope: AllocationScope): void;
  port(scope: AllocationScope): void;
  noPort(scope: AllocationScope): void;
  /** Asked whenever somebody looks. */
  use(ranges: () => readonly RangeUse[], ports: () => PortUse): void;
}

export function allocatorMetrics(metrics: Metrics, clock: Clock): AllocatorMetrics {
  const ofIps = (name: string, help: string, ...labels: readonly string[]) => ({
    ...{ name: `kube_apiserver_clusterip_allocator_${name}`, help },
    labels: ['cidr', ...labels],
  });
  const ofPorts = (name: string, help: string, ...labels: readonly string[]) => ({
    ...{ name: `kube_apiserver_nodeport_allocator_${name}`, help, labels },
  });
  const ips = {
    allocated: metrics.gauge(ofIps('allocated_ips', 'Addresses of a range that are taken.')),
    available: metrics.gauge(ofIps('available_ips', 'Addresses of a range that are free.')),
    given: metrics.counter(ofIps('allocation_total', 'Addresses that were given out.', 'scope')),
    refused: metrics.counter(ofIps('allocation_errors_total', 'Addresses that could not be given.', 'scope')),
    seconds: metrics.histogram({
      ...ofIps('allocation_duration_seconds', 'Seconds that it took to give an address.'),
      buckets: defaultBuckets,
    }),
  };
  const ports = {
    allocated: metrics.gauge(ofPorts('allocated_ports', 'Node ports that are taken.')).with(),
    available: metrics.gauge(ofPorts('available_ports', 'Node ports that are free.')).with(),
    given: metrics.counter(ofPorts('allocation_total', 'Node ports that were given out.', 'scope')),
    refused: metrics.counter(ofPorts('allocation_errors_total', 'Node ports that could not be given.', 'scope')),
  };
  return {
    now: () => clock.monotonic(),
    address(cidr, scope, startMs) {
      ips.given.with(cidr, scope).increment();
      ips.seconds.with(cidr).observe((clock.monotonic() - startMs) / 1000);
    },
    noAddress: (cidr, scope) => ips.refused.with(cidr, scope).increment(),
    port: (scope) => ports.given.with(scope).increment(),
    noPort: (scope) => ports.refused.with(scope).increment(),
    use(ranges, portUse) {
      metrics.collect(() => {
        for (const { cidr, allocated, size } of ranges()) {
          ips.allocated.with(cidr).set(allocated);
          ips.available.with(cidr).set(size - allocated);
        }
        const { allocated, size } = portUse();
        ports.allocated.set(allocated);
        ports.available.set(size - allocated);
      });
    },
  };
}
