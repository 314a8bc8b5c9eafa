import { describe, expect, it } from '@jest/globals';
import type { Endpoints, Node, Pod, Service } from '@pintle/api/core/v1';
import { seededRandom } from '@pintle/machinery';
import { nodeOrigin, parseNamedPort, pathBelow, podOrigin, redirectionThrough, serviceOrigin } from './proxy-target.js';

const podAt = (ip: string, ...ports: readonly number[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'a' }, { name: 'b', ports: ports.map((containerPort) => ({ containerPort })) }] },
  status: { podIP: ip, podIPs: [{ ip }] },
});

describe('what is named', () => {
  it.each([
    ['web', ['', 'web', '']],
    ['web:80', ['', 'web', '80']],
    ['https:web:tls', ['https', 'web', 'tls']],
    ['http:web:', ['http', 'web', '']],
    [':web:80', ['', 'web', '80']],
  ])('%s', (id, [scheme, name, port]) => {
    expect(parseNamedPort(id, 'service')).toEqual({ scheme, name, port });
  });

  it.each(['ftp:web:80', ':80', 'a:b:c:d', 'http::80'])('%s is refused', (id) => {
    expect(() => parseNamedPort(id, 'pod')).toThrow(`invalid pod request "${id}"`);
  });
});

describe('a pod', () => {
  it.each<readonly [string, Pod, string]>([
    ['p', podAt('10.1.2.3', 8080, 9090), 'http://10.1.2.3:8080'],
    ['p', podAt('10.1.2.3'), 'http://10.1.2.3'],
    ['p:90', podAt('10.1.2.3', 8080), 'http://10.1.2.3:90'],
    ['https:p:443', podAt('127.64.0.1'), 'https://127.64.0.1:443'],
    ['p:90', podAt('fd00::1'), 'http://[fd00::1]:90'],
  ])('as %s is at its address', (id, pod, url) => {
    expect(podOrigin(pod, parseNamedPort(id, 'pod'))).toBe(url);
  });

  it.each(['127.0.0.1', '127.32.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1', '::1', 'fe80::1', 'ff02::1', ''])(
    'is not reached at %j',
    (ip) => {
      expect(() => podOrigin(podAt(ip), parseNamedPort('p:80', 'pod'))).toThrow('address not allowed');
    },
  );
});

describe('a node', () => {
  const node = (
    port: number | undefined,
    ...addresses: readonly (readonly [type: string, address: string])[]
  ): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: {
      addresses: addresses.map(([type, address]) => ({ type, address })),
      ...(port === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: port } } }),
    },
  });
  const at = node(10255, ['ExternalIP', '192.0.2.1'], ['InternalIP', '10.0.0.1']);

  it.each<readonly [string, Node, string]>([
    ['n', at, 'kubelet'],
    ['n:10255', at, 'kubelet'],
    ['https:n:', at, 'kubelet'],
    ['n:10250', node(undefined), 'kubelet'],
    ['n:9100', at, 'http://10.0.0.1:9100'],
    ['https:n:9100', at, 'https://10.0.0.1:9100'],
    ['n:9100', node(1, ['ExternalIP', '192.0.2.1']), 'http://192.0.2.1:9100'],
  ])('as %s', (id, of, where) => {
    expect(nodeOrigin(of, parseNamedPort(id, 'node'))).toBe(where);
  });

  it.each([node(1, ['InternalIP', '127.0.0.1']), node(1)])(
    'is not reached where it is this machine or nowhere',
    (of) => {
      expect(() => nodeOrigin(of, parseNamedPort('n:80', 'node'))).toThrow('address not allowed');
    },
  );
});

describe('a Service', () => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      ports: [
        { name: 'http', port: 80 },
        { name: 'tls', port: 443 },
      ],
    },
  };
  const address = (ip: string, name = 'p', namespace = 'shop') => ({ ip, targetRef: { kind: 'Pod', name, namespace } });
  const endpoints = (...addresses: readonly object[]): Endpoints => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'shop' },
    subsets: [
      {
        addresses: addresses as never,
        ports: [
          { name: 'http', port: 8080 },
          { name: 'tls', port: 8443 },
        ],
      },
    ],
  });
  const originOf = (id: string, of: Endpoints, random = seededRandom(1)) =>
    serviceOrigin(service, of, parseNamedPort(id, 'service'), {
      podOf: (name) => (name === 'p' ? podAt('10.1.2.3') : name === 'q' ? podAt('10.1.2.4') : undefined),
      random,
    });

  it.each([
    ['web:http', 'http://10.1.2.3:8080'],
    ['web:80', 'http://10.1.2.3:8080'],
    ['https:web:443', 'https://10.1.2.3:8443'],
  ])('as %s leads to a pod of it', (id, url) => {
    expect(originOf(id, endpoints(address('10.1.2.3')))).toBe(url);
  });

  it('leads to each of its pods', () => {
    const random = seededRandom(1);
    const of = endpoints(address('10.1.2.3'), address('10.1.2.4', 'q'));
    const found = new Set(Array.from({ length: 50 }, () => originOf('web:http', of, random)));
    expect([...found].sort()).toEqual(['http://10.1.2.3:8080', 'http://10.1.2.4:8080']);
  });

  it.each<readonly [string, string, Endpoints, string]>([
    ['that has not the port', 'web:81', endpoints(), 'no service port 81 found for service "web"'],
    ['without a name of its port', 'web', endpoints(address('10.1.2.3')), 'no endpoints available for service "web"'],
    ['without pods', 'web:http', endpoints(), 'no endpoints available for service "web"'],
    ['with what is no pod', 'web:http', endpoints({ ip: '10.1.2.3' }), 'no endpoints available for service "web"'],
    ['with pods of elsewhere', 'web:http', endpoints(address('10.1.2.3', 'p', 'other')), 'no endpoints available'],
    ['whose pod is elsewhere', 'web:http', endpoints(address('10.9.9.9')), 'no endpoints available'],
  ])('%s leads nowhere', (_what, id, of, message) => {
    expect(() => originOf(id, of)).toThrow(message);
  });
});

it.each([
  ['/api/v1/namespaces/a/services/web:80/proxy', ''],
  ['/api/v1/namespaces/a/services/web:80/proxy/', '/'],
  ['/api/v1/namespaces/a/pods/p/proxy/x//y%2Fz/', '/x//y%2Fz/'],
  ['/api/v1/namespaces/a/pods/p/proxy/proxy', '/proxy'],
  ['/api/v1/nodes/n:80/proxy/logs/', '/logs/'],
  ['/api/v1/nodes/n/proxy', ''],
])('below %s is %j', (path, below) => {
  expect(pathBelow(path)).toBe(below);
});

it.each([
  ['/login?a=b', '/P/login?a=b'],
  ['next', '/P/app/next'],
  ['http://10.1.2.3:80/x', '/P/x'],
  ['https://example.com/x', 'https://example.com/x'],
  ['http://[', 'http://['],
])('a redirection to %s leads to %s', (location, through) => {
  expect(redirectionThrough(location, new URL('http://10.1.2.3/app/here'), '/P')).toBe(through);
});
