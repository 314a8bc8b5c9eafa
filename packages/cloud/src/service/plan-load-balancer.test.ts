import { describe, expect, it } from '@jest/globals';
import type { Node, Service } from '@pintle/api/core/v1';
import {
  ingressStatus,
  loadBalancerName,
  nodesBehind,
  planLoadBalancer,
  wantsLoadBalancer,
} from './plan-load-balancer.js';

const service = (spec: object = {}, metadata: object = {}) =>
  ({
    metadata: { name: 'web', namespace: 'default', uid: '12345678-1234-1234-1234-123456789012', ...metadata },
    spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_080 }], ...spec },
  }) as unknown as Service;
const node = (name: string, more: { labels?: object; ready?: string; taint?: string; deleted?: boolean } = {}) =>
  ({
    metadata: {
      name,
      labels: more.labels ?? {},
      ...(more.deleted ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}),
    },
    spec: more.taint === undefined ? {} : { taints: [{ key: more.taint, effect: 'NoSchedule' }] },
    status: { conditions: [{ type: 'Ready', status: more.ready ?? 'True' }] },
  }) as unknown as Node;

describe('load balancers', () => {
  it.each([
    ['of its type', service(), true],
    ['of another type', service({ type: 'ClusterIP' }), false],
    ['of a class of its own', service({ loadBalancerClass: 'example.com/lb' }), false],
    ['that goes', service({}, { deletionTimestamp: '2025-01-01T00:00:00Z' }), false],
  ])('a Service %s', (_name, given, expected) => {
    expect(wantsLoadBalancer(given)).toBe(expected);
  });

  it('are named after the Service’s uid', () => {
    expect(loadBalancerName(service())).toBe('a1234567812341234123412345678901');
  });

  const nodes = [
    node('ready'),
    node('sick', { ready: 'False' }),
    node('excluded', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
    node('leaving', { taint: 'ToBeDeletedByClusterAutoscaler' }),
    node('deleted', { deleted: true }),
  ];
  it.each([
    ['Cluster', ['ready']],
    ['Local', ['deleted', 'leaving', 'ready', 'sick']],
  ] as const)('send to nodes by the policy %s', (policy, expected) => {
    expect(nodesBehind(policy, nodes)).toEqual(expected);
  });

  it('take what the Service asks for', () => {
    const wish = planLoadBalancer(
      service(
        { loadBalancerIP: '198.51.100.1', externalTrafficPolicy: 'Local', healthCheckNodePort: 31_000 },
        { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8, 192.168.0.0/16' } },
      ),
      [node('n1')],
    );
    expect(wish).toMatchObject({
      service: 'default/web',
      ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: 30_080 }],
      sourceRanges: ['10.0.0.0/8', '192.168.0.0/16'],
      loadBalancerIP: '198.51.100.1',
      healthCheckNodePort: 31_000,
      nodes: ['n1'],
    });
  });

  it('are told of as virtual addresses', () => {
    expect(ingressStatus([{ ip: '203.0.113.1' }, { hostname: 'lb.example.com' }])).toEqual([
      { ipMode: 'VIP', ip: '203.0.113.1' },
      { hostname: 'lb.example.com' },
    ]);
  });
});
