/** Cases of kube-controller-manager's mirroring reconciler. */
import { describe, expect, it } from '@jest/globals';
import type { Endpoints, Service } from '@pintle/api/core/v1';
import { EndpointSlice } from '@pintle/api/discovery/v1';
import { testCluster } from '@pintle/testing';
import { isMirrored, planMirror } from './index.js';

/** `4+2 http`: addresses that are ready and not, and the port. `6` before it: of IPv6. */
function endpoints(...subsets: readonly string[]): Endpoints {
  return {
    metadata: { name: 'web', namespace: 'default' },
    subsets: subsets.map((text, at) => {
      const [, six, ready, waiting, port] = /^(6:)?(\d+)\+(\d+) (\w+)$/.exec(text)!;
      const some = (count: string, from: number) =>
        Array.from({ length: Number(count) }, (_, index) => ({
          ip: six ? `fd00::${at}:${from + index}` : `10.${at}.${from}.${index + 1}`,
        }));
      return { addresses: some(ready!, 1), notReadyAddresses: some(waiting!, 100), ports: [{ name: port, port: 80 }] };
    }),
  } as unknown as Endpoints;
}

describe('planMirror, of five addresses of a subset at most', () => {
  it.each([
    [['2+1 http'], 'IPv4 http 2+1', 0],
    [['1+0 http', '2+0 http'], 'IPv4 http 3+0', 0],
    [['1+0 http', '2+0 https'], 'IPv4 http 1+0, IPv4 https 2+0', 0],
    [['1+0 http', '6:1+1 http'], 'IPv4 http 1+0, IPv6 http 1+1', 0],
    [['4+3 http'], 'IPv4 http 4+1', 2],
    [['7+2 http', '7+0 https'], 'IPv4 http 5+0, IPv4 https 5+0', 6],
    [['0+0 http'], '', 0],
  ])('%j: %s', (subsets, expected, skipped) => {
    const plan = planMirror(endpoints(...subsets), 5);
    const told = (['IPv4', 'IPv6'] as const).flatMap((family) =>
      plan.groups[family].map(({ ports, endpoints: all }) => {
        const ready = all.filter(({ conditions }) => conditions?.ready).length;
        return `${family} ${ports[0]?.name} ${ready}+${all.length - ready}`;
      }),
    );
    expect([told.join(', '), plan.skipped]).toEqual([expected, skipped]);
  });
});

describe('isMirrored', () => {
  const service = (selector?: object) => ({ metadata: { name: 'web' }, spec: { selector } }) as unknown as Service;
  const of = (metadata: object) => ({ metadata: { name: 'web', ...metadata } }) as Endpoints;
  it.each([
    ['of a Service without a selector', of({}), service(), true],
    ['of a Service with an empty one', of({}), service({}), true],
    ['of a Service with a selector', of({}), service({ app: 'web' }), false],
    ['of no Service', of({}), undefined, false],
    ['that are not to be', of({ labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }), service(), false],
    ['of a leader', of({ annotations: { 'control-plane.alpha.kubernetes.io/leader': '' } }), service(), false],
  ])('%s', (_name, given, its, expected) => {
    expect(isMirrored(given, its)).toBe(expected);
  });
});

it('a slice has the labels and annotations of its Endpoints, but for what is said of these alone', async () => {
  const cluster = await testCluster({ nodes: 0 });
  const { client } = cluster;
  const metadata = { name: 'web', namespace: 'default' };
  await client.create<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 80 }] },
  } as Service);
  await client.create<Endpoints>({
    ...endpoints('1+0 http'),
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      labels: { tier: 'front' },
      annotations: {
        mine: 'yes',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'endpoints.kubernetes.io/last-change-trigger-time': '2025-01-01T00:00:00Z',
      },
    },
  });
  await cluster.settle();
  const [slice] = await client.list(EndpointSlice, { namespace: 'default', labelSelector: 'tier=front' });
  expect(slice?.metadata.annotations).toEqual({ mine: 'yes' });
  await cluster.stop();
});
