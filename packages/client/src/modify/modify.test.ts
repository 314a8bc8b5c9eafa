import { afterEach, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { createApiServer } from '@pintle/apiserver';
import { virtualWorld } from '@pintle/machinery';
import type { Client } from '../client.js';
import { intercept } from '../interceptor/intercept.js';
import { modify } from './modify.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const key = { name: 'web', namespace: 'default' };

async function withDeployment(): Promise<Client> {
  const api = await createApiServer({ world: virtualWorld() });
  ends.push(() => api.stop());
  const client = api.client();
  await client.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: key,
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
    },
  } as Deployment);
  return client;
}

/** Somebody else who writes before each of the first `times` updates gets there. */
function rival(client: Client, times: number): Client {
  let left = times;
  return intercept(client, {
    async request({ verb }, next) {
      if (verb === 'update' && left-- > 0)
        await client.patch(Deployment, key, { type: 'merge', body: { metadata: { labels: { round: String(left) } } } });
      return next();
    },
  });
}

it('changes a draft of what is there', async () => {
  const client = await withDeployment();
  const changed = await modify(client, Deployment, key, (draft) => {
    draft.spec!.template.spec!.containers[0]!.image = 'b';
  });
  expect(changed.spec!.template.spec!.containers[0]!.image).toBe('b');
  expect(Object.isFrozen(changed)).toBe(true);
  expect(await client.get(Deployment, key)).toEqual(changed);
});

it('writes nothing where nothing changes', async () => {
  const client = await withDeployment();
  const before = await client.get(Deployment, key);
  expect(await modify(client, Deployment, key, () => {})).toBe(before);
});

it('changes the newest version, and loses nothing of another writer', async () => {
  const client = await withDeployment();
  let calls = 0;
  const changed = await modify(rival(client, 2), Deployment, key, (draft) => {
    calls++;
    draft.spec!.replicas = 5;
  });
  expect(calls).toBe(3);
  expect(changed).toMatchObject({ metadata: { labels: { round: '0' } }, spec: { replicas: 5 } });
});

it('gives up after so many rounds, and at once on other refusals', async () => {
  const client = await withDeployment();
  const add = (draft: { spec?: { replicas?: number } }) => {
    draft.spec!.replicas = (draft.spec!.replicas ?? 0) + 1;
  };
  await expect(modify(rival(client, 9), Deployment, key, add, { attemptsMax: 2 })).rejects.toMatchObject({
    reason: 'Conflict',
  });
  await expect(modify(client, Deployment, { ...key, name: 'none' }, add)).rejects.toMatchObject({ reason: 'NotFound' });
  const negative = modify(client, Deployment, key, (draft) => {
    draft.spec!.replicas = -1;
  });
  await expect(negative).rejects.toMatchObject({ reason: 'Invalid' });
});

it('writes a status', async () => {
  const client = await withDeployment();
  const changed = await modify(
    client,
    Deployment,
    key,
    (draft) => {
      draft.status = { ...draft.status, replicas: 3 };
    },
    { subresource: 'status' },
  );
  expect(changed.status).toMatchObject({ replicas: 3 });
});
