import { describe, expect, it } from '@jest/globals';
import { Event, Node } from '@pintle/api/core/v1';
import { intercept } from '@pintle/client/interceptor';
import { simulatedNodes } from '@pintle/cluster';
import { createManager } from '@pintle/controller-runtime';
import { statusError } from '@pintle/machinery';
import { testCluster } from '@pintle/testing';
import { createInformers } from '@pintle/watch';
import { CidrSet } from './cidr-set.js';
import { nodeIpamController } from './index.js';

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
  it('a leader that comes back gives no part that another gave meanwhile, and those of nodes that went meanwhile', async () => {
    const cluster = await testCluster({ nodes: 0, builtinControllers: [] });
    const { client, world } = cluster;
    const informers = createInformers({ client, world });
    informers.start();
    const ipam = nodeIpamController({ clusterCidrs: ['10.244.0.0/22'] });
    const lead = async (meanwhile: () => Promise<unknown>) => {
      const manager = createManager({ client, world, informers, controllers: [ipam] });
      void manager.start();
      await cluster.settle();
      await meanwhile();
      await cluster.settle();
      const stopping = manager.stop();
      await cluster.settle();
      await stopping;
    };
    const make = (name: string, podCIDR?: string) =>
      client.create<Node>({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name },
        ...(podCIDR === undefined ? {} : { spec: { podCIDR, podCIDRs: [podCIDR] } }),
      });
    const partOf = async (name: string) => (await client.get(Node, { name })).spec?.podCIDR;
    await lead(async () => {
      await make('first');
      await make('leaves');
    });
    expect([await partOf('first'), await partOf('leaves')]).toEqual(['10.244.0.0/24', '10.244.1.0/24']);
    // Another leads: this one is told of nothing.
    await make('z-of-another', '10.244.2.0/24');
    await client.delete(Node, { name: 'leaves' });
    await make('a-waits');
    await make('b-waits');
    await cluster.settle();
    await lead(async () => {});
    expect([await partOf('a-waits'), await partOf('b-waits')]).toEqual(['10.244.3.0/24', '10.244.1.0/24']);
    await informers.stop();
    await cluster.stop();
  });

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

  it('tells of a node when there is no part for it or it could not be written, and not of one with foreign ones', async () => {
    const cluster = await testCluster({ nodes: 0, builtinControllers: [] });
    const { client, world } = cluster;
    let fails = true;
    const own = intercept(cluster.apiServer.client(), {
      async request({ verb, kind, key }, next) {
        if (verb !== 'patch' || kind.kind !== 'Node' || key?.name !== 'unlucky' || !fails) return next();
        fails = false;
        throw statusError('InternalError', 'lost');
      },
      watch: (_kind, _options, events) => events,
    });
    const manager = createManager({
      ...{ client: own, world },
      controllers: [nodeIpamController({ clusterCidrs: ['10.244.0.0/24'] })],
    });
    void manager.start();
    const make = (name: string, spec: Node['spec'] = {}) =>
      client.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec });
    await make('foreign', { podCIDR: '192.168.0.0/24', podCIDRs: ['192.168.0.0/24'] });
    await make('unlucky');
    await cluster.settle();
    await make('late');
    await cluster.settle();
    expect((await client.get(Node, { name: 'unlucky' })).spec?.podCIDR).toBe('10.244.0.0/24');
    expect((await client.list(Event)).map(({ type, message }) => `${type}: ${message}`)).toEqual([
      'Normal: Node late status is now: CIDRNotAvailable',
      'Normal: Node unlucky status is now: CIDRAssignmentFailed',
    ]);
    const stopping = manager.stop();
    await cluster.settle();
    await stopping;
    await cluster.stop();
  });
});
