/** What other servers say of their APIs in OpenAPI is part of what this one says. */
import { describe, expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import { type KubernetesObject, virtualWorld } from '@pintle/machinery';
import { mergeSwagger } from '../discovery/merge-swagger.js';
import type { Swagger } from '../discovery/remote-documents.js';
import { swaggerToV3 } from '../discovery/swagger-to-v3.js';
import { ask } from '../http/asking.fixture.js';
import type { HttpResponse } from '../http/message.js';
import { createApiServer } from '../server.js';

const group = 'wardle.example.com';
const version = 'v1alpha1';
const kind = { group, version, kind: 'Flunder' };
const flunder = (more: object = {}) => ({ type: 'object', properties: { color: { type: 'string' } }, ...more });
const swagger = (definition: object): Swagger & { readonly swagger: string } => ({
  swagger: '2.0',
  paths: {
    [`/apis/${group}/${version}/flunders/{name}`]: {
      put: {
        responses: { 200: { schema: { $ref: '#/definitions/Flunder' } } },
        'x-kubernetes-group-version-kind': kind,
      },
    },
    '/apis/other.example.com/v1/things': { get: { schema: { $ref: '#/definitions/Other' } } },
  },
  definitions: { Flunder: { ...definition }, Meta: { type: 'object' }, Other: { type: 'object' } },
});

async function serverBefore(documents: Readonly<Record<string, unknown>>) {
  const world = virtualWorld();
  const current = { documents };
  const asked: string[] = [];
  const api = await createApiServer({
    world,
    aggregation: {
      async call({ url }, { headers }): Promise<HttpResponse> {
        const path = url.slice('https://10.96.0.77:443'.length);
        asked.push(path);
        if (path === `/apis/${group}/${version}`) return { status: 200, headers: {}, body: '{"resources":[]}' };
        const document = current.documents[path];
        if (document === undefined) return { status: 404, headers: {}, body: '' };
        const body = JSON.stringify(document);
        if (headers.some(([name, value]) => name === 'if-none-match' && value === `"${body.length}"`))
          return { status: 304, headers: {} };
        return { status: 200, headers: { etag: `"${body.length}"` }, body };
      },
    },
  });
  const client = api.client();
  await client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wardle', namespace: 'default' },
    spec: { type: 'ExternalName', externalName: '10.96.0.77' },
  } as unknown as Service);
  await client.create({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service: { name: 'wardle', namespace: 'default' },
      insecureSkipTLSVerify: true,
    },
  } as unknown as KubernetesObject);
  await world.settle();
  const get = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(api.handle, `GET ${target}`, { headers });
  return { world, api, client, current, asked, get };
}

const path = `apis/${group}/${version}`;
const v3 = (title: string, hash: string) => ({
  '/openapi/v3': { paths: { [path]: { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` } } },
  [`/openapi/v3/${path}?hash=${hash}`]: { openapi: '3.0.0', info: { title } },
});

describe('the OpenAPI of another server', () => {
  it('of v3 is found beside the documents of this one, and read again when it is another', async () => {
    const { world, current, asked, get } = await serverBefore(v3('one', 'A'));
    const { paths } = (await get('/openapi/v3')).json;
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['apis/apps/v1', path]));
    expect((await get(paths[path].serverRelativeURL)).json).toEqual({ openapi: '3.0.0', info: { title: 'one' } });
    const reads = () => asked.filter((each) => each.includes('?hash=')).length;
    await world.advance(31_000);
    expect(reads()).toBe(1);
    current.documents = v3('two', 'B');
    await world.advance(31_000);
    expect((await get(`/openapi/v3/${path}`)).json.info.title).toBe('two');
    current.documents = {};
    await world.advance(31_000);
    expect((await get('/openapi/v3')).json.paths[path]).toBeUndefined();
    expect((await get(`/openapi/v3/${path}`)).status).toBe(404);
  });

  it('of v2 is part of the one document, as far as it is about its group version', async () => {
    const { world, current, get } = await serverBefore({ '/openapi/v2': swagger(flunder()) });
    const before = await get('/openapi/v2');
    expect(before.json.definitions.Flunder).toEqual(flunder());
    expect(before.json.definitions.Other).toBeUndefined();
    expect(Object.keys(before.json.paths)).toContain(`/${path}/flunders/{name}`);
    expect(Object.keys(before.json.paths)).not.toContain('/apis/other.example.com/v1/things');
    const binary = await get('/openapi/v2', { accept: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' });
    expect(binary.text).toContain(`/${path}/flunders/{name}`);
    await world.advance(31_000);
    expect((await get('/openapi/v2', { 'if-none-match': before.headers['etag'] as string })).status).toBe(304);
    current.documents = { '/openapi/v2': swagger(flunder({ description: 'another' })) };
    await world.advance(31_000);
    expect((await get('/openapi/v2')).json.definitions.Flunder.description).toBe('another');
  });

  it('of v2 alone is told as v3 too', async () => {
    const { world, current, get } = await serverBefore({ '/openapi/v2': swagger(flunder()) });
    const { paths } = (await get('/openapi/v3')).json;
    const told = (await get(paths[path].serverRelativeURL)).json;
    expect(Object.keys(told.paths)).toEqual([`/${path}/flunders/{name}`]);
    expect(told.components.schemas).toEqual({ Flunder: flunder() });
    current.documents = { '/openapi/v2': swagger(flunder()), ...v3('own', 'A') };
    await world.advance(31_000);
    expect((await get(`/openapi/v3/${path}`)).json.info.title).toBe('own');
  });

  it('is missed no more than it', async () => {
    const { get } = await serverBefore({});
    expect((await get('/openapi/v3')).json.paths[path]).toBeUndefined();
    expect((await get('/openapi/v2')).json.definitions.Flunder).toBeUndefined();
  });
});

it('a document of v2 as one of v3', () => {
  const ref = { $ref: '#/definitions/Flunder' };
  const mime = ['application/json', 'application/yaml'];
  const told = swaggerToV3({
    info: { title: 'wardle', version: '1' },
    paths: {
      '/flunders/{name}': {
        parameters: [{ name: 'name', in: 'path', required: true, type: 'string', uniqueItems: true }],
        put: {
          operationId: 'replace',
          consumes: ['*/*'],
          produces: mime,
          schemes: ['https'],
          parameters: [
            { name: 'body', in: 'body', required: true, schema: ref },
            { name: 'dryRun', in: 'query', description: 'whether', type: 'string' },
          ],
          responses: { 200: { description: 'OK', schema: ref }, 401: { description: 'Unauthorized' } },
          'x-kubernetes-action': 'put',
        },
      },
    },
    definitions: { Flunder: { type: 'object', properties: { next: ref, all: { type: 'array', items: ref } } } },
  });
  const to = { $ref: '#/components/schemas/Flunder' };
  expect(told).toEqual({
    openapi: '3.0.0',
    info: { title: 'wardle', version: '1' },
    paths: {
      '/flunders/{name}': {
        parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }],
        put: {
          operationId: 'replace',
          parameters: [{ name: 'dryRun', in: 'query', description: 'whether', schema: { type: 'string' } }],
          requestBody: { required: true, content: { '*/*': { schema: to } } },
          responses: {
            200: { description: 'OK', content: Object.fromEntries(mime.map((type) => [type, { schema: to }])) },
            401: { description: 'Unauthorized' },
          },
          'x-kubernetes-action': 'put',
        },
      },
    },
    components: {
      schemas: { Flunder: { type: 'object', properties: { next: to, all: { type: 'array', items: to } } } },
    },
  });
});

describe('documents of v2 together', () => {
  const own: Swagger = { paths: { '/a': {} }, definitions: { Flunder: { type: 'string' }, Meta: { type: 'object' } } };

  it('share types that are the same, and tell those apart that are not', () => {
    const merged = mergeSwagger(own, [
      { group, version, v2: swagger({ ...flunder(), allOf: [{ $ref: '#/definitions/Meta' }] }) },
    ]);
    expect(Object.keys(merged.definitions)).toEqual(['Flunder', 'Meta', 'Flunder_v2']);
    expect(merged.definitions['Flunder']).toEqual({ type: 'string' });
    expect(merged.paths[`/${path}/flunders/{name}`]).toMatchObject({
      put: { responses: { 200: { schema: { $ref: '#/definitions/Flunder_v2' } } } },
    });
  });

  it('are the own one where there is nothing of others', () => {
    expect(
      mergeSwagger(own, [
        { group, version },
        { group: 'x', version: 'v1', v2: swagger({}) },
      ]),
    ).toBe(own);
  });
});
