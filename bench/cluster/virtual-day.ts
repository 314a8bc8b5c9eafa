import { Job } from '@pintle/api/batch/v1';
import { cronJob, deployment, testCluster } from '@pintle/testing';
import type { BenchRow } from '../row.js';

const [nodes, deployments, cronJobs, hoursOfDay] = [100, 50, 20, 24];
/** A run that takes longer is ended, and told as far as it came. */
const withinMs = 120_000;

const row: BenchRow = {
  name: 'a day of 100 nodes, 50 Deployments and 20 CronJobs every minute, on virtual time',
  goal: '<= 20 s',
  async run() {
    const start = performance.now();
    const cluster = await testCluster({ nodes, images: { work: { runMs: 5_000 } } });
    let jobs = 0;
    cluster.client.watch(Job).subscribe(({ type, object }) => {
      if (type === 'DELETED' && object.status?.succeeded === 1) jobs++;
    });
    for (let i = 0; i < deployments; i++) await cluster.client.create(deployment(`web-${i}`, { replicas: 2 }));
    for (let i = 0; i < cronJobs; i++) await cluster.client.create(cronJob(`cron-${i}`, { image: 'work' }));
    let hours = 0;
    while (hours < hoursOfDay && performance.now() - start < withinMs) {
      await cluster.advance({ hours: 1 });
      hours++;
    }
    const seconds = (performance.now() - start) / 1000;
    const { revision } = await cluster.apiServer.core.backend.range({ start: '/', countOnly: true });
    await cluster.stop();
    return {
      ours: (seconds / hours) * hoursOfDay,
      unit: 's',
      notes: `${hours} of ${hoursOfDay} hours ran in ${seconds.toFixed(1)} s: ${revision} writes, ${jobs} Jobs came and went; one run`,
    };
  },
};
export default row;
