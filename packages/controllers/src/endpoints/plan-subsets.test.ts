/** Cases of kube-controller-manager's `TestTruncateEndpoints`, smaller. */
import { describe, expect, it } from '@jest/globals';
import type { Pod, Service } from '@pintle/api/core/v1';
import { planSubsets } from './index.js';

const service = {
  metadata: { name: 'web' },
  spec: { clusterIP: '10.0.0.1', ports: [{ port: 80, targetPort: 'http' }] },
} as unknown as Service;

/** `3+2`: pods of one port, three of them ready. Each word has a port of its own. */
const podsOf = (text: string): readonly Pod[] =>
  text.split(' ').flatMap((word, group) => {
    const [ready = 0, waiting = 0] = word.split('+').map(Number);
    return Array.from(
      { length: ready + waiting },
      (_, index) =>
        ({
          metadata: { name: `p-${group}-${index}`, uid: `p-${group}-${index}` },
          spec: { containers: [{ ports: [{ name: 'http', containerPort: 8000 + group }] }] },
          status: {
            podIP: `10.${index >> 8}.${group}.${index & 255}`,
            conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }],
          },
        }) as unknown as Pod,
    );
  });

describe('planSubsets, of ten addresses at most', () => {
  it.each([
    ['4+3', '4+3', false],
    ['5+5', '5+5', false],
    ['8+4', '8+2', true],
    ['12+4', '10+0', true],
    // Each port has its part, and none is left out for those before it.
    ['6+0 6+0 3+0', '4+0 4+0 2+0', true],
    ['4+4 2+4', '4+2 2+2', true],
    ['4+6 2+3', '4+3 2+1', true],
    ['3+0 3+9', '3+0 3+4', true],
    ['11+0 1+0', '10+0', true],
  ])('%s: %s', (given, expected, truncated) => {
    const plan = planSubsets(service, podsOf(given), 10);
    const told = plan.subsets.map(
      ({ addresses = [], notReadyAddresses = [] }) => `${addresses.length}+${notReadyAddresses.length}`,
    );
    expect([told.join(' '), plan.truncated]).toEqual([expected, truncated]);
  });
});

it('a port that all have stands once, with all of them, beside the ones that each has for itself', () => {
  const ports = [
    { name: 'web', port: 80, targetPort: 'http' },
    { name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP', appProtocol: 'dns' },
    { name: 'log', port: 514, targetPort: 5140, protocol: 'UDP' },
  ];
  const many = { ...service, spec: { ...service.spec, ports } } as unknown as Service;
  const { subsets } = planSubsets(many, podsOf('1+0 1+1'));
  const told = subsets.map((subset) => [
    subset.ports?.map(({ port }) => port).join(),
    subset.addresses?.map(({ ip }) => ip).join(),
    subset.notReadyAddresses?.map(({ ip }) => ip).join(),
  ]);
  expect(subsets[1]?.ports?.[0]).toEqual({ name: 'dns', port: 5353, protocol: 'UDP', appProtocol: 'dns' });
  expect(told).toEqual([
    ['8000', '10.0.0.0', undefined],
    ['5353,5140', '10.0.0.0,10.0.1.0', '10.0.1.1'],
    ['8001', '10.0.1.0', '10.0.1.1'],
  ]);
});

describe('planSubsets', () => {
  const addresses = (of: Service, pods: readonly Pod[]) =>
    planSubsets(of, pods)
      .subsets.flatMap((subset) => subset.addresses ?? [])
      .map(({ ip }) => ip);
  const having = (spec: object): Service => ({ ...service, spec: { ...service.spec, ...spec } }) as Service;

  it('holds a thousand addresses, and says where there are more', () => {
    const { subsets, truncated } = planSubsets(service, podsOf('1000+0'));
    expect([subsets[0]?.addresses?.length, truncated]).toEqual([1000, false]);
    const more = planSubsets(service, podsOf('1001+0'));
    expect([more.subsets[0]?.addresses?.length, more.truncated]).toEqual([1000, true]);
  });

  it('leaves out who has none of the ports, but for a Service without any', () => {
    const others = having({ ports: [{ port: 80, targetPort: 'other' }] });
    expect(addresses(others, podsOf('2+0'))).toEqual([]);
    expect(addresses(having({ clusterIP: 'None', ports: undefined }), podsOf('2+0'))).toEqual(['10.0.0.0', '10.0.0.1']);
  });

  it('is of the first of two families', () => {
    const [pod] = podsOf('1+0');
    const both = { ...pod!, status: { ...pod!.status, podIPs: [{ ip: '10.0.0.9' }, { ip: 'fd00::9' }] } };
    expect(addresses(having({ ipFamilies: ['IPv6', 'IPv4'] }), [both])).toEqual(['fd00::9']);
    expect(addresses(having({ ipFamilies: ['IPv4', 'IPv6'] }), [both])).toEqual(['10.0.0.9']);
  });
});
