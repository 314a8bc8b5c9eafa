/**
 * Versions of a kind that a webhook converts with loss: what is asked for is decoded, admitted, validated and counted in the
 * version that it is asked for in, and converted to be stored alone (`tools/kube-apiserver/compare.ts --only converting`).
 */
import { describe, expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import type { WebhookCaller } from '../admission/webhook/webhook-caller.js';
import { createApiServer } from '../server.js';

type Json = Readonly<Record<string, unknown>>;
type Lens = KubernetesObject & { readonly spec: Json; readonly status?: Json };

const [integer, text] = [{ type: 'integer' }, { type: 'string' }];
const version = (name: string, properties: Json, replicas: string) => ({
  ...{ name, served: true, storage: name === 'v1' },
  subresources: { status: {}, scale: { specReplicasPath: replicas, statusReplicasPath: '.status.replicas' } },
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties },
        status: { type: 'object', properties: { replicas: integer, odd: { ...integer, maximum: 9 } } },
      },
    },
  },
});
const versions = [
  version(
    'v1',
    { size: { ...integer, maximum: 100 }, old: { ...text, default: 'old' }, replicas: integer },
    '.spec.replicas',
  ),
  version(
    'v2',
    {
      width: { ...integer, maximum: 50 },
      note: { ...text, maxLength: 9 },
      fresh: { ...text, default: 'fresh' },
      scale: { type: 'object', properties: { replicas: integer } },
    },
    '.spec.scale.replicas',
  ),
];
const lenses = (name: string) =>
  ({
    ...{ group: 'example.com', version: name, kind: 'Lens', plural: 'lenses' },
    ...{ scope: 'Namespaced' as const },
    T: undefined as unknown as KubernetesObject,
  }) as const;
const lens = (of: string, spec: Json, more: Json = {}) =>
  ({
    ...{ apiVersion: `example.com/${of}`, kind: 'Lens', metadata: { name: 'a', namespace: 'default' }, spec },
    ...more,
  }) as Lens;

/** `note` and the defaults of a version are lost in the other. */
function converted({ spec, ...object }: Lens, apiVersion: string): Lens {
  const { size, width, replicas, scale } = spec;
  const [length, count] = [size ?? width, replicas ?? (scale as Json | undefined)?.['replicas']];
  const made = apiVersion.endsWith('v1')
    ? { size: length, replicas: count }
    : { width: length, scale: count === undefined ? undefined : { replicas: count } };
  return { ...object, apiVersion, spec: JSON.parse(JSON.stringify(made)) } as Lens;
}

async function server(refusing: (object: Lens) => boolean = () => false) {
  const asked: Lens[] = [];
  const callWebhook: WebhookCaller = async (_target, body) => {
    const { apiVersion, kind, request } = body as never as {
      readonly apiVersion: string;
      readonly kind: string;
      readonly request: {
        readonly uid: string;
        readonly desiredAPIVersion: string;
        readonly objects: readonly Lens[];
        readonly object: Lens;
      };
    };
    const { uid, desiredAPIVersion, objects, object } = request;
    if (kind === 'AdmissionReview') {
      asked.push(object);
      return { apiVersion, kind, response: { uid, allowed: !refusing(object) } };
    }
    const convertedObjects = objects.map((each) => converted(each, desiredAPIVersion));
    return { apiVersion, kind, response: { uid, result: { status: 'Success' }, convertedObjects } };
  };
  const world = virtualWorld();
  const api = await createApiServer({ world, callWebhook });
  const client = api.client();
  const webhook = { clientConfig: { url: 'https://convert.example.com/' }, conversionReviewVersions: ['v1'] };
  await client.create({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: 'lenses.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'lenses', kind: 'Lens' }, versions },
      conversion: { strategy: 'Webhook', webhook },
    },
  } as never as CustomResourceDefinition);
  await world.settle();
  const get = (of: string) => client.get(lenses(of), { name: 'a' }) as never as Promise<Lens>;
  const patch = (of: string, body: Json, options: { readonly subresource?: string } = {}) =>
    client.patch(lenses(of), { name: 'a' }, { type: 'merge', body }, options) as never as Promise<Lens>;
  return { client, asked, get, patch };
}
const why = (work: Promise<unknown>) =>
  work.then(
    () => 'it was done',
    (error: unknown) => (StatusError.is(error) ? error.message : error),
  );

describe('a version that another loses something of', () => {
  it.each<readonly [of: string, spec: Json, why: string | RegExp]>([
    ['v2', { width: 3, note: 'lost' }, 'it was done'],
    ['v2', { width: 3, note: 'much too long' }, /spec\.note: Too long: may not be more than 9 bytes/],
    ['v2', { width: 60 }, /spec\.width: Invalid value: 60/],
    ['v1', { size: 60 }, 'it was done'],
    ['v2', { width: 700 }, /spec\.width: Invalid value: 700/],
  ])('%s of %j is validated as it is asked for', async (of, spec, told) => {
    const { client, patch } = await server();
    const tried = await why(client.create(lens(of, spec)));
    expect(tried).toEqual(typeof told === 'string' ? told : expect.stringMatching(told));
    if (tried === 'it was done') return;
    await client.create(lens('v1', { size: 1 }));
    expect(await why(patch(of, { spec }))).toEqual(expect.stringMatching(told));
    expect(await why(client.apply(lens(of, spec), { fieldManager: 'm', force: true }))).toEqual(
      expect.stringMatching(told),
    );
  });

  it('is told as it comes back from the store, and its owners as they wrote', async () => {
    const { client, get } = await server();
    const made = (await client.create(lens('v2', { width: 3, note: 'lost' }))) as Lens;
    expect(made.spec).toEqual({ width: 3 });
    expect(made.metadata.managedFields?.[0]?.fieldsV1).toMatchObject({ 'f:spec': { 'f:note': {}, 'f:fresh': {} } });
    expect((await get('v1')).spec).toEqual({ size: 3, old: 'old' });
    expect((await get('v2')).spec).toEqual({ width: 3 });
  });

  it('is counted as it is asked for, and has its defaults when it is written', async () => {
    const { client, patch } = await server();
    await client.create(lens('v1', { size: 3 }));
    expect((await patch('v2', { spec: { note: 'lost' } })).metadata.generation).toBe(2);
    // What is lost, and what is a default, are new each time.
    expect((await patch('v2', { spec: { note: 'lost' } })).metadata.generation).toBe(3);
    expect((await patch('v2', {})).metadata.generation).toBe(4);
    // What is read back otherwise than it lies in the store is written once.
    const { metadata } = await patch('v1', {});
    expect(metadata.generation).toBe(4);
    expect((await patch('v1', {})).metadata).toEqual(metadata);
  });

  it('is shown to webhooks as they ask for it', async () => {
    const { client, asked } = await server(({ spec }) => spec['note'] === 'no');
    const hook = (of: string, name: string) => ({
      ...{ name: `${name}.example.com`, sideEffects: 'None', admissionReviewVersions: ['v1'] },
      rules: [{ apiGroups: ['example.com'], apiVersions: [of], operations: ['CREATE'], resources: ['lenses'] }],
      clientConfig: { url: 'https://asked.example.com' },
    });
    await client.create({
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
      ...{ metadata: { name: 'a' }, webhooks: [hook('v1', 'old'), hook('v2', 'new')] },
    } as KubernetesObject);
    expect(await why(client.create(lens('v2', { width: 3, note: 'no' })))).toMatch(/"new\.example\.com" denied/);
    const shown = asked.map(({ spec }) => spec).sort((a, b) => Object.keys(a).length - Object.keys(b).length);
    expect(shown).toEqual([{ size: 3 }, { width: 3, note: 'no', fresh: 'fresh' }]);
  });

  it('has a status and a scale where it says', async () => {
    const { client, get, patch } = await server();
    await client.create(lens('v2', { width: 3, scale: { replicas: 2 } }));
    expect(await why(patch('v2', { status: { odd: 10 } }, { subresource: 'status' }))).toMatch(/status\.odd/);
    await patch('v2', { spec: { width: 9 }, status: { odd: 1 } }, { subresource: 'status' });
    expect(await patch('v2', { spec: { replicas: 5 } }, { subresource: 'scale' })).toMatchObject({
      spec: { replicas: 5 },
    });
    expect(await patch('v1', { spec: { replicas: 6 } }, { subresource: 'scale' })).toMatchObject({
      spec: { replicas: 6 },
    });
    expect(await get('v2')).toMatchObject({ spec: { width: 3, scale: { replicas: 6 } }, status: { odd: 1 } });
    const owners = (await get('v1')).metadata.managedFields?.filter(({ subresource }) => subresource === 'scale');
    expect(owners).toEqual([
      expect.objectContaining({ apiVersion: 'example.com/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
    ]);
  });
});
