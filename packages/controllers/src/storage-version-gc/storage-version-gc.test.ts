import { describe, expect, it } from '@jest/globals';
import { StorageVersion, StorageVersionStatus } from '@pintle/api/apiserverinternal/v1alpha1';
import { Lease } from '@pintle/api/coordination/v1';
import { defineKind, object, ref } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';
import { planStorageVersion } from './index.js';

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
