/**
 * Deployments until their pods exist, with every built-in controller running: in process, against creating as many
 * pods straight; and over HTTP, the API server in a process of its own.
 */
import { builtinResources } from '@pintle/api';
import { type Namespace, Pod } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { type Client, ConnectionError } from '@pintle/client';
import { connect } from '@pintle/client/nodejs';
import { createCluster } from '@pintle/cluster';
import { createManager } from '@pintle/controller-runtime';
import { builtinControllers } from '@pintle/controllers';
import { deployment } from '@pintle/testing';
import { serverProcess, tlsFiles } from '../apiserver/processes.js';
import { type BenchRow, median, paired } from '../row.js';

interface Load {
  readonly deployments: number;
  readonly replicas: number;
}

/** Milliseconds from the first create until every pod exists. */
async function untilPodsExist(client: Client, { deployments, replicas }: Load, namespace = 'default'): Promise<number> {
  const present = new Set<string>();
  let tell = () => {};
  const all = new Promise<void>((resolve, reject) => {
    tell = resolve;
    client.watch(Pod, { namespace }).subscribe({
      next({ object }) {
        present.add(object.metadata.name!);
        if (present.size === deployments * replicas) tell();
      },
      error: reject,
    });
  });
  // The watch stands.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  await inTurns(deployments, (i) => client.create(deployment(`web-${i}`, { replicas, namespace })));
  await all;
  return performance.now() - start;
}

/** At most 16 at once, as a client that is polite. */
async function inTurns(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < count) await act(next++);
    }),
  );
}

async function inProcess(load: Load): Promise<number> {
  const cluster = await createCluster({ scheduler: false });
  const elapsed = await untilPodsExist(cluster.client, load);
  await cluster.stop();
  return (load.deployments * load.replicas * 1000) / elapsed;
}

/** The pods that the Deployments would make, made by nobody's controller on a server with nothing else to do. */
async function straight({ deployments, replicas }: Load): Promise<number> {
  const server = await createApiServer();
  const client = server.client();
  const { template } = deployment('web', {}).spec!;
  const start = performance.now();
  for (let i = 0; i < deployments * replicas; i++)
    await client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name: `web-${i}`, namespace: 'default' },
      spec: template.spec!,
    });
  const rate = (deployments * replicas * 1000) / (performance.now() - start);
  await server.stop();
  return rate;
}

const wiredRuns = 5;

/** Objects a second, pods, ReplicaSets and Deployments, of each run, each in a namespace of its own; the first runs cold code. */
async function overHttp(load: Load): Promise<readonly number[]> {
  const tls = await tlsFiles();
  const served = await serverProcess('pintle-server.ts', { tls });
  const client = await connect({
    server: `https://127.0.0.1:${served.port}`,
    ca: tls.caPem,
    credentials: { cert: { text: tls.controllers.certPem }, key: { text: tls.controllers.keyPem } },
  });
  const kinds = builtinResources().flatMap(({ kind }) => (kind.verbs?.includes('watch') === false ? [] : [kind]));
  const manager = createManager({ client, ...builtinControllers({ kinds: () => kinds }) });
  try {
    await manager.start();
    const rates: number[] = [];
    for (let run = 0; run <= wiredRuns; run++) {
      const name = `run-${run}`;
      await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      const elapsed = await untilPodsExist(client, load, name);
      rates.push((load.deployments * (load.replicas + 2) * 1000) / elapsed);
    }
    return rates;
  } finally {
    await manager.stop().catch((error: unknown) => {
      if (!ConnectionError.is(error)) throw error;
    });
    await client.close();
    await served.stop();
  }
}

const against = (name: string, goal: string, load: Load): BenchRow => ({
  name: `${name} until all pods exist, in process, against creating the pods straight`,
  goal,
  async run() {
    const result = await paired(
      5,
      () => inProcess(load),
      () => straight(load),
    );
    return { ...result, ratio: result.ours / result.peer, unit: 'pods/s' };
  },
});

const wired = (name: string, goal: string, load: Load): BenchRow => ({
  name: `${name} until all pods exist, over HTTP to a server in another process`,
  goal,
  async run() {
    const [cold, ...rates] = await overHttp(load);
    return {
      ours: median(rates),
      unit: 'objects/s',
      notes: `controllers in this process; one server and one manager for all runs, the first not counted: ${Math.round(cold!)}`,
    };
  },
});

const one = { deployments: 1, replicas: 3_000 };
const many = { deployments: 500, replicas: 2 };

export const rows: readonly BenchRow[] = [
  against('one Deployment of 3,000', '>= 0.6 x', one),
  against('500 Deployments of 2', '>= 0.4 x', many),
  wired('one Deployment of 3,000', '>= 3,000 objects/s', one),
  wired('500 Deployments of 2', '>= 500 objects/s', many),
];
