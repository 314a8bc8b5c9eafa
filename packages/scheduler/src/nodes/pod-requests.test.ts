/** What pods ask for: while they are resized, and where they say it for themselves. */
import { describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '@pintle/api/core/v1';
import { testPod } from '../test-objects.fixture.js';
import { leastMemoryBytes, podRequests } from './pod-requests.js';

const cpu = (amount: string) => ({ requests: { cpu: amount } });
const container = (name: string, amount: string, restartPolicy?: 'Always'): Container => ({
  name,
  image: 'x',
  resources: cpu(amount),
  ...(restartPolicy && { restartPolicy }),
});
const state = (name: string, has: string | undefined, given?: string) => ({
  name,
  ...(has !== undefined && { resources: cpu(has) }),
  ...(given !== undefined && { allocatedResources: { cpu: given } }),
});
const pending = (reason: string) => [{ type: 'PodResizePending', status: 'True', reason }];

interface ResizeCase {
  readonly name: string;
  readonly asks: string;
  /** What the container has, and what it was given. */
  readonly status?: readonly [has: string | undefined, given?: string];
  readonly reason?: string;
  readonly cpu: number;
}

describe('a pod that is resized', () => {
  const cases: readonly ResizeCase[] = [
    { name: 'nothing known yet', asks: '500m', cpu: 500 },
    { name: 'as asked', asks: '500m', status: ['500m', '500m'], cpu: 500 },
    { name: 'asks for more', asks: '700m', status: ['500m', '500m'], cpu: 700 },
    { name: 'asks for more, which is deferred', asks: '700m', status: ['500m', '500m'], reason: 'Deferred', cpu: 700 },
    { name: 'asks for more than ever can be', asks: '900m', status: ['500m', '500m'], reason: 'Infeasible', cpu: 500 },
    { name: 'was given more', asks: '700m', status: ['500m', '700m'], cpu: 700 },
    { name: 'asks for less', asks: '300m', status: ['500m', '500m'], cpu: 500 },
    { name: 'was given less', asks: '300m', status: ['500m', '300m'], cpu: 500 },
    { name: 'has less', asks: '300m', status: ['300m', '300m'], cpu: 300 },
    { name: 'has more than it was given', asks: '300m', status: ['800m', '500m'], reason: 'Infeasible', cpu: 800 },
    { name: 'its node does not say what it has', asks: '500m', status: [undefined, '900m'], cpu: 500 },
  ];
  const conditions = ({ reason }: ResizeCase) => (reason === undefined ? {} : { conditions: pending(reason) });

  it.each(cases)('a container: $name', (given) => {
    const containerStatuses = given.status ? [state('app', ...given.status)] : [];
    const status = { containerStatuses, ...conditions(given) } as unknown as Pod['status'];
    expect(podRequests(testPod('p', { containers: [container('app', given.asks)], status })).cpu).toBe(given.cpu);
  });

  it.each(cases)('a sidecar: $name', (given) => {
    const initContainerStatuses = given.status ? [state('side', ...given.status)] : [];
    const status = { initContainerStatuses, ...conditions(given) } as unknown as Pod['status'];
    const words = { containers: [container('app', '1')], initContainers: [container('side', given.asks, 'Always')] };
    expect(podRequests(testPod('p', { ...words, status })).cpu).toBe(1000 + given.cpu);
  });

  it.each(cases)('an init container is never: $name', (given) => {
    const initContainerStatuses = given.status ? [state('first', ...given.status)] : [];
    const status = { initContainerStatuses, ...conditions(given) } as unknown as Pod['status'];
    const words = { containers: [container('app', '1m')], initContainers: [container('first', given.asks)] };
    expect(podRequests(testPod('p', { ...words, status })).cpu).toBe(Number.parseInt(given.asks, 10));
  });
});

describe('what counts for a container that does not say', () => {
  const mebibytes = leastMemoryBytes / 1024 ** 2;
  const of = (words: Parameters<typeof testPod>[1]) => {
    const { nonZeroCpu, nonZeroMemory } = podRequests(testPod('p', words));
    return [nonZeroCpu, nonZeroMemory / 1024 ** 2];
  };
  const bare: Container = { name: 'bare', image: 'x' };
  const containers = [container('app', '300m'), bare];
  const itself = (requests: Readonly<Record<string, string>>) => ({ resources: { requests } });
  it.each<[string, Parameters<typeof testPod>[1], readonly [number, number]]>([
    ['each the least', { containers: [bare, bare] }, [200, 2 * mebibytes]],
    ['the other CPU', { containers }, [400, 2 * mebibytes]],
    ['the pod both', { containers, ...itself({ cpu: '1', memory: '64Mi' }) }, [1000, 64]],
    ['the pod memory, the other CPU', { containers, ...itself({ memory: '64Mi' }) }, [300, 64]],
    ['the pod CPU, and nobody memory', { containers, ...itself({ cpu: '1' }) }, [1000, 2 * mebibytes]],
    ['the pod memory, and nobody CPU', { containers: [bare, bare], ...itself({ memory: '64Mi' }) }, [200, 64]],
    [
      'the pod memory, and of CPU one none',
      { containers: [container('app', '0'), bare], ...itself({ memory: '64Mi' }) },
      [100, 64],
    ],
    ['the pod nothing', { containers, ...itself({}) }, [400, 2 * mebibytes]],
    ['with overhead', { containers: [bare], overhead: { cpu: '50m' } }, [150, mebibytes]],
  ])('where it is asked for by %s', (_, words, expected) => {
    expect(of(words)).toEqual(expected);
  });
});
