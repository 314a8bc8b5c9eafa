/**
 * `npm start` as a person lives it: real processes behind a Service, killed, rolled over under load, ended with
 * Ctrl-C, and started again. It finds the processes of pods in /proc, and so needs Linux.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Pod, Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { connect, kubeConfig } from '@pintle/client/nodejs';

const isLinux = process.platform === 'linux';
if (!isLinux) process.stdout.write('skipped: the processes of pods are found by /proc, which this system lacks\n');

let folder: string;
let running: { readonly child: ChildProcess; readonly client: Client } | undefined;

/** Starts the demo; resolves when the Service has answered. */
async function start(): Promise<Client> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')],
      ...['demo', '--data-dir', folder, '--port', '0'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  await new Promise<void>((answered, failed) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/requests to the Service at \S+ were answered by:\n.+\n/.test(output)) answered();
    });
    child.once('exit', (code) => failed(new Error(`the demo ended with ${code}:\n${output}`)));
  });
  const client = await connect(kubeConfig({ path: join(folder, 'kubeconfig') }));
  running = { child, client };
  return client;
}

async function end(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
  const { child } = running!;
  running = undefined;
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  child.kill(signal);
  return ended;
}

/** The processes of pods of this cluster, by the pod's name. */
async function podProcesses(): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const name = /(?:^|\0)POD_NAME=([^\0]+)/.exec(environment)?.[1];
    if (name !== undefined && command.includes('server.mjs')) found.set(name, Number(pid));
  }
  return found;
}

async function eventually<T>(withinMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`it did not come within ${withinMs} ms`);
    await wait(20);
  }
}

const ask = (url: string) =>
  new Promise<string>((answered, failed) => {
    const request = get(url, { agent: false, timeout: 5_000 }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => (response.statusCode === 200 ? answered(text) : failed(new Error(text))));
      response.on('error', failed);
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 5 s')));
    request.on('error', failed);
  });

const serviceUrl = async (client: Client) =>
  `http://${(await client.get(Service, { name: 'guestbook' })).spec?.clusterIP}/`;

(isLinux ? describe : describe.skip)('pintle demo', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-demo-'));
    await start();
  }, 60_000);

  afterAll(async () => {
    if (running !== undefined) await end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('starts a killed replica again within two seconds, and counts it', async () => {
    const { client } = running!;
    const [name, pid] = [...(await podProcesses())].find(([pod]) => pod.startsWith('guestbook-'))!;
    process.kill(pid, 'SIGKILL');
    const url = await serviceUrl(client);
    const restarts = await eventually(2_000, async () => {
      const { status } = await client.get(Pod, { name });
      const [container] = status?.containerStatuses ?? [];
      if (!container?.ready || container.restartCount === 0) return undefined;
      const { replica } = JSON.parse(await ask(url)) as { readonly replica: string };
      return replica === name ? container.restartCount : undefined;
    });
    expect(restarts).toBe(1);
  }, 20_000);

  it('replaces a deleted pod', async () => {
    const { client } = running!;
    const before = (await client.list(Pod, { labelSelector: 'app=guestbook' })).map(({ metadata }) => metadata.name!);
    await client.delete(Pod, { name: before[0]! });
    const after = await eventually(10_000, async () => {
      const pods = await client.list(Pod, { labelSelector: 'app=guestbook' });
      const ready = pods.filter(({ status }) => status?.containerStatuses?.[0]?.ready);
      return ready.length === 3 && !pods.some(({ metadata }) => metadata.name === before[0]) ? pods : undefined;
    });
    expect(after).toHaveLength(3);
  }, 30_000);

  it('rolls out under load with no failed request', async () => {
    const { client } = running!;
    const url = await serviceUrl(client);
    let [answers, done] = [0, false];
    const failures: string[] = [];
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!done) {
          try {
            await ask(url);
            answers++;
          } catch (error) {
            failures.push((error as Error).message);
          }
        }
      }),
    );
    const container = { name: 'server', env: [{ name: 'EDITION', value: '2' }] };
    try {
      await client.patch(
        Deployment,
        { name: 'guestbook' },
        { type: 'strategic', body: { spec: { template: { spec: { containers: [container] } } } } },
      );
      await eventually(60_000, async () => {
        const { metadata, status } = await client.get(Deployment, { name: 'guestbook' });
        const pods = await client.list(Pod, { labelSelector: 'app=guestbook' });
        const finished =
          status?.observedGeneration === metadata.generation &&
          status?.updatedReplicas === 3 &&
          status.availableReplicas === 3 &&
          pods.length === 3;
        return finished || undefined;
      });
    } finally {
      done = true;
    }
    await load;
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
  }, 90_000);

  it('leaves no process behind when it is ended, and comes back with the same objects', async () => {
    const { uid } = (await running!.client.get(Deployment, { name: 'guestbook' })).metadata;
    const pids = [...(await podProcesses()).values()];
    expect(pids).toHaveLength(3);
    expect(await end('SIGINT')).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    const client = await start();
    expect((await client.get(Deployment, { name: 'guestbook' })).metadata.uid).toBe(uid);
    await eventually(10_000, async () => ((await podProcesses()).size === 3 ? true : undefined));
    expect(await end('SIGTERM')).toBe(0);
    expect((await podProcesses()).size).toBe(0);
  }, 60_000);
});
