/** Where clients within the cluster find the API server: the Endpoints and the slice of the Service `kubernetes`. */
import { expect, it } from '@jest/globals';
import { Endpoints } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { virtualWorld } from '@pintle/machinery';
import { memoryStore } from '@pintle/store';
import { createApiServer } from '../server.js';
import type { StoredObject } from '../storage/stored-object.js';

const world = virtualWorld({ seed: 1 });
const backend = memoryStore<StoredObject>({ world });
const at = { namespace: 'default', name: 'kubernetes' };

async function told(options: { port: number; advertiseAddress?: string }) {
  const server = await createApiServer({ world, backend, ...options });
  const client = server.client();
  const [endpoints, slice] = [await client.get(Endpoints, at), await client.get(EndpointSlice, at)];
  await server.stop();
  return { endpoints, slice };
}

it('are at the loopback address unless another is given, and follow both address and port', async () => {
  const first = await told({ port: 6443 });
  expect(first.endpoints).toMatchObject({
    metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
  expect(first.slice).toMatchObject({
    metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  });
  expect(await told({ port: 6443 })).toEqual(first);

  const moved = await told({ port: 6444, advertiseAddress: '192.0.2.1' });
  expect(moved.slice).toMatchObject({ endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 6444 }] });
  expect(moved.slice.metadata.uid).toBe(first.slice.metadata.uid);
  const six = await told({ port: 6444, advertiseAddress: '2001:db8::1' });
  expect(six.slice).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] });
  expect(six.endpoints.subsets?.[0]?.addresses).toEqual([{ ip: '2001:db8::1' }]);
});
