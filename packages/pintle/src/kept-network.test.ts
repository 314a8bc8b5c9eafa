/** Which block of addresses a cluster has that keeps its Services. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { realClock } from '@pintle/machinery';
import { keptNetwork } from './kept-network.js';

const clock = realClock();
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pintle-network-'));
  file = join(folder, 'loopback-block');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is that of its first start, whoever has run meanwhile', async () => {
  const [first, other] = [await keptNetwork(folder, clock), await keptNetwork(mkdtempSync(`${folder}/`), clock)];
  expect(other.block).not.toBe(first.block);
  await Promise.all([first, other].map(({ services }) => services.close()));
  for (const { block } of [first, other]) {
    writeFileSync(file, `${block}\n`);
    const again = await keptNetwork(folder, clock);
    expect([again.block, again.pods.notices]).toEqual([block, []]);
    await again.services.close();
  }
  expect(readFileSync(file, 'utf8')).toBe(`${other.block}\n`);
});

it.each(['', '64', '-1', 'one'])('is told to be no block: %j', async (text) => {
  writeFileSync(file, text);
  await expect(keptNetwork(folder, clock)).rejects.toThrow(`${file} holds "${text}"`);
});
