/** A LIST of many pods, in pieces as the socket takes them, against one Buffer of that size. */
import { type BenchRow, paired } from '../row.js';
import { Connection, get } from './connection.js';
import { serverProcess, tlsFiles } from './processes.js';

const count = 14_000;
/** Longer than any of the lists below takes. */
const sampleMs = 5_000;

const timed = async (connection: Connection, path: string): Promise<number> => {
  const start = performance.now();
  const { status } = await connection.send(get(path));
  if (status !== 200) throw new Error(`answered ${status}`);
  return performance.now() - start;
};

export const row: BenchRow = {
  name: `LIST ${count} pods of 4 KB over TLS, to the last byte, against one prebuilt Buffer`,
  goal: '<= 2 x, <= 30 MB extra',
  async run() {
    const tls = await tlsFiles();
    const ours = await serverProcess('pintle-server.ts', { tls });
    try {
      await ours.ask({ make: count });
      const path = '/api/v1/namespaces/default/pods';
      const connection = await Connection.open(ours.port, tls);
      const { bodyBytes } = await connection.send(get(path));
      const bare = await serverProcess('bare-server.ts', { tls, listBytes: bodyBytes });
      try {
        const other = await Connection.open(bare.port, tls);
        const result = await paired(
          5,
          () => timed(connection, path),
          () => timed(other, '/list'),
        );
        const sampled = ours.ask<{ extra: number }>({ sampleMs });
        for (let i = 0; i < 3; i++) await timed(connection, path);
        const { extra } = await sampled;
        return {
          ...result,
          ratio: result.ours / result.peer,
          unit: 'ms',
          notes: `${(bodyBytes / 1e6).toFixed(0)} MB; at most ${(extra / 1e6).toFixed(0)} MB more memory during three lists`,
        };
      } finally {
        await bare.stop();
      }
    } finally {
      await ours.stop();
    }
  },
};
