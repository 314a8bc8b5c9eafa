/** What a server finds of IPAddresses when it starts: those of Services that are gone go too, and missing ones are written. */
import { expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import { IPAddress } from '@pintle/api/networking/v1';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';

const world = virtualWorld({ seed: 1 });
const backend = memoryStore<StoredObject>({ world });
const addresses = async (port?: number) => {
  const server = await createApiServer({ world, backend, ...(port === undefined ? {} : { port }) });
  return { server, client: server.client() };
};
const managed = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };
const address = (name: string, service: string, labels: Readonly<Record<string, string>> = managed): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name, labels },
  spec: { parentRef: { resource: 'services', namespace: 'default', name: service } },
});

it('are brought up to date', async () => {
  // Without a port the server has no Service of its own, and keeps no such list.
  const first = await addresses();
  await first.client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', namespace: 'default' },
    spec: { clusterIP: '10.96.0.20', ports: [{ port: 80 }] },
  } as Service);
  await first.client.create(address('10.96.0.21', 'gone'));
  await first.client.create(address('10.96.0.22', 'a'));
  await first.client.create(address('10.96.0.23', 'gone', {}));
  await first.server.stop();

  const { client, server } = await addresses(6443);
  const told = (await client.list(IPAddress)).map(({ metadata, spec }) => [metadata.name, spec?.parentRef.name]);
  expect(told).toEqual([
    ['10.96.0.1', 'kubernetes'],
    ['10.96.0.20', 'a'],
    ['10.96.0.23', 'gone'],
  ]);
  const { resourceVersion } = (await client.get(IPAddress, { name: '10.96.0.20' })).metadata;
  await server.stop();
  const again = await addresses(6443);
  expect((await again.client.get(IPAddress, { name: '10.96.0.20' })).metadata.resourceVersion).toBe(resourceVersion);
  await again.server.stop();
});
