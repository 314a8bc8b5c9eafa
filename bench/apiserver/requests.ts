/** Single requests over TLS, with client certificates and RBAC, against Node's bare `https`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, median, paired } from '../row.js';
import { type Connection, connections, get, post, rateOf } from './connection.js';
import { smallPod } from './pods.js';
import { cpuMicroseconds, type Served, type Start, serverProcess, tlsFiles } from './processes.js';

const pods = '/api/v1/namespaces/default/pods';
const connectionCount = 32;

/** One server with its open connections. */
interface Side {
  readonly served: Served;
  readonly open: readonly Connection[];
  /** Processor time of each request that was measured. */
  readonly cpu: number[];
}

interface Sides {
  readonly ours: Side;
  readonly bare: Side;
}

async function rate(
  { served, open, cpu }: Side,
  count: number,
  request: () => Buffer,
  status: number,
): Promise<number> {
  const before = await cpuMicroseconds(served);
  const result = await rateOf(open, count, request, status);
  cpu.push(((await cpuMicroseconds(served)) - before) / count);
  return result;
}

async function measured(options: { path?: string }, work: (sides: Sides) => Promise<{ ours: number; peer: number }>) {
  const tls = await tlsFiles();
  const start: Start = { tls, ...options };
  const [ours, bare] = await Promise.all([
    serverProcess('pintle-server.ts', start),
    serverProcess('bare-server.ts', start),
  ]);
  try {
    const sideOf = async (served: Served): Promise<Side> => ({
      served,
      open: await connections(connectionCount, served.port, tls),
      cpu: [],
    });
    const sides = { ours: await sideOf(ours), bare: await sideOf(bare) };
    const result = await work(sides);
    const [mine, theirs] = [median(sides.ours.cpu), median(sides.bare.cpu)];
    return {
      ...result,
      ratio: result.ours / result.peer,
      unit: 'requests/s',
      notes: `processor time of a request ${Math.round(mine)} us against ${Math.round(theirs)}: ${(theirs / mine).toFixed(2)} x`,
    };
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

const creating =
  (count: number) =>
  async ({ ours, bare }: Sides) => {
    let made = 0;
    const request = () => post(pods, JSON.stringify(smallPod(`pod-${made++}`)));
    return paired(
      7,
      () => rate(ours, count, request, 201),
      () => rate(bare, count, request, 201),
    );
  };

export const rows: readonly BenchRow[] = [
  {
    name: 'POST pod over TLS with RBAC, 32 connections, in memory, against bare Node https',
    goal: '>= 0.35 x',
    run: () => measured({}, creating(8_000)),
  },
  {
    name: 'POST pod over TLS with RBAC, 32 connections, durable, against bare Node https',
    goal: '>= 0.25 x',
    async run() {
      const path = mkdtempSync(join(tmpdir(), 'pintle-bench-'));
      try {
        return await measured({ path }, creating(8_000));
      } finally {
        rmSync(path, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'GET pod over TLS with RBAC, 32 connections, against bare Node https answering a constant',
    goal: '>= 0.6 x',
    run: () =>
      measured({}, async ({ ours, bare }) => {
        await ours.open[0]!.send(post(pods, JSON.stringify(smallPod('pod'))));
        const { bodyBytes } = await ours.open[0]!.send(get(`${pods}/pod`));
        await bare.served.ask({ constantBytes: bodyBytes });
        return paired(
          7,
          () => rate(ours, 20_000, () => get(`${pods}/pod`), 200),
          () => rate(bare, 20_000, () => get(`${pods}/pod`), 200),
        );
      }),
  },
];
