/** Testing anything that speaks Kubernetes: `npx pintle up`, and the kubeconfig that it writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { connect, kubeConfig } from '@pintle/client/nodejs';

it('gives a cluster to whatever reads a kubeconfig', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pintle-example-'));
  const path = join(folder, 'kubeconfig');
  // `PINTLE` may say where the command is, where it is not installed.
  const [command = 'npx', ...args] = (process.env['PINTLE'] ?? 'npx pintle').split(' ');
  const options = ['--in-memory', '--runtime', 'simulated', '--port', '0', '--data-dir', folder, '--kubeconfig', path];
  const cluster = spawn(command, [...args, 'up', ...options], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = once(cluster, 'exit');
  try {
    await once(cluster.stdout, 'data');
    const client = await connect(kubeConfig({ path }));
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default' },
      spec: { containers: [{ name: 'web', image: 'nginx' }] },
    });
    expect((await client.list(Pod)).map(({ metadata }) => metadata.name)).toEqual(['web']);
  } finally {
    // The whole group: npx does not pass signals on to what it runs.
    if (cluster.pid !== undefined) process.kill(-cluster.pid, 'SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
