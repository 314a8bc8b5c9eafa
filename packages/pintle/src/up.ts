/** `pintle up`: a cluster out of the parts that its options name, until it is told to end. */
import { resolve } from 'node:path';
import { type ServedCluster, startServed } from './served-cluster.js';

export interface UpOptions {
  readonly dataDir: string;
  readonly inMemory?: boolean;
  readonly host: string;
  readonly port: number;
  readonly nodes: number;
  readonly runtime: 'process' | 'simulated';
  readonly kubeconfig?: string;
  readonly image?: readonly string[];
}

export async function up(options: UpOptions): Promise<void> {
  const served = await startServed(options);
  console.log(usage(served));
  await untilAsked(served);
}

export function usage({ url, kubeconfig, notices }: ServedCluster): string {
  const lines = [
    `The cluster is up at ${url}.`,
    '',
    `  export KUBECONFIG=${resolve(kubeconfig)}`,
    '  kubectl get nodes',
    '',
  ];
  return [...lines, ...notices.map((notice) => `Note: ${notice}.`), 'Ctrl-C ends it.'].join('\n');
}

/** Resolves when a signal came and everything has ended. A second signal ends the process at once. */
export async function untilAsked(served: ServedCluster): Promise<void> {
  const signal = await new Promise<string>((resolveSignal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolveSignal(name));
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(130));
  console.log(`\n${signal}: ending every pod, then the cluster.`);
  await served.stop();
}
