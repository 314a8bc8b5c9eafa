/** Aggregated discovery is put together once for as long as what is served stays as it is. */
import { expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

const wanted = (encoding: string) => `application/${encoding};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`;

it('is kept, and put together anew where a kind comes, changes or goes', async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const client = api.client();
  const tell = (path: string, encoding = 'json', headers: object = {}) =>
    ask(api.handle, `GET ${path}`, { headers: { accept: wanted(encoding), ...headers } });
  const made = async () => {
    const text = await api.metricsRegistry.text();
    return Number(/^aggregator_discovery_aggregation_count_total (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await made();
  const first = await tell('/apis');
  const etag = first.headers['etag'];
  for (const encoding of ['json', 'yaml', 'vnd.kubernetes.protobuf'])
    expect((await tell('/apis', encoding)).headers['etag']).toBe(etag);
  expect((await tell('/apis', 'json', { 'if-none-match': etag })).status).toBe(304);
  expect((await made()) - before).toBe(1);
  await tell('/api');
  expect((await made()) - before).toBe(2);

  const etags = new Set([etag]);
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  const crd = await client.create({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: 'things.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions },
  } as never as CustomResourceDefinition);
  const changes = [
    () => world.settle(),
    () =>
      client.patch(
        CustomResourceDefinition,
        { name: crd.metadata.name! },
        { type: 'merge', body: { spec: { names: { shortNames: ['t'] } } } },
      ),
  ];
  for (const change of changes) {
    await change();
    await world.settle();
    const { json, headers } = await tell('/apis');
    expect(JSON.stringify(json)).toContain('"things"');
    expect(etags.has(headers['etag'])).toBe(false);
    etags.add(headers['etag']);
  }
  await client.delete(CustomResourceDefinition, { name: crd.metadata.name! });
  await world.settle();
  expect((await tell('/apis')).headers['etag']).toBe(etag);
});
