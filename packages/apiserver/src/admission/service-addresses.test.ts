/** Addresses and node ports of Services: which are picked, which are left to those who name one, and who may ask again. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Service } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

let client: Client;

beforeEach(async () => {
  const server = await createApiServer({
    world: virtualWorld({ seed: 1 }),
    serviceCidr: '10.0.0.0/24',
    nodePorts: [30000, 30099],
  });
  client = server.client();
});

const service = (name: string, spec: object = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }], ...spec } as Service['spec'],
});
const addressOf = (made: Service) => Number(made.spec?.clusterIP?.split('.').at(-1));
const portOf = (made: Service) => made.spec?.ports?.[0]?.nodePort ?? 0;

it('leaves the beginning of the ranges to those who name an address or a port', async () => {
  const made = await Promise.all(
    Array.from({ length: 60 }, (_, i) => client.create(service(`s${i}`, { type: 'NodePort' }))),
  );
  expect(Math.min(...made.map(addressOf))).toBeGreaterThan(16);
  expect(Math.min(...made.map(portOf))).toBeGreaterThanOrEqual(30016);
  const named = await client.create(
    service('named', { type: 'NodePort', clusterIP: '10.0.0.12', ports: [{ port: 80, nodePort: 30001 }] }),
  );
  expect([addressOf(named), portOf(named)]).toEqual([12, 30001]);
});

it('takes from the beginning when the rest is gone', async () => {
  const ports = new Set<number>();
  for (let i = 0; i < 100; i++) ports.add(portOf(await client.create(service(`s${i}`, { type: 'NodePort' }))));
  expect(ports.size).toBe(100);
  await expect(client.create(service('one-more', { type: 'NodePort' }))).rejects.toThrow(
    /^Internal error occurred: failed to allocate a nodePort: range is full$/,
  );
});

it('lets who was refused ask again for the same address, as kubectl apply --force does', async () => {
  await client.create(service('a'));
  const wish = { type: 'merge' as const, body: { spec: { clusterIP: '10.0.0.12', clusterIPs: ['10.0.0.12'] } } };
  await expect(client.patch(Service, { name: 'a', namespace: 'default' }, wish)).rejects.toThrow(
    /may not change once set/,
  );
  await client.delete(Service, { name: 'a', namespace: 'default' });
  expect(addressOf(await client.create(service('a', { clusterIP: '10.0.0.12' })))).toBe(12);
});

describe('a Service whose name is generated', () => {
  const unnamed = (spec: object): Service => {
    const { metadata, ...rest } = service('', spec);
    return { ...rest, metadata: { namespace: metadata.namespace!, generateName: 'web-' } };
  };

  it('is refused under the name that it would have had', async () => {
    await expect(client.create(unnamed({ ipFamilyPolicy: 'RequireDualStack' }))).rejects.toMatchObject({
      status: { details: { name: expect.stringMatching(/^web-\w{5}$/) } },
    });
  });

  it('shares its address with no other that is made at the same time', async () => {
    const both = await Promise.allSettled([1, 2].map(() => client.create(unnamed({ clusterIP: '10.0.0.12' }))));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

it('keeps nothing for a dry run', async () => {
  await client.create(service('a', { clusterIP: '10.0.0.12' }), { dryRun: true });
  expect(addressOf(await client.create(service('b', { clusterIP: '10.0.0.12' })))).toBe(12);
});

const dns = (more: object = {}) => ({
  type: 'NodePort',
  ports: [
    { name: 'udp', port: 53, protocol: 'UDP' },
    { name: 'tcp', port: 53, protocol: 'TCP', ...more },
  ],
});
const portsOf = (made: Service) => made.spec?.ports?.map(({ nodePort }) => nodePort);

it('gives one port of several protocols one port of the nodes, which no other Service has', async () => {
  const [first, second] = portsOf(await client.create(service('a', dns())))!;
  expect(first).toBe(second);
  expect(portsOf(await client.create(service('b', dns({ nodePort: 30005 }))))).toEqual([30005, 30005]);
  const other = { type: 'NodePort', ports: [{ port: 53, protocol: 'SCTP', nodePort: 30005 }] };
  await expect(client.create(service('c', other))).rejects.toThrow(/30005: provided port is already allocated/);
  const two = { name: 'web', port: 80, nodePort: 30006 };
  const twice = { type: 'NodePort', ports: [two, { ...two, name: 'more', port: 81, protocol: 'UDP' }] };
  await expect(client.create(service('d', twice))).rejects.toThrow(/ports\[1\].nodePort: .*already allocated/);
});

describe('what a webhook makes of a Service', () => {
  const named = (operations: readonly object[]) => Buffer.from(JSON.stringify(operations)).toString('base64');
  const nodePorts = (...ports: readonly object[]) =>
    named([
      { op: 'add', path: '/spec/type', value: 'NodePort' },
      { op: 'replace', path: '/spec/ports', value: ports },
    ]);
  const hooked = async (patch: string) => {
    const seen: Service[] = [];
    const server = await createApiServer({
      world: virtualWorld({ seed: 1 }),
      serviceCidr: '10.0.0.0/24',
      nodePorts: [30000, 30099],
      async callWebhook(_target, body) {
        const { request } = body as { request: { uid: string; object: Service } };
        seen.push(request.object);
        const response = { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch };
        return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
      },
    });
    const hook = {
      name: 'ports.example.com',
      clientConfig: { url: 'https://ports.example.com/' },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] }],
      objectSelector: { matchExpressions: [{ key: 'plain', operator: 'DoesNotExist' }] },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    };
    await server.client().create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'ports' },
      webhooks: [hook],
    } as unknown as Service);
    return { client: server.client(), seen };
  };
  const plain = (name: string, spec: object): Service => {
    const made = service(name, spec);
    return { ...made, metadata: { ...made.metadata, labels: { plain: 'yes' } } };
  };

  it('gets node ports and an address as if it had been sent so', async () => {
    const { client: hookedClient, seen } = await hooked(nodePorts({ name: 'a', port: 80 }, { name: 'b', port: 81 }));
    const made = await hookedClient.create(service('s'));
    expect(new Set(portsOf(made)?.filter((port) => port !== undefined && port >= 30000)).size).toBe(2);
    expect(addressOf(made)).toBeGreaterThan(0);
    // It is asked before the server gives anything.
    expect(seen[0]?.spec?.clusterIP).toBeUndefined();
    const changed = await hookedClient.update({ ...made, metadata: { ...made.metadata, labels: { l: '1' } } });
    expect(portsOf(changed)).toEqual(portsOf(made));
  });

  it('takes no port that is taken', async () => {
    const { client: hookedClient } = await hooked(nodePorts({ port: 80, nodePort: 30005 }));
    await hookedClient.create(plain('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 30005 }] }));
    await expect(hookedClient.create(service('second'))).rejects.toThrow(
      'Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 30005: provided port is already allocated',
    );
  });
});
