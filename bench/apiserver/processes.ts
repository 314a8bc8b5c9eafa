/** Servers in processes of their own, over TLS with certificates made for the run: ours, and what it is held against. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CertificateAuthority } from '@pintle/apiserver/nodejs';

export interface TlsFiles {
  readonly caPem: string;
  readonly server: { readonly certPem: string; readonly keyPem: string };
  /** Of a user who is allowed what the role `admin` allows, by RBAC. */
  readonly client: { readonly certPem: string; readonly keyPem: string };
  /** Of who may do everything, by RBAC. */
  readonly controllers: { readonly certPem: string; readonly keyPem: string };
}

/** Who is bound to which role. */
export const groups = { bench: 'admin', controllers: 'cluster-admin' };

export async function tlsFiles(): Promise<TlsFiles> {
  const nowMs = Date.now();
  const ca = await CertificateAuthority.create({ commonName: 'authority', nowMs });
  return {
    caPem: (await ca.toPem()).certPem,
    server: await ca.issueServer({ commonName: 'server', dns: ['localhost'], ips: ['127.0.0.1'], nowMs }),
    client: await ca.issueClient({ commonName: 'client', organizations: ['bench'], nowMs }),
    controllers: await ca.issueClient({ commonName: 'controllers', organizations: ['controllers'], nowMs }),
  };
}

export interface Served {
  readonly port: number;
  /** Asks the process by message, and waits for its answer. */
  ask<T = unknown>(question: object): Promise<T>;
  stop(): Promise<void>;
}

/** What a server's program is told at its start. */
export interface Start {
  readonly tls: TlsFiles;
  readonly [option: string]: unknown;
}

/** Forks `program` of this folder; it answers its first message with `{ port }`. */
export async function serverProcess(program: string, start: Start): Promise<Served> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process ended without an answer');
  });
  ended.catch(() => {});
  const ask = async <T>(question: object): Promise<T> => {
    const answer = new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)));
    child.send(question);
    return Promise.race([answer, ended]);
  };
  const { port } = await ask<{ port: number }>(start);
  return {
    port,
    ask,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Answers messages with what `answer` returns, one after the other. */
export function answering(answer: (question: never) => Promise<unknown>): void {
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit());
  process.on('message', async (question: { cpu?: boolean }) =>
    process.send!(question.cpu ? process.cpuUsage() : ((await answer(question as never)) ?? {})),
  );
}

/** Microseconds of processor time that the process has taken so far. */
export async function cpuMicroseconds(served: Served): Promise<number> {
  const { user, system } = await served.ask<NodeJS.CpuUsage>({ cpu: true });
  return user + system;
}

/** The most memory that the process takes beyond what it takes now, while `work` runs; garbage of before aside. */
export async function extraMemory(work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 2);
  await work();
  clearInterval(sampling);
  return Math.max(most, process.memoryUsage.rss()) - before;
}
