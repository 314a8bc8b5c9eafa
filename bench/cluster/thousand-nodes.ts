import { Event, Pod } from '@pintle/api/core/v1';
import { createCluster, simulatedNodes } from '@pintle/cluster';
import { deployment } from '@pintle/testing';
import type { BenchRow } from '../row.js';

const [nodes, pods] = [1_000, 10_000];
/** A run that takes longer is ended, and told as far as it came. */
const withinMs = 60_000;

const row: BenchRow = {
  name: '1,000 nodes and 10,000 pods of one Deployment to Running, simulated',
  goal: '>= 3,000 pods/s',
  async run() {
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
    return {
      ours: count / seconds,
      unit: 'pods/s',
      notes: `${count} of ${pods} ran in ${seconds.toFixed(1)} s, ${told} of their events were written by then; one run`,
    };
  },
};
export default row;
