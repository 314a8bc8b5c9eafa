/** Gangs that make others leave: all of it or nothing. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import type { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { profile } from '../framework/profile.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { PodGroup, podGroupLabel } from './pod-group.js';

function group(name: string, minCount: number | undefined, topology?: string): PodGroup {
  return {
    apiVersion: 'scheduling.k8s.io/v1alpha2',
    kind: 'PodGroup',
    metadata: { name, namespace: 'ns' },
    spec: {
      schedulingPolicy: minCount === undefined ? { basic: {} } : { gang: { minCount } },
      ...(topology && { schedulingConstraints: { topology: [{ key: topology }] } }),
    },
  } as PodGroup;
}

const member = (name: string, of: string, words: Parameters<typeof testPod>[1] = {}) =>
  testPod(name, { namespace: 'ns', labels: { [podGroupLabel]: of }, cpu: '1', priority: 10, ...words });
const gang = (count: number, words: Parameters<typeof testPod>[1] = {}) =>
  times(count, (i) => member(`p${i}`, 'g', words));
const runs = (name: string, nodeName: string, words: Parameters<typeof testPod>[1] = {}) =>
  testPod(name, { namespace: 'ns', cpu: '1', nodeName, ...words });
const nodes = times(2, (i) => testNode(`n${i}`, { cpu: '2', labels: { rack: `r${i}` } }));

const policy = profile({ plugins: defaultPlugins({ gangScheduling: true }) });
const run = (pods: readonly Pod[], groups: readonly PodGroup[], given = nodes) =>
  schedule({ policy, nodes: given, pods, objects: groups });
const left = (result: ReturnType<typeof run>) => [...result.preempted.keys()].sort();

describe('a gang that fits nowhere', () => {
  it('makes others leave, and no more than it needs', () => {
    const result = run([...times(4, (i) => runs(`low${i}`, `n${i % 2}`)), ...gang(3)], [group('g', 3)]);
    expect(result.placements.size).toBe(3);
    expect(left(result)).toHaveLength(3);
    expect(result.attempts.filter(({ victims }) => victims !== undefined)).toHaveLength(3);
  });

  it('has nobody leave where not all of it would have a place', () => {
    const there = [runs('low', 'n0'), runs('high', 'n0', { priority: 20 }), runs('high2', 'n1', { priority: 20 })];
    const result = run([...there, runs('low2', 'n1'), ...gang(3)], [group('g', 3)]);
    expect([result.placements.size, left(result)]).toEqual([0, []]);
    expect(result.unschedulable.get('ns/p0')?.message).toContain('minCount (3) cannot be satisfied');
  });

  it('takes what is free, and makes others leave only where it must', () => {
    const result = run([runs('low0', 'n0'), runs('low1', 'n0'), runs('low2', 'n1'), ...gang(2)], [group('g', 2)]);
    expect(result.placements.size).toBe(2);
    expect(left(result)).toHaveLength(1);
  });

  it('does not make others leave as long as it need not', () => {
    const result = run([runs('low', 'n0'), ...gang(3)], [group('g', 3)]);
    expect([result.placements.size, left(result)]).toEqual([3, []]);
  });

  it('never makes its own leave', () => {
    const own = member('old', 'g', { nodeName: 'n0', priority: 0 });
    const result = run([own, runs('high', 'n0', { priority: 20 }), ...gang(3)], [group('g', 4)], [nodes[0]!]);
    expect([result.placements.size, left(result)]).toEqual([0, []]);
  });

  it('nor where its pods are not to preempt', () => {
    const pods = [...times(4, (i) => runs(`low${i}`, `n${i % 2}`)), ...gang(2, { preemptionPolicy: 'Never' })];
    expect(left(run(pods, [group('g', 2)]))).toEqual([]);
  });

  it('takes the domain where fewer must leave', () => {
    const pods = [runs('a0', 'n0'), runs('a1', 'n0'), runs('b0', 'n1'), ...gang(2)];
    const result = run(pods, [group('g', 2, 'rack')]);
    expect(new Set(result.placements.values())).toEqual(new Set(['n1']));
    expect(left(result)).toEqual(['ns/b0']);
  });

  it('and what is left over of a group that has its place asks for itself', () => {
    const low = times(3, (i) => runs(`low${i}`, `n${i % 2}`));
    const result = run([...low, ...gang(2)], [group('g', undefined)]);
    expect(result.placements.size).toBe(2);
    expect(left(result)).toHaveLength(1);
  });
});

describe('in a cluster', () => {
  const dear = (count: number) => times(count, (i) => member(`p${i}`, 'g', inCluster));
  const inCluster = { priority: undefined, priorityClassName: 'high' } as object;
  const start = async () => {
    const test = await SchedulerTestCluster.start({ kinds: [PodGroup], profiles: [policy], podsPerTurn: 1 });
    await test.setPriority('high', 10);
    for (const node of nodes) await test.setNode(node);
    for (let i = 0; i < 4; i++)
      await test.setPod(testPod(`low${i}`, { namespace: 'ns', cpu: '1', terminationGracePeriodSeconds: 0 }));
    await test.settle();
    return test;
  };
  const bound = async (test: SchedulerTestCluster, prefix: string) =>
    (await test.pods()).filter(({ metadata, spec }) => metadata.name!.startsWith(prefix) && spec?.nodeName).length;

  it('its pods wait for the victims on their nodes, and are bound as one', async () => {
    const test = await start();
    expect(await bound(test, 'low')).toBe(4);
    await test.client.create(group('g', 3));
    for (const pod of dear(3)) await test.setPod(pod);
    await test.world.advance(60_000);
    expect([await bound(test, 'low'), await bound(test, 'p')]).toEqual([1, 3]);
  });

  it('nobody leaves for a gang that has no place even so', async () => {
    const test = await start();
    await test.client.create(group('g', 5));
    for (const pod of dear(5)) await test.setPod(pod);
    await test.world.advance(600_000);
    expect([await bound(test, 'low'), await bound(test, 'p')]).toEqual([4, 0]);
  });
});

describe.each([1, 2, 3, 4, 5, 6])('under faults, seed %d', (seed) => {
  it('a gang comes as a whole, and nobody else leaves', async () => {
    const faults = { conflict: 0.1, lostAnswer: 0.1, lostRequest: 0.1, delayMaxMs: 300 };
    const test = await SchedulerTestCluster.start({
      kinds: [PodGroup],
      profiles: [policy],
      podsPerTurn: 2,
      faults,
      seed,
    });
    await test.setPriority('high', 10);
    for (const node of nodes) await test.setNode(node);
    const core = { namespace: 'ns', cpu: '1', terminationGracePeriodSeconds: 0 };
    for (let i = 0; i < 4; i++) await test.setPod(testPod(`low${i}`, core));
    await test.world.advance(30_000);
    await test.client.create(group('g', 3));
    const words = { priority: undefined, priorityClassName: 'high' } as object;
    for (let i = 0; i < 3; i++) await test.setPod(member(`p${i}`, 'g', words));
    await test.world.advance(180_000);
    const bound = (await test.pods()).flatMap(({ metadata, spec }) => (spec?.nodeName ? [metadata.name!] : [])).sort();
    expect(bound).toEqual([expect.stringMatching(/^low/), 'p0', 'p1', 'p2']);
    await test.stop();
  });
});

it('those whose budget allows no disruption leave last', () => {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace: 'ns' },
    spec: { selector: { matchLabels: { app: 'guarded' } } },
    status: { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 2 },
  } as unknown as PodDisruptionBudget;
  const labels = { app: 'guarded' };
  const pods = [
    runs('guarded0', 'n0', { labels }),
    runs('guarded1', 'n0', { labels }),
    runs('low0', 'n1'),
    runs('low1', 'n1'),
    ...gang(2),
  ];
  const result = schedule({ policy, nodes, pods, objects: [group('g', 2), budget] });
  expect(left(result)).toEqual(['ns/low0', 'ns/low1']);
});
