/** Requests that mean nothing, or little: answered as kube-apiserver 1.33 answers them, code, form and words. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineKind, object, string, virtualWorld } from '@pintle/machinery';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

const Website = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Website',
  scope: 'Namespaced',
  fields: { spec: object({ host: string() }) },
});

let api: ApiServer;
beforeAll(async () => {
  api = await createApiServer({
    kinds: [Website],
    authenticators: [
      async (request) => ({
        name: request.header('x-user') ?? 'root',
        groups: request.header('x-user') === undefined ? ['system:masters'] : ['system:authenticated'],
      }),
    ],
    authorizer: 'rbac',
  });
});
afterAll(() => api.stop());

const noResource = 'the server could not find the requested resource';
const noMethod = 'the server does not allow this method on the requested resource';
const noPage = '404 page not found\n';

describe('a request', () => {
  it.each<readonly [line: string, code: number, said: string]>([
    ['GET /api/v1/nope', 404, noResource],
    ['GET /apis/apps/v1/nope', 404, noResource],
    ['GET /apis/apps/v9/deployments', 404, noResource],
    ['GET /apis/apps/v9', 404, noResource],
    ['GET /api/v1/namespaces/default/nodes', 404, noResource],
    ['GET /api/v1/pods/x', 404, noResource],
    ['GET /api/v1/namespaces/default/configmaps/x/nope', 404, noResource],
    ['GET /api/v1/namespaces/default/pods/x/log/more', 404, noResource],
    ['GET /version/more', 404, noResource],
    ['GET /apis/nope/v1', 404, noPage],
    ['GET /apis/nope/v1/things', 404, noPage],
    ['GET /apis/example.com/v1/things', 404, noPage],
    ['GET /nope', 404, noPage],
    ['GET /healthz/nope', 404, noPage],
    ['HEAD /api/v1/namespaces', 405, noMethod],
    ['HEAD /version', 405, noMethod],
    ['OPTIONS /api/v1/namespaces', 405, noMethod],
    ['POST /api', 405, noMethod],
    ['POST /api/v1/pods', 405, noMethod],
    ['DELETE /api/v1/pods', 405, noMethod],
    ['PUT /api/v1/namespaces/default/pods', 405, noMethod],
    ['POST /api/v1/namespaces/default/pods/x', 405, noMethod],
    ['POST /apis/apps/v1', 405, noMethod],
    ['PUT /apis/apps/v9', 404, noResource],
    ['OPTIONS /api/v2', 404, noResource],
    ['HEAD /apis/apps/v1/namespaces/default/deployments/x/token', 404, noResource],
    ['TRACE /apis/coordination.k8s.io/v1/namespaces/default/leases/x/status', 404, noResource],
    ['DELETE /api/v1/bindings', 404, noResource],
    ['GET /apis/authorization.k8s.io/v1/subjectaccessreviews', 405, noMethod],
    ['GET /apis/authorization.k8s.io/v1/subjectaccessreviews/x', 404, noResource],
    ['PATCH /apis/authorization.k8s.io/v1/subjectaccessreviews/x', 404, noResource],
    ['GET /api/v1//pods', 404, noResource],
  ])('%s: %d', async (line, code, said) => {
    const answer = await ask(api.handle, line);
    const { status, text, headers } = answer;
    expect(status).toBe(code);
    if (said === noPage) {
      expect([text, headers['content-type'], headers['x-content-type-options']]).toEqual([
        noPage,
        'text/plain; charset=utf-8',
        'nosniff',
      ]);
    } else expect(answer.json).toMatchObject({ kind: 'Status', code, message: said, details: {} });
  });

  it.each([
    'GET /api/v1/namespaces//pods',
    'HEAD /healthz',
    'POST /readyz',
    'DELETE /openapi/v3',
    'HEAD /apis/example.com/v1/websites',
  ])('%s is answered', async (line) => {
    expect((await ask(api.handle, line)).status).toBe(200);
  });

  it.each<readonly [query: string, message: unknown]>([
    ['limit=a', 'strconv.ParseInt: parsing "a": invalid syntax'],
    ['timeoutSeconds=a', 'strconv.ParseInt: parsing "a": invalid syntax'],
    ['timeout=abc', 'invalid timeout specified in the request URL - time: invalid duration "abc"'],
    ['timeout=5', 'invalid timeout specified in the request URL - time: missing unit in duration "5"'],
    ['timeout=5x', 'invalid timeout specified in the request URL - time: unknown unit "x" in duration "5x"'],
    ['labelSelector=a%3Db%3Dc', `found '=', expected: ',' or 'end of string'`],
    ['labelSelector=%3Da', `found '=', expected: !, identifier, or 'end of string'`],
    ['labelSelector=a+in+b', `unable to parse requirement: found 'b' expected: '('`],
    ['labelSelector=a+b', `unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt`],
    ['labelSelector=%C3%A9)', expect.stringMatching(/^unable to parse requirement: <nil>: Invalid value: "é": name/)],
    [
      'labelSelector=a%3E%5C',
      expect.stringMatching(/^unable to parse requirement: \[values\[0\]: .* must be an integer, values\[0\]\[a\]: /),
    ],
    ['fieldSelector=spec.nothing%3Da', 'field label not supported: spec.nothing'],
    ['fieldSelector=b,a,metadata.name%3Da', "invalid selector: 'b,a,metadata.name=a'; can't understand 'a'"],
    ['fieldSelector=a%21%3E%3D%3D', 'field label not supported: a!>'],
    ['fieldSelector=a%3D%3D%3D1', 'invalid field selector: unescaped character in value: 61'],
    ['fieldSelector=a%3D%5Cx', 'invalid field selector: invalid escape sequence: \\x'],
    ['fieldSelector=+metadata.name%3Da', 'field label not supported:  metadata.name'],
  ])('for a list with %s is refused', async (query, message) => {
    const { status, json } = await ask(api.handle, `GET /api/v1/pods?${query}`);
    expect([status, json]).toMatchObject([400, { reason: 'BadRequest' }]);
    expect((json as { message: string }).message).toEqual(message);
  });

  it('of a method that is no verb is refused without one to who may not ask', async () => {
    const { json } = await ask(api.handle, 'OPTIONS /api/v1/namespaces/a/pods', { headers: { 'x-user': 'ann' } });
    expect((json as { message: string }).message).toBe(
      'pods is forbidden: User "ann" cannot  resource "pods" in API group "" in the namespace "a"',
    );
  });

  it.each<readonly [line: string, type: string, body: string, code: number]>([
    ['POST /api/v1/namespaces', 'application/apply-patch+yaml', 'metadata: {name: n}', 415],
    ['POST /api/v1/namespaces', 'text/plain', '', 415],
    ['POST /api/v1/namespaces?fieldValidation=x', 'text/plain', '{', 415],
    ['POST /api/v1/namespaces?fieldValidation=x', 'application/json', '{', 422],
    ['PUT /api/v1/namespaces/default?fieldValidation=x', 'text/plain', '{', 422],
    ['PUT /api/v1/namespaces/default', 'application/merge-patch+json', '{}', 415],
    ['PATCH /api/v1/namespaces/default?fieldValidation=x', 'text/plain', '{', 415],
    ['PATCH /api/v1/namespaces/default?fieldValidation=x', 'application/json-patch+json', '{', 422],
    ['DELETE /api/v1/namespaces/absent', 'application/merge-patch+json', '{}', 415],
    ['DELETE /api/v1/namespaces/absent', 'application/merge-patch+json', '', 404],
    ['PATCH /api/v1/namespaces/absent', 'application/json-patch+json', '{}', 404],
    ['PATCH /api/v1/namespaces/absent', 'application/merge-patch+json', '{', 404],
    ['PATCH /api/v1/namespaces/default', 'application/merge-patch+json', '{', 400],
    ['PATCH /api/v1/namespaces/absent?fieldManager=a', 'application/apply-patch+yaml', 'a: [', 400],
    ['PATCH /api/v1/namespaces/absent/status?fieldManager=a', 'application/apply-patch+yaml', 'a: [', 404],
    ['PATCH /api/v1/namespaces/default/finalize', 'text/plain', '{', 405],
    ['GET /api/v1/namespaces/default/pods/absent/exec?dryRun=x', 'application/json', '', 400],
    ['PATCH /api/v1/namespaces/default', 'application/json-patch+json', '{}', 400],
  ])('%s of %s with %j: %d', async (line, type, body, code) => {
    expect((await ask(api.handle, line, { headers: { 'content-type': type }, body })).status).toBe(code);
  });

  it('of a patch of no type that there is is refused for that, whatever form is wanted', async () => {
    const headers = { 'content-type': 'text/plain', accept: 'text/html' };
    for (const path of ['/api/v1/namespaces/default', '/apis/apps/v1/namespaces/default/deployments/a/scale'])
      expect((await ask(api.handle, `PATCH ${path}`, { headers, body: '{' })).status).toBe(415);
  });

  it.each([
    ['GET', 'pods "x" is forbidden: User "ann" cannot list'],
    ['DELETE', 'pods is forbidden: User "ann" cannot deletecollection'],
  ])('by the name of one is of that one where it is read: %s', async (method, message) => {
    const line = `${method} /api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dx`;
    const { json } = await ask(api.handle, line, { headers: { 'x-user': 'ann' } });
    expect((json as { message: string }).message).toContain(message);
  });

  it.each([
    ['GET /healthz', 200],
    ['HEAD /healthz', 403],
    ['PATCH /livez', 403],
  ])('of health as somebody: %s: %d', async (line, code) => {
    expect((await ask(api.handle, line, { headers: { 'x-user': 'ann' } })).status).toBe(code);
  });

  it('for what nobody serves is refused to who may not ask', async () => {
    const { status, json } = await ask(api.handle, 'GET /api/v1/nope', { headers: { 'x-user': 'ann' } });
    expect([status, (json as { message: string }).message]).toEqual([
      403,
      'nope is forbidden: User "ann" cannot list resource "nope" in API group "" at the cluster scope',
    ]);
  });

  it('for a form that there is not is refused in lines of JSON', async () => {
    const { status, text, json } = await ask(api.handle, 'GET /api/v1/namespaces', {
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(406);
    expect(json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
      reason: 'NotAcceptable',
      details: {},
      code: 406,
    });
    expect(text).toContain('\n  "status": "Failure",\n');
  });
});

it.each([
  ['//api', 404, '404 page not found\n'],
  ['/apis//', 404, '404 page not found\n'],
  ['/api//v1', 404, /the server could not find the requested resource/],
  ['/api/v1//pods', 404, /the server could not find the requested resource/],
  ['/api/v1//', 200, /APIResourceList/],
  ['/metrics/', 404, '404 page not found\n'],
  ['/openid/v1', 404, '404 page not found\n'],
  ['/.well-known/', 404, '404 page not found\n'],
  ['/index.html', 200, /"paths"/],
  ['/index.html/x', 404, '404 page not found\n'],
])('the path %s', async (path, status, text) => {
  const { handle } = await createApiServer({ world: virtualWorld() });
  const answer = await ask(handle, `GET ${path}`);
  expect(answer.status).toBe(status);
  if (typeof text === 'string') expect(answer.text).toBe(text);
  else expect(answer.text).toMatch(text);
});

it('every answer has an id, the one that was sent where there is one', async () => {
  const idOf = async (line: string, headers: Record<string, string> = {}) =>
    (await ask(api.handle, line, { headers })).headers['audit-id'];
  const [a, b] = [await idOf('GET /api/v1/namespaces'), await idOf('GET /nope')];
  expect(a).toMatch(/^[0-9a-f]{8}-/);
  expect(b).toMatch(/^[0-9a-f]{8}-/);
  expect(a).not.toBe(b);
  expect(await idOf('GET /api', { 'audit-id': 'mine' })).toBe('mine');
});

it('a Table has of its objects what there is to be had', async () => {
  const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const { status, json } = await ask(api.handle, 'GET /api/v1/pods?includeObject=All', { headers });
  expect([status, json.message]).toEqual([
    400,
    `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty`,
  ]);
  expect((await ask(api.handle, 'GET /api/v1/pods?includeObject=All')).status).toBe(200);
});

it('YAML is written as Go writes it: quoted where it would be read as something else, in order, without references', async () => {
  const metadata = {
    name: 'a',
    namespace: 'default',
    annotations: { z: 'yes', b: '2026-01-01T00:00:00Z', c: `${'long '.repeat(40)}` },
  };
  await api.client().create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: 'a\nb\n' } });
  const { text } = await ask(api.handle, 'GET /api/v1/namespaces/default/configmaps/a', {
    headers: { accept: 'application/yaml' },
  });
  expect(text).toMatch(
    /^apiVersion: v1\ndata:\n {2}text: \|\n {4}a\n {4}b\nkind: ConfigMap\nmetadata:\n {2}annotations:\n/,
  );
  expect(text).toMatch(/ {4}b: ["']2026-01-01T00:00:00Z["']\n {4}c: ["']?(?:long )+["']?\n {4}z: ["']yes["']\n/);
  expect(text).toMatch(/ {2}creationTimestamp: ["']\d{4}-/);
  expect(text).toMatch(/\n {2}managedFields:\n {2}- apiVersion: v1\n/);
  // Pods of one template are of one spec.
  const spec = { containers: [{ name: 'main', image: 'main' }] };
  for (const name of ['p', 'q'])
    await api.client().create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec });
  const list = await ask(api.handle, 'GET /api/v1/pods', { headers: { accept: 'application/yaml' } });
  expect(list.text.match(/ image: main\n/g)).toHaveLength(2);
});

it.each([
  [{}, ''],
  [{ port: 6443 }, '127.0.0.1:6443'],
  [{ port: 6443, advertiseAddress: 'fd00::1' }, '[fd00::1]:6443'],
])('a server with %j says where it is', async (options, serverAddress) => {
  const server = await createApiServer(options);
  const { json } = await ask(server.handle, 'GET /api');
  expect(json.serverAddressByClientCIDRs).toEqual([{ clientCIDR: '0.0.0.0/0', serverAddress }]);
  await server.stop();
});
