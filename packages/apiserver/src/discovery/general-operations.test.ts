/** The documents of OpenAPI that are of no version of a group, and the paths of v2 that are. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { type ApiServer, createApiServer } from '../server.js';

interface Item {
  readonly get: { readonly operationId: string; readonly tags: readonly string[]; readonly responses: unknown };
}
interface Document {
  readonly paths: Readonly<Record<string, Item>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly required?: readonly string[] }>> };
}

let api: ApiServer;
const read = async (path: string) => (await ask(api.handle, `GET ${path}`)).json;

beforeAll(async () => {
  api = await createApiServer({ world: virtualWorld() });
});

it('each that the index lists is there, under its hash', async () => {
  const { paths } = await read('/openapi/v3');
  for (const [path, { serverRelativeURL }] of Object.entries<{ serverRelativeURL: string }>(paths)) {
    expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{64}$`));
    expect((await ask(api.handle, `GET ${serverRelativeURL}`)).status).toBe(200);
  }
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      'api',
      'api/v1',
      'apis',
      'apis/apps',
      'apis/apps/v1',
      'apis/rbac.authorization.k8s.io',
      'version',
    ]),
  );
});

const metaType = (name: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`;

describe.each([
  ['api', 'getCoreAPIVersions', 'core', metaType('APIVersions')],
  ['apis', 'getAPIVersions', 'apis', metaType('APIGroupList')],
  ['apis/apps', 'getAppsAPIGroup', 'apps', metaType('APIGroup')],
  [
    'apis/flowcontrol.apiserver.k8s.io',
    'getFlowcontrolApiserverAPIGroup',
    'flowcontrolApiserver',
    metaType('APIGroup'),
  ],
  ['version', 'getCodeVersion', 'version', 'io.k8s.apimachinery.pkg.version.Info'],
])('the document of %s', (path, id, tag, type) => {
  it('has the one operation, and the type of its answer', async () => {
    const { paths, components } = (await read(`/openapi/v3/${path}`)) as Document;
    expect(Object.keys(paths)).toEqual([`/${path}/`]);
    const { get } = paths[`/${path}/`]!;
    expect(get).toMatchObject({ operationId: id, tags: [tag] });
    expect(JSON.stringify(get.responses)).toContain(`#/components/schemas/${type}"`);
    expect(components.schemas[type]).toMatchObject({ type: 'object', required: expect.anything() });
  });

  it('is part of the document of v2', async () => {
    const { paths, definitions } = await read('/openapi/v2');
    expect(paths[`/${path}/`].get.operationId).toBe(id);
    expect(definitions).toHaveProperty([type]);
  });
});

it('of who issues tokens there are some where tokens are issued', async () => {
  expect((await ask(api.handle, 'GET /openapi/v3/openid/v1/jwks')).status).toBe(404);
  const documents = new Map(
    ['/.well-known/openid-configuration', '/openid/v1/jwks'].map((path) => [
      path,
      { mediaType: 'application/json', text: '{}' },
    ]),
  );
  const tokens = { audiences: ['me'], documents, authenticator: () => async () => undefined, subresource: {} };
  const issuing = await createApiServer({ world: virtualWorld(), tokens: tokens as never });
  const { json } = await ask(issuing.handle, 'GET /openapi/v3');
  expect(Object.keys(json.paths)).toEqual(
    expect.arrayContaining(['.well-known/openid-configuration', 'openid/v1/jwks']),
  );
  const { paths } = (await ask(issuing.handle, 'GET /openapi/v3/openid/v1/jwks')).json as Document;
  expect(paths['/openid/v1/jwks/']!.get).toMatchObject({
    operationId: 'getServiceAccountIssuerOpenIDKeyset',
    responses: { 200: { content: { 'application/jwk-set+json': { schema: { type: 'string' } } } } },
  });
});

it('a group that has nothing but custom resources has none', async () => {
  const own = await createApiServer({ world: virtualWorld() });
  await own.client().create({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: 'as.x.example.com' },
    spec: {
      ...{ group: 'x.example.com', scope: 'Namespaced', names: { plural: 'as', kind: 'A' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  } as never);
  await (own.core.world as ReturnType<typeof virtualWorld>).advance(1_000);
  const { json } = await ask(own.handle, 'GET /openapi/v3');
  expect(Object.keys(json.paths)).toContain('apis/x.example.com/v1');
  expect(Object.keys(json.paths)).not.toContain('apis/x.example.com');
});
