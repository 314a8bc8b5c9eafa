/** The network of a node without root: pods on loopback addresses, Services forwarded by this process. */
import type { PodNetwork, ServiceDataplane } from '@pintle/contracts';
import { type Clock, realClock } from '@pintle/machinery';
import { hasLoopbackRange, loopbackPodNetwork } from './loopback-addresses.js';
import { userspaceDataplane } from './userspace-dataplane.js';

export interface UserspaceNetwork {
  readonly pods: PodNetwork;
  readonly services: ServiceDataplane;
  /** A range that Services can be given addresses from and that this network carries. */
  readonly serviceCidr: string;
}

/** 127.32.0.0/12, next to the pods' 127.64.0.0/10. */
export const loopbackServiceCidr = '127.32.0.0/12';

export async function userspaceNetwork({
  clock = realClock(),
}: {
  readonly clock?: Clock;
} = {}): Promise<UserspaceNetwork> {
  const hasRange = await hasLoopbackRange();
  return {
    pods: loopbackPodNetwork({ hasRange }),
    services: userspaceDataplane({ clock, ...(hasRange ? {} : { listenIp: '127.0.0.1' }) }),
    serviceCidr: loopbackServiceCidr,
  };
}
