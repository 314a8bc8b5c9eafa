/** What 15,000 pods of 4 KB take in one process that stores them and follows them. */
import { spawnSync } from 'node:child_process';
import type { BenchRow } from '../row.js';

const pods = 15_000;

/** Runs in a process of its own, so that nothing else is counted. */
const measured = `
import { Pod } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { createInformers } from '@pintle/watch';
const server = await createApiServer();
const client = server.client();
const informers = createInformers({ client });
informers.start();
const informer = informers.informer(Pod);
await informer.whenSynced();
const settled = async () => {
  for (let i = 0; i < 5; i++) { await new Promise((resolve) => setTimeout(resolve, 20)); globalThis.gc(); }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
// Each its own: names, images, environment and annotations differ, as in a grown cluster.
const pod = (i) => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name: 'service-' + (i % 500) + '-pod-' + i, namespace: 'default',
    labels: { app: 'service-' + (i % 500), tier: 'backend', 'pod-template-hash': (i % 500).toString(36) },
    annotations: { 'example.com/config-checksum': (i * 7919).toString(16).padStart(64, '0'), 'example.com/owner': 'team-' + (i % 40) } },
  spec: { nodeName: 'node-' + (i % 1000), containers: ['main'].map((name) => ({
    name, image: 'registry.example.com/service-' + (i % 500) + '/' + name + ':v' + (i % 7),
    args: ['--listen=:8080', '--zone=zone-' + (i % 3), '--log-level=info'],
    env: Array.from({ length: 8 }, (_, n) => ({ name: 'SETTING_' + n, value: 'value-' + n + '-of-' + (i % 500) })),
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
  })) },
});
const before = await settled();
let json = 0;
for (let i = 0; i < ${pods}; i++) {
  const made = await client.create(pod(i));
  const done = await client.update({ ...made, status: { phase: 'Running', podIP: '10.1.' + (i >> 8) + '.' + (i & 255),
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({ type, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' })),
    containerStatuses: made.spec.containers.map(({ name, image }) => ({ name, image, imageID: image + '@sha256:' + i, containerID: 'simulated://' + name + i, ready: true, started: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } }, lastState: {} })) } }, { subresource: 'status' });
  if (i % 100 === 0) json += JSON.stringify(done).length;
}
const count = informer.lister.list().length;
const after = await settled();
console.log(JSON.stringify({ count, perPod: (after - before) / ${pods}, json: json / ${pods / 100} }));
process.exit(0);
`;

const row: BenchRow = {
  name: `memory for ${pods} pods, in the store and an informer of one process`,
  goal: '<= 16 KB a pod',
  async run() {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--expose-gc', '--input-type=module', '-e', measured],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    const { count, perPod, json } = JSON.parse(stdout) as { count: number; perPod: number; json: number };
    if (count !== pods) throw new Error(`the informer has ${count} pods`);
    return {
      ours: perPod / 1024,
      unit: 'KB/pod',
      notes: `${(json / 1024).toFixed(1)} KB of JSON each; history kept; one run`,
    };
  },
};
export default row;
