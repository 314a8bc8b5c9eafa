import { describe, expect, it } from '@jest/globals';
import type { Service } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import { planRoutes } from './service-routes.js';

type ServiceSpec = NonNullable<Service['spec']>;
type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

const service = (spec: Partial<ServiceSpec>, name = 'web'): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { type: 'ClusterIP', clusterIP: '10.0.0.1', ports: [{ port: 80 }], ...spec },
  }) as Service;

const slice = (endpoints: readonly Endpoint[], words: Partial<EndpointSlice> = {}, of = 'web'): EndpointSlice =>
  ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${of}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints,
    ...words,
  }) as EndpointSlice;

const ready = (...addresses: string[]): Endpoint => ({ addresses, conditions: { ready: true } });
/** `ip:port -> backend backend`, a terminating backend in brackets. */
const textOf = (
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  nodeIps: readonly string[] = [],
  bridgesFamilies = false,
) =>
  planRoutes(services, slices, { nodeIps, bridgesFamilies }).map(
    ({ ip, port, protocol, backends, sessionAffinitySeconds }) => {
      const to = backends.map((each) => {
        const text = `${each.ip}:${each.port}`;
        return each.state === 'ready' ? text : `(${text})`;
      });
      const kept = sessionAffinitySeconds === undefined ? '' : ` kept ${sessionAffinitySeconds} s`;
      return `${protocol} ${ip}:${port} -> ${to.join(' ')}${kept}`;
    },
  );

describe('planRoutes', () => {
  const cases: readonly (readonly [string, Partial<ServiceSpec>, readonly EndpointSlice[], readonly string[]])[] = [
    [
      'leads to ready endpoints, in a stable order',
      {},
      [slice([ready('1.1.1.2'), ready('1.1.1.1')])],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080 1.1.1.2:8080'],
    ],
    [
      'joins the slices of a service',
      {},
      [slice([ready('1.1.1.1')]), slice([ready('1.1.1.2')])],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080 1.1.1.2:8080'],
    ],
    ['is there without endpoints', {}, [], ['TCP 10.0.0.1:80 -> ']],
    [
      'counts an endpoint of unknown readiness as ready',
      {},
      [slice([{ addresses: ['1.1.1.1'], conditions: {} }])],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080'],
    ],
    [
      'keeps endpoints that serve while they terminate, and none that are only not ready',
      {},
      [
        slice([
          { addresses: ['1.1.1.1'], conditions: { ready: false, serving: true, terminating: true } },
          { addresses: ['1.1.1.2'], conditions: { ready: false, serving: false, terminating: true } },
          { addresses: ['1.1.1.3'], conditions: { ready: false, serving: false, terminating: false } },
        ]),
      ],
      ['TCP 10.0.0.1:80 -> (1.1.1.1:8080)'],
    ],
    [
      'takes each port to its own by name and protocol',
      {
        ports: [
          { name: 'http', port: 80 },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      },
      [
        slice([ready('1.1.1.1')], {
          ports: [
            { name: 'dns', port: 5353, protocol: 'UDP' },
            { name: 'http', port: 8080 },
          ],
        }),
      ],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080', 'UDP 10.0.0.1:53 -> 1.1.1.1:5353'],
    ],
    [
      'passes over slices of other families',
      {},
      [slice([ready('fd00::1')], { addressType: 'IPv6' })],
      ['TCP 10.0.0.1:80 -> '],
    ],
    ['passes over slices of other services', {}, [slice([ready('1.1.1.1')], {}, 'other')], ['TCP 10.0.0.1:80 -> ']],
    [
      'answers on external addresses',
      { externalIPs: ['9.9.9.9'] },
      [slice([ready('1.1.1.1')])],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080', 'TCP 9.9.9.9:80 -> 1.1.1.1:8080'],
    ],
    [
      'answers on the node port of every address of the node',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] },
      [slice([ready('1.1.1.1')])],
      ['TCP 10.0.0.1:80 -> 1.1.1.1:8080', 'TCP 192.168.0.1:30080 -> 1.1.1.1:8080'],
    ],
    ['has no route for a headless service', { clusterIP: 'None' }, [slice([ready('1.1.1.1')])], []],
    ['has no route for a name elsewhere', { type: 'ExternalName', clusterIP: '' }, [], []],
    [
      'keeps clients for three hours unless told',
      { sessionAffinity: 'ClientIP' },
      [],
      ['TCP 10.0.0.1:80 ->  kept 10800 s'],
    ],
    [
      'keeps clients for as long as told',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
      [],
      ['TCP 10.0.0.1:80 ->  kept 5 s'],
    ],
  ];
  it.each(cases)('%s', (_, spec, slices, expected) => {
    expect(textOf([service(spec)], slices, ['192.168.0.1'])).toEqual(expected);
  });

  describe('of a Service with addresses of both families', () => {
    const dual = service({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::5'], externalIPs: ['fd01::9'] });
    const v4 = slice([ready('1.1.1.1')]);
    const v6 = slice([ready('fd02::1')], { addressType: 'IPv6' });

    it('leads each address to endpoints of its family', () => {
      expect(textOf([dual], [v4, v6])).toEqual([
        'TCP 10.0.0.1:80 -> 1.1.1.1:8080',
        'TCP fd00::5:80 -> fd02::1:8080',
        'TCP fd01::9:80 -> fd02::1:8080',
      ]);
    });

    it('leads to those of the other where there are none and the dataplane bridges', () => {
      const routes = (bridges: boolean) => textOf([dual], [v4], [], bridges).slice(0, 2);
      expect(routes(false)).toEqual(['TCP 10.0.0.1:80 -> 1.1.1.1:8080', 'TCP fd00::5:80 -> ']);
      expect(routes(true)).toEqual(['TCP 10.0.0.1:80 -> 1.1.1.1:8080', 'TCP fd00::5:80 -> 1.1.1.1:8080']);
    });

    it('answers on no address of a family that the Service has not', () => {
      const only = service({ clusterIP: 'fd00::5', ports: [{ port: 80, nodePort: 30080 }], externalIPs: ['9.9.9.9'] });
      expect(textOf([only], [v6], ['192.168.0.1', 'fd03::1'])).toEqual([
        'TCP fd00::5:80 -> fd02::1:8080',
        'TCP fd03::1:30080 -> fd02::1:8080',
      ]);
    });
  });
});
