/** `pintle up`: a cluster out of the parts that its options name, until it is told to end. */
import { resolve } from 'node:path';
import { type ServedCluster, startServed, type UpOptions } from './served-cluster.js';

export async function up(options: UpOptions): Promise<void> {
  const asked = askedToEnd();
  const served = await startServed(options);
  console.log(usage(served));
  await endWhenAsked(served, asked);
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

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves with the first signal to end. Listen before anything starts, so that none comes too early. */
export function askedToEnd(): Promise<string> {
  return new Promise((resolveSignal) => {
    for (const name of signals) process.once(name, () => resolveSignal(name));
  });
}

/** Resolves when it was asked for and everything has ended. A second signal ends the process at once. */
export async function endWhenAsked(served: Pick<ServedCluster, 'stop'>, asked: Promise<string>): Promise<void> {
  const signal = await asked;
  for (const name of signals) process.once(name, () => process.exit(130));
  console.log(`\n${signal}: ending every pod, then the cluster.`);
  await served.stop();
  process.exit(0);
}
