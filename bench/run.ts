/** `npm run bench`: every row, or `-- --only NAME`; `-- --json` for machines. */
import { cpus } from 'node:os';
import type { BenchRow } from './row.js';

const rows: readonly (() => Promise<{ default: BenchRow }>)[] = [
  () => import('./controller-runtime/work-queue.js'),
  () => import('./cluster/test-cluster.js'),
  () => import('./cluster/up.js'),
  () => import('./cluster/thousand-nodes.js'),
  () => import('./scheduler/basic.js'),
];

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const results: Record<string, unknown>[] = [];
for (const load of rows) {
  const { default: row } = await load();
  if (only !== undefined && !row.name.includes(only)) continue;
  const { ours, peer, ratio, unit, notes } = await row.run();
  const shown = (value: number | undefined) =>
    value === undefined ? '' : value >= 100 ? Math.round(value) : Number(value.toFixed(2));
  results.push({
    what: row.name,
    goal: row.goal,
    ours: shown(ours),
    peer: shown(peer),
    unit,
    ratio: shown(ratio),
    notes: notes ?? '',
  });
}
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ node: process.version, cores: cpus().length, results }));
else {
  console.log(`Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model}`);
  console.table(results);
}
