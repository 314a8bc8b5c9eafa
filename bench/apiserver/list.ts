/** A LIST of many pods, in pieces as the socket takes them, against one Buffer of that size. */
import { type BenchRow, paired } from '../row.js';
import { Connection, get } from './connection.js';
import { type Served, serverProcess, tlsFiles } from './processes.js';

const count = 14_000;
const path = '/api/v1/namespaces/default/pods';
/** Longer than any of the lists below takes. */
const sampleMs = 5_000;

const timed = async (connection: Connection, request: Buffer): Promise<number> => {
  const start = performance.now();
  const { status } = await connection.send(request);
  if (status !== 200) throw new Error(`answered ${status}`);
  return performance.now() - start;
};

/** How much more memory the server has while it answers three times, at most. */
async function extraBytes(ours: Served, connection: Connection, request: Buffer): Promise<number> {
  const sampled = ours.ask<{ extra: number }>({ sampleMs });
  for (let i = 0; i < 3; i++) await timed(connection, request);
  return (await sampled).extra;
}

/** With a server that has as many pods. */
async function withPods<T>(
  work: (ours: Served, connection: Connection, tls: Awaited<ReturnType<typeof tlsFiles>>) => Promise<T>,
): Promise<T> {
  const tls = await tlsFiles();
  const ours = await serverProcess('pintle-server.ts', { tls });
  try {
    await ours.ask({ make: count });
    return await work(ours, await Connection.open(ours.port, tls), tls);
  } finally {
    await ours.stop();
  }
}

export const row: BenchRow = {
  name: `LIST ${count} pods of 4 KB over TLS, to the last byte, against one prebuilt Buffer`,
  goal: '<= 2 x, <= 30 MB extra',
  run: () =>
    withPods(async (ours, connection, tls) => {
      const { bodyBytes } = await connection.send(get(path));
      const bare = await serverProcess('bare-server.ts', { tls, listBytes: bodyBytes });
      try {
        const other = await Connection.open(bare.port, tls);
        const result = await paired(
          5,
          () => timed(connection, get(path)),
          () => timed(other, get('/list')),
        );
        const extra = await extraBytes(ours, connection, get(path));
        return {
          ...result,
          ratio: result.ours / result.peer,
          unit: 'ms',
          notes: `${(bodyBytes / 1e6).toFixed(0)} MB; at most ${(extra / 1e6).toFixed(0)} MB more memory during three lists`,
        };
      } finally {
        await bare.stop();
      }
    }),
};

/** As client-go asks for it. */
export const packedRow: BenchRow = {
  name: `LIST ${count} pods of 4 KB in protobuf, packed: memory`,
  goal: '<= 30 MB extra',
  run: () =>
    withPods(async (ours, connection) => {
      const request = get(path, 'application/vnd.kubernetes.protobuf', 'accept-encoding: gzip');
      const sampled = ours.ask<{ extra: number }>({ sampleMs });
      const { bodyBytes } = await connection.send(request);
      const first = await sampled;
      const again = await extraBytes(ours, connection, request);
      const milliseconds = await timed(connection, request);
      return {
        ours: Math.max(first.extra, again) / 1e6,
        unit: 'MB',
        notes: `for the first; ${(again / 1e6).toFixed(0)} MB during three more; ${(bodyBytes / 1e6).toFixed(1)} MB packed, in ${milliseconds.toFixed(0)} ms`,
      };
    }),
};
