import { describe, expect, it } from '@jest/globals';
import { Node } from '@pintle/api/core/v1';
import { simulatedNodes } from '@pintle/cluster';
import { testCluster } from '@pintle/testing';
import { CidrSet } from './cidr-set.js';

/** Cases of upstream's `cidrset`. */
describe('CidrSet', () => {
  it.each([
    [
      '127.123.234.0/28',
      30,
      ['127.123.234.0/30', '127.123.234.4/30', '127.123.234.8/30', '127.123.234.12/30', undefined],
    ],
    ['127.123.234.0/30', 30, ['127.123.234.0/30', undefined]],
    ['beef:1234::/47', 48, ['beef:1234::/48', 'beef:1234:1::/48', undefined]],
    ['10.0.0.128/8', 16, ['10.0.0.0/16', '10.1.0.0/16']],
  ])('%s in parts of /%d', (cidr, bits, expected) => {
    const set = new CidrSet(cidr, bits);
    expect(expected.map(() => set.allocate())).toEqual(expected);
  });

  it('goes on behind what it gave, and comes back to what was taken back', () => {
    const set = new CidrSet('10.0.0.0/30', 32);
    expect([set.allocate(), set.allocate()]).toEqual(['10.0.0.0/32', '10.0.0.1/32']);
    set.release('10.0.0.0/32');
    expect([set.allocate(), set.allocate(), set.allocate(), set.allocate()]).toEqual([
      '10.0.0.2/32',
      '10.0.0.3/32',
      '10.0.0.0/32',
      undefined,
    ]);
  });

  it.each([
    ['one part', '10.0.1.0/24', ['10.0.0.0/24', '10.0.2.0/24']],
    ['an address of a part', '10.0.0.7/32', ['10.0.1.0/24', '10.0.2.0/24']],
    ['several parts', '10.0.0.0/23', ['10.0.2.0/24', '10.0.3.0/24']],
    ['elsewhere', '192.168.0.0/24', ['10.0.0.0/24', '10.0.1.0/24']],
    ['all', '10.0.0.0/8', [undefined, undefined]],
  ])('occupied: %s', (_name, cidr, expected) => {
    const set = new CidrSet('10.0.0.0/22', 24);
    set.occupy(cidr);
    expect(expected.map(() => set.allocate())).toEqual(expected);
  });

  it('refuses what has no such parts', () => {
    expect(() => new CidrSet('10.0.0.0/24', 16)).toThrow(RangeError);
    expect(() => new CidrSet('nowhere', 16)).toThrow(RangeError);
  });
});

describe('in a cluster', () => {
  it('gives each node a part of each family, and a new node the part of one that is gone', async () => {
    const cluster = await testCluster({ nodes: 3, clusterCidrs: ['10.244.0.0/22', 'fd00:10:244::/62'] });
    const { client } = cluster;
    const parts = async () =>
      Object.fromEntries(
        (await client.list(Node)).map(({ metadata, spec }) => [metadata.name, spec?.podCIDRs?.join(' ')]),
      );
    const before = await parts();
    expect(Object.values(before).sort()).toEqual([
      '10.244.0.0/24 fd00:10:244::/64',
      '10.244.1.0/24 fd00:10:244:1::/64',
      '10.244.2.0/24 fd00:10:244:2::/64',
    ]);
    await cluster.stopNode('node-1');
    await client.delete(Node, { name: 'node-1' });
    await cluster.settle();
    const [part] = simulatedNodes(1, { namePrefix: 'late' });
    const added = cluster.addNode(part!);
    await cluster.settle();
    await added;
    expect((await parts())['late-0']).toBe('10.244.3.0/24 fd00:10:244:3::/64');
    const [again] = simulatedNodes(1, { namePrefix: 'later' });
    const last = cluster.addNode(again!);
    await cluster.settle();
    await last;
    expect((await parts())['later-0']).toBe(before['node-1']);
    await cluster.stop();
  });
});
