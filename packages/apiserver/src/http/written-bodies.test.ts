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

const pod = (name: string, spec: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
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
  [{ metadata: { labels: 'invalid' } }, 'map[metadata:map[labels:invalid]]', 'cannot restore map from string'],
  [{ spec: { containers: 'one' } }, 'map[spec:map[containers:one]]', 'cannot restore slice from string'],
  [{ spec: { securityContext: [1, 2] } }, 'map[spec:map[securityContext:[1 2]]]', 'cannot restore struct from: slice'],
  [{ spec: { hostNetwork: 'yes' } }, 'map[spec:map[hostNetwork:yes]]', 'cannot convert string to bool'],
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
