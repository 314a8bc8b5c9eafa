/** What a client over HTTP learns of the kinds that are served, custom ones as they come and go. */
import { afterEach, expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { httpClient, type ServedKind } from '@pintle/client/http';
import { listen } from '../nodejs/listen.js';
import { createApiServer } from '../server.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const things = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing' },
    versions: ['v1', 'v1beta1'].map((name) => ({
      ...{ name, served: true, storage: name === 'v1beta1' },
      schema: { openAPIV3Schema: { type: 'object' } },
    })),
  },
} as CustomResourceDefinition;

it('each once, in the version that is preferred, with what may be done', async () => {
  const api = await createApiServer();
  const listening = await listen(api.handle);
  ends.push(
    () => api.stop(),
    () => listening.close({ drainMs: 0 }),
  );
  const client = httpClient({ server: `http://127.0.0.1:${listening.port}`, fetch });
  const named = async (kind: string) => (await client.kinds()).filter((each: ServedKind) => each.kind === kind);
  expect(await named('Pod')).toMatchObject([{ group: '', version: 'v1', plural: 'pods', scope: 'Namespaced' }]);
  expect(await named('HorizontalPodAutoscaler')).toMatchObject([{ group: 'autoscaling', version: 'v2' }]);
  expect((await named('Node'))[0]).toMatchObject({ scope: 'Cluster' });
  expect((await named('TokenReview'))[0]?.verbs).toEqual(['create']);
  expect(await named('Thing')).toEqual([]);
  await api.client().create(things);
  const [thing] = await named('Thing');
  expect(thing).toMatchObject({ group: 'example.com', version: 'v1', plural: 'things', scope: 'Namespaced' });
  await client.create({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'one', namespace: 'default' } });
  expect(await client.list(thing!)).toHaveLength(1);
});

it('versions that a server cannot tell of now are told of, beside the kinds of all others', async () => {
  const resource = (name: string, kind: string) => ({
    ...{ resource: name, responseKind: { kind }, scope: 'Namespaced', verbs: ['list'] },
  });
  const group = (name: string, freshness: string, ...resources: readonly object[]) => ({
    ...{ metadata: { name }, versions: [{ version: 'v1', freshness, resources }] },
  });
  const groups = [
    group('apps', 'Current', resource('deployments', 'Deployment')),
    group('wardle.example.com', 'Stale', resource('flunders', 'Flunder')),
  ];
  const answer = (path: string) => ({
    kind: 'APIGroupDiscoveryList',
    items: path.endsWith('/apis') ? groups : [],
  });
  const client = httpClient({
    server: 'http://here.example',
    fetch: async (url) => new Response(JSON.stringify(answer(url))),
  });
  await expect(client.kinds()).rejects.toMatchObject({
    code: 'PINTLE_UNDISCOVERED',
    kinds: [{ kind: 'Deployment' }],
    apiVersions: ['wardle.example.com/v1'],
  });
});

it('a server without aggregated discovery is told of', async () => {
  const old = async () => new Response(JSON.stringify({ kind: 'APIVersions', versions: ['v1'] }));
  const client = httpClient({ server: 'http://old.example', fetch: old });
  await expect(client.kinds()).rejects.toMatchObject({ reason: 'NotAcceptable' });
});
