/** Lists that are longer than one piece, in each form that they are sent in. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ConfigMap } from '@pintle/api/core/v1';
import { int64, ListMeta, list as listOf, object, ref, sealEnvelope, string, writeMessage } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { type ApiServer, createApiServer } from '../server.js';
import { StoredObject } from '../storage/stored-object.js';
import { ask, begin } from './asking.fixture.js';
import { concatenated, Pieces } from './pieces.js';
import { protobufList } from './protobuf.js';

const count = 600;
const line = 'GET /api/v1/namespaces/default/configmaps';
const names = Array.from({ length: count }, (_, index) => `c-${String(index).padStart(4, '0')}`);
let api: ApiServer;

beforeAll(async () => {
  api = await createApiServer();
  const client = api.client();
  for (const name of names)
    await client.create<ConfigMap>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', annotations: { text: `${name} "é" `.repeat(60) } },
    });
});
afterAll(() => api.stop());

type Listed = { metadata: { name: string; annotations: Record<string, string> } };

it.each<readonly [accept: string, kind: string, objects: (list: never) => readonly Listed[]]>([
  ['application/json', 'ConfigMapList', ({ items }: { items: Listed[] }) => items],
  [
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'PartialObjectMetadataList',
    ({ items }: { items: Listed[] }) => items,
  ],
  [
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'Table',
    ({ rows }: { rows: { cells: unknown[]; object: Listed }[] }) =>
      rows.map(({ cells, object }) => {
        expect(cells).toEqual([object.metadata.name, 0, expect.any(String)]);
        return object;
      }),
  ],
])('%s comes in pieces, and is whole', async (accept, kind, objectsOf) => {
  const headers = { accept };
  expect((await begin(api.handle, line, { headers })).body).toBeInstanceOf(Pieces);
  const { json } = await ask(api.handle, line, { headers });
  expect([json.kind, json.metadata.resourceVersion]).toEqual([kind, expect.stringMatching(/^\d+$/)]);
  const objects = objectsOf(json as never);
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(names);
  expect(objects[7]?.metadata.annotations['text']).toBe('c-0007 "é" '.repeat(60));
  // The same in few bytes, as one.
  const few = await begin(api.handle, `${line}?limit=2`, { headers });
  expect(few.body).not.toBeInstanceOf(Pieces);
  const short = JSON.parse(Buffer.from(few.body as Uint8Array).toString());
  expect(objectsOf(short as never)).toEqual(objects.slice(0, 2));
});

it('in protobuf says at its beginning how long it is, also where its items are written twice', async () => {
  const schema = object({ n: int64(1), text: string(2) }).node;
  const kind = { apiVersion: 'v1', kind: 'ThingList' };
  const things = Array.from({ length: 40 }, (_, n) => Object.freeze({ n, text: String(n).repeat(300_000) }));
  const listed = () => concatenated([...protobufList(schema, kind, { resourceVersion: '7' }, things)]);
  const whole = listed();
  expect(whole.length).toBeGreaterThan(8 * 1024 * 1024);
  const list = object({
    items: listOf(object({ n: int64(1), text: string(2) }), 2),
    metadata: ref<ListMeta>(ListMeta, 1),
  });
  const expected = sealEnvelope(kind, writeMessage(list.node, { metadata: { resourceVersion: '7' }, items: things }));
  expect(Buffer.compare(whole, expected)).toBe(0);
  expect(Buffer.compare(listed(), expected)).toBe(0);
});

it('the items of a built-in kind do not say it again, however they were written down', async () => {
  const backend = memoryStore<StoredObject>();
  const api = await createApiServer({ backend });
  const object = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
  const before = new TextEncoder().encode(JSON.stringify({ data: { a: '1' }, ...object('before') }));
  await backend.transact({
    compare: [],
    success: [{ type: 'put', key: '/registry/core/configmaps/default/before', value: StoredObject.fromBytes(before) }],
  });
  await api.client().create(object('now'));
  for (const accept of ['application/json', 'application/json;pretty=1']) {
    const { json } = await ask(api.handle, line, { headers: { accept } });
    const { items } = json as unknown as { items: readonly (Listed & { data?: object })[] };
    expect(items.map((item) => [item.metadata.name, item.data, Object.keys(item)])).toEqual([
      ['before', { a: '1' }, expect.not.arrayContaining(['kind', 'apiVersion'])],
      ['now', undefined, ['metadata']],
    ]);
  }
  await api.stop();
});
