import { describe, expect, it } from '@jest/globals';
import { StorageVersion, StorageVersionStatus } from '@pintle/api/apiserverinternal/v1alpha1';
import { Lease } from '@pintle/api/coordination/v1';
import { intercept } from '@pintle/client/interceptor';
import { createManager } from '@pintle/controller-runtime';
import { defineKind, object, ref } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';
import { filter } from 'rxjs';
import { planStorageVersion, storageVersionGcController } from './index.js';

const nowMs = Date.parse('2025-01-01T00:00:00Z');
const said = (...servers: readonly string[]) =>
  servers.map((text) => {
    const [apiServerID = '', encodingVersion = 'v1'] = text.split('=');
    return { apiServerID, encodingVersion, decodableVersions: ['v1', 'v2'] };
  });
const version = (...servers: readonly string[]): StorageVersion =>
  ({
    apiVersion: 'internal.apiserver.k8s.io/v1alpha1',
    kind: 'StorageVersion',
    metadata: { name: 'apps.deployments' },
    spec: {},
    status: { storageVersions: said(...servers), commonEncodingVersion: 'v9' },
  }) as unknown as StorageVersion;

describe('planStorageVersion', () => {
  it.each([
    ['all live', version('a', 'b'), 'keep'],
    ['nobody has said anything', version(), 'keep'],
    ['none lives', version('x', 'y'), 'delete'],
    ['one lives', version('a', 'x=v2'), 'a: v1 True CommonEncodingVersionSet'],
    ['two live, and agree', version('a', 'b', 'x=v2'), 'a b: v1 True CommonEncodingVersionSet'],
    ['two live, and do not', version('a', 'b=v2', 'x'), 'a b: - False CommonEncodingVersionUnset'],
  ])('%s', (_name, given, expected) => {
    const step = planStorageVersion(given, (id) => ['a', 'b'].includes(id), nowMs);
    if (step.type !== 'write') {
      expect(step.type).toBe(expected);
      return;
    }
    const { storageVersions = [], commonEncodingVersion = '-', conditions = [] } = step.status;
    const [condition] = conditions;
    const ids = storageVersions.map(({ apiServerID }) => apiServerID).join(' ');
    expect(`${ids}: ${commonEncodingVersion} ${condition?.status} ${condition?.reason}`).toBe(expected);
  });
});

/** Served as a custom kind, which has no status until it is written. */
const Served = defineKind({
  group: StorageVersion.group,
  version: StorageVersion.version,
  kind: 'StorageVersion',
  plural: 'storageversions',
  scope: 'Cluster',
  subresources: { status: true },
  fields: { spec: object({}), status: ref<StorageVersionStatus>(StorageVersionStatus) },
});

it('asks for the lease of a server that the cache does not know yet', async () => {
  const cluster = await testCluster({ crds: [Served], nodes: 0, builtinControllers: [] });
  const { client, world } = cluster;
  const late = intercept(cluster.apiServer.client(), {
    watch: (_kind, _options, events) => events.pipe(filter(({ object }) => object.metadata.name !== 'late')),
  });
  const manager = createManager({ client: late, world, controllers: [storageVersionGcController()] });
  void manager.start();
  await client.create<Lease>({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'late',
      namespace: 'kube-system',
      labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver' },
    },
    spec: {},
  });
  const made = await client.create<StorageVersion>({ ...version(), metadata: { name: 'core.pods' } });
  await client.update({ ...made, status: { storageVersions: said('late', 'gone') } }, { subresource: 'status' });
  await cluster.settle();
  const { status } = await client.get(StorageVersion, { name: 'core.pods' });
  expect(status?.storageVersions?.map(({ apiServerID }) => apiServerID)).toEqual(['late']);
  const stopping = manager.stop();
  await cluster.settle();
  await stopping;
  await cluster.stop();
});

it('follows the leases of API servers, where the kind is served', async () => {
  const cluster = await testCluster({ crds: [Served], nodes: 0 });
  const { client } = cluster;
  const lease = (name: string, labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' }) =>
    client.create<Lease>({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-system', labels },
      spec: {},
    });
  for (const name of ['a', 'b']) await lease(name);
  await lease('other', { 'apiserver.kubernetes.io/identity': 'something-else' });
  const make = async (name: string, ...servers: readonly string[]) => {
    const made = await client.create<StorageVersion>({ ...version(), metadata: { name } });
    await client.update({ ...made, status: { storageVersions: said(...servers) } }, { subresource: 'status' });
  };
  await make('apps.deployments', 'a', 'b=v2');
  await make('core.pods', 'b', 'other');
  await cluster.settle();
  const left = async () =>
    Object.fromEntries(
      (await client.list(StorageVersion)).map(({ metadata, status }) => [
        metadata.name,
        status?.storageVersions?.map(({ apiServerID }) => apiServerID).join(' '),
      ]),
    );
  expect(await left()).toEqual({ 'apps.deployments': 'a b', 'core.pods': 'b' });
  await client.delete(Lease, { name: 'b', namespace: 'kube-system' });
  await cluster.settle();
  expect(await left()).toEqual({ 'apps.deployments': 'a' });
  await cluster.stop();
});
