/** What the API tells of itself, as clients and their caches ask for it. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { virtualWorld } from '@pintle/machinery';
import { openApiV2Media } from '../discovery/openapi-v2.js';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

let server: ApiServer;
const get = (target: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(server.handle, `GET ${target}`, { headers });

const definition = (plural: string, more: object = {}): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural, kind: plural.replace(/^./, (first) => first.toUpperCase()) },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
        ...more,
      },
    ],
  },
});

const metaV1 = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const picks = {
  selectableFields: [{ jsonPath: '.spec.color' }],
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { color: { type: 'string' }, size: { type: 'integer', default: 3 } } },
        settings: { type: 'object', additionalProperties: { 'x-kubernetes-preserve-unknown-fields': true } },
      },
    },
  },
};

beforeAll(async () => {
  const world = virtualWorld({ seed: 1 });
  server = await createApiServer({ world });
  const client = server.client();
  await client.create(definition('opens'));
  await client.create(definition('olds', { deprecated: true }));
  await client.create(definition('picks', picks));
  await world.settle();
  await client.get(CustomResourceDefinition, { name: 'olds.example.com' });
});

describe('OpenAPI', () => {
  it('v3 leads to each document by the hash of its text, under which it may be kept for ever', async () => {
    const { paths } = (await get('/openapi/v3')).json;
    const url = paths['apis/apps/v1'].serverRelativeURL as string;
    const [, hash = ''] = /^\/openapi\/v3\/apis\/apps\/v1\?hash=([0-9A-F]{64})$/.exec(url) ?? [];
    const document = await get(url);
    expect(document).toMatchObject({
      status: 200,
      headers: { etag: `"${hash}"`, 'cache-control': expect.stringContaining('immutable') },
    });
    expect(await get('/openapi/v3/apis/apps/v1', { 'if-none-match': `"${hash}"` })).toMatchObject({
      status: 304,
      text: '',
    });
    expect(await get('/openapi/v3/apis/apps/v1?hash=0')).toMatchObject({ status: 301, headers: { location: url } });
    expect((await get('/openapi/v3/apis/apps/v1')).headers['cache-control']).not.toContain('immutable');
  });

  it('v3 comes in protobuf to who asks for it first, under the same hash', async () => {
    const message = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';
    const [json, packed] = [
      await get('/openapi/v3/apis/apps/v1'),
      await get('/openapi/v3/apis/apps/v1', {
        accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf, application/json',
      }),
    ];
    expect(packed).toMatchObject({ status: 200, headers: { 'content-type': message, etag: json.headers['etag'] } });
    // The first field is the version of the notation.
    expect(packed.text.startsWith('\n\u00053.0.0')).toBe(true);
    const accept = `application/json, ${message}`;
    expect((await get('/openapi/v3/apis/apps/v1', { accept })).headers['content-type']).toBe('application/json');
  });

  it.each([
    ['/openapi/v3/apis/apps/v1', 'text/html', 406, undefined],
    ['/openapi/v3/apis/apps/v1', 'text/html,*/*;q=0.1', 200, 'application/json'],
    ['/openapi/v3/apis/apps/v1', 'nonsense', 200, undefined],
    ['/openapi/v3/apis/apps/v1?hash=', 'application/json', 200, 'application/json'],
    ['/openapi/v3/apis/apps/v9', 'application/json', 404, undefined],
    ['/openapi/v3', 'text/html', 200, 'text/plain; charset=utf-8'],
    ['/openapi/v3/', '*/*', 404, undefined],
    ['/openapi/v2', 'application/xml', 406, undefined],
    ['/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 200, openApiV2Media],
  ])('%s as %s', async (path, accept, status, type) => {
    const answer = await get(path, { accept });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
    if (type === undefined) expect(answer.text).toBe('');
  });

  it('changes the hash of a document with its kinds, and of no other', async () => {
    const before = (await get('/openapi/v3')).json.paths;
    await server.client().create(definition('laters'));
    await (server.core.world as ReturnType<typeof virtualWorld>).settle();
    const after = (await get('/openapi/v3')).json.paths;
    expect(after['apis/example.com/v1']).not.toEqual(before['apis/example.com/v1']);
    expect(after['apis/apps/v1']).toEqual(before['apis/apps/v1']);
  });

  it('names the types of values, as explain and generators of code look for', async () => {
    const { schemas } = (await get('/openapi/v3/api/v1')).json.components;
    const machinery = 'io.k8s.apimachinery.pkg';
    const typeOf = (place: { $ref?: string; allOf?: { $ref: string }[] }) =>
      (place.$ref ?? place.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');
    const { limits } = schemas['io.k8s.api.core.v1.ResourceRequirements'].properties;
    expect(typeOf(limits.additionalProperties)).toBe(`${machinery}.api.resource.Quantity`);
    expect(schemas[`${machinery}.api.resource.Quantity`]).toMatchObject({
      oneOf: [{ type: 'string' }, { type: 'number' }],
    });
    const { targetPort } = schemas['io.k8s.api.core.v1.ServicePort'].properties;
    expect(typeOf(targetPort)).toBe(`${machinery}.util.intstr.IntOrString`);
    expect(schemas[`${machinery}.util.intstr.IntOrString`]).toMatchObject({ format: 'int-or-string' });
    const { creationTimestamp } = schemas[`${machinery}.apis.meta.v1.ObjectMeta`].properties;
    expect(typeOf(creationTimestamp)).toBe(`${machinery}.apis.meta.v1.Time`);
    expect(schemas[`${machinery}.apis.meta.v1.Time`]).toMatchObject({ type: 'string', format: 'date-time' });
    expect(schemas[`${machinery}.apis.meta.v1.OwnerReference`]).toMatchObject({ 'x-kubernetes-map-type': 'atomic' });
  });

  it('tells of every operation, its parameters, its body and its answer', async () => {
    const { paths, components } = (await get('/openapi/v3/api/v1')).json;
    const pods = paths['/api/v1/namespaces/{namespace}/pods'];
    expect(pods.get).toMatchObject({
      operationId: 'listCoreV1NamespacedPod',
      'x-kubernetes-action': 'list',
      'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Pod' },
    });
    expect(pods.get.responses[200].content['application/json'].schema.$ref).toMatch(/\.PodList$/);
    const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(components.schemas['io.k8s.api.core.v1.PodList'].properties.items.items).toEqual({
      ...{ allOf: [named('io.k8s.api.core.v1.Pod')], default: {} },
    });
    const namesOf = (parameters: readonly { readonly name: string }[]) => parameters.map(({ name }) => name);
    const one = paths['/api/v1/namespaces/{namespace}/configmaps/{name}'];
    expect(namesOf(one.parameters)).toEqual(['name', 'namespace', 'pretty']);
    expect(namesOf(one.patch.parameters)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(Object.keys(one.patch.requestBody.content)).toContain('application/strategic-merge-patch+json');
    expect(one.delete.responses[202].content['application/json'].schema).toEqual(named(`${metaV1}.Status`));
    expect(one.put.requestBody).toEqual({
      content: { '*/*': { schema: named('io.k8s.api.core.v1.ConfigMap') } },
      required: true,
    });
    expect(components.schemas[`${metaV1}.Status`]['x-kubernetes-group-version-kind']).toEqual([
      { group: '', version: 'v1', kind: 'Status' },
    ]);
    expect(paths['/api/v1/watch/namespaces/{namespace}/pods'].get['x-kubernetes-action']).toBe('watchlist');
    expect(paths['/api/v1/namespaces/{namespace}/pods/{name}/eviction'].post.requestBody.content['*/*'].schema).toEqual(
      named('io.k8s.api.policy.v1.Eviction'),
    );
    expect(paths['/api/v1/pods'].get.operationId).toBe('listCoreV1PodForAllNamespaces');
    expect(Object.keys(paths['/api/v1/namespaces/{namespace}/pods/{name}/status']).sort()).toEqual([
      'get',
      ...['parameters', 'patch', 'put'],
    ]);
    expect(paths['/api/v1/namespaces/{namespace}/pods/{name}/exec'].post).toMatchObject({
      operationId: 'connectCoreV1PostNamespacedPodExec',
      responses: { 200: { content: { '*/*': { schema: { type: 'string' } } } } },
    });
    expect(paths['/api/v1/nodes/{name}'].get.operationId).toBe('readCoreV1Node');
  });

  it('tells of custom resources what may be asked of them, and by what they are selected', async () => {
    const { paths, components } = (await get('/openapi/v3/apis/example.com/v1')).json;
    const one = paths['/apis/example.com/v1/namespaces/{namespace}/picks/{name}'];
    expect(Object.keys(one.patch.requestBody.content)).toEqual([
      ...['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
    ]);
    expect(Object.keys(one.get.responses[200].content)).toEqual(['application/json', 'application/yaml']);
    for (const name of ['Picks', 'PicksList'])
      expect(components.schemas[`com.example.v1.${name}`]['x-kubernetes-selectable-fields']).toEqual([
        { fieldPath: 'spec.color' },
      ]);
    const { spec, metadata, settings } = components.schemas['com.example.v1.Picks'].properties;
    expect(settings).toEqual(picks.schema.openAPIV3Schema.properties.settings);
    expect([spec.default, spec.properties.color.default, metadata.default]).toEqual([undefined, undefined, undefined]);
  });

  it('tells the zero values of Go in v3, and not in v2', async () => {
    const { schemas } = (await get('/openapi/v3/api/v1')).json.components;
    const { definitions } = (await get('/openapi/v2')).json;
    const of = (types: typeof schemas) => types['io.k8s.api.core.v1.Container'].properties;
    expect(of(schemas)).toMatchObject({
      name: { default: '' },
      command: { items: { type: 'string', default: '' } },
      env: { items: { default: {} } },
      resources: { default: {} },
    });
    // Of what code fills in nothing is told, where upstream's types do not mark it.
    const marked = ['ContainerPort', 'PodSpec'].map((type) => schemas[`io.k8s.api.core.v1.${type}`].properties);
    expect([marked[0].protocol.default, marked[1].restartPolicy.default]).toEqual(['TCP', undefined]);
    expect([of(schemas).image.default, of(schemas).livenessProbe.default]).toEqual([undefined, undefined]);
    expect(JSON.stringify(of(definitions)).includes('"default"')).toBe(false);
    // A field of that name is one.
    expect(
      definitions['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'].properties.default,
    ).toBeDefined();
    // So are those that the author of a definition says.
    const custom = (await get('/openapi/v3/apis/example.com/v1')).json.components.schemas;
    const defaults = [custom, definitions].map(
      (types) => types['com.example.v1.Picks'].properties.spec.properties.size,
    );
    expect(defaults.map((size) => size.default)).toEqual([3, undefined]);
  });

  it('v2 is one document of the same, in the older notation', async () => {
    const { swagger, paths, definitions } = (await get('/openapi/v2')).json;
    expect(swagger).toBe('2.0');
    const post = paths['/apis/apps/v1/namespaces/{namespace}/deployments'].post;
    expect(post.parameters.find(({ name }: { name: string }) => name === 'body').schema.$ref).toBe(
      '#/definitions/io.k8s.api.apps.v1.Deployment',
    );
    const text = JSON.stringify(definitions);
    // What kubectl's own tests look for.
    expect(text).toContain('List of services');
    expect(JSON.stringify(paths)).toMatch(/list of returned .*Watch for changes to the described resources/);
    expect(text.includes('#/components/')).toBe(false);
    expect(text.includes('"anyOf":[')).toBe(false);
    const { properties } = definitions['io.k8s.api.core.v1.ServicePort'];
    const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
    expect(properties.targetPort).toMatchObject({ $ref: `#/definitions/${intOrString}` });
    expect(definitions[intOrString]).toMatchObject({ type: 'string', format: 'int-or-string' });
    expect(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toMatchObject({ type: 'string' });
    expect(definitions['io.k8s.api.core.v1.ServiceList'].properties.items.type).toBe('array');
    // kubectl refuses unknown fields wherever it is told of known ones.
    expect(definitions['com.example.v1.Opens'].properties).toBeUndefined();
    expect(definitions['com.example.v1.Opens'].type).toBe('object');
  });
});

describe('discovery', () => {
  it('tells by a hash in which version a kind is stored', async () => {
    const { resources } = (await get('/api/v1')).json;
    const of = (name: string) => resources.find((resource: { name: string }) => resource.name === name);
    // kube-apiserver says the same of these.
    expect(of('configmaps').storageVersionHash).toBe('qFsyl6wFWjQ=');
    expect(of('pods').storageVersionHash).toBe('xPOwRZ+Yhw8=');
    expect(of('pods/status').storageVersionHash).toBeUndefined();
    expect(of('bindings').storageVersionHash).toBeUndefined();
  });

  it('is laid out in lines for people at a terminal, and as they ask', async () => {
    const lines = async (target: string, agent: string) =>
      (await get(target, { 'user-agent': agent })).text.trimEnd().split('\n').length;
    expect(await lines('/version', 'curl/8.5.0')).toBeGreaterThan(5);
    expect(await lines('/version', 'kubectl/v1.33.1')).toBe(1);
    expect(await lines('/version?pretty=true', 'kubectl/v1.33.1')).toBeGreaterThan(5);
    expect(await lines('/version?pretty=false', 'curl/8.5.0')).toBe(1);
    expect(await lines('/api/v1/namespaces', 'Mozilla/5.0 (X11)')).toBeGreaterThan(5);
    expect(await lines('/healthz', 'curl/8.5.0')).toBe(1);
  });
});

describe('a deprecated version', () => {
  it.each([
    'GET /apis/example.com/v1/olds',
    'GET /apis/example.com/v1/namespaces/default/olds',
    'POST /apis/example.com/v1/namespaces/default/olds',
  ])('is warned of: %s', async (line) => {
    const body = { apiVersion: 'example.com/v1', kind: 'Olds', metadata: { generateName: 'a-' } };
    const { headers } = await ask(server.handle, line, line.startsWith('POST') ? { body } : {});
    expect(headers['warning']).toEqual(['299 - "example.com/v1 Olds is deprecated"']);
  });

  it('is the only one that is warned of', async () => {
    expect((await get('/apis/example.com/v1/opens')).headers['warning']).toBeUndefined();
  });
});
