/** The rows of the scheduler's table: every workload, and beside it the bare scan that `bare-scan.ts` describes. */
import type { BenchRow } from '../row.js';
import { bareScan } from './bare-scan.js';
import { runInProcess } from './in-process.js';
import { likePods } from './like-pods.js';
import type { Measured } from './measured.js';
import { runOverHttp } from './over-http.js';
import { type Workload, workloads } from './workloads.js';

const round = (value: number, digits = 1) => value.toFixed(digits);

function notesOf({ attemptMs, heapMb, rssMb, podsPerCpuSecond }: Measured): string {
  const at = (share: number) => round(attemptMs[Math.floor(attemptMs.length * share)] ?? 0, 3);
  const attempts = attemptMs.length === 0 ? '' : `an attempt p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; `;
  const cpu = podsPerCpuSecond === undefined ? '' : `${Math.round(podsPerCpuSecond)} pods per CPU second; `;
  return `${cpu}${attempts}${heapMb} MB of heap, ${rssMb} MB in all; one run`;
}

/** What sampling looks at. */
function lookedAt({ nodes, percentageOfNodesToScore = 0 }: Workload): number {
  if (percentageOfNodesToScore === 100) return nodes;
  const percent = Math.max(50 - Math.floor(nodes / 125), 5);
  return Math.min(nodes, Math.max(100, Math.floor((nodes * percent) / 100)));
}

/** Of the first workload's speed, right after. */
async function besideBasic({ podsPerSecond }: Measured): Promise<string> {
  const basic = await runInProcess(workloads[0]!);
  return `${round(podsPerSecond / basic.podsPerSecond, 2)} of SchedulingBasic beside it; `;
}

export const rows: readonly BenchRow[] = [
  ...workloads.map(
    (workload): BenchRow => ({
      name: `scheduler: ${workload.name}`,
      goal: workload.goal,
      async run() {
        const found = await (workload.overHttp === true ? runOverHttp(workload) : runInProcess(workload));
        const bare =
          workload.measured.count / (bareScan(workload.nodes, workload.measured.count, lookedAt(workload)) / 1000);
        return {
          ours: found.podsPerSecond,
          peer: bare,
          ratio: found.podsPerSecond / bare,
          unit: 'pods/s',
          notes: `${workload.measured.gangs === undefined ? '' : await besideBasic(found)}${notesOf(found)}`,
        };
      },
    }),
  ),
  likePods,
];
