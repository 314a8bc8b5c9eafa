import { Deployment } from '@pintle/api/apps/v1';
import { deployment, testCluster } from '@pintle/testing';
import { type BenchRow, median } from '../row.js';

async function once(): Promise<number> {
  const start = performance.now();
  const cluster = await testCluster();
  await cluster.client.create(deployment('web', { replicas: 3 }));
  await cluster.settle();
  const elapsed = performance.now() - start;
  if ((await cluster.client.get(Deployment, { name: 'web' })).status?.readyReplicas !== 3)
    throw new Error('the pods are not ready');
  await cluster.stop();
  return elapsed;
}

const row: BenchRow = {
  name: 'testCluster() from nothing to a Deployment of 3 Ready',
  goal: '<= 50 ms after the first',
  async run() {
    const first = await once();
    const times: number[] = [];
    for (let i = 0; i < 9; i++) times.push(await once());
    return { ours: median(times), unit: 'ms', notes: `first ${first.toFixed(0)} ms` };
  },
};
export default row;
