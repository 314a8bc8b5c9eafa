/** Endpoints and slices in a cluster on virtual time, and while requests and answers are lost. */
import { describe, expect, it } from '@jest/globals';
import { Deployment } from '@pintle/api/apps/v1';
import { Endpoints, Event, Node, Pod, ResourceQuota, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { deployment, faultyCluster, service, testCluster } from '@pintle/testing';
import { endpointSliceController, endpointSliceMirroringController, endpointsController, managedBy } from '../index.js';
import { groupEndpoints } from './plan-endpoints.js';

const pod = (name: string, status: object, spec: object = {}, metadata: object = {}): Pod =>
  ({
    metadata: { name, namespace: 'default', uid: name, labels: { app: 'web' }, ...metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
    status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }], ...status },
  }) as unknown as Pod;
const web = (spec: object = {}): Service =>
  ({
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, clusterIP: '10.96.0.1', ports: [{ port: 80, targetPort: 'http' }], ...spec },
  }) as unknown as Service;

describe('groupEndpoints', () => {
  const conditions = (given: Pod, of: Service = web()) => groupEndpoints(of, [given])[0]?.endpoints[0]?.conditions;
  const deleted = { deletionTimestamp: '2025-01-01T00:00:00Z' };
  const notReady = { conditions: [{ type: 'Ready', status: 'False' }] };
  it.each([
    ['ready', pod('p', {}), web(), { ready: true, serving: true, terminating: false }],
    ['not ready', pod('p', notReady), web(), { ready: false, serving: false, terminating: false }],
    ['going, and serving', pod('p', {}, {}, deleted), web(), { ready: false, serving: true, terminating: true }],
    ['going, not serving', pod('p', notReady, {}, deleted), web(), { ready: false, serving: false, terminating: true }],
    [
      'not ready, and wanted all the same',
      pod('p', notReady),
      web({ publishNotReadyAddresses: true }),
      { ready: true, serving: false, terminating: false },
    ],
    ['ended', pod('p', { phase: 'Succeeded' }), web(), undefined],
    ['without an address', pod('p', { podIP: '' }), web(), undefined],
  ])('%s', (_name, given, of, expected) => {
    expect(conditions(given, of)).toEqual(expected);
  });

  it('takes the addresses of one family', () => {
    const both = pod('p', { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] });
    expect(groupEndpoints(web(), [both], 'IPv4')[0]?.endpoints[0]?.addresses).toEqual(['10.0.0.1']);
    expect(groupEndpoints(web(), [both], 'IPv6')[0]?.endpoints[0]?.addresses).toEqual(['fd00::1']);
    expect(groupEndpoints(web(), [pod('p', {})], 'IPv6')).toEqual([]);
  });

  it('leaves out pods whose node is gone, unless all are wanted', () => {
    expect(groupEndpoints(web(), [pod('p', {})], 'IPv4', () => undefined)).toEqual([]);
    expect(
      groupEndpoints(web({ publishNotReadyAddresses: true }), [pod('p', {})], 'IPv4', () => undefined),
    ).toHaveLength(1);
  });

  it('names ports by the pod, and takes those of sidecars', () => {
    const sidecar = { name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'http', containerPort: 9090 }] };
    const withSidecar = pod('p', {}, { containers: [{ name: 'main' }], initContainers: [sidecar] });
    const groups = groupEndpoints(web(), [pod('q', {}), withSidecar, pod('r', {}, { containers: [{ name: 'main' }] })]);
    expect(groups.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[8080], [9090], []]);
  });

  it('tells the hostname of pods of its subdomain', () => {
    const named = (subdomain: string) => pod('p', {}, { hostname: 'p-0', subdomain });
    const hostname = (subdomain: string) => groupEndpoints(web(), [named(subdomain)])[0]?.endpoints[0]?.hostname;
    expect([hostname('web'), hostname('other')]).toEqual(['p-0', undefined]);
  });
});

describe('in a cluster', () => {
  it('hints by capacity follow the nodes', async () => {
    const cluster = await testCluster({ nodes: 0, scheduler: false, builtinControllers: ['endpointslice'] });
    const { client } = cluster;
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    for (const zone of ['a', 'b']) {
      const labels = { 'topology.kubernetes.io/zone': zone };
      const status = { ...ready, allocatable: { cpu: '4' } };
      await client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: zone, labels }, status } as Node);
      const name = `web-${zone}`;
      const made = pod(name, {}, { nodeName: zone, containers: [{ name: 'main', image: 'web' }] }, { uid: undefined });
      await client.create<Pod>({ ...made, apiVersion: 'v1', kind: 'Pod' });
      const podIPs = [{ ip: `10.1.0.${zone === 'a' ? 1 : 2}` }];
      const body = { status: { ...ready, podIP: podIPs[0]!.ip, podIPs } };
      await client.patch(Pod, { name }, { type: 'merge', body }, { subresource: 'status' });
    }
    const made = service('web', { port: 80 });
    const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
    await client.create<Service>({ ...made, metadata: { ...made.metadata, annotations } });
    const hints = async () => {
      await cluster.settle();
      const [slice] = await client.list(EndpointSlice);
      return slice?.endpoints.map(({ hints: given }) => given?.forZones?.map(({ name }) => name).join()).sort();
    };
    expect(await hints()).toEqual(['a', 'b']);
    const say = (status: string) =>
      client.patch(
        Node,
        { name: 'b' },
        { type: 'strategic', body: { status: { conditions: [{ type: 'Ready', status }] } } },
        { subresource: 'status' },
      );
    await say('False');
    expect(await hints()).toEqual([undefined, undefined]);
    await say('True');
    expect(await hints()).toEqual(['a', 'b']);
    await cluster.stop();
  });

  it('mirrors Endpoints that people keep, and leaves slices of others alone', async () => {
    const cluster = await testCluster();
    const { client } = cluster;
    await client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'db', namespace: 'default' },
      spec: { ports: [{ port: 5432 }] },
    });
    const own = await client.create<EndpointSlice>({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'by-hand', namespace: 'default', labels: { 'kubernetes.io/service-name': 'db' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.9'] }],
      ports: [],
    });
    const endpoints = await client.create<Endpoints>({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'default', labels: { tier: 'data' } },
      subsets: [
        {
          addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
          notReadyAddresses: [{ ip: '192.0.2.2' }],
          ports: [{ port: 5432, protocol: 'TCP' }],
        },
      ],
    });
    await cluster.settle();
    const mirrored = async () =>
      (await client.list(EndpointSlice, { namespace: 'default' }))
        .filter(({ metadata }) =>
          metadata.labels?.['endpointslice.kubernetes.io/managed-by']?.startsWith('endpointslicemirroring'),
        )
        .map(
          ({ addressType, endpoints: list = [] }) =>
            `${addressType} ${list.map(({ addresses: [ip], conditions }) => `${ip}:${conditions?.ready}`).join(' ')}`,
        )
        .sort();
    expect(await mirrored()).toEqual(['IPv4 192.0.2.1:true 192.0.2.2:false', 'IPv6 2001:db8::1:true']);
    await client.update({
      ...endpoints,
      metadata: { ...endpoints.metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    });
    await cluster.settle();
    expect(await mirrored()).toEqual([]);
    expect((await client.get(EndpointSlice, { name: 'by-hand' })).metadata.resourceVersion).toBe(
      own.metadata.resourceVersion,
    );
    await cluster.stop();
  });

  it('a Service that takes the name of another gets slices of its own', async () => {
    const cluster = await testCluster({ nodes: 1, builtinControllers: ['endpointslice'] });
    const { client } = cluster;
    await client.create(service('web'));
    await cluster.settle();
    const [before] = await client.list(EndpointSlice);
    await client.delete(Service, { name: 'web' });
    const { metadata } = await client.create(service('web'));
    await cluster.settle();
    const after = await client.list(EndpointSlice);
    expect(after.map((slice) => slice.metadata.ownerReferences?.map(({ uid }) => uid))).toEqual([[metadata.uid]]);
    expect(after[0]?.metadata.uid).not.toBe(before?.metadata.uid);
    await cluster.stop();
  });

  it('a Service that waits for its end is followed, and gets no more slices', async () => {
    const cluster = await testCluster({ nodes: 1 });
    const { client } = cluster;
    const made = service('web');
    await client.create<Service>({ ...made, metadata: { ...made.metadata, finalizers: ['example.com/balancer'] } });
    await client.create(deployment('web', { replicas: 2 }));
    await cluster.advance({ seconds: 30 });
    await client.delete(Service, { name: 'web' });
    await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 1 } } });
    await cluster.advance({ minutes: 1 });
    const slices = await client.list(EndpointSlice, { labelSelector: 'kubernetes.io/service-name=web' });
    expect(slices.map(({ endpoints }) => endpoints.length)).toEqual([1]);
    await client.delete(EndpointSlice, { name: slices[0]!.metadata.name! });
    await cluster.settle();
    expect(await client.list(EndpointSlice, { labelSelector: 'kubernetes.io/service-name=web' })).toHaveLength(0);
    await cluster.stop();
  });

  it('Endpoints may be made before their Service, and go with it', async () => {
    const cluster = await testCluster({ nodes: 0, builtinControllers: ['endpoints'] });
    const { client } = cluster;
    await client.create<Endpoints>({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'default' },
    });
    await cluster.settle();
    const names = async () => (await client.list(Endpoints)).map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(['db']);
    await client.create<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'db', namespace: 'default' },
      spec: { ports: [{ port: 5432 }] },
    });
    await client.create(service('web'));
    await cluster.settle();
    expect(await names()).toEqual(['db', 'web']);
    const label = 'endpoints.kubernetes.io/managed-by';
    const body = { metadata: { labels: { [label]: null } } };
    await client.patch(Endpoints, { name: 'web' }, { type: 'merge', body });
    await cluster.settle();
    const mended = await client.get(Endpoints, { name: 'web' });
    expect(mended.metadata.labels).toMatchObject({ [label]: 'endpoint-controller' });
    await client.deleteCollection(Service, { namespace: 'default' });
    await cluster.settle();
    expect(await names()).toEqual([]);
    // Left over from a Service that went while nobody looked.
    await client.create<Endpoints>({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'old', namespace: 'default', labels: mended.metadata.labels },
    });
    await cluster.settle();
    expect(await names()).toEqual([]);
    await cluster.stop();
  });

  it('what the server refuses is told in Events', async () => {
    const cluster = await testCluster({ nodes: 0, builtinControllers: ['endpoints', 'endpointslice'] });
    const { client } = cluster;
    await client.create<ResourceQuota>({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/endpoints': '0', 'count/endpointslices.discovery.k8s.io': '0' } },
      status: { hard: { 'count/endpoints': '0', 'count/endpointslices.discovery.k8s.io': '0' } },
    });
    await client.patch(
      ResourceQuota,
      { name: 'none' },
      {
        type: 'merge',
        body: {
          status: {
            hard: { 'count/endpoints': '0', 'count/endpointslices.discovery.k8s.io': '0' },
            used: { 'count/endpoints': '0', 'count/endpointslices.discovery.k8s.io': '0' },
          },
        },
      },
      { subresource: 'status' },
    );
    await client.create(service('web'));
    await cluster.advance({ seconds: 5 });
    const told = (await client.list(Event)).map(({ reason, involvedObject: { kind, name } }) => [reason, kind, name]);
    expect(told).toContainEqual(['FailedToCreateEndpoint', 'Endpoints', 'web']);
    expect(told).toContainEqual(['FailedToUpdateEndpointSlices', 'Service', 'web']);
    await cluster.stop();
  });

  it.each([1, 2, 3])(
    'seed %d: the same in the end, whatever is lost on the way',
    async (seed) => {
      const cluster = await faultyCluster({
        seed,
        nodes: 3,
        builtinControllers: [
          'deployment',
          'replicaset',
          'serviceaccount',
          'root-ca-certificate-publisher',
          'node-lifecycle',
        ],
        underFaults: [
          endpointSliceController({ endpointsMax: 5 }),
          endpointsController(),
          endpointSliceMirroringController(),
        ],
      });
      const { client } = cluster;
      await client.create(service('web'));
      await client.create(deployment('web', { replicas: 23 }));
      await cluster.advance({ minutes: 2 });
      await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 12 } } });
      await cluster.advance({ minutes: 2 });
      cluster.heal();
      // A create whose answer was lost has left a slice too many: the next change sees it.
      await client.patch(Deployment, { name: 'web' }, { type: 'merge', body: { spec: { replicas: 13 } } });
      await cluster.advance({ minutes: 2 });
      const slices = (await client.list(EndpointSlice, { namespace: 'default' })).filter(
        ({ metadata }) =>
          metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === managedBy &&
          metadata.labels['kubernetes.io/service-name'] === 'web',
      );
      const pods = (await client.list(Pod, { namespace: 'default' })).map(({ metadata }) => metadata.name!).sort();
      expect(pods).toHaveLength(13);
      expect(slices.flatMap(({ endpoints = [] }) => endpoints.map(({ targetRef }) => targetRef!.name!)).sort()).toEqual(
        pods,
      );
      expect(slices.every(({ endpoints = [] }) => endpoints.length > 0 && endpoints.length <= 5)).toBe(true);
      const { subsets } = await client.get(Endpoints, { name: 'web' });
      expect(subsets?.[0]?.addresses?.map(({ targetRef }) => targetRef!.name!).sort()).toEqual(pods);
      await cluster.stop();
    },
    30_000,
  );
});
