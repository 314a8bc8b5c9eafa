import { expect, it } from '@jest/globals';
import { ConfigMap } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

it('tells since when the use of tokens in Secrets is noted', async () => {
  const world = virtualWorld();
  const server = await createApiServer({ world });
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  const { data } = await server.client().get(ConfigMap, { name, namespace: 'kube-system' });
  expect(data).toEqual({ since: new Date(world.clock.now()).toISOString().slice(0, 10) });
  await server.stop();
});
