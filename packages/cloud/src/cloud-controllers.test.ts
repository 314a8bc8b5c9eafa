/** The cloud's controllers in a cluster on virtual time. */
import { describe, expect, it } from '@jest/globals';
import { Node, Service } from '@pintle/api/core/v1';
import { node, simulatedNodes } from '@pintle/cluster';
import type { Runnable } from '@pintle/controller-runtime';
import type { World } from '@pintle/machinery';
import { faultyCluster, type TestCluster, testCluster } from '@pintle/testing';
import { cloudControllers, type SimulatedCloud, simulatedCloud, uninitializedTaint } from './index.js';

const machines = { 'node-0': { zone: 'a', region: 'eu' }, 'node-1': { zone: 'b', region: 'eu' } };

async function start(): Promise<TestCluster & { readonly cloud: SimulatedCloud }> {
  let cloud: SimulatedCloud | undefined;
  const taints = [{ key: uninitializedTaint, value: 'true', effect: 'NoSchedule' as const }];
  const cluster = await testCluster({
    nodes: simulatedNodes(2).map((part) => node({ ...part, taints })),
    cloudProvider: (world) => {
      cloud = simulatedCloud({ world, machines });
      return cloud;
    },
  });
  return { ...cluster, cloud: cloud! };
}

describe('nodes', () => {
  it('learn what machine they are, and go with it', async () => {
    const cluster = await start();
    const { client, cloud } = cluster;
    const first = await client.get(Node, { name: 'node-0' });
    expect(first.spec).toMatchObject({ providerID: 'simulated://node-0' });
    expect(first.spec?.taints ?? []).toEqual([]);
    expect(first.metadata.labels).toMatchObject({
      'topology.kubernetes.io/zone': 'a',
      'node.kubernetes.io/instance-type': 'simulated',
    });

    await cluster.stopNode('node-0');
    cloud.setMachine('node-0', { isShutDown: true });
    await cluster.advance({ minutes: 2 });
    const stopped = await client.get(Node, { name: 'node-0' });
    expect(stopped.spec?.taints?.map(({ key }) => key)).toContain('node.cloudprovider.kubernetes.io/shutdown');
    cloud.setMachine('node-0', undefined);
    await cluster.advance({ minutes: 1 });
    expect((await client.list(Node)).map(({ metadata }) => metadata.name)).toEqual(['node-1']);
    await cluster.stop();
  });
});

describe('load balancers', () => {
  it('follow their Services, and nodes that come and go', async () => {
    const cluster = await start();
    const { client, cloud } = cluster;
    await client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await cluster.settle();
    const made = await client.get(Service, { name: 'web' });
    expect(made.status?.loadBalancer).toEqual({ ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] });
    const name = `a${made.metadata.uid!.replaceAll('-', '')}`.slice(0, 32);
    expect(cloud.nodesOf(name)).toEqual(['node-0', 'node-1']);
    await cluster.stopNode('node-1');
    await cluster.advance({ minutes: 2 });
    expect(cloud.nodesOf(name)).toEqual(['node-0']);

    await client.patch(Service, { name: 'web' }, { type: 'merge', body: { spec: { type: 'ClusterIP' } } });
    await cluster.settle();
    expect(cloud.nodesOf(name)).toBeUndefined();
    const plain = await client.get(Service, { name: 'web' });
    expect([plain.metadata.finalizers, plain.status?.loadBalancer]).toEqual([undefined, {}]);
    await cluster.stop();
  });
});

describe('routes', () => {
  it('lead to every node with a range of pods', async () => {
    let cloud: SimulatedCloud | undefined;
    const cluster = await testCluster({
      nodes: 2,
      clusterCidrs: ['10.244.0.0/16'],
      cloudProvider: (world) => {
        cloud = simulatedCloud({ world });
        return cloud;
      },
    });
    const { client } = cluster;
    await cluster.advance({ seconds: 30 });
    const listed = cloud!.routes.list('kubernetes');
    await cluster.settle();
    const routes = await listed;
    expect(routes.map(({ nodeName, destinationCidr }) => `${destinationCidr} ${nodeName}`).sort()).toEqual([
      '10.244.0.0/24 node-0',
      '10.244.1.0/24 node-1',
    ]);
    const unavailable = async (name: string) =>
      (await client.get(Node, { name })).status?.conditions?.find(({ type }) => type === 'NetworkUnavailable')?.status;
    expect([await unavailable('node-0'), await unavailable('node-1')]).toEqual(['False', 'False']);
    await cluster.stop();
  });
});

describe.each([1, 2, 3, 4])('under faults, seed %d', (seed) => {
  it('nodes, routes and load balancers come to what the cloud and the Services say', async () => {
    let cloud: SimulatedCloud | undefined;
    const clusterCidrs = ['10.244.0.0/16'];
    const taints = [{ key: uninitializedTaint, value: 'true', effect: 'NoSchedule' as const }];
    const parts = (world: World) => {
      cloud ??= simulatedCloud({ world, machines, delayMs: 100 });
      return cloudControllers({ cloud, clusterCidrs });
    };
    const runnable: Runnable = {
      name: 'routes',
      start: async (context) => {
        await Promise.all(parts(context.world).runnables.map((each) => each.start(context)));
      },
    };
    const cluster = await faultyCluster({
      seed,
      nodes: simulatedNodes(2).map((part) => node({ ...part, taints })),
      clusterCidrs,
      builtinControllers: ['node-ipam', 'node-lifecycle', 'serviceaccount', 'root-ca-certificate-publisher'],
      underFaults: (world) => parts(world).controllers,
      runnablesUnderFaults: [runnable],
    });
    const { client } = cluster;
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names)
      await client.create<Service>({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'default' },
        spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }] },
      });
    await cluster.advance({ minutes: 5 });
    const balancerOf = ({ metadata }: Service) => `a${metadata.uid!.replaceAll('-', '')}`.slice(0, 32);
    const made = await Promise.all(names.map((name) => client.get(Service, { name })));
    await client.delete(Service, { name: 'a' });
    await client.patch(Service, { name: 'b' }, { type: 'merge', body: { spec: { type: 'ClusterIP' } } });
    await cluster.stopNode('node-1');
    cloud!.setMachine('node-1', undefined);
    await cluster.advance({ minutes: 5 });
    cluster.heal();
    await cluster.advance({ minutes: 10 });

    const [left, ...others] = await client.list(Node);
    expect(others).toEqual([]);
    expect(left?.spec).toMatchObject({ providerID: 'simulated://node-0' });
    expect(left?.spec?.taints ?? []).toEqual([]);
    expect(left?.status?.conditions?.find(({ type }) => type === 'NetworkUnavailable')?.status).toBe('False');
    const listed = cloud!.routes.list('kubernetes');
    await cluster.advance({ seconds: 1 });
    const routes = await listed;
    expect(routes.map(({ nodeName }) => nodeName)).toEqual(['node-0']);
    expect(made.map((service) => cloud!.nodesOf(balancerOf(service)))).toEqual([
      undefined,
      undefined,
      ['node-0'],
      ['node-0'],
    ]);
    const services = await client.list(Service, { namespace: 'default' });
    const told = services
      .filter(({ metadata }) => names.includes(metadata.name!))
      .map(({ metadata, status }) => [
        metadata.name,
        metadata.finalizers?.length ?? 0,
        status?.loadBalancer?.ingress?.length ?? 0,
      ]);
    expect(told).toEqual([
      ['b', 0, 0],
      ['c', 1, 1],
      ['d', 1, 1],
    ]);
    await cluster.stop();
  });
});
