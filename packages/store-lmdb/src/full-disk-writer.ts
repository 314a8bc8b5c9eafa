/**
 * Writes more than its process may, then what it may, and says what became of it. The other half of the test of a
 * full disk: run as a process of its own, under a limit for the size of files.
 */
import { prefixRange } from '@pintle/contracts';
import { realWorld } from '@pintle/machinery';
import { openLmdbStore } from './lmdb-store.js';

const [path = ''] = process.argv.slice(2);
const text = new TextEncoder();
const codec = {
  encode: (value: string) => text.encode(value),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};
const store = await openLmdbStore<string>({ path, codec, world: realWorld() });
const seen: string[] = [];
store.watch(prefixRange('k'), {
  next: (events) => void seen.push(...events.map((event) => (event.type === 'put' ? event.entry.key : event.key))),
  error: (error) => seen.push(error.message),
  complete: () => {},
});

async function put(key: string, bytes: number): Promise<string> {
  try {
    await store.transact({ compare: [], success: [{ type: 'put', key, value: 'x'.repeat(bytes) }] });
    return `${key} written`;
  } catch (error) {
    return `${key} ${(error as { code?: string }).code}`;
  }
}

const outcomes = [
  await put('k1', 100),
  ...(await Promise.all([put('k2', 8 * 1024 * 1024), put('k3', 100)])),
  await put('k4', 100),
];
const revision = store.status().revision;
await store.close();
console.log(JSON.stringify({ outcomes, seen, revision }));
