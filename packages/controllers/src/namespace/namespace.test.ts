/** A namespace with an object of a kind that has just come: whoever lags behind does not let it go. */
import { expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { Namespace } from '@pintle/api/core/v1';
import { createApiServer } from '@pintle/apiserver';
import { createManager } from '@pintle/controller-runtime';
import { type KindRef, virtualWorld } from '@pintle/machinery';
import { builtinControllers } from '../index.js';

const thing = { group: 'example.com', version: 'v1', kind: 'Thing', plural: 'things', scope: 'Namespaced' } as KindRef;
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing' } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
} as CustomResourceDefinition;

it('is not empty, as the server itself is asked for its kinds', async () => {
  const world = virtualWorld();
  const server = await createApiServer({ world });
  const client = server.client();
  const late = server.core.registry.all().map(({ kind }) => kind);
  await client.create(definition);
  await world.settle();
  const now = async () => server.core.registry.all().map(({ kind }) => kind);
  const builtin = builtinControllers({ kinds: () => late, kindsNow: now, only: ['namespace'] });
  const manager = createManager({ client, world, ...builtin });
  await manager.start();
  const metadata = { name: 'held', namespace: 'going', finalizers: ['example.com/hold'] };
  await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
  await client.create({ apiVersion: 'example.com/v1', kind: 'Thing', metadata });
  await client.delete(Namespace, { name: 'going' });
  await world.advance(5_000);
  const { status } = await client.get(Namespace, { name: 'going' });
  expect(status?.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining')?.status).toBe('True');
  await client.patch(
    thing,
    { name: 'held', namespace: 'going' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await world.advance(5_000);
  await expect(client.get(Namespace, { name: 'going' })).rejects.toMatchObject({ code: 404 });
  await manager.stop();
  await server.stop();
});

it('stays, and says why, while nobody can tell of which kinds there may be objects', async () => {
  const world = virtualWorld();
  const server = await createApiServer({ world });
  const client = server.client();
  const all = server.core.registry.all().map(({ kind }) => kind);
  let isUp = false;
  const kindsNow = async () => {
    if (!isUp) throw new Error('metrics.k8s.io/v1beta1: stale GroupVersion discovery');
    return all;
  };
  const builtin = builtinControllers({ kinds: () => all, kindsNow, only: ['namespace'] });
  const manager = createManager({ client, world, ...builtin });
  await manager.start();
  await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
  await client.delete(Namespace, { name: 'going' });
  await world.advance(5_000);
  const { status, metadata } = await client.get(Namespace, { name: 'going' });
  expect(status?.conditions).toMatchObject([
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'True',
      reason: 'DiscoveryFailed',
      message: 'metrics.k8s.io/v1beta1: stale GroupVersion discovery',
    },
  ]);
  await world.advance(5_000);
  // It is said once.
  expect((await client.get(Namespace, { name: 'going' })).metadata.resourceVersion).toBe(metadata.resourceVersion);
  isUp = true;
  await world.advance(60_000);
  await expect(client.get(Namespace, { name: 'going' })).rejects.toMatchObject({ code: 404 });
  await manager.stop();
  await server.stop();
});

it('goes whatever there is to read of it, where that cannot be deleted', async () => {
  const world = virtualWorld();
  const server = await createApiServer({ world });
  const client = server.client();
  await client.create(definition);
  await world.settle();
  const kinds = () => [{ ...thing, verbs: ['get', 'list'] }];
  const manager = createManager({ client, world, ...builtinControllers({ kinds, only: ['namespace'] }) });
  await manager.start();
  await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
  await client.create({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'going' } });
  await client.delete(Namespace, { name: 'going' });
  await world.advance(5_000);
  await expect(client.get(Namespace, { name: 'going' })).rejects.toMatchObject({ code: 404 });
  await manager.stop();
  await server.stop();
});
