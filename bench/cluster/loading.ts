/** What it costs a program to load every API group, or one: the import alone, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { type BenchRow, median } from '../row.js';

const program = (imported: string) =>
  `const start = performance.now();
const cpu = process.cpuUsage();
await import('${imported}');
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000 }));`;

interface Told {
  readonly ms: number;
  readonly cpuMs: number;
}

function loading(imported: string): Told {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program(imported)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Told;
}

function row(name: string, imported: string, goal: string): BenchRow {
  return {
    name,
    goal,
    async run() {
      const told = Array.from({ length: 6 }, () => loading(imported)).slice(1);
      const cpuMs = Math.round(median(told.map((each) => each.cpuMs)));
      const notes = `import('${imported}'), built package; processor time ${cpuMs} ms`;
      return { ours: median(told.map(({ ms }) => ms)), unit: 'ms', notes };
    },
  };
}

export const rows: readonly BenchRow[] = [
  row('loading every API group', '@pintle/api', '<= 60 ms'),
  row('loading one API group', '@pintle/api/coordination/v1', 'less than every group'),
];
