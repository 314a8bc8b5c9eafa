/** `npm run bench`: every row, or `-- --only NAME`; `-- --json` for machines. It measures the built packages. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, MissingPeerError, median } from './row.js';

const one = (load: () => Promise<{ default: BenchRow }>) => async () => [(await load()).default];
const rows: readonly (() => Promise<readonly BenchRow[]>)[] = [
  async () => (await import('./store/create.js')).rows,
  async () => [(await import('./store/watch.js')).row],
  one(() => import('./controller-runtime/work-queue.js')),
  one(() => import('./cluster/test-cluster.js')),
  one(() => import('./cluster/virtual-day.js')),
  one(() => import('./cluster/up.js')),
  async () => (await import('./cluster/loading.js')).rows,
  one(() => import('./cluster/thousand-nodes.js')),
  one(() => import('./cluster/memory.js')),
  async () => (await import('./apiserver/requests.js')).rows,
  async () => {
    const { row, packedRow } = await import('./apiserver/list.js');
    return [row, packedRow];
  },
  async () => (await import('./apiserver/watch.js')).rows,
  async () => [(await import('./apiserver/apply.js')).row],
  async () => (await import('./watch/first-sync.js')).rows,
  async () => [(await import('./controller-runtime/reconciles.js')).row],
  async () => (await import('./controllers/replicas.js')).rows,
  one(() => import('./scheduler/basic.js')),
  async () => (await import('./scheduler/rows.js')).rows,
];

/** Milliseconds that the disk takes to have one page written and flushed. */
function fdatasyncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'pintle-bench-'));
  const file = openSync(join(folder, 'page'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 101 }, () => {
    const start = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const asJson = process.argv.includes('--json');
const versionOf = (name: string) => JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')).version as string;
const machine = {
  node: process.version,
  pintle: versionOf('pintle'),
  cores: cpus().length,
  processor: cpus()[0]?.model ?? 'unknown',
  fdatasyncMs: Number(fdatasyncMs().toFixed(3)),
};
const results: Record<string, unknown>[] = [];
const shown = (value: number | undefined) =>
  value === undefined ? '' : value >= 100 ? Math.round(value) : Number(value.toFixed(2));

for (const load of rows) {
  for (const row of await load()) {
    if (only !== undefined && !row.name.includes(only)) continue;
    const { name: what, goal } = row;
    try {
      const { ours, peer, ratio, unit, notes } = await row.run();
      results.push({
        what,
        goal,
        ours: shown(ours),
        peer: shown(peer),
        unit,
        ratio: shown(ratio),
        notes: notes ?? '',
      });
    } catch (error) {
      if (!(error instanceof MissingPeerError)) throw error;
      results.push({ what, goal, ours: '', peer: '', unit: '', ratio: '', notes: `skipped: ${error.message}` });
    }
  }
}
if (asJson) console.log(JSON.stringify({ ...machine, results }));
else {
  const { node, pintle, cores, processor } = machine;
  console.log(`Pintle ${pintle}, Node ${node}, ${cores} cores of ${processor}, fdatasync ${machine.fdatasyncMs} ms`);
  console.table(results);
}
process.exit(0);
