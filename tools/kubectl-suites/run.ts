/**
 * Runs upstream kubectl's own integration scripts against Pintle, suite by suite, and tells which pass:
 *
 *     npx tsx tools/kubectl-suites/run.ts FOLDER [--kubectl FILE] [--logs FOLDER] [SUITE…]
 *
 * FOLDER is a checkout of kubernetes/kubernetes at the version that Pintle behaves as: its `hack/`, `test/`, `api/` and
 * `third_party/` are read, and the programs in `test/fixtures/pkg/kubectl/plugins` must be executable, which Go's module cache
 * does not keep. It is no part of this project. Pintle runs with every controller, without scheduler and nodes.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { findKubectls } from '../../packages/pintle/src/kubectl-binaries.js';
import { freePort } from '../free-port.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kubectl: { type: 'string' }, logs: { type: 'string' } },
});
const [given, ...suites] = positionals;
if (given === undefined || !existsSync(join(given, 'test/cmd/legacy-script.sh'))) {
  console.error('name the folder of a kubernetes/kubernetes checkout; it has a test/cmd/legacy-script.sh');
  process.exit(2);
}
const folder = resolve(given);
const work = await mkdtemp(join(tmpdir(), 'kubectl-suites-'));
const logs = resolve(values.logs ?? join(work, 'logs'));

const onPath = (name: string) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((place) => join(place, name))
    .find((path) => existsSync(path));

/** As upstream's own script starts kube-apiserver and kube-controller-manager. */
async function startPintle(port: number) {
  const cli = resolve(import.meta.dirname, '../../packages/pintle/src/cli.ts');
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--conditions=@pintle/source', cli, 'up'],
      ...['--in-memory', '--data-dir', join(work, 'data'), '--nodes', '0', '--no-scheduler'],
      ...['--secure-port', String(port), '--cert-dir', work, '--authorization-mode', 'RBAC,AlwaysAllow'],
      ...['--token-auth-file', join(folder, 'hack/testdata/auth-tokens.csv')],
      ...['--client-ca-file', join(folder, 'hack/testdata/ca/ca.crt'), '--service-cluster-ip-range', '10.0.0.0/24'],
      ...['--enable-admission-plugins', 'LimitRanger,ResourceQuota', '--disable-admission-plugins'],
      'ServiceAccount,DefaultStorageClass,DefaultTolerationSeconds,MutatingAdmissionWebhook,' +
        'ValidatingAdmissionWebhook,StorageObjectInUseProtection',
      ...['--service-account-issuer', 'https://kubernetes.default.svc', '--runtime-config', 'api/v1'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((ready, failed) => {
    createInterface({ input: child.stdout }).on('line', (line) => line.includes('The cluster is up') && ready());
    child.once('exit', (code) => failed(new Error(`Pintle ended with ${code}`)));
  });
  return child;
}

async function binaries(): Promise<string> {
  const bin = join(work, 'bin');
  await mkdir(bin);
  // One version's own binary first: a `kubectl` that starts another by the server's version hands on no files of its caller's.
  const kubectl = values.kubectl ?? findKubectls().at(-1)?.path ?? onPath('kubectl');
  if (kubectl === undefined) throw new Error('there is no kubectl on the PATH; name one with --kubectl');
  await symlink(resolve(kubectl), join(bin, 'kubectl'));
  const convert = onPath('kubectl-convert');
  if (convert !== undefined) await symlink(convert, join(bin, 'kubectl-convert'));
  return bin;
}

/** A suite creates from a file of upstream's own by its address in the web. Here that is the checkout's, at this address. */
async function serveCheckout() {
  const server = createServer((request, response) => {
    const path = resolve(join(folder, new URL(request.url ?? '/', 'http://checkout').pathname));
    readFile(path.startsWith(join(folder, 'hack/testdata/')) ? path : '').then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const checkout = await serveCheckout();
const port = await freePort();
await mkdir(logs, { recursive: true });
const pintle = await startPintle(port);
const driver = spawn('bash', [join(import.meta.dirname, 'driver.sh')], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  env: {
    ...process.env,
    ...{ KUBE_ROOT: folder, SECURE_API_PORT: String(port), THIS_PLATFORM_BIN: await binaries() },
    ...{ LOGS: logs, SUITES: suites.join(' '), TMPDIR: work, CHECKOUT_URL: checkout.url },
  },
});
const failed: string[] = [];
let passed = 0;
createInterface({ input: driver.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
  const [, name = '', code = '', milliseconds = ''] = line.split(' ');
  if (code === '0') passed++;
  else failed.push(name);
  console.log(`${code === '0' ? 'pass' : 'FAIL'} ${(Number(milliseconds) / 1000).toFixed(1).padStart(6)} s  ${name}`);
});
const status = await new Promise<number | null>((done) => driver.once('close', done));
// Some checks stand between the suites; the first that fails ends them all.
if (status !== 0 && failed.length === 0)
  failed.push(`what is between the suites (${join(logs, 'between-suites.log')})`);
pintle.kill('SIGTERM');
checkout.close();
console.log(`\n${passed} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`);
console.log(`The output of each is in ${logs}`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
