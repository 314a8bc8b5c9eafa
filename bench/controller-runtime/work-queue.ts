import { WorkQueue } from '@pintle/controller-runtime';
import { realClock } from '@pintle/machinery';
import { type BenchRow, paired } from '../row.js';

const keys = Array.from({ length: 100_000 }, (_, i) => `default/object-${i}`);

function ours(): number {
  const queue = new WorkQueue({ clock: realClock() });
  const start = performance.now();
  for (const key of keys) queue.add(key);
  for (let key = queue.take(); key !== undefined; key = queue.take()) queue.done(key);
  return performance.now() - start;
}

/** The least that keeps a key from waiting twice. */
function least(): number {
  const present = new Map<string, boolean>();
  const waiting: string[] = [];
  const start = performance.now();
  for (const key of keys) {
    if (present.has(key)) continue;
    present.set(key, true);
    waiting.push(key);
  }
  for (const key of waiting) present.delete(key);
  return performance.now() - start;
}

const row: BenchRow = {
  name: 'work queue: add, take, done of 100,000 keys',
  goal: '<= 3 x a plain Map and array',
  async run() {
    const { ours: mine, peer } = await paired(9, ours, least);
    return { ours: mine, peer, ratio: mine / peer, unit: 'ms' };
  },
};
export default row;
