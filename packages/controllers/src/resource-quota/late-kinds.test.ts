/** Quotas of kinds that come to be known after them. */
import { expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { ResourceQuota } from '@pintle/api/core/v1';
import type { KubernetesObject } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';

it('a quota that was there before its kind is counted soon after that has come', async () => {
  const cluster = await testCluster({ nodes: 0 });
  const { client } = cluster;
  const count = 'count/shops.example.com';
  await client.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'shops', namespace: 'default' },
    spec: { hard: { [count]: '1', configmaps: '9', 'count/nothing.example.com': '1' } },
  } as ResourceQuota);
  await cluster.advance({ seconds: 31 });
  const used = async () => (await client.get(ResourceQuota, { name: 'shops' })).status?.used;
  expect(await used()).toEqual({ configmaps: '1' });
  await client.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'shops.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'shops', kind: 'Shop' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  } as unknown as CustomResourceDefinition);
  await cluster.settle();
  const make = (name: string) =>
    client
      .create({
        apiVersion: 'example.com/v1',
        kind: 'Shop',
        metadata: { name, namespace: 'default' },
      } as KubernetesObject)
      .catch(({ message }: Error) => message);
  expect(await make('early')).toMatch(`status unknown for quota: shops, resources: ${count}`);
  await cluster.advance({ seconds: 31 });
  expect(await used()).toEqual({ configmaps: '1', [count]: '0' });
  await make('first');
  expect(await make('second')).toMatch('exceeded quota: shops');
  await cluster.stop();
});
