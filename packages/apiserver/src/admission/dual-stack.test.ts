/** Services of a cluster with addresses of both families: where they are from, and whose they are when one goes. */
import { beforeEach, expect, it } from '@jest/globals';
import { Service } from '@pintle/api/core/v1';
import { IPAddress, ServiceCIDR } from '@pintle/api/networking/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { addressRange, addressRanges } from './address-range.js';

let client: Client;

beforeEach(async () => {
  const server = await createApiServer({
    world: virtualWorld({ seed: 1 }),
    serviceCidr: '10.0.0.0/24,fd00:10::/112',
    port: 6443,
  });
  client = server.client();
});

const service = (name: string, spec: object = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec } as Service['spec'],
});
const patched = (name: string, spec: object) =>
  client.patch(Service, { name, namespace: 'default' }, { type: 'merge', body: { spec } });

it('have an address of each range', async () => {
  const { spec } = await client.create(service('a', { ipFamilyPolicy: 'PreferDualStack' }));
  expect(spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' });
  expect(spec?.clusterIPs).toEqual([expect.stringMatching(/^10\.0\.0\.\d+$/), expect.stringMatching(/^fd00:10::/)]);
  expect(spec?.clusterIP).toBe(spec?.clusterIPs?.[0]);
  expect((await client.create(service('b'))).spec).toMatchObject({
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  expect((await client.create(service('c', { ipFamilies: ['IPv6'] }))).spec?.clusterIP).toMatch(/^fd00:10::/);
  expect((await client.get(Service, { name: 'kubernetes', namespace: 'default' })).spec).toMatchObject({
    clusterIPs: ['10.0.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
});

it('are told of as the ServiceCIDR of the cluster', async () => {
  expect(await client.get(ServiceCIDR, { name: 'kubernetes' })).toMatchObject({
    spec: { cidrs: ['10.0.0.0/24', 'fd00:10::/112'] },
    status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes default Service CIDR is ready' }] },
  });
});

it('are told of as IPAddresses, which go with them and keep others from having them', async () => {
  const addressOf = (name: string) => client.get(IPAddress, { name });
  await eventually(async () =>
    expect(await addressOf('10.0.0.1')).toMatchObject({
      metadata: {
        labels: {
          'ipaddress.kubernetes.io/ip-family': 'IPv4',
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'kubernetes' } },
    }),
  );
  await client.create(service('a', { clusterIP: 'fd00:10::5' }));
  await eventually(async () => expect((await addressOf('fd00:10::5')).spec?.parentRef.name).toBe('a'));
  await client.delete(Service, { name: 'a', namespace: 'default' });
  await eventually(async () => expect(addressOf('fd00:10::5')).rejects.toThrow(/not found/));
  await client.create<IPAddress>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.0.0.9' },
    spec: { parentRef: { group: 'example.com', resource: 'things', name: 'a' } },
  });
  await expect(client.create(service('b', { clusterIP: '10.0.0.9' }))).rejects.toThrow(/already allocated/);
});

/** What is written a moment later. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 50; round++) {
    try {
      return await check();
    } catch {
      await Promise.resolve();
    }
  }
  await check();
}

it('gain a second address and lose it again, which is then for others', async () => {
  const before = (await client.create(service('a'))).spec?.clusterIP;
  const both = (await patched('a', { ipFamilyPolicy: 'RequireDualStack' })).spec;
  expect(both?.clusterIPs).toEqual([before, expect.stringMatching(/^fd00:10::/)]);
  const second = both!.clusterIPs![1]!;
  await expect(client.create(service('b', { clusterIP: second }))).rejects.toThrow(/provided IP is already allocated/);
  const long = second.replace('::', ':0:0:0:0:0:');
  await expect(client.create(service('b', { clusterIP: long }))).rejects.toThrow(/provided IP is already allocated/);

  await expect(patched('a', { clusterIPs: [before] })).rejects.toThrow(
    /Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary cluster IP/,
  );
  const single = (await patched('a', { ipFamilyPolicy: 'SingleStack' })).spec;
  expect(single).toMatchObject({ clusterIPs: [before], ipFamilies: ['IPv4'] });
  expect((await client.create(service('b', { clusterIP: second }))).spec?.clusterIPs).toEqual([second]);
});

it('have addresses of ranges that are added, while those are ready', async () => {
  const wish = service('a', { clusterIP: '10.1.0.5' });
  await expect(client.create(wish)).rejects.toThrow(/does not match the current range/);
  await client.create<ServiceCIDR>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['10.1.0.0/29'] },
  });
  expect((await client.create(wish)).spec?.clusterIP).toBe('10.1.0.5');
  await expect(client.create(service('b', { clusterIP: '10.1.0.7' }))).rejects.toThrow(/does not match the current/);
  const range = await client.get(ServiceCIDR, { name: 'more' });
  const conditions = [
    { type: 'Ready', status: 'False', reason: 'Terminating', message: '', lastTransitionTime: '2025-01-01T00:00:00Z' },
  ];
  await client.update({ ...range, status: { conditions } } as ServiceCIDR, { subresource: 'status' });
  await expect(client.create(service('b', { clusterIP: '10.1.0.6' }))).rejects.toThrow(/does not match the current/);
});

it('have addresses of an added range when the first is full', async () => {
  const server = await createApiServer({ world: virtualWorld({ seed: 2 }), serviceCidr: '10.0.0.0/28', port: 6443 });
  const small = server.client();
  const made: string[] = [];
  for (let i = 0; i < 13; i++) made.push((await small.create(service(`s${i}`))).spec!.clusterIP!);
  expect(new Set(made)).toEqual(new Set(Array.from({ length: 13 }, (_, i) => `10.0.0.${i + 2}`)));
  await expect(small.create(service('next'))).rejects.toThrow(/failed to allocate a serviceIP: range is full/);
  await small.create<ServiceCIDR>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['10.1.0.0/30'] },
  });
  expect((await small.create(service('next'))).spec?.clusterIP).toMatch(/^10\.1\.0\.[12]$/);
});

it('name addresses of both', async () => {
  const clusterIPs = ['fd00:10::5', '10.0.0.5'];
  const wish = { clusterIP: clusterIPs[0], clusterIPs, ipFamilyPolicy: 'RequireDualStack' };
  expect((await client.create(service('a', wish))).spec).toMatchObject({ clusterIPs, ipFamilies: ['IPv6', 'IPv4'] });
  await expect(client.create(service('b', { ipFamilies: ['IPv6'], clusterIP: 'fd00:11::5' }))).rejects.toThrow(
    'failed to allocate IP fd00:11::5: the provided network does not match the current range',
  );
});

it.each([
  ['10.0.0.0/24', 254, '10.0.0.1', '10.0.0.254', '10.0.0.255'],
  ['fd00::/124', 15, 'fd00::1', 'fd00::f', 'fd00::10'],
  ['10.0.0.7/28', 14, '10.0.0.1', '10.0.0.14', '10.0.0.15'],
])('the addresses of %s', (cidr, count, first, last, beyond) => {
  const range = addressRange(cidr)!;
  expect([range.count, range.at(0), range.at(count - 1)]).toEqual([count, first, last]);
  expect([first, last, beyond].map(range.contains)).toEqual([true, true, false]);
});

it.each([['10.0.0.0/30'], ['fd00::/48'], ['ten'], ['10.0.0.0/24,10.0.1.0/24'], ['10.0.0.0/24,']])(
  '%s is no range to have',
  (cidr) => {
    expect(() => addressRanges(cidr)).toThrow(RangeError);
  },
);
