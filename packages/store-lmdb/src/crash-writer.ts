/**
 * Writes as fast as it can until it is killed, and says on its output what was acknowledged. The crash test's other
 * half: run as a process of its own.
 */
import { realWorld } from '@pintle/machinery';
import { openLmdbStore } from './lmdb-store.js';

const [path = '', round = '0'] = process.argv.slice(2);
const text = new TextEncoder();
const codec = {
  encode: (value: string) => text.encode(value),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};
const store = await openLmdbStore<string>({ path, codec, world: realWorld() });

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `${round}-${writer}-${count}`;
    // Two keys in one transaction: both are there afterwards, or neither.
    await store.transact({
      compare: [],
      success: [
        { type: 'put', key: `left/${id}`, value: id },
        { type: 'put', key: `right/${id}`, value: id },
      ],
    });
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
