/** Custom objects under a schema that is newer than they are, or fills in what nobody may write: defaults and pruning on the way out of the store. */
import { expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { type KubernetesObject, virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

const kind = {
  group: 'example.com',
  version: 'v1',
  kind: 'Gadget',
  plural: 'gadgets',
  scope: 'Namespaced',
  T: undefined as unknown as KubernetesObject,
} as const;
const name = 'gadgets.example.com';
const path = '/apis/example.com/v1/namespaces/default/gadgets';

const specified = (spec: object, status: object) => ({
  group: 'example.com',
  scope: 'Namespaced',
  names: { plural: 'gadgets', kind: 'Gadget' },
  versions: [
    {
      ...{ name: 'v1', served: true, storage: true },
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: { type: 'object', properties: spec },
            status: { type: 'object', ...status },
          },
        },
      },
      subresources: { status: {} },
      selectableFields: Object.hasOwn(spec, 'color') ? [{ jsonPath: '.spec.color' }] : [],
    },
  ],
});
const text = { type: 'string' };
const statusOfLess = { properties: { seen: { type: 'integer' } }, default: { seen: -1 } };

async function serverWith(spec: object, status: object) {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const client = api.client();
  await client.create({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } },
    spec: specified(spec, status),
  } as unknown as CustomResourceDefinition);
  await world.settle();
  const change = async (later: object) => {
    const { metadata, ...rest } = await client.get(CustomResourceDefinition, { name });
    await client.update({ ...rest, metadata, spec: specified(later, status) } as unknown as CustomResourceDefinition);
    await world.settle();
  };
  return { api, client, change };
}
const gadget = (spec: object, status?: object) =>
  ({
    ...{ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'a', namespace: 'default' }, spec },
    ...(status === undefined ? {} : { status }),
  }) as unknown as KubernetesObject;

it('a status that is not written yet is told by its default', async () => {
  const { api, client } = await serverWith({ size: text }, statusOfLess);
  const said = { status: { seen: -1 } };
  expect(await client.create(gadget({ size: '1' }, { seen: 5 }))).toMatchObject(said);
  expect(await client.get(kind, { name: 'a' })).toMatchObject(said);
  expect((await ask(api.handle, `GET ${path}/a`)).json).toMatchObject(said);
  expect((await ask(api.handle, `GET ${path}`)).json.items[0]).toMatchObject(said);
  const watched = await ask(api.handle, `GET ${path}?watch=true`, { signal: AbortSignal.timeout(50) });
  expect(JSON.parse(watched.text).object).toMatchObject(said);
  expect(await client.patch(kind, { name: 'a' }, { type: 'merge', body: { spec: { size: '2' } } })).toMatchObject(said);
});

it('what a newer schema fills in is there in what is older, and what it does not know is not', async () => {
  const { api, client, change } = await serverWith(
    { size: text, gone: text, many: { type: 'array', items: { type: 'object', properties: { a: text } } } },
    {},
  );
  const first = await client.create(gadget({ size: '1', gone: 'x', many: [{ a: '1' }] }));
  const part = { type: 'object', properties: { a: text, b: { ...text, default: 'B' } } };
  await change({
    size: text,
    color: { ...text, default: 'red' },
    many: { type: 'array', items: part },
    deep: { type: 'object', properties: { inner: { type: 'integer', default: 3 } }, default: {} },
  });
  const spec = { size: '1', color: 'red', many: [{ a: '1', b: 'B' }], deep: { inner: 3 } };
  const shown = { metadata: { resourceVersion: first.metadata.resourceVersion }, spec };
  expect((await client.get(kind, { name: 'a' })) as object).toMatchObject(shown);
  expect((await ask(api.handle, `GET ${path}/a`)).json.spec).toEqual(spec);
  const select = async (color: string) =>
    (await client.list(kind, { namespace: 'default', fieldSelector: `spec.color=${color}` })).length;
  expect([await select('red'), await select('blue')]).toEqual([1, 0]);

  // Written back as it was read, it is stored so, once.
  const read = await client.get(kind, { name: 'a' });
  const written = await client.update(read);
  expect(written.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
  expect((await client.update(written)).metadata.resourceVersion).toBe(written.metadata.resourceVersion);
});
