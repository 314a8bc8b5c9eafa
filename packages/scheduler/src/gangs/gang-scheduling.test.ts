import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { profile } from '../framework/profile.js';
import { ClusterObjects } from '../nodes/cluster-objects.js';
import { podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { gangScheduling } from '../plugins/gang-scheduling.js';
import { hintOf } from '../plugins/judge.fixture.js';
import { SchedulerTestCluster } from '../runner/scheduler.fixture.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { PodGroup, podGroupLabel } from './pod-group.js';

function group(name: string, minCount: number, topology?: string): PodGroup {
  return {
    apiVersion: 'scheduling.k8s.io/v1alpha2',
    kind: 'PodGroup',
    metadata: { name, namespace: 'ns' },
    spec: {
      schedulingPolicy: { gang: { minCount } },
      ...(topology && { schedulingConstraints: { topology: [{ key: topology }] } }),
    },
  } as PodGroup;
}

const member = (name: string, of: string, words: Parameters<typeof testPod>[1] = {}) =>
  testPod(name, { namespace: 'ns', labels: { [podGroupLabel]: of }, cpu: '1', ...words });

const policy = profile({ plugins: defaultPlugins({ gangScheduling: true }) });
const run = (pods: readonly Pod[], groups: readonly PodGroup[], nodes = [testNode('n', { cpu: '3' })]) =>
  schedule({ policy, nodes, pods, objects: groups });

describe('a pod of a gang enters the queue', () => {
  const wait = 'waiting for minCount pods from a gang to appear in scheduling queue';
  it.each([
    ['when its group is there and is large enough', [group('g', 2)], 2, undefined],
    ['not before enough of them are there', [group('g', 2)], 1, wait],
    ['not before its group is there', [], 2, `waiting for pod's pod group "g" to appear in scheduling queue`],
    [
      'at once where its group is no gang',
      [{ ...group('g', 2), spec: { schedulingPolicy: { basic: {} } } }],
      1,
      undefined,
    ],
  ])('%s', (_, groups, count, expected) => {
    const objects = new ClusterObjects();
    for (const object of [...groups, ...times(count, (i) => member(`p${i}`, 'g'))]) objects.set(object);
    expect(gangScheduling().preEnqueue(podInfo(member('p0', 'g')), objects)?.reasons[0]).toBe(expected);
  });

  it('by the field of newer API servers, too', () => {
    const objects = new ClusterObjects();
    objects.set(group('g', 2));
    const pod = testPod('p', { namespace: 'ns', schedulingGroup: { podGroupName: 'g' } } as object);
    objects.set(pod);
    expect(gangScheduling().preEnqueue(podInfo(pod), objects)?.reasons[0]).toBe(wait);
  });

  it.each([
    ['one of its gang comes', 'UnscheduledPod', undefined, member('q', 'g'), 'Queue'],
    ['one of another gang comes', 'UnscheduledPod', undefined, member('q', 'h'), 'Skip'],
    ['its group comes', 'PodGroup', undefined, group('g', 2), 'Queue'],
    ['another group comes', 'PodGroup', undefined, group('h', 2), 'Skip'],
  ] as const)('hint: %s', (_, resource, before, after, expected) => {
    expect(hintOf(gangScheduling(), resource)(member('p', 'g'), before, after)).toBe(expected);
  });
});

describe('the pods of a gang', () => {
  it('get their nodes together, or none', () => {
    const fits = run(
      times(3, (i) => member(`p${i}`, 'g')),
      [group('g', 3)],
    );
    expect(fits.placements.size).toBe(3);
    const not = run(
      times(4, (i) => member(`p${i}`, 'g')),
      [group('g', 4)],
    );
    expect(not.placements.size).toBe(0);
    expect([...not.unschedulable.keys()]).toEqual(times(4, (i) => `ns/p${i}`));
    expect(not.unschedulable.get('ns/p0')?.message).toBe(
      'pod group "ns/g": minCount (4) cannot be satisfied: 3 scheduled, 0 remaining.',
    );
    expect(not.unschedulable.get('ns/p0')?.plugins).toEqual(['GangScheduling', 'NodeResourcesFit']);
  });

  it('leave their room to others where they have no place', () => {
    const pods = [...times(4, (i) => member(`p${i}`, 'g', { priority: 10 })), testPod('other', { cpu: '3' })];
    const { placements } = run(pods, [group('g', 4)]);
    expect([...placements]).toEqual([['other', 'n']]);
  });

  it('run with fewer than all where minCount allows it', () => {
    const { placements, unschedulable } = run(
      times(5, (i) => member(`p${i}`, 'g')),
      [group('g', 2)],
    );
    expect(placements.size).toBe(3);
    expect(unschedulable.size).toBe(2);
  });

  it('count those that run already', () => {
    const running = member('r', 'g', { nodeName: 'n' });
    expect(run([running, member('p', 'g')], [group('g', 2)]).placements.size).toBe(1);
  });

  it('do not take each other’s nodes: two gangs that do not fit at once come one after the other', () => {
    const pods = times(4, (i) => member(`p${i}`, i % 2 === 0 ? 'g' : 'h'));
    const { placements } = run(pods, [group('g', 2), group('h', 2)]);
    const names = [...placements.keys()].sort();
    expect([
      ['ns/p0', 'ns/p2'],
      ['ns/p1', 'ns/p3'],
    ]).toContainEqual(names);
  });

  const racks = (...cpus: readonly string[]) =>
    cpus.flatMap((cpu, rack) => times(2, (i) => testNode(`n${rack}${i}`, { cpu, labels: { rack: `r${rack}` } })));

  it('stay in one domain of their topology', () => {
    const pods = times(4, (i) => member(`p${i}`, 'g'));
    const { placements } = run(pods, [group('g', 4, 'rack')], racks('1', '2', '1'));
    expect(new Set([...placements.values()].map((node) => node.slice(0, 2)))).toEqual(new Set(['n1']));
    expect(run(pods, [group('g', 4, 'rack')], racks('1', '1', '1')).placements.size).toBe(0);
    expect(run(pods, [group('g', 4, 'zone')], racks('2')).unschedulable.get('ns/p0')?.message).toContain(
      'no placement',
    );
  });

  it('go where more of them have a place, then where it is fuller', () => {
    const pods = times(4, (i) => member(`p${i}`, 'g'));
    const more = run(pods, [group('g', 2, 'rack')], racks('1', '2'));
    expect(more.placements.size).toBe(4);
    const fuller = run(pods, [group('g', 2, 'rack')], racks('3', '2'));
    expect(new Set([...fuller.placements.values()].map((node) => node.slice(0, 2)))).toEqual(new Set(['n1']));
  });

  it('go where some of them are', () => {
    const running = member('r', 'g', { nodeName: 'n00' });
    const { placements } = run(
      [running, ...times(2, (i) => member(`p${i}`, 'g'))],
      [group('g', 2, 'rack')],
      racks('2', '9'),
    );
    expect(new Set([...placements.values()].map((node) => node.slice(0, 2)))).toEqual(new Set(['n0']));
  });
});

describe('in a cluster', () => {
  const start = () =>
    SchedulerTestCluster.start({
      kinds: [PodGroup],
      profiles: [policy],
      podsPerTurn: 2,
    });
  const bound = async (test: SchedulerTestCluster) => (await test.pods()).filter(({ spec }) => spec?.nodeName).length;

  it('a gang waits until it is whole, and is bound as one', async () => {
    const test = await start();
    await test.setNode(testNode('n', { cpu: '10' }));
    await test.client.create(group('g', 5));
    for (let i = 0; i < 4; i++) await test.setPod(member(`p${i}`, 'g'));
    await test.settle();
    expect([await bound(test), test.scheduler.counts.gated]).toEqual([0, 4]);
    await test.setPod(member('p4', 'g'));
    await test.settle();
    expect(await bound(test)).toBe(5);
  });

  it('a gang that does not fit keeps nothing, and comes when there is room', async () => {
    const test = await start();
    await test.setNode(testNode('n', { cpu: '4' }));
    await test.client.create(group('g', 5));
    for (let i = 0; i < 5; i++) await test.setPod(member(`p${i}`, 'g'));
    await test.settle();
    expect([await bound(test), test.scheduler.counts.assumedOrBound]).toEqual([0, 0]);
    await test.setNode(testNode('m', { cpu: '1' }));
    await test.world.advance(15_000);
    expect(await bound(test)).toBe(5);
  });

  it('a pod of it that goes in the middle is not waited for', async () => {
    const test = await start();
    await test.client.create(group('g', 2));
    for (let i = 0; i < 3; i++) await test.setPod(member(`p${i}`, 'g'));
    await test.settle();
    await test.deletePod('ns/p0');
    await test.setNode(testNode('n', { cpu: '4' }));
    await test.world.advance(15_000);
    expect(await bound(test)).toBe(2);
  });
});
