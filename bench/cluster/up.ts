import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, paired } from '../row.js';

/** From the start of the process to its word that the cluster answers; `/readyz` answers from then on. */
function up(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pintle-bench-'));
  const start = performance.now();
  const child = spawn(process.execPath, [
    'packages/pintle/dist/bin/cli.js',
    'up',
    '--in-memory',
    '--port',
    '0',
    '--data-dir',
    folder,
  ]);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdout.once('data', () => {
      const elapsed = performance.now() - start;
      child.once('close', () => {
        rmSync(folder, { recursive: true, force: true });
        resolve(elapsed);
      });
      child.kill('SIGTERM');
    });
  });
}

function bareNode(): number {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - start;
}

const row: BenchRow = {
  name: 'pintle up --in-memory, from process start to ready',
  goal: '<= 8 x node -e 0',
  async run() {
    rmSync('packages/pintle/dist/bin/compiled', { recursive: true, force: true });
    const first = await up();
    const { ours, peer } = await paired(5, up, bareNode);
    const notes = `built package, with the code that its first start has compiled (that took ${Math.round(first)} ms); certificates made anew`;
    return { ours, peer, ratio: ours / peer, unit: 'ms', notes };
  },
};
export default row;
