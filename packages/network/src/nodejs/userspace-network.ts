/** The network of a node without root: pods on loopback addresses, Services forwarded by this process. */
import type { PodNetwork, ServiceDataplane } from '@pintle/contracts';
import { type Clock, realClock } from '@pintle/machinery';
import { claimLoopbackBlock, hasLoopbackRange, loopbackPodNetwork, serviceCidrOf } from './loopback-addresses.js';
import { userspaceDataplane } from './userspace-dataplane.js';

export interface UserspaceNetwork {
  readonly pods: PodNetwork;
  /** Closed, it lets another cluster of this machine have the block. */
  readonly services: ServiceDataplane;
  /** A range that Services can be given addresses from and that this network carries. */
  readonly serviceCidr: string;
  /** Which of this machine's blocks of addresses its Services are in: for a cluster that keeps them to ask for again. */
  readonly block: number;
}

export interface UserspaceNetworkOptions {
  readonly clock?: Clock;
  /** The block that the cluster's Services are in already. The first that no other cluster has unless given. */
  readonly block?: number;
}

/** Clusters that run at the same time on one machine have addresses of their own, up to 64 of them. */
export async function userspaceNetwork({
  clock = realClock(),
  block: wanted,
}: UserspaceNetworkOptions = {}): Promise<UserspaceNetwork> {
  const hasRange = await hasLoopbackRange();
  const claimed = hasRange ? await claimLoopbackBlock(wanted) : undefined;
  const block = wanted ?? claimed?.number ?? 0;
  const pods = loopbackPodNetwork(claimed);
  const serviceCidr = serviceCidrOf(block);
  const others =
    claimed === undefined || claimed.number === block
      ? []
      : [
          `another cluster on this machine has ${serviceCidr} for its Services, too: some of this one's are not reached`,
        ];
  const dataplane = userspaceDataplane({ clock, ...(hasRange ? {} : { listenIp: '127.0.0.1' }) });
  return {
    pods: { ...pods, notices: [...pods.notices, ...others] },
    services: {
      ...dataplane,
      async close() {
        await dataplane.close();
        claimed?.release();
      },
    },
    serviceCidr,
    block,
  };
}
