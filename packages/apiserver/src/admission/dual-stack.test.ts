/** Services of a cluster with addresses of both families: where they are from, and whose they are when one goes. */
import { beforeEach, expect, it } from '@jest/globals';
import { Service } from '@pintle/api/core/v1';
import { ServiceCIDR } from '@pintle/api/networking/v1';
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

it('name addresses of both', async () => {
  const clusterIPs = ['fd00:10::5', '10.0.0.5'];
  const wish = { clusterIP: clusterIPs[0], clusterIPs, ipFamilyPolicy: 'RequireDualStack' };
  expect((await client.create(service('a', wish))).spec).toMatchObject({ clusterIPs, ipFamilies: ['IPv6', 'IPv4'] });
  await expect(client.create(service('b', { ipFamilies: ['IPv6'], clusterIP: 'fd00:11::5' }))).rejects.toThrow(
    'failed to allocate IP fd00:11::5: the provided IP is not in the valid range. The range of valid IPs is fd00:10::/112',
  );
});

it.each([
  ['10.0.0.0/24', 254, '10.0.0.1', '10.0.0.254', '10.0.0.255'],
  ['fd00::/124', 15, 'fd00::1', 'fd00::f', 'fd00::10'],
  ['10.0.0.7/28', 14, '10.0.0.1', '10.0.0.14', '10.0.0.15'],
])('the addresses of %s', (cidr, count, first, last, beyond) => {
  const range = addressRange(cidr);
  expect([range.count, range.at(0), range.at(count - 1)]).toEqual([count, first, last]);
  expect([first, last, beyond].map(range.contains)).toEqual([true, true, false]);
});

it.each([['10.0.0.0/30'], ['fd00::/48'], ['ten'], ['10.0.0.0/24,10.0.1.0/24'], ['10.0.0.0/24,']])(
  '%s is no range to have',
  (cidr) => {
    expect(() => addressRanges(cidr)).toThrow(RangeError);
  },
);
