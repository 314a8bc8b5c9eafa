/** Where a cluster keeps its objects in its data folder. The library is native, and loaded when there is something to keep. */
import { join } from 'node:path';

export async function durableStore(dataDir: string) {
  const { lmdbStore } = await import('@pintle/store-lmdb');
  return lmdbStore({ path: join(dataDir, 'store') });
}
