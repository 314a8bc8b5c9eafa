/** etcd as Debian ships it, in a folder of its own, for the rows of the store. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { MissingPeerError } from '../row.js';

export interface RunningEtcd {
  readonly client: Etcd3;
  /** As an API server creates an object: only where the key is not there yet. */
  create(key: string, value: Buffer): Promise<void>;
  stop(): Promise<void>;
}

export async function startEtcd(): Promise<RunningEtcd> {
  if (spawnSync('etcd', ['--version']).status !== 0)
    throw new MissingPeerError('etcd is not installed (apt-get install etcd-server)');
  const folder = mkdtempSync(join(tmpdir(), 'pintle-etcd-'));
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${clientPort}`;
  const server: ChildProcess = spawn(
    'etcd',
    [
      ['--data-dir', folder],
      ['--listen-client-urls', url, '--advertise-client-urls', url],
      ['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
      ['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
      ['--initial-cluster', `default=http://127.0.0.1:${peerPort}`],
      ['--quota-backend-bytes', String(8 * 1024 ** 3)],
    ].flat(),
    { stdio: 'ignore' },
  );
  const client = new Etcd3({ hosts: url });
  for (let attempt = 1; ; attempt++) {
    try {
      await client.put('ready').value('1');
      break;
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    client,
    async create(key, value) {
      const { succeeded } = await client.if(key, 'Create', '==', 0).then(client.put(key).value(value)).commit();
      if (!succeeded) throw new Error(`${key} is there already`);
    },
    async stop() {
      client.close();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
