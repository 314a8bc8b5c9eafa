import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { prefixRange, type StoreBackend, StoreCorruptError, StoreInUseError } from '@pintle/contracts';
import { storeBackendConformance } from '@pintle/contracts/conformance';
import { realWorld, seededRandom, virtualWorld } from '@pintle/machinery';
import { openLmdbStore } from './lmdb-store.js';

const text = new TextEncoder();
const codec = {
  encode: (value: string) => text.encode(value),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};
const everything = prefixRange('k');

let path: string;
const open = (): Promise<StoreBackend<string>> => openLmdbStore<string>({ path, codec, world: realWorld() });

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'pintle-lmdb-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

describe('lmdbStore', () => {
  const world = virtualWorld({ seed: 1 });
  for (const { name, run } of storeBackendConformance({
    open: () => openLmdbStore<string>({ path, codec, world }),
    advance: (ms) => world.advance(ms),
  }))
    it(name, run);

  it('comes back with the same entries and revision', async () => {
    const first = await open();
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        first.transact({ compare: [], success: [{ type: 'put', key: `k${i}`, value: `v${i}` }] }),
      ),
    );
    await first.transact({ compare: [], success: [{ type: 'delete', start: 'k7' }] });
    const before = await first.range(everything);
    await first.close();
    const second = await open();
    expect(await second.range(everything)).toEqual(before);
    expect(second.status().revision).toBe(before.revision);
    await second.close();
  });

  it('shows a write to nobody before it is durable, then to all', async () => {
    const store = await open();
    const seen: string[] = [];
    store.watch(everything, {
      next: (events) => void seen.push(...events.map((event) => (event.type === 'put' ? event.entry.value : 'gone'))),
      error: () => {},
      complete: () => {},
    });
    const writing = store.transact({ compare: [], success: [{ type: 'put', key: 'k', value: '1' }] });
    expect((await store.range(everything)).count).toBe(0);
    expect(seen).toEqual([]);
    await writing;
    expect(seen).toEqual(['1']);
    expect((await store.range(everything)).count).toBe(1);
    await store.close();
  });

  it('compares against what is still being written', async () => {
    const store = await open();
    const create = (value: string) =>
      store.transact({
        compare: [{ key: 'k', target: 'modRevision', is: '=', value: 0 }],
        success: [{ type: 'put', key: 'k', value }],
      });
    expect((await Promise.all([create('1'), create('2'), create('3')])).map(({ succeeded }) => succeeded)).toEqual([
      true,
      false,
      false,
    ]);
    await store.close();
  });

  it('keeps leases, and begins their time anew when it is opened', async () => {
    const first = await openLmdbStore<string>({ path, codec, world });
    const { id } = await first.grantLease(10);
    const ended = await first.grantLease(10);
    await first.transact({ compare: [], success: [{ type: 'put', key: 'k', value: '1', lease: id }] });
    await first.revokeLease(ended.id);
    await world.advance(9_000);
    await first.close();
    const second = await openLmdbStore<string>({ path, codec, world });
    await world.advance(9_000);
    expect((await second.range(everything)).count).toBe(1);
    await expect(second.keepLeaseAlive(ended.id)).rejects.toMatchObject({ code: 'PINTLE_STORE_LEASE_NOT_FOUND' });
    expect((await second.grantLease(10)).id).toBeGreaterThan(id);
    const gone = new Promise<void>((done) => {
      second.watch(everything, { next: () => done(), error: () => {}, complete: () => {} });
    });
    await world.advance(2_000);
    await gone;
    expect((await second.range(everything)).count).toBe(0);
    await second.close();
  });

  it('fails a write that the disk does not take, shows nothing of it, and goes on', async () => {
    const writer = resolve('packages/store-lmdb/src/full-disk-writer.ts');
    // The limit is in KiB; the store itself and what else the writer needs is far below it.
    const run = `ulimit -f 4096 && exec "$0" --import tsx --conditions=@pintle/source "$1" "$2"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', run, process.execPath, writer, path], {
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      outcomes: ['k1 written', 'k2 PINTLE_STORE_WRITE', 'k3 PINTLE_STORE_WRITE', 'k4 written'],
      seen: ['k1', 'k4'],
      revision: 3,
    });
    const store = await open();
    expect((await store.range(everything)).entries.map(({ key }) => key)).toEqual(['k1', 'k4']);
    await store.close();
  });

  it('is opened by one at a time, and names who has it', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(`the store at ${path} is in use by process ${process.pid}; stop that one`);
    await expect(open()).rejects.toThrow(StoreInUseError);
    await first.close();
    // A process that is gone, and one of the same number that began at another time.
    for (const gone of [{ pid: 2 ** 22 + 1 }, { pid: process.pid, startTicks: '1' }, 'nonsense']) {
      await writeFile(join(path, 'owner.json'), JSON.stringify(gone));
      await (await open()).close();
    }
    expect(await readdir(path)).toEqual(['store.mdb', 'store.mdb-lock']);
  });

  it('names a damaged store and leaves it alone', async () => {
    await writeFile(join(path, 'store.mdb'), 'this is no store at all'.repeat(1000));
    await expect(open()).rejects.toThrow(StoreCorruptError);
    await expect(open()).rejects.toThrow(path);
    expect(await readdir(path)).toContain('store.mdb');
  });
});

/** More where the system tests are required, as in continuous integration. */
const rounds = process.env['PINTLE_SYSTEM_TESTS'] === 'required' ? 200 : 10;

describe('kill -9', () => {
  it(
    `loses nothing that was acknowledged, and leaves nothing half done, ${rounds} times`,
    async () => {
      const random = seededRandom(42);
      const acknowledged = new Set<string>();
      for (let round = 0; round < rounds; round++) {
        for (const id of await killedAfter(20 + random.next() * 180, round)) acknowledged.add(id);
      }
      expect(acknowledged.size).toBeGreaterThan(rounds);
      const store = await open();
      const ids = async (prefix: string) => (await store.range(prefixRange(prefix))).entries.map(({ value }) => value);
      const [left, right] = [await ids('left/'), await ids('right/')];
      expect(left).toEqual(right);
      const kept = new Set(left);
      expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
      await store.close();
    },
    rounds * 3_000,
  );
});

/** Runs a writer, kills it so long after its first acknowledgement, and returns what it had acknowledged. */
function killedAfter(ms: number, round: number): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=@pintle/source',
      resolve('packages/store-lmdb/src/crash-writer.ts'),
      path,
      String(round),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return new Promise((done, fail) => {
    let output = '';
    let killing = false;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (killing) return;
      killing = true;
      setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.on('error', fail);
    // The last line may be cut off: what is not a whole line was not acknowledged.
    child.on('close', () => done(output.split('\n').slice(0, -1)));
  });
}
