/** One write reaches a hundred watchers, each with its own filter. */
import { ConfigMap } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { type BenchRow, paired } from '../row.js';
import { startEtcd } from './etcd.js';

const [watchers, events] = [100, 10_000];
/** etcd's watchers are of one client and one connection; fewer events, as they take longer. */
const etcdEvents = 1_000;

async function ours(): Promise<number> {
  const server = await createApiServer();
  const client = server.client();
  let seen = 0;
  let tell = () => {};
  const all = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const subscriptions = Array.from({ length: watchers }, (_, index) =>
    // All of them let every event through, and have to look at it to know.
    client
      .watch(ConfigMap, { namespace: 'default', labelSelector: `app=bench,watcher!=${index}` })
      .subscribe(({ type }) => {
        if (type !== 'BOOKMARK' && ++seen === watchers * events) tell();
      }),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start = performance.now();
  for (let i = 0; i < events; i++)
    await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `event-${i}`, namespace: 'default', labels: { app: 'bench' } },
    });
  await all;
  const rate = (watchers * events * 1000) / (performance.now() - start);
  for (const subscription of subscriptions) subscription.unsubscribe();
  await server.stop();
  return rate;
}

export const row: BenchRow = {
  name: `watch fan-out in process, ${watchers} filtered watchers, ${events} events, against etcd's watches`,
  goal: '>= 10 x',
  async run() {
    const etcd = await startEtcd();
    try {
      let seen = 0;
      let wanted = Number.POSITIVE_INFINITY;
      let tell = () => {};
      const open = await Promise.all(
        Array.from({ length: watchers }, () => etcd.client.watch().prefix('/registry/bench/').create()),
      );
      for (const watcher of open)
        watcher.on('put', () => {
          if (++seen === wanted) tell();
        });
      let made = 0;
      const result = await paired(5, ours, async () => {
        seen = 0;
        wanted = watchers * etcdEvents;
        const all = new Promise<void>((resolve) => {
          tell = resolve;
        });
        const start = performance.now();
        const writes = Array.from({ length: etcdEvents }, () =>
          etcd.create(`/registry/bench/event-${made++}`, Buffer.alloc(400, 'x')),
        );
        await Promise.all(writes);
        await all;
        return (wanted * 1000) / (performance.now() - start);
      });
      for (const watcher of open) await watcher.cancel();
      return { ...result, ratio: result.ours / result.peer, unit: 'events/s' };
    } finally {
      await etcd.stop();
    }
  },
};
