/** Addresses and ranges that are warned of, wherever they stand, as kube-apiserver warns. */
import { describe, expect, it } from '@jest/globals';
import { createWarnings, statusWarnings, updateWarnings, type Written } from './served.fixture.js';

const mapped = '::ffff:1.2.3.4';
const nonStandard = (path: string) =>
  `${path}: non-standard IP address "${mapped}" will be considered invalid in a future Kubernetes release: use "1.2.3.4"`;
const ambiguous = (path: string) =>
  `${path}: CIDR value "10.1.2.3/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.2.3/32"?)`;
const ipBlock = { cidr: '10.1.2.3/8', except: ['10.1.2.3/8'] };
const of = (apiVersion: string, kind: string, fields: object, metadata: object = {}): Written => ({
  ...{ apiVersion, kind, metadata, ...fields },
});
const containers = [{ name: 'c', image: 'i' }];
const slice = (fields: object, labels: object = {}) =>
  of('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', ...fields }, { labels });
const endpoints = (labels: object) =>
  of(
    ...(['v1', 'Endpoints'] as const),
    { subsets: [{ addresses: [{ ip: mapped }], notReadyAddresses: [{ ip: mapped }] }] },
    { labels },
  );

describe('a new object is warned of', () => {
  it.each<readonly [Written, readonly string[]]>([
    [
      of('networking.k8s.io/v1', 'NetworkPolicy', {
        spec: {
          podSelector: {},
          ingress: [{ from: [{ ipBlock }] }],
          egress: [{ to: [{ podSelector: {} }, { ipBlock }] }],
        },
      }),
      [
        ...['spec.ingress[0].from[0].ipBlock.cidr', 'spec.ingress[0].from[0].ipBlock.except[0]'].map(ambiguous),
        ...['spec.egress[0].to[1].ipBlock.cidr', 'spec.egress[0].to[1].ipBlock.except[0]'].map(ambiguous),
      ],
    ],
    [
      of('v1', 'Pod', {
        spec: { containers, dnsConfig: { nameservers: [mapped] }, hostAliases: [{ ip: mapped, hostnames: ['h'] }] },
      }),
      ['spec.dnsConfig.nameservers[0]', 'spec.hostAliases[0].ip'].map(nonStandard),
    ],
    [of('v1', 'Node', { spec: { podCIDRs: ['10.1.2.3/8'] } }), [ambiguous('spec.podCIDRs[0]')]],
    [endpoints({}), ['subsets[0].addresses[0].ip', 'subsets[0].notReadyAddresses[0].ip'].map(nonStandard)],
    [endpoints({ 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }), []],
    [slice({ endpoints: [{ addresses: ['1.2.3.4', mapped] }] }), [nonStandard('endpoints[0].addresses[1]')]],
    [
      slice(
        { endpoints: [{ addresses: [mapped] }] },
        { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
      ),
      [],
    ],
    [slice({ addressType: 'FQDN' }), ['spec.addressType: FQDN endpoints are deprecated']],
  ])('%j', (object, warnings) => {
    expect(createWarnings(object)).toEqual(warnings);
  });
});

it('of names in a slice only the first writer is warned', () => {
  expect(updateWarnings(slice({ addressType: 'FQDN' }), slice({ addressType: 'FQDN' }))).toEqual([]);
});

describe('a status is warned of', () => {
  const balanced = { status: { loadBalancer: { ingress: [{ ip: mapped }, { hostname: 'h' }] } } };
  it.each<readonly [Written, readonly string[]]>([
    [of('v1', 'Service', balanced), [nonStandard('status.loadBalancer.ingress[0]')]],
    [of('networking.k8s.io/v1', 'Ingress', balanced), [nonStandard('status.loadBalancer.ingress[0]')]],
    [
      of('v1', 'Pod', { spec: { containers }, status: { podIPs: [{ ip: mapped }], hostIPs: [{ ip: mapped }] } }),
      ['status.podIPs[0].ip', 'status.hostIPs[0].ip'].map(nonStandard),
    ],
    [
      of('apps/v1', 'StatefulSet', {
        spec: { revisionHistoryLimit: -1, selector: {}, template: { spec: { containers } } },
      }),
      ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'],
    ],
    [of('v1', 'Node', { spec: { podCIDRs: ['10.1.2.3/8'] } }), []],
  ])('%j', (object, warnings) => {
    expect(statusWarnings(object)).toEqual(warnings);
  });
});
