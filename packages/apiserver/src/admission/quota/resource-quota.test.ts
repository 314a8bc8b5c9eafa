/** Quota in the API server alone; with its controller: packages/testing/scenarios/resource-quota.scenario. */
import { describe, expect, it } from '@jest/globals';
import {
  ConfigMap,
  type Namespace,
  type PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  type ResourceQuotaSpec,
  type ServiceAccount,
} from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { StatusError } from '@pintle/machinery';
import { createApiServer } from '../../server.js';

const key = { name: 'all', namespace: 'default' };
const configMap = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

/** A client of a server where at most `hard` ConfigMaps may be, or what else is bounded. */
async function served(hard: string | Readonly<Record<string, string>>, spec: ResourceQuotaSpec = {}): Promise<Client> {
  const bounds = typeof hard === 'string' ? { configmaps: hard } : hard;
  const client = (await createApiServer()).client();
  await client
    .create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
    .catch((error: unknown) => {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    });
  const made = await client.create<ResourceQuota>({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: key,
    spec: { ...spec, hard: bounds },
  });
  const unused = Object.fromEntries(Object.keys(bounds).map((name) => [name, '0']));
  await client.update({ ...made, status: { hard: bounds, used: unused } }, { subresource: 'status' });
  return client;
}
const used = async (client: Client) => (await client.get(ResourceQuota, key)).status?.used;

describe('ResourceQuota', () => {
  it('charges what is created, and says whose writing that is', async () => {
    const client = await served('2');
    await client.create(configMap('a'));
    expect(await used(client)).toEqual({ configmaps: '1' });
    const { metadata } = await client.get(ResourceQuota, key);
    expect(metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource])).toContainEqual([
      'kube-apiserver',
      'status',
    ]);
  });

  it('lets through exactly as many as there is room for, however many come at once', async () => {
    const client = await served('7');
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => client.create(configMap(`made-${i}`))),
    );
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as StatusError] : []));
    expect(refusals).toHaveLength(43);
    expect(refusals[0]).toMatchObject({
      code: 403,
      message:
        'configmaps "made-7" is forbidden: exceeded quota: all, requested: configmaps=1, used: configmaps=7, limited: configmaps=7',
    });
    expect(await client.list(ConfigMap, { namespace: 'default' })).toHaveLength(7);
    expect(await used(client)).toEqual({ configmaps: '7' });
  });

  it('holds against another writer of the quota', async () => {
    const client = await served('1000');
    const writes = Array.from({ length: 5 }, (_, i) =>
      client.patch(ResourceQuota, key, { type: 'merge', body: { metadata: { labels: { round: String(i) } } } }),
    );
    await Promise.all([...writes, ...Array.from({ length: 30 }, (_, i) => client.create(configMap(`made-${i}`)))]);
    expect(await used(client)).toEqual({ configmaps: '30' });
  });

  it('charges nothing for a dry run, and refuses one that could not pay', async () => {
    const client = await served('1');
    await client.create(configMap('a'), { dryRun: true });
    expect(await used(client)).toEqual({ configmaps: '0' });
    await client.create(configMap('a'));
    await expect(client.create(configMap('b'), { dryRun: true })).rejects.toThrow('exceeded quota');
  });

  it('does not charge for updates of what only counts', async () => {
    const client = await served('1');
    const made = await client.create(configMap('a'));
    await client.update({ ...made, data: { a: 'b' } });
    expect(await used(client)).toEqual({ configmaps: '1' });
  });

  it('charges a pod that gets a deadline to the quota of those that have one', async () => {
    const client = await served({ pods: '1' }, { scopes: ['Terminating'] });
    const pod = (name: string): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }], automountServiceAccountToken: false },
    });
    await client.create<ServiceAccount>({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    });
    const hasten = async (name: string) => {
      await client.create(pod(name));
      await client.patch(
        Pod,
        { name, namespace: 'default' },
        {
          type: 'merge',
          body: { spec: { activeDeadlineSeconds: 10 } },
        },
      );
    };
    await hasten('a');
    expect(await used(client)).toEqual({ pods: '1' });
    await client.patch(
      Pod,
      { name: 'a', namespace: 'default' },
      {
        type: 'merge',
        body: { metadata: { labels: { a: 'b' } }, spec: { activeDeadlineSeconds: 5 } },
      },
    );
    await expect(hasten('b')).rejects.toThrow(
      'pods "b" is forbidden: exceeded quota: all, requested: pods=1, used: pods=1, limited: pods=1',
    );
  });

  it('writes down what a volume has been given, whatever room there is', async () => {
    const client = await served({ 'requests.storage': '1Gi' });
    const made = await client.create<PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await client.update(
      { ...made, status: { phase: 'Bound', allocatedResources: { storage: '3Gi' } } },
      { subresource: 'status' },
    );
    expect(await used(client)).toEqual({ 'requests.storage': '3Gi' });
  });
});
