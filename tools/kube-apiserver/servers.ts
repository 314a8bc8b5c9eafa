/**
 * Starts API servers as processes of their own and waits until they are ready: kube-apiserver on an etcd of its own, and
 * `pintle apiserver`, with the same flags. What is beta and served by Pintle without being asked for is asked for of the other.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { type AccessFiles, issuer, proxyName, tokenOf } from './access-files.js';
import type { Programs } from './build.js';

export interface RunningServer {
  readonly name: ServerName;
  readonly url: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

const readyTimeoutMs = 120_000;
const stopTimeoutMs = 70_000;

/** The minor version that Pintle behaves as; kube-apiserver is asked to be that one where it is newer. */
const emulatedVersion = '1.33';

/** What servers are started with beside what all are. */
export interface MoreFlags {
  /** Who decides what users may do; default the modes Node and RBAC. */
  readonly authorization?: readonly string[];
  /** By server, as what is written to is not shared. */
  readonly others?: (name: ServerName) => readonly string[];
}
export type ServerName = 'kube-apiserver' | 'pintle';

const modes = ['--authorization-mode', 'Node,RBAC'];

const sharedFlags = (files: AccessFiles, port: number, name: ServerName, more: MoreFlags): readonly string[] => [
  ...['--secure-port', String(port), '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
  ...['--tls-cert-file', files.certFile, '--tls-private-key-file', files.keyFile],
  ...['--client-ca-file', files.caFile, '--token-auth-file', files.tokenFile],
  ...(more.authorization ?? modes),
  ...['--enable-admission-plugins', 'NodeRestriction'],
  ...['--service-cluster-ip-range', '10.96.0.0/16', '--service-node-port-range', '30000-32767'],
  ...['--service-account-issuer', issuer, '--api-audiences', issuer],
  ...['--service-account-signing-key-file', files.signingKeyFile],
  ...['--service-account-key-file', files.checkingKeyFile],
  ...['--requestheader-client-ca-file', files.proxyCaFile, '--requestheader-allowed-names', proxyName],
  ...['--requestheader-username-headers', 'X-Remote-User', '--requestheader-group-headers', 'X-Remote-Group'],
  ...['--requestheader-extra-headers-prefix', 'X-Remote-Extra-', '--requestheader-uid-headers', 'X-Remote-Uid'],
  ...(more.others?.(name) ?? []),
];

/** What Pintle serves, or lets be used, without being asked; and two versions that 1.34 itself reads, whatever it emulates. */
const asPintleServes: readonly string[] = [
  `--runtime-config=${[
    ...['api/beta=true', 'admissionregistration.k8s.io/v1alpha1=true'],
    ...['admissionregistration.k8s.io/v1beta1=true', 'resource.k8s.io/v1=true'],
  ].join(',')}`,
  '--runtime-config-emulation-forward-compatible',
  `--feature-gates=${[
    ...['ClusterTrustBundle', 'ClusterTrustBundleProjection', 'CoordinatedLeaderElection'],
    ...['DynamicResourceAllocation', 'MutatingAdmissionPolicy', 'VolumeAttributesClass', 'WatchList'],
  ]
    .map((gate) => `${gate}=true`)
    .join(',')}`,
];

/** With an etcd of its own, whose data goes with the folder of the files. */
export async function startKubeApiServer(
  programs: Programs,
  files: AccessFiles,
  more: MoreFlags = {},
): Promise<RunningServer> {
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${client}`;
  const etcd = start(programs.etcd, join(files.folder, 'etcd.log'), [
    ...['--data-dir', join(files.folder, 'etcd'), '--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
  ]);
  const logFile = join(files.folder, 'kube-apiserver.log');
  const server = start(programs.kubeApiServer, logFile, [
    ...sharedFlags(files, port, 'kube-apiserver', more),
    ...['--etcd-servers', etcdUrl, '--emulated-version', emulatedVersion, '--allow-privileged'],
    ...asPintleServes,
  ]);
  const stop = async () => {
    await end(server);
    await end(etcd);
  };
  return { name: 'kube-apiserver', logFile, stop, url: await ready(server, port, files, stop) };
}

export async function startPintle(files: AccessFiles, more: MoreFlags = {}): Promise<RunningServer> {
  const port = await freePort();
  const cli = resolve(import.meta.dirname, '../../packages/pintle/src/cli.ts');
  const logFile = join(files.folder, 'pintle.log');
  const server = start(process.execPath, logFile, [
    ...['--import', 'tsx', '--conditions=@pintle/source', cli, 'apiserver'],
    ...sharedFlags(files, port, 'pintle', more),
  ]);
  const stop = () => end(server);
  return { name: 'pintle', logFile, stop, url: await ready(server, port, files, stop) };
}

/** What it prints goes to the log file. */
export function start(program: string, logFile: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('error', (error) => log.write(`${program}: ${error.message}\n`));
  return child;
}

const hasEnded = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

/** Resolves when it has ended, killed if it must be. */
export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(late);
}

async function ready(
  server: ChildProcess,
  port: number,
  files: AccessFiles,
  stop: () => Promise<void>,
): Promise<string> {
  const url = `https://127.0.0.1:${port}`;
  const deadline = Date.now() + readyTimeoutMs;
  while (!hasEnded(server) && Date.now() < deadline) {
    if ((await statusOf(`${url}/readyz`, files.caPem)) === 200) return url;
    await sleep(250);
  }
  await stop();
  throw new Error(`the server was not ready within ${readyTimeoutMs / 1000} s; its log is in ${files.folder}`);
}

const statusOf = (url: string, ca: string) =>
  new Promise<number | undefined>((done) => {
    const headers = { authorization: `Bearer ${tokenOf('admin')}` };
    const asked = request(url, { ca, headers, agent: false }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    asked.once('error', () => done(undefined));
    asked.end();
  });
