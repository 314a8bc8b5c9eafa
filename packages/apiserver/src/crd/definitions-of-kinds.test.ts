/** What is declared in code and installed as its CustomResourceDefinition is served as what is served from code. */
import { expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { PodTemplateSpec } from '@pintle/api/core/v1';
import { customResourceDefinition } from '@pintle/api/custom-resource-definition';
import {
  any,
  boolean,
  Condition,
  defineKind,
  type Infer,
  int32,
  intOrString,
  type KubernetesObject,
  list,
  map,
  number,
  object,
  quantity,
  ref,
  type Schema,
  StatusError,
  string,
  structuralSchema,
  time,
  virtualWorld,
} from '@pintle/machinery';
import { createApiServer } from '../server.js';

const port = object({ number: int32().required(), protocol: string().default('TCP') }, 'com.example.v1.Port');

const Shop = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Shop',
  shortNames: ['sh'],
  categories: ['all'],
  doc: 'A shop.',
  fields: {
    spec: object({
      host: string().required().constrain({ pattern: '^[a-z.]+$', maxLength: 20 }).rule('self == oldSelf'),
      replicas: int32().default(2).constrain({ minimum: 0, maximum: 5 }),
      share: number().nullable(),
      tier: string().enum('small', 'large').default('small').doc('How much of it.'),
      since: time(),
      until: time().nullable(),
      ports: list(ref(port)).byKeys('number').constrain({ maxItems: 3 }),
      tags: list(string()).asSet(),
      labels: map(string()).atomic(),
      limit: quantity(),
      surge: intOrString().default('25%'),
      extra: any(),
      open: object({ a: string() }).preserveUnknownFields(),
      choice: object({ a: string(), b: string() }).constrain({
        oneOf: [
          { type: 'object', properties: { a: { type: 'any', required: true } } },
          { type: 'object', properties: { b: { type: 'any', required: true } } },
        ],
      }),
      template: ref(PodTemplateSpec),
      tls: boolean(),
    })
      .required()
      .rule("self.replicas < 5 || self.tier == 'large'", { message: 'five need a large one' }),
    status: object({ ready: int32(), conditions: list(Condition).byKeys('type') }),
  },
  subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.ready' } },
  columns: [{ name: 'Host', type: 'string', jsonPath: '.spec.host' }],
  selectableFields: ['.spec.host'],
});
type Shop = Infer<typeof Shop>;

const shop = (spec: object): Shop =>
  ({ apiVersion: 'example.com/v1', kind: 'Shop', metadata: { name: 'corner', namespace: 'default' }, spec }) as Shop;

async function served(as: 'code' | 'definition') {
  const api = await createApiServer({ world: virtualWorld(), kinds: as === 'code' ? [Shop] : [] });
  const client = api.client();
  if (as === 'definition') {
    const { metadata } = await client.create(customResourceDefinition(Shop), { fieldValidation: 'Strict' });
    const { status } = await client.get(CustomResourceDefinition, { name: metadata.name! });
    const untrue = (status?.conditions ?? []).filter(
      (each) => each.status !== (each.type === 'NonStructuralSchema' ? 'False' : 'True'),
    );
    expect(untrue).toEqual([]);
  }
  return { client, stop: () => api.stop() };
}

type Content = KubernetesObject | string;

const contentOf = ({ metadata: { generation, labels }, ...rest }: Shop) =>
  ({ ...rest, metadata: { generation, labels } }) as Content;

const told = async (work: Promise<Shop>): Promise<Content> =>
  work.then(contentOf, (error: unknown) => {
    if (!StatusError.is(error)) throw error;
    return error.message;
  });

it.each<[string, object]>([
  ['the least', { host: 'a.b' }],
  ['no host', {}],
  ['a bad host', { host: 'A' }],
  ['a long one', { host: 'a'.repeat(21) }],
  ['too many', { host: 'a', replicas: 6 }],
  ['against the rule', { host: 'a', replicas: 5 }],
  ['as the rule has it', { host: 'a', replicas: 5, tier: 'large' }],
  ['what is none of them', { host: 'a', tier: 'huge' }],
  ['null where it may be', { host: 'a', share: null, until: null }],
  ['null where it may not', { host: 'a', since: null, tls: null }],
  ['no time', { host: 'a', since: 'today' }],
  ['ports', { host: 'a', ports: [{ number: 80 }, { number: 81, protocol: 'UDP' }] }],
  ['a port twice', { host: 'a', ports: [{ number: 80 }, { number: 80 }] }],
  ['tags twice', { host: 'a', tags: ['x', 'x'] }],
  ['a wrong type', { host: 'a', replicas: 'two', tls: 1, labels: { a: 1 } }],
  ['unknown fields', { host: 'a', colour: 'red', open: { a: 'x', b: 1 }, extra: { any: [1, 'thing'] } }],
  ['neither', { host: 'a', choice: {} }],
  ['both', { host: 'a', choice: { a: 'x', b: 'y' } }],
  ['one', { host: 'a', choice: { a: 'x' } }],
  ['a number or a text', { host: 'a', surge: 3, limit: '10Gi' }],
])('%s', async (_name, spec) => {
  const both = [await served('code'), await served('definition')];
  const [code, definition] = await Promise.all(both.map(({ client }) => told(client.create(shop(spec)))));
  expect(definition).toEqual(code);
  for (const { stop } of both) await stop();
});

it('its status and its scale are apart, its fields are selected by, and what is for ever stays', async () => {
  const both = [await served('code'), await served('definition')];
  const outcomes = both.map(async ({ client }) => {
    await client.create({ ...shop({ host: 'a' }), status: { ready: 9 } });
    const status = { ready: 1, conditions: [{ type: 'Ready', status: 'True' }] };
    const wrong = { type: 'merge', body: { status } } as const;
    const ready = { type: 'merge', body: { status: { ready: 1 }, spec: { replicas: 4 } } } as const;
    return [
      await told(client.patch(Shop, { name: 'corner' }, wrong, { subresource: 'status' })),
      await told(client.patch(Shop, { name: 'corner' }, ready, { subresource: 'status' })),
      await told(client.patch(Shop, { name: 'corner' }, { type: 'merge', body: { spec: { host: 'b' } } })),
      (await client.get(Shop, { name: 'corner' }, { subresource: 'scale' })) as unknown as { spec: object },
      (await client.list(Shop, { fieldSelector: 'spec.host=a' })).length,
      (await client.list(Shop, { fieldSelector: 'spec.host=b' })).length,
    ].map((each) => (typeof each === 'object' && 'spec' in each ? { ...each, metadata: {} } : each));
  });
  const [code, definition] = await Promise.all(outcomes);
  expect(definition).toEqual(code);
  expect(code?.slice(-2)).toEqual([1, 0]);
  for (const { stop } of both) await stop();
});

it('two versions are one definition, stored in the first', () => {
  const Older = defineKind({
    group: 'example.com',
    version: 'v1beta1',
    kind: 'Shop',
    fields: { spec: object({ url: string() }) },
  });
  const { spec } = customResourceDefinition([Shop, Older]);
  expect(spec.versions.map(({ name, storage }) => [name, storage])).toEqual([
    ['v1', true],
    ['v1beta1', false],
  ]);
  const Other = defineKind({ group: 'example.com', version: 'v2', kind: 'Stall', fields: {} });
  expect(() => customResourceDefinition([Shop, Other])).toThrow(
    'Namespaced stalls.example.com Stall is no version of Namespaced shops.example.com Shop',
  );
  expect(() => customResourceDefinition([Shop, Shop])).toThrow('two versions v1');
});

it('a type that holds itself is refused with its place', () => {
  const tree: Schema<unknown> = object(() => ({ below: list(ref<unknown>(() => tree)) }), 'com.example.v1.Tree');
  const Forest = defineKind({ group: 'example.com', version: 'v1', kind: 'Forest', fields: { spec: ref(tree) } });
  expect(() => structuralSchema(Forest)).toThrow('Forest.spec.below[*]: com.example.v1.Tree holds itself');
});
