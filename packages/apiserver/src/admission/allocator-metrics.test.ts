/** What `/metrics` tells of the addresses and ports of Services. */
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ask } from '../http/asking.fixture.js';
import { createApiServer } from '../server.js';

it('tells how full ranges are, and how they were drawn from', async () => {
  const world = virtualWorld();
  const api = await createApiServer({ world, serviceCidr: '10.0.0.0/24', nodePorts: [30000, 30009] });
  const create = (name: string, spec: object, query = '') =>
    ask(api.handle, `POST /api/v1/namespaces/default/services${query}`, {
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
    });
  await create('a', {});
  await create('b', { clusterIP: '10.0.0.9', type: 'NodePort' });
  await create('c', { clusterIP: '10.0.0.9' });
  await create('d', { clusterIP: 'None' });
  await create('e', { type: 'NodePort' }, '?dryRun=All');
  await create('f', { type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] });
  await world.advance(0);
  const told = (await api.metricsRegistry.text()).split('\n');
  const ips = 'kube_apiserver_clusterip_allocator_';
  const ports = 'kube_apiserver_nodeport_allocator_';
  expect(told.filter((line) => /^kube_apiserver_.*(_ips|_ports|_total|_count)\b/.test(line))).toEqual([
    `${ips}allocated_ips{cidr="10.0.0.0/24"} 3`,
    `${ips}allocation_duration_seconds_count{cidr="10.0.0.0/24"} 3`,
    `${ips}allocation_errors_total{cidr="10.0.0.0/24",scope="static"} 1`,
    `${ips}allocation_total{cidr="10.0.0.0/24",scope="dynamic"} 2`,
    `${ips}allocation_total{cidr="10.0.0.0/24",scope="static"} 1`,
    `${ips}available_ips{cidr="10.0.0.0/24"} 251`,
    `${ports}allocated_ports 2`,
    `${ports}allocation_total{scope="dynamic"} 1`,
    `${ports}allocation_total{scope="static"} 1`,
    `${ports}available_ports 8`,
  ]);
});
