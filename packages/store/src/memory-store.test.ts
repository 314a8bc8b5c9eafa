import { describe, expect, it } from '@jest/globals';
import { storeBackendConformance } from '@pintle/contracts/conformance';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from './memory-store.js';

describe('memoryStore', () => {
  const world = virtualWorld({ seed: 1 });
  for (const { name, run } of storeBackendConformance({
    open: async () => memoryStore<string>({ world }),
    advance: (ms) => world.advance(ms),
  }))
    it(name, run);

  it('forks into a store of its own, and gives snapshots that stay', async () => {
    const store = memoryStore<string>({ world });
    const put = (to: typeof store, key: string, value: string) =>
      to.transact({ compare: [], success: [{ type: 'put', key, value }] });
    await put(store, 'k', '1');
    const snapshot = store.snapshot();
    const fork = store.fork();
    await put(store, 'k', '2');
    await put(fork, 'k', '3');
    await put(fork, 'l', '4');
    expect(snapshot.get('k')?.value).toBe('1');
    expect((await store.range({ start: 'a', end: 'z' })).entries.map(({ value }) => value)).toEqual(['2']);
    expect((await fork.range({ start: 'a', end: 'z' })).entries.map(({ value }) => value)).toEqual(['3', '4']);
    expect(fork.status().revision).toBe(snapshot.revision + 2);
  });
});
