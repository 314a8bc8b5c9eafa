import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Container, Pod, Secret, Service } from '@pintle/api/core/v1';
import { environmentOf, referencesOf } from './environment.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web', b: 'x' }, annotations: { note: 'hi' } },
  spec: { nodeName: 'n1', serviceAccountName: 'sa', containers: [] },
};
const settings: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { a: '1', b: '2' },
};
const keys: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { token: 'c8Oh' } };
const redis: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'redis-main' },
  spec: {
    clusterIP: '10.0.0.11',
    ports: [
      { port: 6379, name: 'db' },
      { port: 53, protocol: 'UDP' },
    ],
  },
};

function environment(
  container: Partial<Container>,
  more: { services?: Service[]; links?: boolean } = {},
): Record<string, string> {
  const whole: Container = { name: 'main', image: 'app', ...container };
  const found = environmentOf(whole, {
    pod: more.links === false ? { ...pod, spec: { ...pod.spec!, enableServiceLinks: false } } : pod,
    objects: { configMaps: new Map([['settings', settings]]), secrets: new Map([['keys', keys]]) },
    services: more.services ?? [],
    podIP: '10.1.0.5',
    hostIP: '10.0.0.1',
    allocatable: { cpu: '4', memory: '8Gi' },
    containers: [whole, { name: 'other', image: 'app', resources: { requests: { cpu: '250m' } } }],
  });
  return Object.fromEntries(found.map(({ name, value }) => [name, value]));
}

const from = (valueFrom: object) => ({ env: [{ name: 'X', valueFrom }] });

describe('environmentOf', () => {
  const cases: [what: string, container: Partial<Container>, expected: Record<string, string>][] = [
    [
      'literals, and what they refer to',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)-$(NONE)-$$(A)' },
        ],
      },
      { A: '1', B: '1-$(NONE)-$(A)' },
    ],
    [
      'all of a ConfigMap, with a prefix',
      { envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }] },
      { P_a: '1', P_b: '2' },
    ],
    [
      'own values before those',
      { envFrom: [{ configMapRef: { name: 'settings' } }], env: [{ name: 'a', value: 'own' }] },
      { a: 'own', b: '2' },
    ],
    ['a Secret, as text', { envFrom: [{ secretRef: { name: 'keys' } }] }, { token: 'sá' }],
    [
      'what is not there but optional',
      {
        envFrom: [{ configMapRef: { name: 'none', optional: true } }],
        env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'keys', key: 'none', optional: true } } }],
      },
      {},
    ],
    ['a key', from({ configMapKeyRef: { name: 'settings', key: 'b' } }), { X: '2' }],
    ['metadata.name', from({ fieldRef: { fieldPath: 'metadata.name' } }), { X: 'web' }],
    ['a label', from({ fieldRef: { fieldPath: "metadata.labels['app']" } }), { X: 'web' }],
    ['status.podIP', from({ fieldRef: { fieldPath: 'status.podIP' } }), { X: '10.1.0.5' }],
    ['status.hostIP', from({ fieldRef: { fieldPath: 'status.hostIP' } }), { X: '10.0.0.1' }],
    ['spec.nodeName', from({ fieldRef: { fieldPath: 'spec.nodeName' } }), { X: 'n1' }],
    [
      'a limit',
      { resources: { limits: { memory: '64Mi' } }, ...from({ resourceFieldRef: { resource: 'limits.memory' } }) },
      { X: '67108864' },
    ],
    [
      'a limit in parts',
      {
        resources: { limits: { memory: '64Mi' } },
        ...from({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }),
      },
      { X: '64' },
    ],
    [
      'a limit, rounded up',
      { resources: { limits: { cpu: '1500m' } }, ...from({ resourceFieldRef: { resource: 'limits.cpu' } }) },
      { X: '2' },
    ],
    [
      'a limit in thousandths',
      {
        resources: { limits: { cpu: '1500m' } },
        ...from({ resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } }),
      },
      { X: '1500' },
    ],
    ["no limit: the node's", from({ resourceFieldRef: { resource: 'limits.cpu' } }), { X: '4' }],
    ['no request', from({ resourceFieldRef: { resource: 'requests.cpu' } }), { X: '0' }],
    [
      "another container's",
      from({ resourceFieldRef: { resource: 'requests.cpu', containerName: 'other', divisor: '1m' } }),
      { X: '250' },
    ],
  ];
  for (const [what, container, expected] of cases) it(what, () => expect(environment(container)).toEqual(expected));

  const faults: [what: string, container: Partial<Container>, message: string][] = [
    ['no ConfigMap', from({ configMapKeyRef: { name: 'none', key: 'a' } }), 'configmap "none" not found'],
    ['no Secret', { envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
    [
      'no key of a ConfigMap',
      from({ configMapKeyRef: { name: 'settings', key: 'z' } }),
      "couldn't find key z in ConfigMap shop/settings",
    ],
    [
      'no key of a Secret',
      from({ secretKeyRef: { name: 'keys', key: 'z' } }),
      "couldn't find key z in Secret shop/keys",
    ],
    ['no such field', from({ fieldRef: { fieldPath: 'spec.none' } }), 'unsupported fieldPath: spec.none'],
  ];
  for (const [what, container, message] of faults) {
    it(`${what}: ${message}`, () => {
      expect(() => environment(container)).toThrow(
        expect.objectContaining({ reason: 'CreateContainerConfigError', message }),
      );
    });
  }

  it('finds services, unless told not to', () => {
    expect(environment({}, { services: [redis] })).toEqual({
      REDIS_MAIN_SERVICE_HOST: '10.0.0.11',
      REDIS_MAIN_SERVICE_PORT: '6379',
      REDIS_MAIN_SERVICE_PORT_DB: '6379',
      REDIS_MAIN_PORT: 'tcp://10.0.0.11:6379',
      REDIS_MAIN_PORT_6379_TCP: 'tcp://10.0.0.11:6379',
      REDIS_MAIN_PORT_6379_TCP_PROTO: 'tcp',
      REDIS_MAIN_PORT_6379_TCP_PORT: '6379',
      REDIS_MAIN_PORT_6379_TCP_ADDR: '10.0.0.11',
      REDIS_MAIN_PORT_53_UDP: 'udp://10.0.0.11:53',
      REDIS_MAIN_PORT_53_UDP_PROTO: 'udp',
      REDIS_MAIN_PORT_53_UDP_PORT: '53',
      REDIS_MAIN_PORT_53_UDP_ADDR: '10.0.0.11',
    });
    expect(environment({}, { services: [redis], links: false })).toEqual({});
    expect(environment({}, { services: [{ ...redis, spec: { ...redis.spec, clusterIP: 'None' } }] })).toEqual({});
  });

  it('says what it will look up', () => {
    expect(
      referencesOf({
        name: 'c',
        image: 'i',
        envFrom: [{ configMapRef: { name: 'a' } }],
        env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'b', key: 'k' } } }],
      }),
    ).toEqual({ configMaps: ['a'], secrets: ['b'] });
  });
});
