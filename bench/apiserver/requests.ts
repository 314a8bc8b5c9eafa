/** Single requests over TLS, with client certificates and RBAC, against Node's bare `https`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchRow, paired } from '../row.js';
import { type Connection, connections, get, post, rateOf } from './connection.js';
import { smallPod } from './pods.js';
import { type Start, serverProcess, tlsFiles } from './processes.js';

const pods = '/api/v1/namespaces/default/pods';
const connectionCount = 32;

interface Sides {
  readonly ours: readonly Connection[];
  readonly bare: readonly Connection[];
}

async function measured(
  options: { path?: string; constantBytes?: number },
  work: (sides: Sides) => Promise<{ ours: number; peer: number }>,
) {
  const tls = await tlsFiles();
  const start: Start = { tls, ...options };
  const [ours, bare] = await Promise.all([
    serverProcess('pintle-server.ts', start),
    serverProcess('bare-server.ts', start),
  ]);
  try {
    const result = await work({
      ours: await connections(connectionCount, ours.port, tls),
      bare: await connections(connectionCount, bare.port, tls),
    });
    return { ...result, ratio: result.ours / result.peer, unit: 'requests/s' };
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

const creating =
  (count: number) =>
  async ({ ours, bare }: Sides) => {
    let made = 0;
    const request = () => post(pods, JSON.stringify(smallPod(`pod-${made++}`)));
    const rate = (open: readonly Connection[]) => rateOf(open, count, request, 201);
    return paired(
      7,
      () => rate(ours),
      () => rate(bare),
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
      // As large as the pod below is when it is answered; checked there.
      measured({ constantBytes }, async ({ ours, bare }) => {
        await ours[0]!.send(post(pods, JSON.stringify(smallPod('pod'))));
        const { bodyBytes } = await ours[0]!.send(get(`${pods}/pod`));
        if (Math.abs(bodyBytes - constantBytes) > 200) throw new Error(`the pod has ${bodyBytes} bytes`);
        return paired(
          7,
          () => rateOf(ours, 20_000, () => get(`${pods}/pod`), 200),
          () => rateOf(bare, 20_000, () => get(`${pods}/pod`), 200),
        );
      }),
  },
];
const constantBytes = 3_600;
