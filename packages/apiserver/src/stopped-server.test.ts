/** What a server that was stopped leaves behind: of a store of its own nothing, and no timer. */
import { afterEach, expect, it } from '@jest/globals';
import { ConfigMap, type Event } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import type { AdmissionPlugin } from './admission/admission.js';
import { ask, begin } from './http/asking.fixture.js';
import { createApiServer } from './server.js';
import type { StoredObject } from './storage/stored-object.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const event = (name: string): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { namespace: 'default', name: 'a', kind: 'Pod', apiVersion: 'v1' },
});

it('waits for nothing any more, though Events would have lived on', async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world, authorizer: ['node', 'rbac'], flowControl: {}, port: 1 });
  await api.client().create(event('a'));
  expect(world.nextTimerAt()).toBeDefined();
  await api.stop();
  expect(world.nextTimerAt()).toBeUndefined();
  await expect(api.client().list(ConfigMap)).rejects.toThrow('the server is shutting down');
});

it('leaves alone a store that somebody else has made', async () => {
  const world = virtualWorld();
  const backend = memoryStore<StoredObject>({ world });
  ends.push(() => backend.close());
  const api = await createApiServer({ world, backend });
  await api.client().create(event('a'));
  await api.stop();
  expect((await backend.range({ start: '/registry/core/events/default/a' })).count).toBe(1);
  expect(world.nextTimerAt()).toBeDefined();
});

it('answers what it was asked before, and ends its watches', async () => {
  const world = virtualWorld();
  const slow: AdmissionPlugin = {
    name: 'Slow',
    concerns: ({ resource }) => resource.kind.plural === 'secrets',
    validate: () => new Promise((resolve) => void world.clock.schedule(1_000, resolve)),
  };
  const api = await createApiServer({ world, admission: [slow] });
  const { body } = await begin(api.handle, 'GET /api/v1/secrets?watch=1');
  const watched = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const seen = watched.next();
  const made = ask(api.handle, 'POST /api/v1/namespaces/default/secrets', {
    body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
  });
  await world.settle();
  await api.stop();
  expect(world.nextTimerAt()).toBeDefined();
  await world.advance(1_000);
  expect((await made).status).toBe(201);
  expect(new TextDecoder().decode((await seen).value as Uint8Array)).toContain('"ADDED"');
  expect((await watched.next()).done).toBe(true);
  expect((await ask(api.handle, 'GET /api/v1/secrets')).status).toBe(503);
});
