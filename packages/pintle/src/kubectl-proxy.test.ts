/** Through `kubectl proxy` and by `get --raw`: what listens in running pods, WebSockets too, and what a node tells of itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import type { ServedCluster } from '@pintle/cluster/nodejs';
import { WebSocket } from 'ws';
import { findKubectls, kubectlEnvironment, runKubectl } from './kubectl-binaries.js';
import { hostContainer, hostPod, processCluster } from './streams-cluster.js';

const found = findKubectls();
const asked = [...new Set([found[0], found.at(-1)])].flatMap((kubectl) => kubectl ?? []);

/** Says hello over HTTP, and over WebSocket gives back what it is sent. */
const server = `
const { createServer } = require('node:http'); const { WebSocketServer } = require(${JSON.stringify(require.resolve('ws'))});
const http = createServer((request, response) => response.end('hello from ' + request.url));
new WebSocketServer({ server: http }).on('connection', (client, request) => {
  client.send('at ' + request.url);
  client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
});
http.listen(8080, process.env.HOST);
console.log('listening');
`;

let cluster: ServedCluster;
let folder: string;
const running = new Set<ChildProcess>();

async function proxy(path: string): Promise<string> {
  const child = spawn(path, ['proxy', '--port=0'], { env: kubectlEnvironment(folder) });
  running.add(child);
  for await (const chunk of child.stdout) {
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(String(chunk)) ?? [];
    if (port !== undefined) return `127.0.0.1:${port}`;
  }
  throw new Error('kubectl proxy ended');
}

(found.length === 0 ? describe.skip : describe)('kubectl', () => {
  const { path: any = '' } = found[0] ?? {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-proxy-'));
    cluster = await processCluster(folder);
    const web = hostContainer('main', ['node', '-e', server], { ports: [{ containerPort: 8080 }] } as never);
    await cluster.client.create(hostPod('web', web));
    await cluster.client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
    const args = ['wait', 'pod/web', '--for=condition=Ready', '--timeout=30s'];
    expect(await runKubectl(any, args, { folder })).toMatchObject({ status: 0 });
    // What it prints is there when it listens.
    for (let tried = 0; tried < 50; tried++)
      if ((await runKubectl(any, ['logs', 'web'], { folder })).stdout.includes('listening')) return;
  }, 60_000);

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(asked)(
    '$version is a proxy for WebSockets to pods and Services',
    async ({ path }) => {
      const address = await proxy(path);
      for (const place of ['pods/web', 'pods/http:web:8080', 'services/web:http', 'services/web:80']) {
        const base = `${address}/api/v1/namespaces/default/${place}/proxy`;
        expect(await (await fetch(`http://${base}/page?a=b`)).text()).toBe('hello from /page?a=b');
        const client = new WebSocket(`ws://${base}/socket`);
        const [greeting] = (await once(client, 'message')) as [Buffer];
        expect(greeting.toString()).toBe('at /socket');
        const bytes = Buffer.alloc(300_000, place);
        const [[echo]] = (await Promise.all([once(client, 'message'), client.send(bytes)])) as [[Buffer], unknown];
        expect(echo.equals(bytes)).toBe(true);
        client.close();
        await once(client, 'close');
      }
    },
    60_000,
  );

  it.each<readonly [path: string, words: RegExp]>([
    ['healthz', /^ok$/],
    ['pods', /"kind":"PodList".*"name":"web"/],
    ['runningpods/', /"name":"web"/],
    ['stats/summary', /"nodeName":"here".*"workingSetBytes":[1-9]/],
    [
      'metrics/resource',
      /\ncontainer_memory_working_set_bytes\{container="main",namespace="default",pod="web"\} [1-9]/,
    ],
    ['configz', /^\{"kubeletconfig":\{/],
    ['containerLogs/default/web/main', /^listening\n$/],
    ['logs/', /^<pre>\n/],
  ])('nodes/here/proxy/%s', async (path, words) => {
    for (const node of ['here', 'here:10250']) {
      const run = await runKubectl(any, ['get', '--raw', `/api/v1/nodes/${node}/proxy/${path}`], { folder });
      expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(words) });
    }
  });

  it('nodes/proxy is a permission of its own', async () => {
    const raw = ['get', '--raw', '/api/v1/nodes/here/proxy/healthz'];
    const bind = ['create', 'clusterrolebinding', 'viewer', '--clusterrole=view', '--user=vera'];
    expect(await runKubectl(any, bind, { folder })).toMatchObject({ status: 0 });
    expect(await runKubectl(any, [...raw, '--as=vera'], { folder })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'User "vera" cannot get resource "nodes/proxy" in API group "" at the cluster scope',
      ),
    });
    const admin = ['create', 'clusterrolebinding', 'kubelets', '--clusterrole=system:kubelet-api-admin', '--user=vera'];
    expect(await runKubectl(any, admin, { folder })).toMatchObject({ status: 0 });
    expect(await runKubectl(any, [...raw, '--as=vera'], { folder })).toMatchObject({ status: 0, stdout: 'ok' });
  });
});
