/** What is told of hints by capacity, as endpoints and nodes come and go. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Event, Node, Pod, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { type TestCluster, testCluster } from '@pintle/testing';

let cluster: TestCluster;
afterEach(() => cluster.stop());
beforeEach(async () => {
  cluster = await testCluster({ nodes: 3 });
  for (const [index, zone] of ['a', 'a', 'b'].entries()) await inZone(index, zone);
  for (const index of [0, 1, 2]) await run(index);
  await settled();
  await cluster.client.create<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...{ name: 'near', namespace: 'default' },
      annotations: { 'service.kubernetes.io/topology-mode': 'Auto' },
    },
    spec: { selector: { app: 'near' }, ports: [{ port: 80 }] },
  } as Service);
  await settled();
});

const settled = () => cluster.advance({ seconds: 5 });
const inZone = (index: number, zone: string | null) =>
  cluster.client.patch(
    Node,
    { name: `node-${index}` },
    { type: 'merge', body: { metadata: { labels: { 'topology.kubernetes.io/zone': zone } } } },
  );
const run = (index: number) =>
  cluster.client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${index}`, namespace: 'default', labels: { app: 'near' } },
    spec: { nodeName: `node-${index}`, containers: [{ name: 'main', image: 'web' }], terminationGracePeriodSeconds: 0 },
  } as Pod);
const end = (index: number) => cluster.client.delete(Pod, { name: `on-${index}` });

const hints = async () =>
  (await cluster.client.list(EndpointSlice))
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'near')
    .flatMap(({ endpoints = [] }) => endpoints ?? [])
    .map(({ hints: given }) => given?.forZones?.[0]?.name ?? '-')
    .sort()
    .join(' ');
const told = async () =>
  (await cluster.client.list(Event))
    .filter(({ reason }) => reason?.startsWith('TopologyAwareHints'))
    .map(({ reason, message, type }) => `${type} ${reason}: ${message}`);

const enabled = 'Normal TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4';
const disabled = (why: string) => `Warning TopologyAwareHintsDisabled: ${why}, addressType: IPv4`;

it('each reason that there can be none is told, and that there are some again', async () => {
  expect([await hints(), await told()]).toEqual(['a a b', [enabled]]);
  await end(1);
  await settled();
  expect([await hints(), (await told()).at(-1)]).toEqual([
    '- -',
    disabled(
      'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (2 endpoints, 2 zones)',
    ),
  ]);
  await end(2);
  await settled();
  expect([await hints(), (await told()).at(-1)]).toEqual([
    '-',
    disabled('Insufficient number of endpoints (1 endpoints, 2 zones)'),
  ]);
  for (const index of [1, 2]) await run(index);
  await settled();
  await inZone(0, null);
  await settled();
  expect([await hints(), (await told()).at(-1)]).toEqual([
    '- - -',
    disabled('Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'),
  ]);
});

it('so is that none are wanted any more', async () => {
  const body = { metadata: { annotations: { 'service.kubernetes.io/topology-mode': null } } };
  await cluster.client.patch(Service, { name: 'near', namespace: 'default' }, { type: 'merge', body });
  await settled();
  expect([await hints(), await told()]).toEqual([
    '- - -',
    [enabled, disabled('Topology Aware Hints has been disabled')],
  ]);
});
