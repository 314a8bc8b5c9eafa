/** kubernetes-fluent-client, unmodified, against a served cluster: it applies, watches, scales, evicts, and registers a kind. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { sessionSteps } from './client-session.fixture.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const script = join(__dirname, 'fluent-client-session.mts');

it('kubernetes-fluent-client works with it as with Kubernetes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pintle-fluent-client-'));
  const cluster = await processCluster(folder);
  try {
    await cluster.client.create(
      hostPod('counter', hostContainer('main', ['sh', '-c', 'echo one; echo two; echo three'])),
    );
    const steps = await sessionSteps(process.execPath, ['--import', 'tsx', script], {
      env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') },
    });
    expect(steps).toEqual({
      applied: ['1', 'pepr'],
      patched: '3',
      selected: ['3'],
      'in conflict': [409, 'Apply failed with 1 conflict: conflict with "kubernetes-fluent-client" using v1: .data.x'],
      watched: ['ADDED fluent 1', 'MODIFIED fluent 2', 'MODIFIED fluent 3', 'MODIFIED fluent 4', 'DELETED fluent 4'],
      'own kind': [true, 3, ['example.com/keep']],
      scaled: 2,
      log: ['[pod/counter] one', '[pod/counter] two', '[pod/counter] three'],
      evicted: true,
    });
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 90_000);
