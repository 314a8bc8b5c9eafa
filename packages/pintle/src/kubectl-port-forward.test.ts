/** Unmodified kubectl of several versions forwarding ports of running pods, by SPDY and by SPDY in WebSocket messages. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import type { ServedCluster } from '@pintle/cluster/nodejs';
import { findKubectls, kubectlEnvironment, runKubectl } from './kubectl-binaries.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const found = findKubectls();

/** HTTP on 8080: `/` says hello, `/big` sends 5 MB, a POST is answered with its hash. On 8081: what came, at its end. */
const server = `
const http = require('node:http'); const net = require('node:net'); const { createHash } = require('node:crypto');
http.createServer((request, response) => {
  if (request.url === '/big') return response.end(Buffer.alloc(5000000, 'x'));
  if (request.method !== 'POST') return response.end('hello');
  const hash = createHash('md5');
  request.on('data', (chunk) => hash.update(chunk)).on('end', () => response.end(hash.digest('hex')));
}).listen(8080, process.env.HOST);
net.createServer({ allowHalfOpen: true }, (socket) => {
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('end', () => socket.end('got ' + Buffer.concat(chunks)));
}).listen(8081, process.env.HOST);
`;

let cluster: ServedCluster;
let folder: string;
const running = new Set<ChildProcess>();

/** Starts a port-forward; resolves with the local ports when they are open. */
async function forward(path: string, args: string) {
  const child = spawn(path, ['port-forward', ...args.split(' ')], { env: kubectlEnvironment(folder) });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  const wanted = args.split(' ').length - 1;
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ports = await new Promise<number[]>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said.stdout += chunk;
      const open = [...said.stdout.matchAll(/127\.0\.0\.1:(\d+) ->/g)].map(([, port]) => Number(port));
      if (open.length === wanted) resolve(open);
    });
    child.on('exit', () => reject(new Error(`port-forward ended: ${said.stderr}`)));
  });
  return { ports, said, child };
}

(found.length === 0 ? describe.skip : describe)('kubectl port-forward', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-forward-'));
    cluster = await processCluster(folder);
    await cluster.client.create(hostPod('web', hostContainer('main', ['node', '-e', server])));
    await cluster.client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    const { path } = found[0]!;
    const args = ['wait', 'pod/web', '--for=condition=Ready', '--timeout=30s'];
    expect(await runKubectl(path, args, { folder })).toMatchObject({ status: 0 });
  }, 60_000);

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(found)(
    '$version carries many connections at once, large bodies both ways, and either end of a stream',
    async ({ path }) => {
      const { ports } = await forward(path, 'pod/web :8080 :8081');
      const [http, echo] = ports as [number, number];
      const url = `http://127.0.0.1:${http}`;
      const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(url)).text()));
      expect(new Set(answers)).toEqual(new Set(['hello']));

      const body = randomBytes(5_000_000);
      const [big, hash] = await Promise.all([
        fetch(`${url}/big`).then((response) => response.text()),
        fetch(url, { method: 'POST', body }).then((response) => response.text()),
      ]);
      expect(big.length).toBe(5_000_000);
      expect(hash).toBe(createHash('md5').update(body).digest('hex'));

      // The client ends its side first, and still hears the answer.
      const socket = connect({ port: echo, host: '127.0.0.1', allowHalfOpen: true });
      socket.end('all I have to say');
      let heard = '';
      for await (const chunk of socket) heard += chunk;
      expect(heard).toBe('got all I have to say');
    },
    60_000,
  );

  it.each(found)(
    '$version is told why a port does not answer',
    async ({ path }) => {
      const { ports, said } = await forward(path, 'svc/web :80');
      expect(await (await fetch(`http://127.0.0.1:${ports[0]}`)).text()).toBe('hello');
      const closed = await forward(path, 'pod/web :9');
      const socket = connect({ port: closed.ports[0]!, host: '127.0.0.1' });
      socket.on('error', () => {});
      await Promise.race([once(socket, 'close'), once(closed.child, 'exit')]);
      const deadline = performance.now() + 5_000;
      while (!closed.said.stderr.includes('refused') && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(closed.said.stderr).toMatch(
        /an error occurred forwarding \d+ -> 9: error forwarding port 9 to pod web, uid [-0-9a-f]+: .*connection refused/,
      );
      expect(said.stderr).toBe('');
    },
    60_000,
  );
});
