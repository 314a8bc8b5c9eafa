/** What servers behind the API server hold: namespaces are emptied of it, and it goes with its owners. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ConfigMap, Namespace, type Service } from '@pintle/api/core/v1';
import { type ApiServer, createApiServer, type HttpRequest, type ServiceCaller } from '@pintle/apiserver';
import type { Client } from '@pintle/client';
import { defineKind, type KubernetesObject, object, string } from '@pintle/machinery';
import { type TestCluster, testCluster } from '@pintle/testing';

const Flunder = defineKind({
  group: 'wardle.example.com',
  version: 'v1',
  kind: 'Flunder',
  plural: 'flunders',
  fields: { spec: object({ note: string() }) },
});

let cluster: TestCluster;
let behind: ApiServer;
/** Of the other server: what it holds is seen there. */
let held: Client;
let isDown: boolean;
/** Whether it deletes no collections, but each object alone. */
let isSparing: boolean;

beforeEach(async () => {
  isDown = false;
  isSparing = false;
  const call: ServiceCaller = async ({ url }, { method, headers, body }, signal) => {
    if (isDown) throw new Error('connect ECONNREFUSED');
    const { pathname, searchParams } = new URL(url);
    if (isSparing && method === 'DELETE' && pathname.endsWith('/flunders')) return { status: 405, headers: {} };
    return behind.handle({
      ...{ method, path: pathname, query: searchParams, signal, peer: {} },
      header: (name) => headers.find(([other]) => other === name)?.[1],
      headersLike: (prefix) => headers.filter(([name]) => name.startsWith(prefix)),
      body: async () => body ?? new Uint8Array(),
    } satisfies HttpRequest);
  };
  cluster = await testCluster({ nodes: 0, authorizer: 'rbac', aggregation: { call } });
  const { client, world } = cluster;
  behind = await createApiServer({ world, kinds: [Flunder], disableAdmissionPlugins: ['NamespaceLifecycle'] });
  held = behind.client();
  await client.create({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'wardle', namespace: 'default' } },
    spec: { type: 'ExternalName', externalName: '10.96.0.77' },
  } as unknown as Service);
  await client.create({
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
    metadata: { name: 'v1.wardle.example.com' },
    spec: {
      ...{ group: 'wardle.example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 },
      service: { name: 'wardle', namespace: 'default' },
      caBundle: btoa('a certificate'),
    },
  } as unknown as KubernetesObject);
  await cluster.advance({ minutes: 1 });
});
afterEach(async () => {
  await cluster.stop();
  await behind.stop();
});

const flunder = (name: string, metadata: object = {}) => ({
  ...{ apiVersion: 'wardle.example.com/v1', kind: 'Flunder' },
  metadata: { name, namespace: 'default', ...metadata },
  spec: { note: 'a' },
});
const names = async () => (await held.list(Flunder)).map(({ metadata }) => metadata.name);
const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject) => ({
  ownerReferences: [{ apiVersion, kind, name, uid }],
});
const configMap = (name: string, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata } }) as ConfigMap;

it('a client in the process reaches it as one over HTTP does', async () => {
  const { client } = cluster;
  await client.create(flunder('a'));
  const seen: string[] = [];
  const watching = client.watch(Flunder, { namespace: 'default' }).subscribe({
    next: ({ type, object: { metadata } }) => seen.push(`${type} ${metadata.name}`),
  });
  await client.patch(Flunder, { name: 'a' }, { type: 'merge', body: { spec: { note: 'b' } } });
  await cluster.settle();
  expect((await client.get(Flunder, { name: 'a' })).spec).toEqual({ note: 'b' });
  expect((await client.list(Flunder)).map(({ metadata }) => metadata.name)).toEqual(['a']);
  await client.delete(Flunder, { name: 'a' });
  await cluster.settle();
  expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  watching.unsubscribe();
  await expect(client.get(Flunder, { name: 'a' })).rejects.toMatchObject({ reason: 'NotFound' });
  const nobody = cluster.apiServer.client({ user: { name: 'ann', groups: [] } });
  await expect(nobody.list(Flunder)).rejects.toMatchObject({ reason: 'Forbidden' });
});

it('a namespace that goes takes it along, and waits for a server that does not answer', async () => {
  const { client } = cluster;
  for (const name of ['one', 'two'])
    await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await client.create(flunder('a', { namespace: 'one' }));
  await client.create(flunder('b', { namespace: 'two' }));
  await client.delete(Namespace, { name: 'one' });
  await cluster.advance({ seconds: 10 });
  expect(await names()).toEqual(['b']);
  await expect(client.get(Namespace, { name: 'one' })).rejects.toMatchObject({ code: 404 });

  isSparing = true;
  isDown = true;
  await cluster.advance({ minutes: 1 });
  await client.create(configMap('here', { namespace: 'two' }));
  await client.delete(Namespace, { name: 'two' });
  await cluster.advance({ seconds: 10 });
  const stale = 'wardle.example.com/v1: stale GroupVersion discovery: wardle.example.com/v1';
  expect((await client.get(Namespace, { name: 'two' })).status?.conditions).toContainEqual(
    expect.objectContaining({
      ...{ type: 'NamespaceDeletionDiscoveryFailure', status: 'True', reason: 'DiscoveryFailed' },
      message: `Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: ${stale}`,
    }),
  );
  // All else has gone meanwhile.
  expect(await client.list(ConfigMap, { namespace: 'two' })).toHaveLength(0);
  isDown = false;
  await cluster.advance({ minutes: 20 });
  expect(await names()).toEqual([]);
  await expect(client.get(Namespace, { name: 'two' })).rejects.toMatchObject({ code: 404 });
});

it('goes with its owner, and takes what it owns along', async () => {
  const { client } = cluster;
  const owner = await client.create(configMap('owner'));
  const middle = await client.create(flunder('middle', ownedBy(owner)));
  await client.create(configMap('end', ownedBy(middle)));
  await client.create(flunder('free'));
  await cluster.settle();
  await client.delete(ConfigMap, { name: 'owner' });
  await cluster.advance({ seconds: 10 });
  expect(await names()).toEqual(['free']);
  await expect(client.get(ConfigMap, { name: 'end' })).rejects.toMatchObject({ code: 404 });

  // Whether an owner is there that nobody can ask for now: its dependents stay.
  const free = await client.get(Flunder, { name: 'free' });
  await client.create(configMap('kept', ownedBy(free)));
  isDown = true;
  await cluster.advance({ minutes: 2 });
  expect((await client.get(ConfigMap, { name: 'kept' })).metadata.name).toBe('kept');
  isDown = false;
  await cluster.advance({ minutes: 5 });
  await client.delete(Flunder, { name: 'free' });
  await cluster.advance({ minutes: 1 });
  await expect(client.get(ConfigMap, { name: 'kept' })).rejects.toMatchObject({ code: 404 });
});
