import { Event, Pod } from '@pintle/api/core/v1';
import { createCluster, simulatedNodes } from '@pintle/cluster';
import { deployment } from '@pintle/testing';
import { type BenchRow, median } from '../row.js';

const [nodes, pods, runs] = [1_000, 10_000, 5];
/** A run that takes longer is ended, and told as far as it came. */
const withinMs = 60_000;

interface Run {
  readonly rate: number;
  /** Events of the pods that were written by the time all ran. */
  readonly told: number;
}

async function untilAllRun(): Promise<Run> {
  const cluster = await createCluster({ nodes: simulatedNodes(nodes) });
  const running = new Set<string>();
  const allRun = new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`only ${running.size} pods run after ${withinMs / 1000} s`)),
      withinMs,
    );
    cluster.client.watch(Pod, {}).subscribe(({ type, object }) => {
      if (type === 'BOOKMARK' || object.status?.phase !== 'Running') return;
      running.add(object.metadata.name!);
      if (running.size < pods) return;
      clearTimeout(late);
      resolve();
    });
  });
  const start = performance.now();
  await cluster.client.create(deployment('web', { replicas: pods }));
  await allRun;
  const seconds = (performance.now() - start) / 1000;
  const { length: told } = await cluster.client.list(Event);
  const { length: count } = (await cluster.client.list(Pod)).filter(({ status }) => status?.phase === 'Running');
  await cluster.stop();
  return { rate: count / seconds, told };
}

const row: BenchRow = {
  name: '1,000 nodes and 10,000 pods of one Deployment to Running, simulated',
  goal: '>= 3,000 pods/s',
  async run() {
    const first = await untilAllRun();
    const later: Run[] = [];
    for (let run = 0; run < runs; run++) later.push(await untilAllRun());
    return {
      ours: median(later.map(({ rate }) => rate)),
      unit: 'pods/s',
      notes: `a new cluster each run; the first, of cold code, is not counted: ${Math.round(first.rate)}; ${median(later.map(({ told }) => told))} events were written by then`,
    };
  },
};
export default row;
