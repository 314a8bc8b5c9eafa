/** Its test, in milliseconds: every built-in controller runs, and time is under control. */

import { expect, it } from '@jest/globals';
import { Pod } from '@pintle/api/core/v1';
import { checkController, testCluster } from '@pintle/testing';
import { Website, web, website } from './website.js';

it('keeps as many pods as the website asks for', async () => {
  const cluster = await testCluster({ crds: [Website], controllers: [web] });
  await cluster.client.create(website('shop', { replicas: 3 }));
  await cluster.settle();
  expect(await cluster.client.list(Pod)).toHaveLength(3);

  await cluster.client.patch(Website, { name: 'shop' }, { type: 'merge', body: { spec: { replicas: 1 } } });
  await cluster.advance({ minutes: 10 });
  expect(await cluster.client.list(Pod)).toHaveLength(1);

  await cluster.client.delete(Website, { name: 'shop' });
  await cluster.advance({ minutes: 10 });
  expect(await cluster.client.list(Pod)).toHaveLength(0);
  await cluster.stop();
});

it('comes to the same whatever goes wrong on the way', async () => {
  const { finding } = await checkController({
    kinds: [Website],
    controllers: () => [web],
    builtinControllers: ['deployment', 'replicaset'],
    steps: [
      (client) => client.create(website('shop', { replicas: 1 })),
      (client) => client.patch(Website, { name: 'shop' }, { type: 'merge', body: { spec: { replicas: 2 } } }),
    ],
    runsMax: 20,
  });
  expect(finding?.text).toBeUndefined();
}, 60_000);
