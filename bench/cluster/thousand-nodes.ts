import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type BenchRow, median } from '../row.js';
import type { Run } from './pods-to-running.js';

/** What the page of `@pintle/cluster` advises for large clusters. */
const youngSpace = '--max-semi-space-size=64';

async function runsIn(flags: readonly string[]): Promise<{ podsPerSecond: number; told: number }> {
  const child = fork(fileURLToPath(new URL('pods-to-running.ts', import.meta.url)), [], {
    execArgv: [...process.execArgv, ...flags],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with ${code} before it told of its runs`);
  });
  ended.catch(() => {});
  const [runs] = (await Promise.race([once(child, 'message'), ended])) as [readonly Run[]];
  return {
    podsPerSecond: median(runs.map(({ podsPerSecond }) => podsPerSecond)),
    told: median(runs.map(({ told }) => told)),
  };
}

const row: BenchRow = {
  name: '1,000 nodes and 10,000 pods of one Deployment to Running, simulated',
  goal: '>= 3,000 pods/s',
  async run() {
    const asNodeIs = await runsIn([]);
    const { podsPerSecond, told } = await runsIn([youngSpace]);
    return {
      ours: podsPerSecond,
      unit: 'pods/s',
      notes: `node ${youngSpace}, as advised for large clusters; ${Math.round(asNodeIs.podsPerSecond)} without it; a process of its own, a new cluster each run; ${told} events were written by then`,
    };
  },
};
export default row;
