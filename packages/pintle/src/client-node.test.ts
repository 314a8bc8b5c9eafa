/** The official JavaScript client, unmodified, against a served cluster: informer, watch, patches, apply, scale, logs, streams. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { sessionSteps } from './client-session.fixture.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const script = join(__dirname, 'client-node-session.mts');

it('@kubernetes/client-node works with it as with Kubernetes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pintle-client-node-'));
  const cluster = await processCluster(folder);
  try {
    await cluster.client.create(
      hostPod('counter', hostContainer('main', ['sh', '-c', 'echo one; echo two; echo three'])),
    );
    const serve = "require('http').createServer((_, r) => r.end('served')).listen(8080, process.env.POD_IP)";
    const env = [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
    await cluster.client.create(hostPod('server', { ...hostContainer('main', ['node', '-e', serve]), env }));
    const steps = await sessionSteps(process.execPath, ['--import', 'tsx', script, join(folder, 'kubeconfig')]);
    expect(steps).toEqual({
      informer: ['add 1', 'update 2', 'update 3', 'delete 3'],
      watch: ['ADDED a'],
      patches: [1, 2, 3, 4],
      refused: {
        code: 409,
        message: 'Apply failed with 1 conflict: conflict with "me": .spec.minReadySeconds',
      },
      // Go leaves out a number of none.
      scale: { kind: 'Scale' },
      'by kind': 'web',
      log: 'one\ntwo\nthree\n',
      exec: ['hello', 'oops\n', '3'],
      port: 'served',
    });
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 90_000);
