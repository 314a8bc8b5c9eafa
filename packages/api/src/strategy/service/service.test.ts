/** What is refused of Services, in which words (cases of upstream's `TestValidateServiceCreate` and `…Update`). */
import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../core/v1/service.js';
import { created, createFaults, createWarnings, decoded, statusFaults, updateFaults } from '../served.fixture.js';
import { withoutTypeLeftovers } from './service-change.js';

const port = { port: 8675, name: 'p' };
const ip = { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
const service = (spec: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  ...more,
  spec: { ports: [port], ...spec },
});
const clusterIp = (spec: object = {}) => service({ ...ip, ...spec });
const balanced = (spec: object = {}) => service({ ...ip, type: 'LoadBalancer', ...spec });
const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 30001 };
const named = (spec: object = {}) =>
  service({ ports: [], type: 'ExternalName', externalName: 'a.example.com', ...spec });
const two = { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] };

describe('a Service is taken', () => {
  it.each([
    [clusterIp()],
    [service({ clusterIP: 'None', clusterIPs: ['None'], ports: [] })],
    [clusterIp({ externalIPs: ['1.2.3.4'], sessionAffinity: 'ClientIP' })],
    [clusterIp({ ports: [{ ...port, targetPort: 'http', appProtocol: 'kubernetes.io/h2c' }] })],
    [clusterIp({ ports: [port, { ...port, name: 'q', protocol: 'UDP' }] })],
    [clusterIp({ ...two, ipFamilyPolicy: 'RequireDualStack', trafficDistribution: 'PreferClose' })],
    [balanced({ loadBalancerSourceRanges: [' 1.2.3.0/24 '], loadBalancerClass: 'example.com/lb' })],
    [balanced(local)],
    [balanced({ allocateLoadBalancerNodePorts: false })],
    [named({ externalName: 'a.example.com.' })],
  ])('%j', (object) => expect(createFaults(object)).toEqual([]));
});

describe('a Service is refused', () => {
  const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
  it.each<readonly [object, readonly string[]]>([
    [clusterIp({ ports: [] }), ['spec.ports: Required value']],
    [
      clusterIp({ type: 'Proxy' }),
      [
        'spec.type: Unsupported value: "Proxy": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      service({ type: 'NodePort', clusterIP: 'None', clusterIPs: ['None'] }),
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [clusterIp({ ports: [port, { port: 1 }] }), ['spec.ports[1].name: Required value']],
    [
      clusterIp({ ports: [{ port: 0, protocol: 'ICMP', targetPort: 'a--b', appProtocol: 'a b' }] }),
      [
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'spec.ports[0].targetPort: Invalid value: "a--b": must not contain consecutive hyphens',
        expect.stringContaining('spec.ports[0].appProtocol: Invalid value: "a b"') as never,
      ],
    ],
    [
      clusterIp({ ports: [port, port] }),
      [
        'spec.ports[1].name: Duplicate value: "p"',
        'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:8675, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
      ],
    ],
    [
      clusterIp({ ports: [{ ...port, nodePort: 30000 }] }),
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      service({
        ...ip,
        type: 'NodePort',
        ports: [
          { ...port, nodePort: 30000 },
          { port: 2, name: 'q', nodePort: 30000 },
        ],
      }),
      ['spec.ports[1].nodePort: Duplicate value: 30000'],
    ],
    [
      clusterIp({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } }),
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
    [
      clusterIp({ sessionAffinity: 'Maybe' }),
      ['spec.sessionAffinity: Unsupported value: "Maybe": supported values: "ClientIP", "None"'],
    ],
    [
      clusterIp({ clusterIPs: ['10.96.0.8'] }),
      ['spec.clusterIPs: Invalid value: []string{"10.96.0.8"}: first value must match `clusterIP`'],
    ],
    [
      clusterIp({ clusterIP: '' }),
      ['spec.clusterIPs: Invalid value: []string{"10.96.0.9"}: must be empty when `clusterIP` is not specified'],
    ],
    [
      clusterIp({ clusterIP: 'x', clusterIPs: ['x'] }),
      ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      clusterIp({ clusterIPs: ['10.96.0.9', '10.96.0.10'] }),
      [
        'spec.clusterIPs: Invalid value: []string{"10.96.0.9", "10.96.0.10"}: may specify no more than one IP for each IP family',
      ],
    ],
    [
      clusterIp({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'Both' }),
      [
        'spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
        'spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`',
      ],
    ],
    [clusterIp({ ipFamilies: ['IPv4', 'IPv4'] }), ['spec.ipFamilies[1]: Duplicate value: "IPv4"']],
    [
      clusterIp({ externalIPs: ['0.0.0.0', '127.0.0.1', '169.254.0.1', 'host'] }),
      [
        'spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
        'spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[2]: Invalid value: "169.254.0.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
        'spec.externalIPs[3]: Invalid value: "host": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      clusterIp({
        externalTrafficPolicy: 'Local',
        loadBalancerClass: 'c',
        allocateLoadBalancerNodePorts: true,
        loadBalancerSourceRanges: ['10.0.0.0/8'],
      }),
      [
        `spec.LoadBalancerSourceRanges: Forbidden: ${onlyBalanced}`,
        `spec.allocateLoadBalancerNodePorts: Forbidden: ${onlyBalanced}`,
        `spec.loadBalancerClass: Forbidden: ${onlyBalanced}`,
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      ],
    ],
    [balanced({ externalTrafficPolicy: 'Local' }), ['spec.healthCheckNodePort: Required value']],
    [
      balanced({ healthCheckNodePort: 30001 }),
      [
        "spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      balanced({ externalTrafficPolicy: 'Odd', internalTrafficPolicy: 'Odd', trafficDistribution: 'Odd' }),
      [
        'spec.externalTrafficPolicy: Unsupported value: "Odd": supported values: "Cluster", "Local"',
        'spec.internalTrafficPolicy: Unsupported value: "Odd": supported values: "Cluster", "Local"',
        'spec.trafficDistribution: Unsupported value: "Odd": supported values: "PreferClose"',
      ],
    ],
    [
      balanced({ loadBalancerSourceRanges: ['10.0.0.0'] }),
      [
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      named({ ...ip, externalName: '' }),
      [
        'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilies: Forbidden: may not be set for ExternalName services',
        'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
        'spec.externalName: Required value',
      ],
    ],
  ])('%j', (object, faults) => expect(createFaults(object as never)).toEqual(faults));
});

describe('a changed Service', () => {
  const once = 'may not change once set';
  it.each<readonly [object, object, readonly string[]]>([
    [clusterIp(), clusterIp({ selector: { a: 'b' } }), []],
    [
      clusterIp(),
      clusterIp({ clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8'] }),
      [`spec.clusterIPs[0]: Invalid value: []string{"10.96.0.8"}: ${once}`],
    ],
    [
      clusterIp(),
      service({ clusterIP: 'None', clusterIPs: ['None'] }),
      [`spec.clusterIPs[0]: Invalid value: []string{"None"}: ${once}`],
    ],
    [clusterIp(), clusterIp({ ...two, ipFamilyPolicy: 'PreferDualStack' }), []],
    [clusterIp({ ...two, ipFamilyPolicy: 'RequireDualStack' }), clusterIp(), []],
    [
      clusterIp({ ...two, ipFamilyPolicy: 'RequireDualStack' }),
      clusterIp({ ipFamilyPolicy: 'PreferDualStack' }),
      ['clusterIP', 'ipFamily'].map(
        (what) =>
          `spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to 'SingleStack' when releasing the secondary ${what}`,
      ),
    ],
    [balanced({ loadBalancerClass: 'a.b/c' }), balanced(), [`spec.loadBalancerClass: Invalid value: "null": ${once}`]],
    [
      balanced(local),
      balanced({ ...local, healthCheckNodePort: 30002 }),
      ['spec.healthCheckNodePort: Forbidden: field is immutable'],
    ],
    [clusterIp(), named(), []],
    [named(), clusterIp(), []],
  ])('case %#', (before, after, faults) => expect(updateFaults(after as never, before as never)).toEqual(faults));

  it.each<readonly [string, object, object, object]>([
    [
      'loses its addresses with the need for them',
      clusterIp(),
      service({ ...ip, type: 'ExternalName', externalName: 'a' }),
      { type: 'ExternalName', ports: [port], externalName: 'a' },
    ],
    [
      'loses ports of the nodes',
      service({ ...ip, type: 'NodePort', ports: [{ ...port, nodePort: 30000 }] }),
      clusterIp({ ports: [{ ...port, nodePort: 30000 }], externalTrafficPolicy: 'Cluster' }),
      { type: 'ClusterIP', ports: [port] },
    ],
    [
      'keeps what is meant wrongly',
      service({ ...ip, type: 'NodePort', ports: [{ ...port, nodePort: 30000 }] }),
      clusterIp({ ports: [{ ...port, nodePort: 30001 }] }),
      { ports: [{ ...port, nodePort: 30001 }] },
    ],
    [
      'loses what was of the balancer',
      balanced({ ...local, loadBalancerClass: 'a.b/c' }),
      clusterIp({ ...local, loadBalancerClass: 'a.b/c', allocateLoadBalancerNodePorts: true }),
      { type: 'ClusterIP' },
    ],
  ])('%s', (_what, before, after, spec) => {
    const { spec: left } = withoutTypeLeftovers(decoded(after as never), created<Service>(before as never));
    expect(left).toMatchObject(spec);
    if (!('nodePort' in (left?.ports?.[0] ?? {}))) expect(updateFaults(after as never, before as never)).toEqual([]);
  });
});

it('defaults', () => {
  expect(decoded<Service>(balanced({ sessionAffinity: 'ClientIP' })).spec).toMatchObject({
    allocateLoadBalancerNodePorts: true,
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    ports: [{ protocol: 'TCP', targetPort: 8675 }],
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
  });
  expect(decoded<Service>(clusterIp({ sessionAffinityConfig: {} })).spec).not.toHaveProperty('sessionAffinityConfig');
  expect(decoded<Service>(clusterIp({ externalIPs: ['1.2.3.4'] })).spec?.externalTrafficPolicy).toBe('Cluster');
});

it('a status tells of the balancer, where there is one', () => {
  const told = (type: string, ingress: object) =>
    service({ type }, { status: { loadBalancer: { ingress: [ingress] } } });
  expect(statusFaults(told('LoadBalancer', { ip: '1.2.3.4' }))).toEqual([]);
  expect(statusFaults(told('ClusterIP', { ip: '1.2.3.4' }))).toEqual([
    "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
  ]);
  expect(statusFaults(told('LoadBalancer', { hostname: '1.2.3.4', ipMode: 'VIP' }))).toEqual([
    'status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set',
    'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ]);
});

it('warns', () => {
  const none = service({
    clusterIP: 'None',
    clusterIPs: ['None'],
    externalIPs: ['2001:DB8::1'],
    loadBalancerIP: '1.2.3.4',
  });
  expect(createWarnings(none)).toEqual([
    'spec.loadBalancerIP is ignored for headless services',
    'spec.externalIPs is ignored for headless services',
    'spec.externalIPs[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ]);
  expect(createWarnings(clusterIp({ externalName: 'a' }))).toEqual([
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ]);
});
