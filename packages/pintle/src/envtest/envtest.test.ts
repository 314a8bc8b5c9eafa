/**
 * What test harnesses do with the folder that `pintle envtest` prints, in real processes: look for flags in the help, start
 * etcd and kube-apiserver, wait for their health, find the certificate, come in by their own authority, and end both.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get as getPlain } from 'node:http';
import { get as getSecure, type RequestOptions } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificateAuthority, generateSigningKey } from '@pintle/apiserver/nodejs';
import { makeAssets } from './envtest.js';

const cli = [process.execPath, '--import', 'tsx', '--conditions=@pintle/source', resolve('packages/pintle/src/cli.ts')];

let folder: string;
let assets: string;
const running = new Set<ChildProcess>();

const run = (name: string, ...args: readonly string[]) =>
  new Promise<{ status: number; output: string }>((done) =>
    execFile(join(assets, name), args, { timeout: 60_000 }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    ),
  );

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

function start(name: string, ...args: readonly string[]): Started {
  const child = spawn(join(assets, name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  return { child, ended, output: () => output };
}

async function end({ child, ended }: Started): Promise<number | null> {
  child.kill('SIGTERM');
  const status = await ended;
  running.delete(child);
  return status;
}

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

interface Answer {
  readonly status: number;
  readonly text: string;
}

const fetched = (url: string, options: RequestOptions = {}) =>
  new Promise<Answer>((done, failed) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request = get(url, { agent: false, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', failed);
  });

/** As harnesses do: asked again until it is well. */
async function healthy(started: Started, url: string, options: RequestOptions = {}): Promise<string> {
  const until = performance.now() + 60_000;
  for (;;) {
    const answer = await fetched(url, options).catch(() => undefined);
    if (answer?.status === 200) return answer.text;
    if (started.child.exitCode !== null || performance.now() > until)
      throw new Error(`${url} was never well:\n${started.output()}`);
    await wait(100);
  }
}

describe('pintle envtest', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pintle-envtest-'));
    assets = await makeAssets(join(folder, 'assets'), cli);
  });

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('tells of its flags, and refuses others by name', async () => {
    const help = await run('kube-apiserver', '--help');
    expect(help.status).toBe(0);
    expect(help.output).toMatch(/^\s*--secure-port\b/m);
    expect((await run('etcd', '--help')).output).toMatch(/^\s*--unsafe-no-fsync\b/m);
    expect((await run('kube-apiserver', '--version')).output).toMatch(/^Kubernetes v1\.33\./);
    expect((await run('etcd', '--version')).output).toMatch(/^etcd Version: 3\./);

    const unknown = await run('kube-apiserver', '--no-such-flag=1');
    expect(unknown).toMatchObject({ status: 1, output: expect.stringContaining("'--no-such-flag=1'") });
    const file = await run('kube-apiserver', '--secure-port=0', '--client-ca-file=/no/such/file');
    expect(file).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^pintle: --client-ca-file \/no\/such\/file: ENOENT/m),
    });
  }, 120_000);

  it('etcd answers for its health and ends when told to', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const etcd = start('etcd', `--listen-client-urls=${url}`, `--advertise-client-urls=${url}`, '--data-dir', folder);
    expect(JSON.parse(await healthy(etcd, `${url}/health`))).toMatchObject({ health: 'true' });
    expect(JSON.parse(await healthy(etcd, `${url}/version`))).toMatchObject({ etcdserver: expect.any(String) });
    expect(await end(etcd)).toBe(0);
  }, 120_000);

  it('kube-apiserver writes its certificate, knows tokens and the harness’s own authority, and ends when told to', async () => {
    const nowMs = Date.now();
    const authority = await CertificateAuthority.create({ commonName: 'harness', nowMs });
    const client = await authority.issueClient({ commonName: 'ann', organizations: ['system:masters'], nowMs });
    const [caFile, tokens, key] = ['ca.crt', 'tokens.csv', 'sa.key'].map((name) => join(folder, name));
    await writeFile(caFile!, (await authority.toPem()).certPem);
    await writeFile(tokens!, 'secret-token,bob,,"readers,writers"\n');
    await writeFile(key!, await generateSigningKey());
    const [certificates, port] = [join(folder, 'certificates'), await freePort()];
    const server = start(
      'kube-apiserver',
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${certificates}`],
      ...['--authorization-mode=RBAC', `--client-ca-file=${caFile}`, `--token-auth-file=${tokens}`],
      ...['--service-cluster-ip-range=10.0.0.0/24', '--disable-admission-plugins=ServiceAccount'],
      ...['--allow-privileged=true', '--etcd-servers=http://127.0.0.1:1', '--service-account-issuer=https://me/'],
      ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
      ...['--runtime-config=api/v1,batch/v1=false'],
    );
    const url = `https://127.0.0.1:${port}`;
    await healthy(server, `${url}/readyz`, { rejectUnauthorized: false });

    const chain = await readFile(join(certificates, 'apiserver.crt'), 'utf8');
    expect(new X509Certificate(chain).checkIP('127.0.0.1')).toBe('127.0.0.1');
    const trusted = { ca: chain };
    const asAnn = { ...trusted, cert: client.certPem, key: client.keyPem };
    expect(await fetched(`${url}/api/v1/namespaces/default`, asAnn)).toMatchObject({ status: 200 });
    // One was switched off; of metrics there are none without nodes.
    for (const absent of ['batch/v1', 'metrics.k8s.io/v1beta1'])
      expect(await fetched(`${url}/apis/${absent}`, asAnn)).toMatchObject({ status: 404 });
    const bob = await fetched(`${url}/api/v1/namespaces/default`, {
      ...trusted,
      headers: { authorization: 'Bearer secret-token' },
    });
    expect(bob).toMatchObject({ status: 403, text: expect.stringContaining('User \\"bob\\" cannot get') });
    expect((await fetched(`${url}/api/v1/nodes`, trusted)).text).toContain('system:anonymous');
    expect(await end(server)).toBe(0);
  }, 180_000);
});
