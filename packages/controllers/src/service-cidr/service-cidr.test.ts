import { describe, expect, it } from '@jest/globals';
import { IPAddress, ServiceCIDR } from '@pintle/api/networking/v1';
import { testCluster } from '@pintle/testing';
import { stranded } from './index.js';

const range = (name: string, ...cidrs: readonly string[]): ServiceCIDR =>
  ({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs } }) as ServiceCIDR;
const address = (name: string): IPAddress =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
  }) as IPAddress;

/** Cases of upstream's `canDeleteCIDR`. */
describe('stranded', () => {
  const both = range('both', '192.168.0.0/24', '2001:db8::/96');
  it.each([
    ['no addresses', both, [], [], []],
    ['an address of it', both, [], ['192.168.0.1'], ['192.168.0.1']],
    ['an address of its other family', both, [], ['2001:db8::1'], ['2001:db8::1']],
    ['an address of a larger range, too', both, [range('large', '192.168.0.0/23')], ['192.168.0.1'], []],
    ['an address elsewhere', both, [], ['10.0.0.1'], []],
    [
      'a smaller range that has it not',
      both,
      [range('small', '192.168.0.0/26')],
      ['192.168.0.63', '192.168.0.64'],
      ['192.168.0.64'],
    ],
  ])('%s', (_name, one, others, addresses, expected) => {
    expect(stranded(one, others, addresses.map(address))).toEqual(expected);
  });
});

describe('in a cluster', () => {
  it('is there for a while, so that nobody gives an address of it who has not heard that it goes', async () => {
    const cluster = await testCluster({ nodes: 0 });
    const { client } = cluster;
    await client.create(range('more', '192.168.7.0/24'));
    await cluster.settle();
    await client.delete(ServiceCIDR, { name: 'more' });
    await cluster.advance({ seconds: 9 });
    await client.create(address('192.168.7.1'));
    await cluster.advance({ minutes: 1 });
    const { status } = await client.get(ServiceCIDR, { name: 'more' });
    expect(status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Terminating' });
    await cluster.stop();
  });

  it('is ready, and goes only when its addresses have', async () => {
    const cluster = await testCluster({ nodes: 0 });
    const { client } = cluster;
    await client.create(range('more', '192.168.7.0/24'));
    await client.create(address('192.168.7.1'));
    await cluster.settle();
    const ready = async () => (await client.get(ServiceCIDR, { name: 'more' })).status?.conditions?.[0];
    expect(await ready()).toMatchObject({ type: 'Ready', status: 'True' });
    const { managedFields } = (await client.get(ServiceCIDR, { name: 'more' })).metadata;
    expect(managedFields?.find(({ subresource }) => subresource === 'status')).toMatchObject({
      manager: 'service-cidr-controller',
      operation: 'Apply',
    });
    await client.delete(ServiceCIDR, { name: 'more' });
    await cluster.advance({ minutes: 1 });
    expect(await ready()).toMatchObject({ status: 'False', reason: 'Terminating' });
    await client.delete(IPAddress, { name: '192.168.7.1' });
    await cluster.advance({ minutes: 1 });
    expect((await client.list(ServiceCIDR)).map(({ metadata }) => metadata.name)).not.toContain('more');
    await cluster.stop();
  });
});
