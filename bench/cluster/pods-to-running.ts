/** Forked by thousand-nodes.ts: how fast the pods of one Deployment come to run, by a new cluster a run. It tells its parent. */
import { Event, Pod } from '@pintle/api/core/v1';
import { createCluster, simulatedNodes } from '@pintle/cluster';
import { deployment } from '@pintle/testing';

const [nodes, pods, runs] = [1_000, 10_000, 5];
/** A run that takes longer is ended, and told as far as it came. */
const withinMs = 60_000;

export interface Run {
  readonly podsPerSecond: number;
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
  return { podsPerSecond: count / seconds, told };
}

// The first is of cold code, and not told.
await untilAllRun();
const told: Run[] = [];
for (let run = 0; run < runs; run++) told.push(await untilAllRun());
process.send!(told);
