/** Real sockets and a real server: who we are, as it knows it, by every way that a kubeconfig has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SelfSubjectReview } from '@pintle/api/authentication/v1';
import { Pod } from '@pintle/api/core/v1';
import { clientCertificate, createApiServer, type TokenAuthenticator } from '@pintle/apiserver';
import { CertificateAuthority, listen } from '@pintle/apiserver/nodejs';
import { createMetrics, formatTime, virtualWorld } from '@pintle/machinery';
import { ConnectionError } from '../client.js';
import { type ConnectedClient, type ConnectOptions, connect } from './connect.js';
import type { ExecPlugin, KubeConfig } from './kube-config.js';

const folder = mkdtempSync(join(tmpdir(), 'pintle-connect-'));
/** What the server takes, and whom it takes them for. */
const tokens = new Map<string, string>();
const ends: (() => unknown)[] = [];
let server: {
  readonly url: string;
  readonly ca: string;
  readonly own: string;
  readonly authority: CertificateAuthority;
};
let stopServer: () => Promise<void>;
let refusals = 0;

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'test', nowMs });
  const { certPem: ca } = await authority.toPem();
  const tls = await authority.issueServer({ commonName: 'server', nowMs, dns: ['real.name'], ips: ['127.0.0.1'] });
  const bearer: TokenAuthenticator = async (token) => {
    const name = tokens.get(token);
    if (name === undefined) refusals++;
    return name === undefined ? undefined : { user: { name, groups: [] } };
  };
  const api = await createApiServer({ authenticators: [clientCertificate], tokenAuthenticators: [bearer] });
  const listening = await listen(api.handle, { tls: { ...tls, clientCaPem: ca } });
  server = { url: `https://127.0.0.1:${listening.port}`, ca, own: tls.certPem, authority };
  stopServer = async () => {
    await listening.close({ drainMs: 0 });
    await api.stop();
  };
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  tokens.clear();
  refusals = 0;
});
afterAll(async () => {
  await stopServer();
  rmSync(folder, { recursive: true, force: true });
});

const connected = async (config: Partial<KubeConfig>, options?: ConnectOptions): Promise<ConnectedClient> => {
  const client = await connect({ server: server.url, ca: server.ca, credentials: {}, ...config }, options);
  ends.push(() => client.close());
  return client;
};
const reviewOf = async (client: ConnectedClient) => {
  const review = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: {},
  } as SelfSubjectReview;
  return (await client.create<SelfSubjectReview>(review)).status?.userInfo;
};
const whoAmI = async (client: ConnectedClient) => (await reviewOf(client))?.username;

/** A program that prints what `plan` says for its first run, its second and so on, and counts its runs. */
function plugin(plan: readonly object[], more: Partial<ExecPlugin> = {}): { exec: ExecPlugin; runs: () => number } {
  const script = join(folder, `plugin-${ends.length}-${Math.random().toString(36).slice(2)}.cjs`);
  const counter = `${script}.runs`;
  writeFileSync(counter, '');
  writeFileSync(
    script,
    `const fs = require('fs');
     fs.appendFileSync(${JSON.stringify(counter)}, 'x');
     const plan = ${JSON.stringify(plan)};
     const run = fs.readFileSync(${JSON.stringify(counter)}, 'utf8').length - 1;
     const { apiVersion, spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     if (process.env.WANTS_CLUSTER && !spec.cluster.server) process.exit(3);
     console.log(JSON.stringify({ apiVersion, kind: 'ExecCredential', status: plan[Math.min(run, plan.length - 1)] }));`,
  );
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [script],
      env: {},
      interactiveMode: 'Never',
      ...more,
    },
    runs: () => readFileSync(counter, 'utf8').length,
  };
}

describe('connect', () => {
  it('shows a token, a certificate, or nothing', async () => {
    tokens.set('abc', 'by-token');
    expect(await whoAmI(await connected({ credentials: { token: 'abc' } }))).toBe('by-token');
    const pair = await server.authority.issueClient({ commonName: 'by-certificate', nowMs: Date.now() });
    const credentials = { cert: { text: pair.certPem }, key: { text: pair.keyPem } };
    expect(await whoAmI(await connected({ credentials }))).toBe('by-certificate');
    expect(await whoAmI(await connected({}))).toBe('system:anonymous');
  });

  it('acts as somebody else', async () => {
    tokens.set('abc', 'me');
    const impersonate = { user: 'boss', uid: '7', groups: ['a', 'b,c'], extra: { 'why/how': ['x', 'y'] } };
    const client = await connected({ credentials: { token: 'abc', impersonate } });
    const { username, uid, groups, extra } = (await reviewOf(client))!;
    expect({ username, uid, groups, extra }).toEqual({
      username: 'boss',
      uid: '7',
      groups: ['a', 'b,c', 'system:authenticated'],
      extra: { 'why/how': ['x', 'y'] },
    });
  });

  it('believes only a server with the right certificate and name', async () => {
    const url = server.url.replace('127.0.0.1', 'localhost');
    const attempt = async (config: Partial<KubeConfig>) => whoAmI(await connected({ server: url, ...config }));
    await expect(attempt({})).rejects.toMatchObject({ code: 'PINTLE_CONNECTION' });
    await expect(attempt({})).rejects.toThrow(/altnames|does not match/i);
    const other = await (await CertificateAuthority.create({ commonName: 'other', nowMs: Date.now() })).toPem();
    await expect(attempt({ server: server.url, ca: other.certPem })).rejects.toThrow(/certificate/i);
    expect(await attempt({ tlsServerName: 'real.name' })).toBe('system:anonymous');
    // The server’s own certificate is enough to know it by.
    expect(await attempt({ tlsServerName: 'real.name', ca: server.own })).toBe('system:anonymous');
    expect(await attempt({ ca: other.certPem, insecure: true })).toBe('system:anonymous');
  });

  it('runs an exec plug-in once, however many ask, until what it gave expires', async () => {
    const world = virtualWorld({ startMs: Date.now() });
    const expirationTimestamp = formatTime(world.clock.now() + 3_600_000);
    const { exec, runs } = plugin([{ token: 't-1', expirationTimestamp }, { token: 't-2' }]);
    for (const token of ['t-1', 't-2']) tokens.set(token, token);
    const client = await connected({ credentials: { exec } }, { world });
    expect(await Promise.all(Array.from({ length: 5 }, () => whoAmI(client)))).toEqual(Array(5).fill('t-1'));
    await world.advance({ minutes: 59 });
    expect([await whoAmI(client), runs()]).toEqual(['t-1', 1]);
    await world.advance({ minutes: 1 });
    expect([await whoAmI(client), runs()]).toEqual(['t-2', 2]);
  });

  it('runs it again when what it gave is refused, once for all who were, and gives up when that is refused too', async () => {
    const { exec, runs } = plugin([{ token: 't-1' }, { token: 't-2' }]);
    tokens.set('t-1', 'first');
    const client = await connected({ credentials: { exec } });
    expect(await whoAmI(client)).toBe('first');
    tokens.delete('t-1');
    tokens.set('t-2', 'second');
    expect(await Promise.all(Array.from({ length: 3 }, () => whoAmI(client)))).toEqual(Array(3).fill('second'));
    expect(runs()).toBe(2);
    tokens.clear();
    await expect(whoAmI(client)).rejects.toMatchObject({ code: 401 });
    expect(runs()).toBe(3);
  });

  it('takes certificates of an exec plug-in, and new connections with new ones', async () => {
    const issue = async (commonName: string) => {
      const pair = await server.authority.issueClient({ commonName, nowMs: Date.now() });
      return { clientCertificateData: pair.certPem, clientKeyData: pair.keyPem };
    };
    const world = virtualWorld({ startMs: Date.now() });
    const soon = formatTime(world.clock.now() + 60_000);
    const { exec } = plugin([{ ...(await issue('first')), expirationTimestamp: soon }, await issue('second')], {
      env: { WANTS_CLUSTER: '1' },
      cluster: { server: server.url },
    });
    const client = await connected({ credentials: { exec } }, { world });
    expect(await whoAmI(client)).toBe('first');
    await world.advance({ minutes: 1 });
    expect(await whoAmI(client)).toBe('second');
  });

  it.each([
    [
      { command: 'no-such-program', installHint: 'install it from here' },
      /there is no such program\ninstall it from here/,
    ],
    [{ args: ['-e', 'console.error("log in first"); process.exit(1)'] }, /it failed: log in first/],
    [{ args: ['-e', 'console.log("hello")'] }, /what it printed is no JSON/],
    [{ args: ['-e', 'console.log("{}")'] }, /no ExecCredential/],
    [{ interactiveMode: 'Always' as const }, /there is no terminal/],
  ])('says why a plug-in gave nothing: %j', async (more, words) => {
    const client = await connected({ credentials: { exec: plugin([{}], more).exec } });
    const error = await whoAmI(client).catch((caught: unknown) => caught);
    expect(ConnectionError.is(error)).toBe(true);
    expect((error as Error).message).toMatch(words);
    expect((error as Error).cause).toMatchObject({ code: 'PINTLE_EXEC_PLUGIN' });
  });

  it('reads a token file again, each minute and when it is refused', async () => {
    const world = virtualWorld({ startMs: Date.now() });
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'old\n');
    tokens.set('old', 'old');
    tokens.set('new', 'new');
    const client = await connected({ credentials: { tokenFile } }, { world });
    expect(await whoAmI(client)).toBe('old');
    writeFileSync(tokenFile, 'new\n');
    expect(await whoAmI(client)).toBe('old');
    await world.advance({ minutes: 1 });
    expect(await whoAmI(client)).toBe('new');
    tokens.clear();
    tokens.set('newest', 'newest');
    writeFileSync(tokenFile, 'newest\n');
    expect([await whoAmI(client), refusals]).toEqual(['newest', 1]);
  });

  it('goes through a proxy', async () => {
    const through: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket, head) => {
      through.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connectSocket(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    ends.push(() => new Promise((resolve) => proxy.close(resolve)));
    tokens.set('abc', 'me');
    const client = await connected({ credentials: { token: 'abc' }, proxyUrl: `http://127.0.0.1:${port}` });
    expect(await whoAmI(client)).toBe('me');
    expect(new Set(through)).toEqual(new Set([server.url.replace('https://', '')]));
    await client.close();
  });

  it('shares a few connections between many requests, and gives each watch its own', async () => {
    const open = new Set<object>();
    let [streams, most] = [0, 0];
    const slow = createServer((request, response) => {
      if (request.url?.includes('watch=true')) {
        streams++;
        response.writeHead(200).flushHeaders();
        return;
      }
      most = Math.max(most, open.size - streams);
      setTimeout(() => response.end('{"kind":"Pod","apiVersion":"v1","metadata":{}}'), 5);
    });
    slow.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => slow.close(resolve)));
    const client = await connected({ server: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` });
    const watches = Array.from({ length: 40 }, () => client.watch(Pod).subscribe());
    while (streams < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(Array.from({ length: 200 }, () => client.get(Pod, { name: 'a', namespace: 'b' })));
    for (const watch of watches) watch.unsubscribe();
    await client.close();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('counts requests as client-go does, where it is told where', async () => {
    const metrics = createMetrics();
    const client = await connected({}, { metrics });
    await whoAmI(client);
    await expect(client.get(Pod, { name: 'none' })).rejects.toThrow();
    const gone = await connected({ server: 'https://127.0.0.1:1' }, { metrics });
    await expect(whoAmI(gone)).rejects.toThrow();
    const { host } = new URL(server.url);
    const lines = (await metrics.text()).split('\n');
    expect(lines.filter((line) => line.startsWith('rest_client_requests_total')).sort()).toEqual([
      `rest_client_requests_total{code="200",host="${host}",method="GET"} 1`,
      `rest_client_requests_total{code="201",host="${host}",method="POST"} 1`,
      `rest_client_requests_total{code="404",host="${host}",method="GET"} 1`,
      'rest_client_requests_total{code="<error>",host="127.0.0.1:1",method="GET"} 1',
    ]);
    expect(lines).toContain(`rest_client_request_duration_seconds_count{host="${host}",verb="POST"} 1`);
  });

  it('says where nobody answers', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    const client = await connected({ server: url });
    await expect(whoAmI(client)).rejects.toThrow(`GET ${url}/apis/authentication.k8s.io/v1 failed`);
    await expect(whoAmI(client)).rejects.toThrow('ECONNREFUSED');
  });
});
