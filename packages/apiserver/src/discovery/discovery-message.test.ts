/** Discovery in protobuf says what it says in JSON. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { list, object, openEnvelope, readMessage, ref, string, virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { type ApiServer, createApiServer } from '../server.js';
import { discoveryMessage } from './discovery-message.js';

const protobuf = 'application/vnd.kubernetes.protobuf';
const v2 = ';g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
let api: ApiServer;
beforeAll(async () => {
  api = await createApiServer({ world: virtualWorld() });
});
const asked = async (path: string, accept: string) => {
  const { status, headers, body } = await api.handle({
    ...{ method: 'GET', path, query: new URLSearchParams(), peer: {}, signal: new AbortController().signal },
    header: (name) => (name === 'accept' ? accept : undefined),
    headersLike: () => [],
    body: async () => new Uint8Array(),
  });
  return { status, type: headers['content-type'], body };
};

describe.each([
  ['/api', 'APIVersions', 'v1'],
  ['/api/v1', 'APIResourceList', 'v1'],
  ['/apis', 'APIGroupList', 'v1'],
  ['/apis/apps', 'APIGroup', 'v1'],
  ['/apis/apps/v1', 'APIResourceList', 'v1'],
])('%s', (path, kind, apiVersion) => {
  it.each([protobuf, `${protobuf},application/json`])('as %s', async (accept) => {
    const { status, type, body } = await asked(path, accept);
    expect([status, type]).toEqual([200, protobuf]);
    expect(openEnvelope(body as Uint8Array)).toMatchObject({ kind, apiVersion });
    const { json } = await ask(api.handle, `GET ${path}`);
    expect(body).toEqual(discoveryMessage(json));
  });
  it('as JSON where that is asked for first', async () =>
    expect((await asked(path, `application/json,${protobuf}`)).type).toBe('application/json'));
});

it('all at once', async () => {
  const { type, body } = await asked('/apis', protobuf + v2);
  expect(type).toBe(protobuf + v2);
  const { apiVersion, message } = openEnvelope(body as Uint8Array);
  expect(apiVersion).toBe('apidiscovery.k8s.io/v2');
  const resource = object({ resource: string(1), scope: string(3), verbs: list(string(), 5) });
  const version = object({ version: string(1), resources: list(resource, 2), freshness: string(3) });
  const group = object({ metadata: ref(object({ name: string(1) }), 1), versions: list(version, 2) });
  const { items } = readMessage(object({ items: list(group, 2) }).node, message) as {
    items: readonly { metadata: { name: string }; versions: readonly object[] }[];
  };
  expect(items.find(({ metadata }) => metadata.name === 'policy')?.versions).toMatchObject([
    {
      ...{ version: 'v1', freshness: 'Current' },
      resources: [{ resource: 'poddisruptionbudgets', scope: 'Namespaced', verbs: expect.arrayContaining(['list']) }],
    },
  ]);
});

it('verbs are a message of their own', () => {
  const told = {
    kind: 'APIResourceList',
    groupVersion: 'a/v1',
    resources: [{ name: 'b', namespaced: true, verbs: ['get'] }],
  };
  const verbs = object({ items: list(string(), 1) });
  const resource = object({ name: string(1), verbs: ref(verbs, 4) });
  const { message } = openEnvelope(discoveryMessage(told)!);
  expect(readMessage(object({ resources: list(resource, 2) }).node, message)).toEqual({
    resources: [{ name: 'b', verbs: { items: ['get'] } }],
  });
});
