/** A reconciler that does nothing, for every object once, against the bare work queue with as many keys. */
import { ConfigMap } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { controller, createManager, WorkQueue } from '@pintle/controller-runtime';
import { realClock } from '@pintle/machinery';
import { Subject } from 'rxjs';
import { type BenchRow, paired } from '../row.js';

const count = 10_000;
const keys = Array.from({ length: count }, (_, i) => ({ name: `object-${i}`, namespace: 'default' }));
const ids = keys.map(({ name, namespace }) => `${namespace}/${name}`);

/** Keys a second through the queue alone, each taken with `await` by one worker. */
async function bare(): Promise<number> {
  const queue = new WorkQueue({ clock: realClock() });
  const start = performance.now();
  for (const id of ids) queue.add(id);
  for (let left = count; left > 0; left--) queue.done((await queue.next())!);
  return (count * 1000) / (performance.now() - start);
}

export const row: BenchRow = {
  name: `reconciles of ${count} keys by a reconciler that does nothing, against the bare work queue`,
  goal: '>= 0.5 x',
  async run() {
    const server = await createApiServer();
    const client = server.client();
    for (const metadata of keys) await client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const source = new Subject<{ name: string; namespace: string }>();
    let [left, tell] = [count, () => {}];
    const idle = controller({ name: 'idle' })
      .for(ConfigMap)
      .from(source)
      .reconcile(async ({ object }) => {
        if (object === undefined) throw new Error('the object is gone');
        if (--left === 0) tell();
      });
    const manager = createManager({ client, controllers: [idle] });
    const all = () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      });
    const first = all();
    await manager.start();
    await first;
    // Enough of them for what is compiled to be as fast as it gets.
    const result = await paired(
      50,
      async () => {
        left = count;
        const done = all();
        const start = performance.now();
        for (const key of keys) source.next(key);
        await done;
        return (count * 1000) / (performance.now() - start);
      },
      bare,
    );
    await manager.stop();
    await server.stop();
    return { ...result, ratio: result.ours / result.peer, unit: 'keys/s' };
  },
};
