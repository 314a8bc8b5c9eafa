/**
 * Addresses out of the loopback range, where the system has such a range: one for each pod, and a range for Services. Clusters
 * that run on one machine at the same time have blocks of their own, which they claim by listening on the last address of it.
 */
import { createServer } from 'node:net';
import type { PodNetwork } from '@pintle/contracts';

/** Pods are in the second half of the first quarter of 127.0.0.0/8, 127.64.0.0/10: a /16 for each block. */
const podOctet = 64;
/** Services are in 127.32.0.0/12: a /18 for each block. */
const serviceOctet = 32;
export const blockCount = 64;
const addressCount = 2 ** 16;
/** Of no service that is known; whoever listens there on the last address of a block has the block. */
const claimPort = 27_964;

/** The addresses of one cluster on this machine. */
export interface LoopbackBlock {
  /** From 0 on; below `blockCount`. */
  readonly number: number;
  /** Whether no other cluster has it, too. */
  readonly isAlone: boolean;
  release(): void;
}

/** The block that is wanted, or the next one that nobody has; where each is somebody's, the one that is wanted. */
export async function claimLoopbackBlock(wanted = 0): Promise<LoopbackBlock> {
  for (let i = 0; i < blockCount; i++) {
    const number = (wanted + i) % blockCount;
    const release = await claim(number);
    if (release !== undefined) return { number, isAlone: true, release };
  }
  return { number: wanted, isAlone: false, release() {} };
}

/** Resolves with how to give it back; with nothing where another has it. */
function claim(number: number): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ host: `127.${podOctet + number}.255.255`, port: claimPort }, () => {
      server.unref();
      resolve(() => void server.close());
    });
  });
}

export const serviceCidrOf = (block: number): string => `127.${serviceOctet + (block >> 2)}.${(block & 3) * 64}.0/18`;

/** Whether this system lets programs listen on any address of 127.0.0.0/8, as Linux does. */
export function hasLoopbackRange(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.64.0.1', port: 0 }, () => server.close(() => resolve(true)));
  });
}

/** Addresses are given in turn, so that one is not used again soon after its pod has gone. Without a block all share one. */
export function loopbackPodNetwork(block: LoopbackBlock | undefined): PodNetwork {
  const byPod = new Map<string, string>();
  const taken = new Set<string>();
  let next = 1;
  return {
    notices:
      block === undefined
        ? ['this system has one loopback address: all pods share 127.0.0.1, and two cannot listen on one port']
        : block.isAlone
          ? []
          : [
              `${blockCount} clusters run on this machine: pods of this one have addresses that another gives to its own`,
            ],
    async setUpPod({ uid }) {
      const known = byPod.get(uid);
      if (known !== undefined) return { ip: known };
      if (block === undefined) return { ip: '127.0.0.1' };
      if (byPod.size >= addressCount - 2) throw new RangeError(`all ${addressCount - 2} pod addresses are taken`);
      let ip: string;
      do {
        ip = `127.${podOctet + block.number}.${next >> 8}.${next & 0xff}`;
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
