/** Pod addresses out of the loopback range, one a pod, where the system has such a range. */
import { createServer } from 'node:net';
import type { PodNetwork } from '@pintle/contracts';

/** The second half of the first quarter of 127.0.0.0/8: 127.64.0.0/10. */
const firstOctets = [127, 64] as const;
const addressCount = 2 ** 22;

/** Whether this system lets programs listen on any address of 127.0.0.0/8, as Linux does. */
export function hasLoopbackRange(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.64.0.1', port: 0 }, () => server.close(() => resolve(true)));
  });
}

/** Addresses are given in turn, so that one is not used again soon after its pod has gone. */
export function loopbackPodNetwork({ hasRange }: { readonly hasRange: boolean }): PodNetwork {
  const byPod = new Map<string, string>();
  const taken = new Set<string>();
  let next = 1;
  const textOf = (index: number) =>
    [firstOctets[0], firstOctets[1] + (index >> 16), (index >> 8) & 0xff, index & 0xff].join('.');
  return {
    notices: hasRange
      ? []
      : ['this system has one loopback address: all pods share 127.0.0.1, and two cannot listen on one port'],
    async setUpPod({ uid }) {
      const known = byPod.get(uid);
      if (known !== undefined) return { ip: known };
      if (!hasRange) return { ip: '127.0.0.1' };
      if (byPod.size >= addressCount - 2) throw new RangeError(`all ${addressCount - 2} pod addresses are taken`);
      let ip: string;
      do {
        ip = textOf(next);
        next = next + 1 >= addressCount - 1 ? 1 : next + 1;
      } while (taken.has(ip));
      byPod.set(uid, ip);
      taken.add(ip);
      return { ip };
    },
    async tearDownPod(uid) {
      const ip = byPod.get(uid);
      if (ip !== undefined) taken.delete(ip);
      byPod.delete(uid);
    },
  };
}
