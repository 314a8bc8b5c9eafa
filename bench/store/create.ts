/** Creates against etcd: in memory with one watcher, and durable with a hundred writers and with one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prefixRange, type StoreBackend, type ValueCodec } from '@pintle/contracts';
import { realWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { lmdbStore } from '@pintle/store-lmdb';
import { type BenchRow, paired } from '../row.js';
import { type RunningEtcd, startEtcd } from './etcd.js';

const value = Buffer.alloc(1024, 'x');
const bytes: ValueCodec<Uint8Array> = { encode: (given) => given, decode: (stored) => stored };
const world = realWorld();

/** Creates a second, by so many writers, each waiting for its own create. */
async function rate(count: number, writers: number, create: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (next < count) await create(next++);
    }),
  );
  return (count * 1000) / (performance.now() - start);
}

let made = 0;
const keyOf = (run: number, index: number) => `/registry/bench/${run}/object-${index}`;

async function createIn(store: StoreBackend<Uint8Array>, key: string): Promise<void> {
  const { succeeded } = await store.transact({
    compare: [{ key, target: 'modRevision', is: '=', value: 0 }],
    success: [{ type: 'put', key, value }],
  });
  if (!succeeded) throw new Error(`${key} is there already`);
}

async function againstEtcd(
  counts: { readonly ours: number; readonly etcd: number },
  writers: number,
  ours: (run: number) => Promise<number>,
  around: (etcd: RunningEtcd) => Promise<() => Promise<void>> = async () => async () => {},
) {
  const etcd = await startEtcd();
  const end = await around(etcd);
  try {
    const result = await paired(
      5,
      () => ours(made++),
      () => {
        const run = made++;
        return rate(counts.etcd, writers, (index) => etcd.create(keyOf(run, index), value));
      },
    );
    return { ...result, ratio: result.ours / result.peer, unit: 'creates/s' };
  } finally {
    await end();
    await etcd.stop();
  }
}

const inMemory: BenchRow = {
  name: 'store create of 1 KB objects, in memory, with one watcher, 16 writers, against etcd',
  goal: '>= 20 x',
  run: () =>
    againstEtcd(
      { ours: 50_000, etcd: 3_000 },
      16,
      async (run) => {
        const store = memoryStore<Uint8Array>({ world });
        let seen = 0;
        store.watch(prefixRange('/registry/bench/'), {
          next: (events) => {
            seen += events.length;
          },
          error: (error) => {
            throw error;
          },
          complete: () => {},
        });
        const result = await rate(50_000, 16, (index) => createIn(store, keyOf(run, index)));
        if (seen !== 50_000) throw new Error(`the watcher saw ${seen} of 50000 creates`);
        await store.close();
        return result;
      },
      async ({ client }) => {
        const watcher = await client.watch().prefix('/registry/bench/').create();
        watcher.on('put', () => {});
        return () => watcher.cancel();
      },
    ),
};

const durable = (writers: number, goal: string, counts: { ours: number; etcd: number }): BenchRow => ({
  name: `store create of 1 KB objects, durable, ${writers === 1 ? 'one writer' : `${writers} writers at once`}, against etcd with fsync`,
  goal,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'pintle-bench-'));
    const store = await lmdbStore({ path: folder })(bytes, world);
    try {
      return await againstEtcd(counts, writers, (run) =>
        rate(counts.ours, writers, (index) => createIn(store, keyOf(run, index))),
      );
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

export const rows: readonly BenchRow[] = [
  inMemory,
  durable(100, '>= 4 x', { ours: 20_000, etcd: 5_000 }),
  durable(1, '>= 1.2 x', { ours: 1_000, etcd: 500 }),
];
