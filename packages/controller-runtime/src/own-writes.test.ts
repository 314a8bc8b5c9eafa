/** What a controller wrote is waited for where its caches will see it, and only there. */
import { expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { createInformers } from '@pintle/watch';
import { controller } from './controller.js';
import { served, Website, website } from './manager.fixture.js';

const configMap = (name: string, labels: Readonly<Record<string, string>> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
});
const change = { type: 'merge' as const, body: { spec: { replicas: 3 } } };
const shop = { name: 'shop' };

it('nobody waits for what a dry run would have written', async () => {
  const { client, world, run } = await served();
  await client.create(configMap('notes'));
  const runs: number[] = [];
  const careful = controller({ name: 'careful' })
    .for(Website)
    .owns(ConfigMap)
    .reconcile(async ({ client: own, world: { clock } }) => {
      runs.push(clock.now());
      const key = { name: 'notes', namespace: 'default' };
      await own.patch(ConfigMap, key, { type: 'merge', body: { data: { a: 'b' } } }, { dryRun: true });
      await own.update({ ...configMap('notes'), data: { a: 'c' } }, { dryRun: true });
      await own.delete(ConfigMap, key, { dryRun: true });
    });
  await run([careful]);
  await client.create(website('shop'));
  await world.settle();
  await client.patch(Website, shop, change);
  await world.settle();
  expect(runs).toHaveLength(2);
  expect((await client.get(ConfigMap, { name: 'notes' })).data).toBeUndefined();
});

it('a cache of some objects is not waited for to see others, and has let go what left it', async () => {
  const { client, world, run } = await served();
  const informers = createInformers({ client, world, restrictions: [{ kind: ConfigMap, labelSelector: 'mine=yes' }] });
  informers.start();
  const seen: string[][] = [];
  const careful = controller({ name: 'careful' })
    .for(Website)
    .owns(ConfigMap)
    .reconcile(async ({ client: own, object }) => {
      seen.push(
        informers
          .informer(ConfigMap)
          .lister.list()
          .map(({ metadata }) => metadata.name ?? ''),
      );
      const mine = { mine: object?.spec.replicas === 1 ? 'yes' : 'no' };
      await own.apply(configMap('in-or-out', mine), { fieldManager: 'careful' });
      await own.apply(configMap(`out-${object?.spec.replicas}`), { fieldManager: 'careful' });
    });
  await run([careful], { informers });
  await client.create(website('shop'));
  await world.settle();
  await client.patch(Website, shop, change);
  await world.settle();
  await client.patch(Website, shop, { type: 'merge', body: { spec: { replicas: 4 } } });
  await world.settle();
  expect(seen).toEqual([[], ['in-or-out'], []]);
  await informers.stop();
});
