/** In what form answers come: protobuf, YAML, Tables, metadata alone, laid out for people; and what is not acceptable. */
import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { ConfigMap } from '@pintle/api/core/v1';
import {
  type AnySchema,
  type KubernetesObject,
  ListMeta,
  list,
  object,
  openEnvelope,
  readMessage,
  ref,
  StatusSchema,
  sealEnvelope,
} from '@pintle/machinery';
import { requester } from './requests.fixture.js';

const protobuf = 'application/vnd.kubernetes.protobuf';
const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { x: '1' },
  binaryData: { b: 'AP8=' },
});
const path = '/api/v1/namespaces/default/configmaps';
const own = 'fieldSelector=metadata.name!%3Dkube-root-ca.crt';

const opened = (bytes: Uint8Array, schema: AnySchema) => {
  const { apiVersion, kind, message } = openEnvelope(bytes);
  return { apiVersion, kind, ...(readMessage(schema.node, message) as object) } as Record<string, unknown>;
};
const listOf = (item: AnySchema) =>
  object({
    metadata: ref<ListMeta>(ListMeta, 1),
    items: list(
      ref(() => item),
      2,
    ),
  });

/** The frames of a watch, as many as asked for: type, and the object in its envelope. */
async function frames(stream: AsyncIterable<Uint8Array>, count: number, schema: AnySchema) {
  let bytes = Buffer.alloc(0);
  const found: { type: string; object: Record<string, unknown> }[] = [];
  for await (const piece of stream) {
    bytes = Buffer.concat([bytes, piece]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const length = bytes.readUInt32BE(0);
      const message = bytes.subarray(4, 4 + length);
      // Field 1 the type, field 2 a RawExtension whose field 1 is the object's envelope.
      const typeLength = message[1]!;
      const type = message.subarray(2, 2 + typeLength).toString();
      const at = message.indexOf(Buffer.from('k8s\0'));
      found.push({ type, object: opened(message.subarray(at), type === 'ERROR' ? StatusSchema : schema) });
      bytes = bytes.subarray(4 + length);
    }
    if (found.length >= count) break;
  }
  return found;
}

describe('protobuf', () => {
  const named = [0x0a, 0x03, 0x0a, 0x01, 0x61];
  it.each<readonly [what: string, kind: object, message: readonly number[], answer: object]>([
    ['that says no kind', {}, named, { kind: 'ConfigMap' }],
    ['of no version that there could be', { apiVersion: 'http://a', kind: 'ConfigMap' }, named, { kind: 'ConfigMap' }],
    [
      'that is cut short',
      { apiVersion: 'v1', kind: 'ConfigMap' },
      named.slice(0, 4),
      { message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF' },
    ],
    [
      'with a number for a name',
      {},
      [0x0a, 0x02, 0x08, 0x01],
      {
        message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for field Name',
      },
    ],
  ])('a body %s is read as Go reads it', async (_what, kind, message, answer) => {
    const { send } = await requester();
    const bytes = sealEnvelope({ apiVersion: '', kind: '', ...kind }, Uint8Array.from(message));
    expect((await send('POST', `${path}?dryRun=All`, bytes, { 'content-type': protobuf })).json).toMatchObject(answer);
  });
  it('an envelope that is none is shown', async () => {
    const { send } = await requester();
    const bytes = Uint8Array.from([...Buffer.from('k8s\0'), 0x0a, 0x02]);
    expect((await send('POST', path, bytes, { 'content-type': protobuf })).json.message).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): unexpected EOF (6b3873000a02)',
    );
  });
  it('answers with an object, equal to its JSON', async () => {
    const { client, get } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const answer = await get(`${path}/a`, { accept: `${protobuf},application/json` });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, protobuf]);
    expect(opened(answer.bytes, ConfigMap.schema)).toEqual((await get(`${path}/a`)).json);
  });

  it('answers a write that came in it', async () => {
    const { client, send, get } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const { bytes } = await get(`${path}/a`, { accept: protobuf });
    const answer = await send('PUT', `${path}/a`, bytes, { 'content-type': protobuf, accept: protobuf });
    expect([answer.status, opened(answer.bytes, ConfigMap.schema)['data']]).toEqual([200, { x: '1' }]);
  });

  it('carries as many bytes as an object may have, and JSON as many numbers for them', async () => {
    const { send, get } = await requester();
    const bytes = Buffer.alloc(700_000, 7).toString('base64');
    await send('POST', path, { ...configMap('a'), binaryData: { b: bytes } });
    const { bytes: sent } = await get(`${path}/a`, { accept: protobuf });
    const answer = await send('PUT', `${path}/a`, sent, { 'content-type': protobuf });
    expect([answer.status, answer.json.binaryData]).toEqual([200, { b: bytes }]);
    const numbers = new Array(300_000).fill(7);
    const put = await send('POST', path, { ...configMap('c'), binaryData: { b: numbers } });
    expect([put.status, put.json.binaryData?.b.length]).toEqual([201, 400_000]);
  });

  it('answers with a list, in chunks too', async () => {
    const { client, get } = await requester();
    for (const name of ['a', 'b']) await client.create(configMap(name) as ConfigMap);
    const answer = await get(`${path}?${own}`, { accept: protobuf });
    const { kind, items } = opened(answer.bytes, listOf(ConfigMap.schema)) as { kind: string; items: object[] };
    expect(kind).toBe('ConfigMapList');
    expect(items).toEqual(
      (await get(`${path}?${own}`)).json.items.map(
        ({ apiVersion: _a, kind: _k, ...item }: Record<string, unknown>) => item,
      ),
    );
    const chunk = opened((await get(`${path}?limit=1`, { accept: protobuf })).bytes, listOf(ConfigMap.schema));
    expect(chunk['metadata']).toMatchObject({ continue: expect.any(String), remainingItemCount: 1 });
  });

  it('watches in frames, made once for all who watch', async () => {
    const { client, stream } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const end = new AbortController();
    const seen = [1, 2].map(() =>
      frames(stream(`${path}?watch=true&${own}`, end.signal, { accept: protobuf }), 3, ConfigMap.schema),
    );
    await new Promise(setImmediate);
    await client.patch(ConfigMap, { name: 'a' }, { type: 'merge', body: { data: { x: '2' } } });
    await client.delete(ConfigMap, { name: 'a' });
    for (const events of await Promise.all(seen))
      expect(events).toMatchObject([
        { type: 'ADDED', object: { kind: 'ConfigMap', data: { x: '1' } } },
        { type: 'MODIFIED', object: { data: { x: '2' } } },
        { type: 'DELETED', object: { metadata: { name: 'a' } } },
      ]);
    end.abort();
  });

  it('tells of failures and deletions as a Status', async () => {
    const { client, get, send } = await requester();
    const missing = await get(`${path}/none`, { accept: protobuf });
    expect([missing.status, missing.headers['content-type']]).toEqual([404, protobuf]);
    expect(opened(missing.bytes, StatusSchema)).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      message: 'configmaps "none" not found',
      details: { name: 'none', kind: 'configmaps' },
    });
    await client.create(configMap('a') as ConfigMap);
    const gone = await send('DELETE', `${path}/a`, undefined, { accept: protobuf });
    expect(opened(gone.bytes, StatusSchema)).toMatchObject({ status: 'Success', details: { name: 'a' } });
  });

  it('has metadata alone, of custom resources too, and subresources', async () => {
    const { apply, get } = await requester();
    const web = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'm', image: 'x' }] } },
      },
    };
    const at = '/apis/apps/v1/namespaces/default/deployments';
    await apply(`${at}/web?fieldManager=me`, web);
    const accept = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
    const partial = opened((await get(`${at}/web`, { accept })).bytes, Deployment.schema);
    expect([partial['kind'], partial['spec'], partial['metadata']]).toEqual([
      'PartialObjectMetadata',
      undefined,
      (await get(`${at}/web`)).json.metadata,
    ]);
    const scale = await get(`${at}/web/scale`, { accept: protobuf });
    expect([scale.headers['content-type'], openEnvelope(scale.bytes).kind]).toEqual([protobuf, 'Scale']);
  });

  it('is not for custom resources: JSON where the client takes that too, else 406', async () => {
    const { client, get } = await requester();
    await client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: {} } } },
        ],
      },
    } as never);
    const at = '/apis/example.com/v1/namespaces/default/things';
    while ((await get(at)).status === 404) await new Promise(setImmediate);
    expect((await get(at, { accept: `${protobuf}, application/json` })).headers['content-type']).toBe(
      'application/json',
    );
    expect(opened((await get(at, { accept: protobuf })).bytes, StatusSchema)).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
      message: `only the following media types are accepted: application/json, application/yaml, ${protobuf}`,
    });
    const partials = await get(at, { accept: `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` });
    expect(openEnvelope(partials.bytes).kind).toBe('PartialObjectMetadataList');
  });
});

describe('other forms', () => {
  it.each([
    ['application/yaml', 'application/yaml', /^apiVersion: v1\n/],
    ['text/html, application/yaml;q=0.5, application/json;q=0.4', 'application/yaml', /^apiVersion/],
    ['application/json;pretty=1', 'application/json', /^\{\n {2}"apiVersion"/],
    ['*/*', 'application/json', /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"a","namespace"/],
    ['application/*, */*;q=0.1', 'application/json', /^\{"kind"/],
  ])('%s gives %s', async (accept, contentType, text) => {
    const { client, get } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const answer = await get(`${path}/a`, { accept });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, contentType]);
    expect(answer.text).toMatch(text);
  });

  it('are laid out for people who ask so, and for their tools', async () => {
    const { get } = await requester();
    const lines = async (query: string, agent: string) =>
      (await get(`${path}${query}`, { 'user-agent': agent })).text.trim().split('\n').length > 1;
    expect(await lines('', 'curl/8.5.0')).toBe(true);
    expect(await lines('?pretty=true', 'kubectl/v1.33')).toBe(true);
    expect(await lines('?pretty=false', 'curl/8.5.0')).toBe(false);
    expect(await lines('', 'kubectl/v1.33')).toBe(false);
  });

  it('FlowSchemas stand in the order in which they are tried', async () => {
    const { client, get } = await requester();
    const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
    for (const [name, matchingPrecedence] of [['a', 900] as const, ['c', 20] as const, ['b', 20] as const])
      await client.create({
        ...{ apiVersion, kind: 'FlowSchema', metadata: { name } },
        spec: { matchingPrecedence, priorityLevelConfiguration: { name: 'some' } },
      } as KubernetesObject);
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const { rows } = (await get(`/apis/${apiVersion}/flowschemas`, { accept })).json;
    expect(rows.map(({ cells }: { cells: readonly unknown[] }) => cells[0])).toEqual(['b', 'c', 'a']);
  });

  it('a scale has a Table of its own', async () => {
    const { client, get } = await requester();
    const [matchLabels, containers] = [{ app: 'a' }, [{ name: 'main', image: 'x' }]];
    const template = { metadata: { labels: matchLabels }, spec: { containers } };
    await client.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'default' },
      spec: { replicas: 2, selector: { matchLabels }, template },
    } as unknown as Deployment);
    const scale = '/apis/apps/v1/namespaces/default/deployments/a/scale';
    const asTable = await get(scale, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json' });
    const { kind, columnDefinitions, rows } = asTable.json;
    expect([kind, ...columnDefinitions.map(({ name }: { name: string }) => name)]).toEqual([
      ...['Table', 'Name', 'Desired', 'Available', 'Age'],
    ]);
    expect(rows).toMatchObject([
      { cells: ['a', 2, 0, expect.any(String)], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } },
    ]);
    const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    expect((await get(scale, { accept: partial })).json).toMatchObject({ kind: 'PartialObjectMetadata' });
    expect((await get(scale)).json).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } });
  });

  it('what is asked and not stored has no Table', async () => {
    const { send } = await requester();
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { nonResourceAttributes: { path: '/', verb: 'get' } },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    expect((await send('POST', path, review, { accept })).json).toMatchObject({ code: 406, reason: 'NotAcceptable' });
    expect((await send('POST', path, review, { accept: `${accept},application/json` })).json).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      status: { allowed: true },
    });
  });

  it.each(['v1', 'v1beta1'])('Tables of %s, of objects, lists and watches', async (version) => {
    const { client, get, stream } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const accept = `application/json;as=Table;g=meta.k8s.io;v=${version},application/json`;
    const table = async (query: string) => (await get(`${path}${query}`, { accept })).json;
    const { kind, apiVersion, columnDefinitions, rows } = await table(`?${own}`);
    expect([kind, apiVersion, rows.length]).toEqual(['Table', `meta.k8s.io/${version}`, 1]);
    expect(columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(rows[0].cells.slice(0, 2)).toEqual(['a', 2]);
    expect(rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    expect((await table('/a?includeObject=None')).rows[0].object).toBeNull();
    expect((await table('/a?includeObject=Object')).rows[0].object).toMatchObject({
      kind: 'ConfigMap',
      data: { x: '1' },
    });
    const end = new AbortController();
    for await (const line of stream(`${path}?watch=true&${own}`, end.signal, { accept })) {
      expect(JSON.parse(Buffer.from(line).toString())).toMatchObject({
        type: 'ADDED',
        object: { kind: 'Table', rows: [{ object: { metadata: { name: 'a' } } }] },
      });
      end.abort();
    }
  });

  it.each([
    [
      'a Table in protobuf',
      '/a',
      `${protobuf};as=Table;g=meta.k8s.io;v=v1`,
      `application/json, application/yaml, ${protobuf}`,
    ],
    [
      'an unknown form',
      '/a',
      'application/json;as=Nothing;g=meta.k8s.io;v=v1',
      `application/json, application/yaml, ${protobuf}`,
    ],
    ['a watch in YAML', '?watch=true', 'application/yaml', `application/json;stream=watch, ${protobuf};stream=watch`],
  ])('%s is not acceptable', async (_what, at, accept, accepted) => {
    const { client, get } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const { status, text } = await get(`${path}${at}`, { accept });
    expect([status, text.replaceAll(/\n */g, ' ')]).toEqual([
      406,
      expect.stringContaining(`only the following media types are accepted: ${accepted}`),
    ]);
  });

  it.each([
    ['an object', 'GET', `${path}/a`, `application/json, application/yaml, ${protobuf}`],
    [
      ...(['a list', 'GET', path] as const),
      `application/json, application/yaml, ${protobuf}, application/json;stream=watch, ${protobuf};stream=watch`,
    ],
    ['a write', 'POST', path, `application/json, application/yaml, ${protobuf}`],
    [
      'a log',
      'GET',
      '/api/v1/namespaces/default/pods/a/log',
      `text/plain, application/json, application/yaml, ${protobuf}`,
    ],
    ['the version', 'GET', '/version', 'application/json'],
    ['discovery', 'GET', '/apis/apps/v1', `application/json, application/yaml, ${protobuf}`],
  ])('%s is had in what its path offers alone', async (_what, method, at, offered) => {
    const { client, send } = await requester();
    await client.create(configMap('a') as ConfigMap);
    for (const accept of ['text/html', 'application/*', 'application/JSON'])
      expect((await send(method, at, method === 'POST' ? {} : undefined, { accept })).json).toMatchObject({
        code: 406,
        message: `406: Not Acceptable\n\nAvailable representations: ${offered}`,
        details: {},
      });
  });

  it('a watch tells its columns once', async () => {
    const { client, stream } = await requester();
    for (const name of ['a', 'b']) await client.create(configMap(name) as ConfigMap);
    const end = new AbortController();
    const told: unknown[] = [];
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    for await (const lines of stream(`${path}?watch=true`, end.signal, { accept }))
      for (const line of Buffer.from(lines).toString().trim().split('\n')) {
        told.push(JSON.parse(line).object.columnDefinitions?.length);
        if (told.length === 2) end.abort();
      }
    expect(told.slice(0, 2)).toEqual([3, undefined]);
  });

  it('a watch in YAML is not either, and says so in YAML', async () => {
    const { get } = await requester();
    const { status, text } = await get(`${path}?watch=true`, { accept: 'application/yaml' });
    expect([status, text]).toEqual([406, expect.stringContaining('reason: NotAcceptable')]);
  });

  it('metadata of a list has another name than metadata of an object', async () => {
    const { client, get } = await requester();
    await client.create(configMap('a') as ConfigMap);
    const as = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });
    expect((await get(path, as('PartialObjectMetadataList'))).json.items[0]).toMatchObject({ metadata: {} });
    expect((await get(path, as('PartialObjectMetadata'))).json.message).toBe(
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    );
    expect((await get(`${path}/a`, as('PartialObjectMetadataList'))).json.message).toBe(
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    );
  });

  it('bodies of unknown types are refused', async () => {
    const { send } = await requester();
    expect((await send('POST', path, 'x', { 'content-type': 'text/plain' })).json).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
      message: `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${protobuf}`,
    });
    expect((await send('PATCH', `${path}/a`, '{}', { 'content-type': 'application/json' })).json).toMatchObject({
      code: 415,
      message: '415: Unsupported Media Type',
    });
  });
});
