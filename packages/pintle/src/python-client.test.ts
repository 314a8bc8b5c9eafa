/** The official Python client, unmodified, against a served cluster: pages, watches, patches, custom kinds, logs, streams. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { sessionSteps } from './client-session.fixture.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const script = join(__dirname, 'python-client-session.py');

/** A Python that has the client. Errors: there is none, where `PINTLE_SYSTEM_TESTS` is `required`. */
function findPython(): string | undefined {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      execFileSync(python, ['-c', 'import kubernetes'], { stdio: 'ignore' });
      return python;
    } catch {
      // It is another one, or none.
    }
  }
  if (process.env['PINTLE_SYSTEM_TESTS'] === 'required')
    throw new Error('this test is required here, and needs Debian’s python3-kubernetes');
  process.stdout.write(
    'skipped: no python3 with the package kubernetes (Debian’s python3-kubernetes) on this machine\n',
  );
  return undefined;
}

const python = findPython();

(python === undefined ? it.skip : it)(
  'the Python client works with it as with Kubernetes',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pintle-python-client-'));
    const cluster = await processCluster(folder);
    try {
      const ticking = 'while :; do echo tick; sleep 0.1; done';
      await cluster.client.create(hostPod('clock', hostContainer('main', ['sh', '-c', ticking])));
      const serve = "require('http').createServer((_, r) => r.end('served')).listen(8080, process.env.POD_IP)";
      const env = [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
      await cluster.client.create(hostPod('server', { ...hostContainer('main', ['node', '-e', serve]), env }));
      const steps = await sessionSteps(python!, [script, join(folder, 'kubeconfig')], { timeout: 80_000 });
      expect(steps).toEqual({
        pages: [['a', 'b'], ['c']],
        watch: [
          ['MODIFIED', 'a', '2'],
          ['DELETED', 'b', '1'],
        ],
        refused: [409, 'AlreadyExists', 'configmaps "a" already exists'],
        // Go leaves out a number of none.
        scale: null,
        custom: 2,
        log: ['tick', 'tick'],
        exec: ['hello\n', 'oops\n', 3],
        typed: 'typed',
        port: 'served',
      });
    } finally {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
