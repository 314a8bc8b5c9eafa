/** What it costs a program to load every API group, or one: the import alone, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { type BenchRow, median } from '../row.js';

const program = (imported: string) =>
  `const start = performance.now(); await import('${imported}'); console.log(performance.now() - start);`;

function loading(imported: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program(imported)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

function row(name: string, imported: string, goal: string): BenchRow {
  return {
    name,
    goal,
    async run() {
      const times = Array.from({ length: 6 }, () => loading(imported)).slice(1);
      return { ours: median(times), unit: 'ms', notes: `import('${imported}'), built package` };
    },
  };
}

export const rows: readonly BenchRow[] = [
  row('loading every API group', '@pintle/api', '<= 60 ms'),
  row('loading one API group', '@pintle/api/coordination/v1', 'less than every group'),
];
