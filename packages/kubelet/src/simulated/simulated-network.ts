/** Addresses for pods whose traffic goes nowhere: from a pool, given back when the pod is gone. */
import type { PodNetwork } from '@pintle/contracts';

export interface SimulatedNetworkOptions {
  /** An IPv4 range. Default `10.244.0.0/14`: 262,141 addresses. */
  readonly cidr?: string;
}

/** Every address of the range is in use. */
export class AddressPoolError extends Error {
  readonly code = 'PINTLE_ADDRESS_POOL';
  constructor(cidr: string) {
    super(`every pod address of ${cidr} is in use; give a larger range`);
    this.name = 'AddressPoolError';
  }
}

export function simulatedNetwork({ cidr = '10.244.0.0/14' }: SimulatedNetworkOptions = {}): PodNetwork {
  const [base = '', bits = '32'] = cidr.split('/');
  const first = base.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const byPod = new Map<string, number>();
  const free: number[] = [];
  // The first address names the network, the last is its broadcast.
  let next = 1;
  return {
    notices: [],
    async setUpPod({ uid }) {
      let offset = byPod.get(uid);
      if (offset === undefined) {
        if (next < size - 1) offset = next++;
        else offset = free.shift();
        if (offset === undefined) throw new AddressPoolError(cidr);
        byPod.set(uid, offset);
      }
      const value = first + offset;
      return { ip: [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.') };
    },
    async tearDownPod(uid) {
      const offset = byPod.get(uid);
      if (offset === undefined) return;
      byPod.delete(uid);
      free.push(offset);
    },
  };
}
