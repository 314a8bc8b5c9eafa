/** From Services and EndpointSlices in a real API server to what the dataplane is told, on virtual time. */
import { afterEach, expect, it } from '@jest/globals';
import { Event, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { createApiServer } from '@pintle/apiserver';
import type { RouteFault, ServiceDataplane, ServiceRoute } from '@pintle/contracts';
import { createEventRecorder } from '@pintle/controller-runtime';
import { virtualWorld } from '@pintle/machinery';
import { createInformers } from '@pintle/watch';
import { createServiceProxy } from './service-proxy.js';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A dataplane that keeps what it was told, and can't open routes to a port. */
function recordingDataplane(badPort?: number) {
  const told: (readonly ServiceRoute[])[] = [];
  const dataplane: ServiceDataplane = {
    async apply(routes) {
      told.push(routes);
      return routes.flatMap((route): RouteFault[] =>
        route.port === badPort ? [{ route, error: new Error('in use') }] : [],
      );
    },
    close: async () => {},
  };
  return { told, dataplane };
}

async function running(badPort?: number) {
  const world = virtualWorld();
  const api = await createApiServer({ world });
  const client = api.client();
  const informers = createInformers({ client, world });
  informers.start();
  const { told, dataplane } = recordingDataplane(badPort);
  const events = createEventRecorder({ client, world, component: 'kube-proxy' });
  const proxy = createServiceProxy({ world, informers, dataplane, nodeIps: [], events });
  await proxy.start();
  ends.push(
    () => api.stop(),
    () => informers.stop(),
    () => proxy.stop(),
  );
  await world.settle();
  return { world, client, told };
}

const web = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.0.77', ports: [{ port: 80, protocol: 'TCP' }] },
} as unknown as Service;
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: [{ addresses: ['10.1.0.1'] }, { addresses: ['10.1.0.2'] }],
} as unknown as EndpointSlice;
const key = { namespace: 'default', name: 'web' };
const ofWeb = (routes: readonly ServiceRoute[] | undefined) => routes?.filter(({ name }) => name === 'default/web:');

it('follows services and endpoints, and applies together what changes together', async () => {
  const { world, client, told } = await running();
  const before = told.length;
  await Promise.all([client.create(web), client.create(slice)]);
  await world.settle();
  expect(told.length - before).toBeLessThanOrEqual(2);
  const [route] = ofWeb(told.at(-1))!;
  expect(route).toMatchObject({ ip: '10.96.0.77', port: 80 });
  expect(route!.backends.map(({ ip }) => ip)).toEqual(['10.1.0.1', '10.1.0.2']);
  await client.delete(EndpointSlice, { namespace: 'default', name: 'web-1' });
  await world.settle();
  expect(ofWeb(told.at(-1))![0]!.backends).toEqual([]);
  await client.delete(Service, key);
  await world.settle();
  expect(ofWeb(told.at(-1))).toEqual([]);
});

it('tries a route again that could not be opened', async () => {
  const { world, client, told } = await running(80);
  await client.create(web);
  await world.settle();
  const tries = told.length;
  await world.advance(5_000);
  expect(told.length).toBe(tries + 1);
  // Told once.
  expect(
    (await client.list(Event)).map(({ type, reason, message, involvedObject }) => [
      type,
      reason,
      message,
      involvedObject.name,
    ]),
  ).toEqual([['Warning', 'FailedToOpenRoute', '10.96.0.77 port 80: in use', 'web']]);
  await client.delete(Service, key);
  await world.settle();
  const without = told.length;
  await world.advance(60_000);
  expect(told.length).toBe(without);
});
