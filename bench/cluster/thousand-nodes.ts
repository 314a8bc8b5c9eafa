import { Pod } from '@pintle/api/core/v1';
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
    const start = performance.now();
    await cluster.client.create(deployment('web', { replicas: pods }));
    const informer = cluster.informers.informer(Pod);
    const running = () => informer.lister.list().filter(({ status }) => status?.phase === 'Running').length;
    while (running() < pods) {
      if (performance.now() - start > withinMs)
        throw new Error(`only ${running()} pods run after ${withinMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const seconds = (performance.now() - start) / 1000;
    const count = running();
    await cluster.stop();
    return {
      ours: count / seconds,
      unit: 'pods/s',
      notes: `${count} of ${pods} ran in ${seconds.toFixed(0)} s; one run`,
    };
  },
};
export default row;
