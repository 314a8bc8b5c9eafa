/** Custom resources of several versions, whose names may be taken, and with what attackers write into them. */
import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import type { WebhookCaller } from '../admission/webhook/webhook-caller.js';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

const schema = (spec: object = {}) => ({
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...spec },
      status: { type: 'object', properties: { ready: { type: 'boolean' } } },
    },
  },
});
const version = (name: string, storage: boolean, spec?: object) => ({
  name,
  served: true,
  storage,
  schema: schema(spec),
  subresources: { status: {} },
});
const definition = (plural: string, kind: string, versions: object[], more: object = {}, names: object = {}) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind, ...names }, versions, ...more },
  }) as unknown as CustomResourceDefinition;
const gadget = (apiVersion: string, name: string, spec: object, metadata: object = {}) =>
  ({
    apiVersion: `example.com/${apiVersion}`,
    kind: 'Gadget',
    metadata: { name, namespace: 'default', ...metadata },
    spec,
  }) as unknown as KubernetesObject;
const gadgets = (name: string) =>
  ({
    group: 'example.com',
    version: name,
    kind: 'Gadget',
    plural: 'gadgets',
    scope: 'Namespaced',
    T: undefined as unknown as KubernetesObject,
  }) as const;

async function server(callWebhook?: WebhookCaller) {
  const world = virtualWorld();
  const api = await createApiServer({ world, ...(callWebhook === undefined ? {} : { callWebhook }) });
  return { api, client: api.client(), world };
}
const conditionOf = async (client: Client, name: string, type: string) => {
  const { status } = await client.get(CustomResourceDefinition, { name });
  const found = status?.conditions?.find((condition) => condition.type === type);
  return found && `${found.status} ${found.reason}: ${found.message}`;
};
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => 'it was done',
    (caught: unknown) => caught,
  );
  return StatusError.is(error) ? { reason: error.reason, message: error.message } : error;
};

describe('versions that differ by name', () => {
  it('are read as either, and as what is stored now when that changes', async () => {
    const { api, client, world } = await server();
    const crd = await client.create(definition('gadgets', 'Gadget', [version('v1', true), version('v2', false)]));
    await world.settle();
    await client.create(gadget('v2', 'a', { size: 1 }));
    expect(await client.get(gadgets('v1'), { name: 'a' })).toMatchObject({ apiVersion: 'example.com/v1' });

    const { metadata } = await client.get(CustomResourceDefinition, { name: crd.metadata.name ?? '' });
    await client.update({
      ...crd,
      metadata,
      spec: { ...crd.spec, versions: [version('v1', false), version('v2', true)] as never },
    });
    await world.settle();
    expect(
      (await client.get(CustomResourceDefinition, { name: crd.metadata.name ?? '' })).status?.storedVersions,
    ).toEqual(['v1', 'v2']);
    // What lies there as v1 is seen as v2, in process and as bytes, one by one and in a list.
    const path = '/apis/example.com/v2/namespaces/default/gadgets';
    expect((await client.get(gadgets('v2'), { name: 'a' })).apiVersion).toBe('example.com/v2');
    expect((await ask(api.handle, `GET ${path}/a`)).json.apiVersion).toBe('example.com/v2');
    expect((await ask(api.handle, `GET ${path}`)).json.items[0].apiVersion).toBe('example.com/v2');
    const lines = await ask(api.handle, `GET ${path}?watch=true&resourceVersion=0&timeoutSeconds=1`, {
      signal: AbortSignal.timeout(50),
    });
    expect(JSON.parse(lines.text).object.apiVersion).toBe('example.com/v2');
    // Written again, even without a change, it is stored as v2.
    const before = (await client.get(gadgets('v2'), { name: 'a' })).metadata.resourceVersion;
    await client.update(await client.get(gadgets('v2'), { name: 'a' }));
    expect((await client.get(gadgets('v2'), { name: 'a' })).metadata.resourceVersion).not.toBe(before);

    const last = await client.get(CustomResourceDefinition, { name: crd.metadata.name ?? '' });
    expect(
      await failure(client.update({ ...last, spec: { ...last.spec, versions: [version('v2', true)] as never } })),
    ).toMatchObject({ reason: 'Invalid', message: expect.stringContaining('v1 was previously a storage version') });
  });
});

it('values of the wrong type are told of as go-openapi does, field by field', async () => {
  const { client, world } = await server();
  const properties = {
    size: { type: 'integer' },
    ratio: { type: 'number' },
    name: { type: 'string' },
    when: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' } },
    port: { 'x-kubernetes-int-or-string': true },
    on: { type: 'boolean' },
    more: { type: 'object', additionalProperties: { type: 'string' } },
  };
  await client.create(definition('gadgets', 'Gadget', [version('v1', true, { properties })]));
  await world.settle();
  const wrong = { size: '1', ratio: 'a', name: 5, when: 'now', tags: ['a', 1.5], port: false, on: 'yes', more: [] };
  const told = [
    'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    'spec.ratio: Invalid value: "string": spec.ratio in body must be of type number: "string"',
    'spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"',
    'spec.when: Invalid value: "now": spec.when in body must be of type date-time: "now"',
    'spec.tags[1]: Invalid value: "number": spec.tags[1] in body must be of type string: "number"',
    'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    'spec.on: Invalid value: "string": spec.on in body must be of type boolean: "string"',
    'spec.more: Invalid value: "array": spec.more in body must be of type object: "array"',
  ];
  const message = `Gadget.example.com "a" is invalid: [${told.join(', ')}]`;
  expect(await failure(client.create(gadget('v1', 'a', wrong)))).toEqual({ reason: 'Invalid', message });
  await client.create(gadget('v1', 'a', { size: 1 }));
  expect(await failure(client.patch(gadgets('v1'), { name: 'a' }, { type: 'merge', body: { spec: wrong } }))).toEqual({
    reason: 'Invalid',
    message,
  });
});

describe('a webhook that converts', () => {
  const conversion = {
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: 'https://convert.example.com/' }, conversionReviewVersions: ['v1'] },
    },
  };
  type Sized = KubernetesObject & { readonly spec: { readonly size?: number; readonly width?: number } };
  interface Review {
    readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Sized[] };
  }
  /** `size` of v1 is `width` of v2, and a label is kept. */
  const convert = (apiVersion: string, { spec, ...object }: Sized) => {
    const value = spec.size ?? spec.width;
    const { labels } = object.metadata;
    return {
      ...object,
      apiVersion,
      metadata: { ...object.metadata, labels: { ...labels, converted: 'yes' } },
      spec: apiVersion.endsWith('v1') ? { size: value } : { width: value },
    };
  };
  const asked: number[] = [];
  const answering =
    (answer: (review: Review) => object): WebhookCaller =>
    async (_target, body) => {
      const review = body as Review;
      asked.push(review.request.objects.length);
      const response = { uid: review.request.uid, result: { status: 'Success' }, ...answer(review) };
      return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
    };
  const faithful = answering(({ request: { desiredAPIVersion, objects } }) => ({
    convertedObjects: objects.map((object) => convert(desiredAPIVersion, object)),
  }));
  const versions = [version('v1', true), version('v2', false)];

  it('is asked on every road: create, get, list, update, patch, apply, watch, delete', async () => {
    const { client, world } = await server(faithful);
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    const events: string[] = [];
    client.watch(gadgets('v2'), { namespace: 'default' }).subscribe(({ type, object }) => {
      events.push(`${type} ${object.metadata.name} ${JSON.stringify((object as Sized).spec)}`);
    });
    await world.settle();

    expect(await client.create(gadget('v2', 'a', { width: 3 }))).toMatchObject({
      apiVersion: 'example.com/v2',
      spec: { width: 3 },
    });
    expect(await client.get(gadgets('v1'), { name: 'a' })).toMatchObject({
      spec: { size: 3 },
      metadata: { labels: { converted: 'yes' } },
    });
    await client.create(gadget('v1', 'b', { size: 4 }));
    const list = (await client.list(gadgets('v2'))) as unknown as readonly Sized[];
    expect(list.map(({ spec }) => spec)).toEqual([{ width: 3 }, { width: 4 }]);

    await client.patch(gadgets('v2'), { name: 'b' }, { type: 'merge', body: { spec: { width: 5 } } });
    expect(await client.get(gadgets('v1'), { name: 'b' })).toMatchObject({ spec: { size: 5 } });
    const applied = await client.apply(gadget('v2', 'c', { width: 6 }), { fieldManager: 'm' });
    expect(applied.metadata.managedFields?.[0]).toMatchObject({ apiVersion: 'example.com/v2', operation: 'Apply' });
    await client.apply(gadget('v2', 'c', { width: 7 }), { fieldManager: 'm' });
    expect(await client.get(gadgets('v1'), { name: 'c' })).toMatchObject({ spec: { size: 7 } });
    const b = (await client.get(gadgets('v2'), { name: 'b' })) as unknown as Sized;
    await client.update({ ...b, status: { ready: true } } as KubernetesObject, { subresource: 'status' });
    await client.delete(gadgets('v2'), { name: 'a' });
    await world.settle();
    expect(events).toEqual([
      'ADDED a {"width":3}',
      'ADDED b {"width":4}',
      'MODIFIED b {"width":5}',
      'ADDED c {"width":6}',
      'MODIFIED c {"width":7}',
      'MODIFIED b {"width":5}',
      'DELETED a {"width":3}',
    ]);
  });

  it('may say nothing by null, as programs in Go do', async () => {
    const nothing = answering(({ request: { desiredAPIVersion, objects } }) => ({
      convertedObjects: objects.map((object) => {
        const made = convert(desiredAPIVersion, object);
        return { ...made, spec: { ...made.spec, note: null } };
      }),
    }));
    const noted = (name: string, storage: boolean) => ({
      ...version(name, storage),
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: { size: { type: 'integer' }, width: { type: 'integer' }, note: { type: 'string' } },
            },
          },
        },
      },
    });
    const { client, world } = await server(nothing);
    await client.create(definition('gadgets', 'Gadget', [noted('v1', true), noted('v2', false)], conversion));
    await world.settle();
    const made = (await client.create(gadget('v2', 'a', { width: 3 }))) as unknown as Sized;
    expect(made.spec).toEqual({ width: 3 });
    const found = (await client.get(gadgets('v1'), { name: 'a' })) as unknown as Sized;
    expect(found.spec).toEqual({ size: 3 });
  });

  it('is asked for objects of which merging has taken all metadata', async () => {
    const { client, world } = await server(
      answering(({ request: { desiredAPIVersion, objects } }) => ({
        convertedObjects: objects.map((object) => ({
          ...object,
          apiVersion: desiredAPIVersion,
          metadata: object.metadata ?? { creationTimestamp: null },
        })),
      })),
    );
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    const { metadata, ...rest } = gadget('v1', 'a', { size: 1 });
    await client.apply({ ...rest, metadata: { ...metadata, labels: { a: 'b' } } }, { fieldManager: 'm' });
    const now = await client.apply(gadget('v2', 'a', { width: 1 }), { fieldManager: 'm' });
    expect(now.metadata.labels).toBeUndefined();
  });

  it.each([
    ['nothing but a name', {}],
    ['fields that are no objects', { note: 'a', count: 1 }],
  ])('is asked of objects with %s', async (_what, fields) => {
    const bare = answering(({ request: { desiredAPIVersion, objects } }) => ({
      convertedObjects: objects.map((object) => ({ ...object, apiVersion: desiredAPIVersion })),
    }));
    const { client, world } = await server(bare);
    const loose = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const free = versions.map((each) => ({ ...each, schema: loose }));
    await client.create(definition('gadgets', 'Gadget', free, conversion));
    await world.settle();
    const sent = {
      apiVersion: 'example.com/v2',
      kind: 'Gadget',
      metadata: { name: 'a', namespace: 'default' },
      ...fields,
    };
    expect(await client.create(sent)).toMatchObject(sent);
    const there = await client.get(gadgets('v2'), { name: 'a' });
    const labelled = { ...there, metadata: { ...there.metadata, labels: { a: 'b' } } } as KubernetesObject;
    expect(await client.update(labelled)).toMatchObject(sent);
    const patch = { type: 'merge', body: { metadata: { labels: { a: 'c' } } } } as const;
    expect(await client.patch(gadgets('v2'), { name: 'a' }, patch)).toMatchObject(sent);
    expect(await client.apply({ ...sent, metadata: { name: 'b' } }, { fieldManager: 'm' })).toMatchObject(fields);
    expect(await client.list(gadgets('v2'))).toHaveLength(2);
    expect(await client.delete(gadgets('v2'), { name: 'a' })).toBeDefined();
  });

  it('is asked of many objects that have one spec, each with labels of its own', async () => {
    const { client, world } = await server(faithful);
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    const { spec, metadata, ...rest } = gadget('v1', 'g', { size: 4 }) as Sized;
    const shared = Object.freeze(spec);
    const names = Array.from({ length: 200 }, (_, index) => `g-${index}`);
    for (const name of names)
      await client.create({ ...rest, metadata: { ...metadata, name, labels: { own: name } }, spec: shared } as Sized);
    const list = (await client.list(gadgets('v2'))) as unknown as readonly Sized[];
    expect(list.map(({ metadata: { labels }, spec: { width } }) => `${labels?.['own']} ${width}`).sort()).toEqual(
      names.map((name) => `${name} 4`).sort(),
    );
  });

  it('a version is selected by fields of its own, whichever is stored', async () => {
    const { client, world } = await server(faithful);
    const by = (name: string, field: string, storage: boolean) => ({
      ...version(name, storage),
      selectableFields: [{ jsonPath: `.spec.${field}` }],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { [field]: { type: 'integer' } } } },
        },
      },
    });
    await client.create(
      definition('gadgets', 'Gadget', [by('v1', 'size', true), by('v2', 'width', false)], conversion),
    );
    await world.settle();
    const seen: string[] = [];
    client.watch(gadgets('v2'), { namespace: 'default', fieldSelector: 'spec.width=3' }).subscribe((event) => {
      seen.push(`${event.type} ${event.object.metadata.name}`);
    });
    await world.settle();
    for (const [name, width] of Object.entries({ a: 3, b: 4, c: 3 }))
      await client.create(gadget('v2', name, { width }));
    await client.patch(gadgets('v1'), { name: 'c' }, { type: 'merge', body: { spec: { size: 5 } } });
    await world.settle();
    const names = async (apiVersion: string, fieldSelector: string, limit = 0) =>
      (await client.list(gadgets(apiVersion), { fieldSelector, limit })).map(({ metadata }) => metadata.name);
    expect(await names('v2', 'spec.width=3')).toEqual(['a']);
    expect(await names('v2', 'spec.width!=3')).toEqual(['b', 'c']);
    expect(await names('v2', 'spec.width!=3', 1)).toEqual(['b']);
    expect(await names('v1', 'spec.size=5')).toEqual(['c']);
    expect(seen).toEqual(['ADDED a', 'ADDED c', 'DELETED c']);
  });

  it('each version is held to its own schema and rules, whichever is stored', async () => {
    const { client, world } = await server(faithful);
    const own = (name: string, field: string, storage: boolean) => ({
      ...version(name, storage),
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              required: [field],
              properties: { [field]: { type: 'integer', maximum: 9 } },
              'x-kubernetes-validations': [{ rule: `self.${field} != 7`, message: `${field} is 7` }],
            },
          },
        },
      },
    });
    const both = [own('v1', 'size', true), own('v2', 'width', false)];
    await client.create(definition('gadgets', 'Gadget', both, conversion));
    await world.settle();
    await client.create(gadget('v2', 'a', { width: 3 }));
    await client.patch(gadgets('v2'), { name: 'a' }, { type: 'merge', body: { spec: { width: 4 } } });
    expect(await client.get(gadgets('v1'), { name: 'a' })).toMatchObject({ spec: { size: 4 } });
    const faults = [
      await failure(client.create(gadget('v2', 'b', { width: 12 }))),
      await failure(client.create(gadget('v2', 'b', { width: 7 }))),
      await failure(client.patch(gadgets('v2'), { name: 'a' }, { type: 'merge', body: { spec: { width: 7 } } })),
      await failure(client.create(gadget('v1', 'b', { size: 7 }))),
    ];
    expect(
      faults
        .map((fault) => (fault as { message: string }).message)
        .map((message) => /invalid: (.*)$/.exec(message)?.[1]),
    ).toEqual([
      'spec.width: Invalid value: 12: spec.width in body should be less than or equal to 9',
      'spec: Invalid value: "object": width is 7',
      'spec: Invalid value: "object": width is 7',
      'spec: Invalid value: "object": size is 7',
    ]);
  });

  it('is asked for the version in which somebody else manages a field', async () => {
    const { client, world } = await server(faithful);
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    await client.apply(gadget('v1', 'a', { size: 1 }), { fieldManager: 'old' });
    const conflict = await failure(client.apply(gadget('v2', 'a', { width: 2 }), { fieldManager: 'new' }));
    expect(conflict).toMatchObject({
      reason: 'Conflict',
      message: expect.stringMatching(/^Apply failed with 1 conflict: conflict with "old": \.spec\.size$/),
    });
    const forced = await client.apply(gadget('v2', 'a', { width: 2 }), { fieldManager: 'new', force: true });
    expect(forced.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion])).toEqual([
      ['new', 'example.com/v2'],
    ]);
    await client.patch(gadgets('v1'), { name: 'a' }, { type: 'merge', body: { spec: { size: 3 } } });
    const now = await client.get(gadgets('v2'), { name: 'a' });
    expect(now.metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'pintle Update',
    ]);
  });

  it('is asked for a whole list at once, and not again for what it has answered', async () => {
    const { client, world } = await server(faithful);
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    for (let i = 0; i < 20; i++) await client.create(gadget('v1', `g${i}`, { size: i }));
    asked.length = 0;
    await client.list(gadgets('v2'));
    await client.list(gadgets('v2'));
    expect(asked).toEqual([20]);
  });

  const wrong: readonly (readonly [string, (review: Review) => object, RegExp])[] = [
    ['fails', () => ({ result: { status: 'Failure', message: 'no way' } }), /failed: no way$/],
    [
      'fails without a word',
      () => ({ result: { status: 'Failure' } }),
      /failed: response\.result\.status was 'Failure', not 'Success'$/,
    ],
    ['loses objects', () => ({ convertedObjects: [] }), /returned 0 objects, expected 1/],
    [
      'answers in another version',
      ({ request }) => ({ convertedObjects: request.objects }),
      / returned invalid object at index 0: invalid groupVersion \(expected example\.com\/v1, received example\.com\/v2\)$/,
    ],
    [
      'renames',
      ({ request }) => ({
        convertedObjects: request.objects.map((object) => ({
          ...convert(request.desiredAPIVersion, object),
          metadata: { ...object.metadata, name: 'other' },
        })),
      }),
      / returned invalid object: must have the same name: a != other$/,
    ],
    ['answers another question', () => ({ uid: 'x' }), /expected response\.uid/],
  ];
  it.each(wrong)('that %s is told of, and nothing is written', async (_what, answer, message) => {
    const { client, world } = await server(answering(answer));
    await client.create(definition('gadgets', 'Gadget', versions, conversion));
    await world.settle();
    expect(await failure(client.create(gadget('v2', 'a', { width: 1 })))).toEqual({
      reason: 'Unknown',
      message: expect.stringMatching(message),
    });
    expect(await client.list(gadgets('v1'))).toHaveLength(0);
  });
});

it('a kind whose definition is going has no new objects, and goes when the last of the old has', async () => {
  const { client, world } = await server();
  await client.create(definition('gadgets', 'Gadget', [version('v1', true)]));
  await world.settle();
  const kept = gadget('v1', 'kept', {});
  await client.create({ ...kept, metadata: { ...kept.metadata, finalizers: ['a.io/b'] } });
  const named = { name: 'gadgets.example.com' };
  await client.delete(CustomResourceDefinition, named);
  await world.settle();
  const { status } = await client.get(CustomResourceDefinition, named);
  expect(status?.conditions?.find(({ type }) => type === 'Terminating')).toMatchObject({
    status: 'True',
    reason: 'InstanceDeletionInProgress',
  });
  expect(await failure(client.create(gadget('v1', 'late', {})))).toMatchObject({
    reason: 'Forbidden',
    message:
      'gadgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
  });
  await client.patch(
    gadgets('v1'),
    { name: 'kept', namespace: 'default' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await world.settle();
  expect(await failure(client.get(CustomResourceDefinition, named))).toMatchObject({ reason: 'NotFound' });
});

describe('names', () => {
  it('are the first’s, and the next’s when that has gone', async () => {
    const { client, world } = await server();
    await client.create(definition('gadgets', 'Gadget', [version('v1', true)], {}, { shortNames: ['g'] }));
    const second = definition('things', 'Gadget', [version('v1', true)], {}, { singular: 'thing', shortNames: ['t'] });
    await client.create(second);
    await client.create(definition('grams', 'Gram', [version('v1', true)], {}, { shortNames: ['g'] }));
    await world.settle();
    const of = (name: string, type: string) => conditionOf(client, `${name}.example.com`, type);
    expect(await of('gadgets', 'NamesAccepted')).toBe('True NoConflicts: no conflicts found');
    expect(await of('gadgets', 'Established')).toBe('True InitialNamesAccepted: the initial names have been accepted');
    expect(await of('things', 'NamesAccepted')).toBe('False ListKindConflict: "GadgetList" is already in use');
    expect(await of('things', 'Established')).toBe('False NotAccepted: not all names are accepted');
    expect(await of('grams', 'NamesAccepted')).toBe('False ShortNamesConflict: "g" is already in use');
    await client.delete(CustomResourceDefinition, { name: 'gadgets.example.com' });
    await world.settle();
    expect(await of('things', 'Established')).toMatch(/^True/);
    expect(await of('grams', 'Established')).toMatch(/^True/);
  });
});

describe('a watch of a custom kind', () => {
  const watched = async () => {
    const { api, client, world } = await server();
    await client.create(definition('gadgets', 'Gadget', [version('v1', true)]));
    await world.settle();
    await client.create(gadget('v1', 'a', {}));
    const seen: string[] = [];
    client.watch(gadgets('v1'), {}).subscribe({
      next: ({ type, object }) => seen.push(`${type} ${object.metadata.name}`),
      error: (error) => seen.push(`error ${error}`),
      complete: () => seen.push('complete'),
    });
    const overHttp = ask(api.handle, 'GET /apis/example.com/v1/gadgets?watch=true');
    await world.settle();
    return { client, world, seen, overHttp };
  };
  const types = (lines: string) =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);

  it('ends when the definition has gone, once it has told what went', async () => {
    const { client, world, seen, overHttp } = await watched();
    await client.delete(CustomResourceDefinition, { name: 'gadgets.example.com' });
    await world.settle();
    expect(seen).toEqual(['ADDED a', 'DELETED a']);
    await world.advance(1_000);
    expect(seen).toEqual(['ADDED a', 'DELETED a', 'complete']);
    expect(types((await overHttp).text)).toEqual(['ADDED', 'DELETED']);
    expect(await failure(client.list(gadgets('v1')))).toMatchObject({ reason: 'NotFound' });
  });

  it('ends when the definition is another, and not when only its status is', async () => {
    const { client, world, seen, overHttp } = await watched();
    const key = { name: 'gadgets.example.com' };
    const body = { metadata: { labels: { a: 'b' } } };
    await client.patch(CustomResourceDefinition, key, { type: 'merge', body });
    await world.advance(5_000);
    await client.create(gadget('v1', 'b', {}));
    expect(seen).toEqual(['ADDED a', 'ADDED b']);
    const versions = { spec: { versions: [version('v1', true), version('v2', false)] } };
    await client.patch(CustomResourceDefinition, key, { type: 'merge', body: versions });
    await world.advance(1_000);
    expect(seen).toEqual(['ADDED a', 'ADDED b', 'complete']);
    expect(types((await overHttp).text)).toEqual(['ADDED', 'ADDED']);
  });
});

describe('a definition that cannot be', () => {
  const base = [version('v1', true)];
  const property = (node: object) => [
    { ...version('v1', true), schema: { openAPIV3Schema: { type: 'object', properties: { a: node } } } },
  ];
  const cases: readonly (readonly [string, object[], object, string])[] = [
    ['of a group of Kubernetes', base, { group: 'k8s.io' }, 'protected groups must have approval annotation'],
    [
      'that converts by chance',
      base,
      { conversion: { strategy: 'Luck' } },
      'spec.conversion.strategy: Unsupported value: "Luck"',
    ],
    [
      'whose webhook is nowhere',
      base,
      { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } },
      'spec.conversion.webhookClientConfig: Required value',
    ],
    [
      'with two versions of one name',
      [version('v1', true), version('v1', false)],
      {},
      'must contain unique version names',
    ],
    ['with a schema that refers', property({ type: 'object', $ref: '#/x' }), {}, 'properties[a].$ref: Forbidden'],
    [
      'with items that are unique',
      property({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
      {},
      'uniqueItems cannot be set to true',
    ],
    [
      'with a pattern that is none',
      property({ type: 'string', pattern: '(' }),
      {},
      'properties[a].pattern: Invalid value: "("',
    ],
    [
      'with a pattern that looks ahead',
      property({ type: 'string', pattern: 'a(?=b)' }),
      {},
      'properties[a].pattern: Invalid value: "a(?=b)"',
    ],
    [
      'with a map list without keys',
      property({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }),
      {},
      'must not be empty if x-kubernetes-list-type is map',
    ],
    ['with a type that there is not', property({ type: 'text' }), {}, 'Unsupported value: "text"'],
    [
      'without a type',
      property({ description: 'x' }),
      {},
      'properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ];
  it.each(cases)('%s is refused', async (_what, versions, more, message) => {
    const { client } = await server();
    const crd = definition('gadgets', 'Gadget', versions, more);
    const named = { ...crd, metadata: { name: `gadgets.${crd.spec.group}` } };
    expect(await failure(client.create(named))).toEqual({
      reason: 'Invalid',
      message: expect.stringContaining(message),
    });
  });
});

it('a pattern that is made to hang is matched in linear time', async () => {
  const { client, world } = await server();
  await client.create(
    definition('gadgets', 'Gadget', [
      version('v1', true, { properties: { name: { type: 'string', pattern: '^(a+)+$' } } }),
    ]),
  );
  await world.settle();
  const beganMs = performance.now();
  const evil = gadget('v1', 'a', { name: `${'a'.repeat(50_000)}!` });
  expect(await failure(client.create(evil))).toMatchObject({ reason: 'Invalid' });
  expect(performance.now() - beganMs).toBeLessThan(5_000);
  await client.create(gadget('v1', 'a', { name: 'aaa' }));
});

it('what has not changed may stay, though its schema has become stricter', async () => {
  const { client, world } = await server();
  const strict = {
    properties: {
      size: { type: 'integer', maximum: 5 },
      names: { type: 'array', items: { type: 'string', maxLength: 3 } },
      parts: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['id'],
        items: {
          type: 'object',
          required: ['id'],
          properties: { id: { type: 'string' }, weight: { type: 'integer', maximum: 5 } },
        },
      },
    },
  };
  const crd = await client.create(definition('gadgets', 'Gadget', [version('v1', true)]));
  await world.settle();
  const parts = [
    { id: 'a', weight: 9 },
    { id: 'b', weight: 1 },
  ];
  await client.create(gadget('v1', 'g', { size: 9, names: ['long name'], parts }));
  const { metadata } = await client.get(CustomResourceDefinition, { name: crd.metadata.name ?? '' });
  await client.update({ ...crd, metadata, spec: { ...crd.spec, versions: [version('v1', true, strict)] as never } });
  for (let i = 0; i < 5; i++) await world.settle();

  const change = (spec: object) =>
    failure(client.patch(gadgets('v1'), { name: 'g' }, { type: 'merge', body: { spec } }));
  expect(await change({ other: 1, parts: [parts[1], parts[0]] })).toBe('it was done');
  expect(await change({ size: 8 })).toMatchObject({ message: expect.stringContaining('spec.size') });
  expect(await change({ names: ['long name', 'b'] })).toMatchObject({
    message: expect.stringContaining('spec.names[0]'),
  });
  expect(await change({ parts: [{ id: 'a', weight: 8 }] })).toMatchObject({
    message: expect.stringContaining('weight'),
  });
  expect(await failure(client.create(gadget('v1', 'h', { size: 9 })))).toMatchObject({ reason: 'Invalid' });
  expect(await change({ size: 3, names: ['b'], parts: [] })).toBe('it was done');
});
