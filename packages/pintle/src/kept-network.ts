/** The network of a cluster that keeps its Services: in the block of addresses that they were given at the first start. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@pintle/machinery';
import { blockCount, type UserspaceNetwork, userspaceNetwork } from '@pintle/network/nodejs';

/** Errors: where the file that says which block is not as it was written. */
export async function keptNetwork(dataDir: string, clock: Clock): Promise<UserspaceNetwork> {
  const path = join(dataDir, 'loopback-block');
  const block = await blockIn(path);
  if (block !== undefined) return userspaceNetwork({ clock, block });
  const network = await userspaceNetwork({ clock });
  await writeFile(path, `${network.block}\n`);
  return network;
}

async function blockIn(path: string): Promise<number | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!/^\d+$/.test(text) || Number(text) >= blockCount)
    throw new Error(
      `${path} holds ${JSON.stringify(text)}: it must be a whole number below ${blockCount}, as it was written`,
    );
  return Number(text);
}
