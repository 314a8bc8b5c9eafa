/** What kube-apiserver says and does about bodies that people and scripts send, where clients depend on it. */
import { beforeEach, expect, it } from '@jest/globals';
import { Node, type Pod, Secret } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import { type ApiServer, createApiServer } from '../server.js';
import { ask } from './asking.fixture.js';

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await createApiServer({ world: virtualWorld({ seed: 1 }), disableAdmissionPlugins: ['ServiceAccount'] });
  client = server.client();
});

const pod = (name: string, spec: object = {}, namespace = 'default'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'main', image: 'nginx' }], ...spec } as Pod['spec'],
});

it('what is no JSON is told of with the kind that should have come', async () => {
  const { status, json } = await ask(server.handle, 'POST /api/v1/namespaces', {
    headers: { 'content-type': 'application/json' },
    body: 'apiVersion: v1',
  });
  expect(status).toBe(400);
  expect(json.message).toMatch(
    /^the object provided is unrecognized \(must be of type Namespace\): couldn't get version\/kind; json parse error: .* \(61706956657273696f6e3a207631\)$/,
  );
});

it.each([
  ['', '<empty>'],
  ['{"kind":"Namespace","apiVersion":"v1","metadata":{', '{"kind":"Namespace","apiVersio ...'],
])('what ends too early is told of with how it begins: %j', async (body, shown) => {
  const { json } = await ask(server.handle, 'POST /api/v1/namespaces', { body });
  const words = `couldn't get version/kind; json parse error: unexpected end of JSON input (${shown})`;
  expect(json).toMatchObject({
    code: 400,
    message: `the object provided is unrecognized (must be of type Namespace): ${words}`,
  });
});

const pods = '/api/v1/namespaces/default/pods';
it.each([
  [
    'another kind',
    `POST ${pods}`,
    { apiVersion: 'v1', kind: 'Service' },
    'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
  ],
  [
    'a group that has no such kind',
    `POST ${pods}`,
    { apiVersion: 'apps/v1', kind: 'Pod' },
    'Pod in version "v1" cannot be handled as a Pod: no kind "Pod" is registered for version "apps/v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    'another version',
    'POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler' },
    'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
  ],
  [
    'another namespace, when it is made',
    `POST ${pods}`,
    pod('a', {}, 'other'),
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'another namespace, when it is written over',
    `PUT ${pods}/a`,
    pod('a', {}, 'other'),
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
])('what is of %s than the path is refused', async (_what, line, body, message) => {
  expect((await ask(server.handle, line, { body })).json).toMatchObject({ code: 400, message });
});

const container = (fields: object) => ({ spec: { containers: [{ name: 'main', image: 'nginx', ...fields }] } });
it.each([
  [
    { spec: { hostNetwork: 'yes' } },
    'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
  ],
  [
    { metadata: { annotations: { a: 5 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.annotations of type string',
  ],
  [
    { metadata: { labels: ['a'] } },
    'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
  ],
  [
    container({ env: [{ name: 'a', value: true }] }),
    'json: cannot unmarshal bool into Go struct field EnvVar.spec.containers.env.value of type string',
  ],
  [
    container({ ports: { a: 1 } }),
    'json: cannot unmarshal object into Go struct field Container.spec.containers.ports of type []v1.ContainerPort',
  ],
  [
    container({ args: 'a' }),
    'json: cannot unmarshal string into Go struct field Container.spec.containers.args of type []string',
  ],
  [
    container({ livenessProbe: 'a' }),
    'json: cannot unmarshal string into Go struct field Container.spec.containers.livenessProbe of type v1.Probe',
  ],
  [
    container({ livenessProbe: { periodSeconds: 1.5 } }),
    'json: cannot unmarshal number 1.5 into Go struct field Probe.spec.containers.livenessProbe.periodSeconds of type int32',
  ],
  [
    container({ livenessProbe: { httpGet: { port: 1.5 } } }),
    'json: cannot unmarshal number 1.5 into Go value of type int32',
  ],
  [
    container({ resources: { limits: { cpu: 'a lot' } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [container({ resources: { limits: { cpu: '5kk' } } }), "unable to parse quantity's suffix"],
  [container({ resources: { limits: { cpu: 'e-10' } } }), 'unable to parse numeric part of quantity'],
  [
    container({ resources: { limits: 5 } }),
    'json: cannot unmarshal number into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
  ],
  [
    { metadata: { deletionTimestamp: 'today' } },
    'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
  ],
  [
    { metadata: { deletionTimestamp: '2026-13-01T00:00:00Z' } },
    'parsing time "2026-13-01T00:00:00Z": month out of range',
  ],
  [{ metadata: { deletionTimestamp: 5 } }, 'json: cannot unmarshal number into Go value of type string'],
])('a value of the wrong type is refused in the words of the decoder: %j', async (fields, words) => {
  const { json } = await ask(server.handle, `POST ${pods}`, { body: { ...pod('web'), ...fields } });
  expect(json).toMatchObject({ code: 400, message: `Pod in version "v1" cannot be handled as a Pod: ${words}` });
});

const secret = (data: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: data } });
const secrets = 'POST /api/v1/namespaces/default/secrets';
it.each([
  ['YWJ', 0],
  ['YWJjZA', 4],
  ['YWJj!A==', 4],
  ['YW=j', 2],
  ['Y===', 1],
  ['YQ==YQ==', 4],
])('what is no base64 is told of with where it ceases to be: %j', async (data, at) => {
  const { json } = await ask(server.handle, secrets, { body: secret(data) });
  const words = `Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${at}`;
  expect(json).toMatchObject({ code: 400, message: words });
});

it('base64 may go over several lines', async () => {
  const { status, json } = await ask(server.handle, secrets, { body: secret('YWJj\nZA==\n') });
  expect([status, json.data]).toEqual([201, { a: 'YWJjZA==' }]);
});

it('a merge patch that leaves no object is refused with what it would have left', async () => {
  await client.create(pod('web'));
  const { json } = await ask(server.handle, `PATCH ${pods}/web`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { labels: { a: 1 } } },
  });
  expect(json).toMatchObject({
    code: 422,
    message: expect.stringMatching(
      /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal number into Go struct field ObjectMeta\.metadata\.labels of type string$/,
    ),
  });
});

it('owners that are named twice are kept once, with a warning', async () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u1' };
  const owned = (count: number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'owned', ownerReferences: [...Array<object>(count).fill(owner), { ...owner, uid: 'u2' }] },
  });
  const { json, headers } = await ask(server.handle, 'POST /api/v1/namespaces/default/configmaps', { body: owned(2) });
  expect(json.metadata.ownerReferences).toEqual(owned(1).metadata.ownerReferences);
  expect(headers['warning']).toEqual([
    expect.stringMatching(/^299 - "\.metadata\.ownerReferences contains duplicate entries; .*UID\(s\) observed: u1"$/),
  ]);
});

it('an apply of something else than the path is refused by what it is', async () => {
  const { json } = await ask(server.handle, `PATCH ${pods}/web?fieldManager=me`, {
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'autoscaling/v1', kind: 'Scale' },
  });
  expect(json).toMatchObject({ code: 400, message: 'invalid object type: autoscaling/v1, Kind=Scale' });
});

it('a Binding binds its pod, and is not stored', async () => {
  await client.create(pod('web'));
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web' }, target: { kind: 'Node', name: 'n1' } };
  const { status, json } = await ask(server.handle, 'POST /api/v1/namespaces/default/bindings', { body });
  expect([status, json.status]).toEqual([201, 'Success']);
  expect((await ask(server.handle, `GET ${pods}/web`)).json.spec.nodeName).toBe('n1');
});

it.each(['/api/v1/watch/namespaces/default/pods', '/api/v1/watch/pods', '/api/v1/watch/namespaces/default/pods/web'])(
  'the older way to watch: %s',
  async (path) => {
    await client.create(pod('web'));
    const { text } = await ask(server.handle, `GET ${path}?timeoutSeconds=1`, { signal: AbortSignal.timeout(50) });
    expect(JSON.parse(text)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'web' } } });
    expect((await ask(server.handle, `DELETE ${path}`)).status).toBe(405);
  },
);

it.each([
  ['a review that is only made', 'GET /apis/authentication.k8s.io/v1/tokenreviews'],
  ['all namespaces at once', 'DELETE /api/v1/namespaces'],
  ['an eviction that is only made', 'GET /api/v1/namespaces/default/pods/web/eviction'],
])('a verb that there is not is refused as by the router: %s', async (_what, line) => {
  expect((await ask(server.handle, line)).json).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the server does not allow this method on the requested resource',
    reason: 'MethodNotAllowed',
    details: {},
    code: 405,
  });
});

it.each([
  [{ metadata: { labels: 'invalid' } }, 'map[metadata:map[labels:invalid]]', 'cannot restore map from string'],
  [{ spec: { containers: 'one' } }, 'map[spec:map[containers:one]]', 'cannot restore slice from string'],
  [{ spec: { securityContext: [1, 2] } }, 'map[spec:map[securityContext:[1 2]]]', 'cannot restore struct from: slice'],
  [{ spec: { hostNetwork: 'yes' } }, 'map[spec:map[hostNetwork:yes]]', 'unrecognized type: bool'],
  [{ spec: { priority: 'x' } }, 'map[spec:map[priority:x]]', 'unrecognized type: int32'],
  [{ spec: { priority: 1.5 } }, 'map[spec:map[priority:1.5]]', 'cannot convert float64 to int32'],
  [{ kind: [] }, 'map[kind:[]]', 'unrecognized type: string'],
  [{ apiVersion: 1 }, 'map[apiVersion:1]', 'cannot convert int64 to string'],
  [{ spec: { nodeName: 5 } }, 'map[spec:map[nodeName:5]]', 'cannot convert int64 to string'],
])('a strategic patch that leaves no object: %j', async (patch, shown, words) => {
  await client.create(pod('web'));
  const { status, json } = await ask(server.handle, 'PATCH /api/v1/namespaces/default/pods/web', {
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: patch,
  });
  expect(status).toBe(422);
  expect(json.message).toBe(` "" is invalid: patch: Invalid value: "${shown}": ${words}`);
});

it('a strategic patch of bytes by a list of what are none', async () => {
  await client.create<Secret>({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } });
  const { json } = await ask(server.handle, 'PATCH /api/v1/namespaces/default/secrets/s', {
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: { data: { app: ['a'] } },
  });
  expect(json.message).toBe(' "" is invalid: patch: Invalid value: "map[data:map[app:[a]]]": unrecognized type: uint8');
});

it('a strategic patch of a list of which nobody spoke needs no keys', async () => {
  await client.create({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'n' } });
  const { status, json } = await ask(server.handle, 'PATCH /apis/storage.k8s.io/v1/csinodes/n', {
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: { spec: { drivers: [{ nodeID: 'a' }] } },
  });
  expect([status, json.details.causes.map(({ field }: { field: string }) => field)]).toEqual([
    422,
    expect.arrayContaining(['spec.drivers[0].name']),
  ]);
});

it('an update of resourceVersion 0 is one of no version', async () => {
  const { metadata } = await client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  expect(metadata.resourceVersion).not.toBe('0');
  const annotated = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', annotations: { a: 'b' } } };
  const replace = (resourceVersion: string) =>
    ask(server.handle, 'PUT /api/v1/nodes/n1', {
      body: { ...annotated, metadata: { ...annotated.metadata, resourceVersion } },
    });
  expect((await replace('1')).status).toBe(409);
  expect((await replace('0')).status).toBe(200);
  expect((await client.get(Node, { name: 'n1' })).metadata.annotations).toEqual({ a: 'b' });
});

it('a pod replaced by its own manifest keeps the priority that it was given', async () => {
  const made = await client.create(pod('web'));
  expect(made.spec).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
  const replaced = await ask(server.handle, 'PUT /api/v1/namespaces/default/pods/web', {
    body: { ...pod('web'), metadata: { ...pod('web').metadata, labels: { a: 'b' } } },
  });
  expect(replaced).toMatchObject({ status: 200, json: { spec: { priority: 0 }, metadata: { labels: { a: 'b' } } } });
});

it('another priority is refused by an update', async () => {
  await client.create(pod('web'));
  const { status } = await ask(server.handle, 'PUT /api/v1/namespaces/default/pods/web', {
    body: pod('web', { priority: 7 }),
  });
  expect(status).toBe(422);
});

it('a false that Go leaves out is left out, one that it keeps is kept', async () => {
  const { spec } = await client.create(
    pod('web', {
      hostNetwork: false,
      hostIPC: false,
      automountServiceAccountToken: false,
      shareProcessNamespace: false,
    }),
  );
  expect(spec).toMatchObject({ automountServiceAccountToken: false, shareProcessNamespace: false });
  expect(Object.keys(spec!)).not.toEqual(expect.arrayContaining(['hostNetwork']));
  expect(Object.keys(spec!)).not.toEqual(expect.arrayContaining(['hostIPC']));
});

it('stringData wins over data', async () => {
  const { data } = await client.create<Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'both', namespace: 'default' },
    data: { k1: 'djE=', k2: '' },
    stringData: { k2: 'v2', k3: 'ü' },
  });
  expect(data).toEqual({ k1: 'djE=', k2: 'djI=', k3: 'w7w=' });
  expect(Object.keys(await client.get(Secret, { name: 'both', namespace: 'default' }))).not.toContain('stringData');
});
