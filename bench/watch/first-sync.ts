/**
 * The first sync of an informer over HTTP, each in a process of its own: against that of `@kubernetes/client-node` on the
 * same server, and of a hundred that ask for the same against one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeConfigText } from '@pintle/cluster/nodejs';
import { serverProcess, tlsFiles } from '../apiserver/processes.js';
import { type BenchRow, median, paired } from '../row.js';

const count = 14_000;

/** Says how long the sync took and what is kept then, before and after which garbage is collected. */
const measured = (sync: string) => `
const kept = () => { for (let i = 0; i < 3; i++) globalThis.gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };
const told = async (prepare) => {
  const sync = await prepare();
  const before = kept();
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const [count, keep] = await sync();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  if (count !== ${count}) throw new Error('synced ' + count);
  const memory = kept() - before;
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, memory, peak: process.resourceUsage().maxRSS * 1024, alive: keep !== undefined }));
  process.exit(0);
};
${sync}`;

/** As many controllers as said ask for pods, and each listens. */
const ours = (askers: number) =>
  measured(`
import { Pod } from '@pintle/api/core/v1';
import { connect, kubeConfig } from '@pintle/client/nodejs';
import { createInformers } from '@pintle/watch';
await told(async () => {
  const client = await connect(await kubeConfig({ path: process.argv[1] }));
  return async () => {
    const informers = createInformers({ client });
    informers.start();
    let heard = 0;
    const asked = Array.from({ length: ${askers} }, () => informers.informer(Pod, { namespace: 'default' }));
    for (const { added } of asked) added.subscribe(() => heard++);
    await informers.whenSynced();
    if (heard !== ${askers} * ${count}) throw new Error('heard of ' + heard);
    return [asked.at(-1).lister.size, asked];
  };
});`);

const theirs = measured(`
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
await told(async () => {
  const config = new KubeConfig();
  config.loadFromFile(process.argv[1]);
  const api = config.makeApiClient(CoreV1Api);
  return async () => {
    const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () => api.listNamespacedPod({ namespace: 'default' }));
    await informer.start();
    return [informer.list('default').length, informer];
  };
});`);

interface Told {
  readonly ms: number;
  readonly cpuMs: number;
  readonly memory: number;
  readonly peak: number;
}

function run(program: string, kubeconfig: string): Told {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', program, kubeconfig],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Told;
}

/** What two programs told in turn, the second of the pairs against the first. */
interface Pair {
  readonly ours: number;
  readonly peer: number;
  readonly told: { readonly ours: readonly Told[]; readonly theirs: readonly Told[] };
}

async function inTurn(mine: string, other: string): Promise<Pair> {
  const tls = await tlsFiles();
  const served = await serverProcess('pintle-server.ts', { tls });
  const folder = mkdtempSync(join(tmpdir(), 'pintle-bench-'));
  try {
    await served.ask({ make: count });
    const path = join(folder, 'kubeconfig');
    const url = `https://127.0.0.1:${served.port}`;
    writeFileSync(path, kubeConfigText({ url, caPem: tls.caPem, ...tls.client }));
    const told: { ours: Told[]; theirs: Told[] } = { ours: [], theirs: [] };
    const noted = (program: string, list: Told[]) => {
      list.push(run(program, path));
      return list.at(-1)!.ms;
    };
    const result = await paired(
      5,
      () => noted(mine, told.ours),
      () => noted(other, told.theirs),
    );
    return { ...result, told };
  } finally {
    await served.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const middle = (list: readonly Told[], key: keyof Told) => median(list.map((one) => one[key]));
const megabytes = (list: readonly Told[], key: 'memory' | 'peak') => `${Math.round(middle(list, key) / 1e6)}`;

const firstSync: BenchRow = {
  name: `first sync of an informer, ${count} pods over HTTP, against @kubernetes/client-node`,
  goal: '>= 3 x faster, <= 1/2 the memory',
  async run() {
    const { told, ...result } = await inTurn(ours(1), theirs);
    const cpu = (list: readonly Told[]) => Math.round(middle(list, 'cpuMs'));
    return {
      ...result,
      ratio: result.peer / result.ours,
      unit: 'ms',
      notes: `processor time of the client ${cpu(told.ours)} ms against ${cpu(told.theirs)}; kept ${megabytes(told.ours, 'memory')} MB against ${megabytes(told.theirs, 'memory')} MB; peak ${megabytes(told.ours, 'peak')} against ${megabytes(told.theirs, 'peak')}`,
    };
  },
};

const askers = 100;

const hundred: BenchRow = {
  name: `${askers} informers of the same ${count} pods in one process, kept after the first sync, against one`,
  goal: '<= 1.05 x',
  async run() {
    const { told } = await inTurn(ours(askers), ours(1));
    const [many, one] = [middle(told.ours, 'memory') / 1e6, middle(told.theirs, 'memory') / 1e6];
    return {
      ours: many,
      peer: one,
      ratio: many / one,
      unit: 'MB',
      notes: `each is told of every pod: processor time ${Math.round(middle(told.ours, 'cpuMs'))} ms against ${Math.round(middle(told.theirs, 'cpuMs'))}`,
    };
  },
};

export const rows: readonly BenchRow[] = [firstSync, hundred];
