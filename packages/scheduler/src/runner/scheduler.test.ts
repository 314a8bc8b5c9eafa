import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { seededRandom, virtualWorld } from '@pintle/machinery';
import type { PermitPlugin, PostFilterPlugin, ReservePlugin, SchedulerPlugin } from '../framework/plugin.js';
import { InvalidProfileError, profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.js';
import { createScheduler, type SchedulerOptions } from './scheduler.js';
import { type Faults, ScriptedCluster } from './scripted-cluster.js';

async function start(
  options: { faults?: Faults; seed?: number; plugins?: readonly SchedulerPlugin[] } & Partial<SchedulerOptions> = {},
) {
  const { faults, seed = 1, plugins = [], ...rest } = options;
  const world = virtualWorld({ seed });
  const cluster = new ScriptedCluster(world, seededRandom(seed + 1000), faults);
  const profiles = [profile({ plugins: [...defaultPlugins(), ...plugins] })];
  const scheduler = createScheduler({ world, client: cluster.client, informers: cluster.informers, profiles, ...rest });
  await scheduler.start();
  const nodeOf = (key: string) => cluster.pods.live.get(key)?.spec?.nodeName;
  return { world, cluster, scheduler, nodeOf };
}

const core = { cpu: '1', namespace: 'ns' };

describe('createScheduler', () => {
  it('binds pods and says so', async () => {
    const { world, cluster, scheduler, nodeOf } = await start();
    cluster.setNode(testNode('n'));
    cluster.setPod(testPod('a', core));
    await world.settle();
    expect(nodeOf('ns/a')).toBe('n');
    expect(cluster.events.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['Normal', 'Scheduled', 'Successfully assigned ns/a to n'],
    ]);
    expect(scheduler.idle).toBe(true);
    expect(scheduler.counts).toMatchObject({ active: 0, inFlight: 0, binding: 0, assumedOrBound: 1 });
    await scheduler.stop();
  });

  it('writes why a pod fits nowhere, and places it when a node comes', async () => {
    const { world, cluster, nodeOf } = await start();
    cluster.setNode(testNode('small', { cpu: '500m' }));
    cluster.setPod(testPod('a', core));
    await world.settle();
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    expect(cluster.pods.live.get('ns/a')?.status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: '2025-01-01T00:00:00Z',
      },
    ]);
    expect(cluster.events).toMatchObject([{ type: 'Warning', reason: 'FailedScheduling', message }]);
    cluster.setNode(testNode('big'));
    await world.settle();
    expect(nodeOf('ns/a')).toBe('big');
  });

  it('places pods that came before any node as soon as one comes', async () => {
    const { world, cluster, nodeOf } = await start();
    cluster.setPod(testPod('a', core));
    await world.settle();
    expect(cluster.events[0]?.message).toBe('no nodes available to schedule pods');
    cluster.setNode(testNode('n'));
    await world.settle();
    expect(nodeOf('ns/a')).toBe('n');
  });

  it('leaves pods of other schedulers and ended pods alone, and counts what others bound', async () => {
    const { world, cluster, nodeOf } = await start();
    cluster.setNode(testNode('n', { cpu: '2' }));
    cluster.setPod(testPod('other', { ...core, schedulerName: 'theirs' }));
    cluster.setPod(testPod('there', { ...core, nodeName: 'n' }));
    cluster.setPod(testPod('ended', { ...core, nodeName: 'n', status: { phase: 'Succeeded' } }));
    cluster.setPod(testPod('a', core));
    cluster.setPod(testPod('b', core));
    await world.settle();
    expect(nodeOf('ns/other')).toBeUndefined();
    expect([nodeOf('ns/a'), nodeOf('ns/b')].filter(Boolean)).toEqual(['n']);
  });

  it('gives room back when a bind is refused, and tries again after the back-off', async () => {
    const { world, cluster, scheduler, nodeOf } = await start({ faults: { refused: 1 } });
    cluster.setNode(testNode('n', { cpu: '1' }));
    cluster.setPod(testPod('a', core));
    await world.settle();
    expect(nodeOf('ns/a')).toBeUndefined();
    expect(scheduler.counts).toMatchObject({ backoff: 1, assumedOrBound: 0 });
    expect(cluster.pods.live.get('ns/a')?.status?.conditions?.[0]?.reason).toBe('SchedulerError');
    await world.advance({ seconds: 4 });
    expect(cluster.events.find(({ reason }) => reason === 'FailedScheduling')?.message).toContain('a webhook says no');
  });

  it('keeps the room of a bind whose answer was lost', async () => {
    const { world, cluster, scheduler, nodeOf } = await start({ faults: { lostAnswer: 1 } });
    cluster.setNode(testNode('n', { cpu: '1' }));
    cluster.setPod(testPod('a', core));
    cluster.setPod(testPod('b', core));
    await world.settle();
    expect([nodeOf('ns/a'), nodeOf('ns/b')].filter(Boolean)).toHaveLength(1);
    expect(scheduler.counts).toMatchObject({ unschedulable: 1, assumedOrBound: 1 });
    expect(cluster.violations).toEqual([]);
  });

  it('undoes a reservation that is refused', async () => {
    const log: string[] = [];
    const reserving: ReservePlugin = {
      name: 'Reserving',
      reserve: (_, { name }) => {
        log.push(`reserve ${name}`);
        return name === 'a' ? status('Unschedulable', 'not today') : undefined;
      },
      unreserve: (_, { name }) => void log.push(`unreserve ${name}`),
    };
    const { world, cluster, scheduler, nodeOf } = await start({ plugins: [reserving] });
    cluster.setNode(testNode('n'));
    cluster.setPod(testPod('a', core));
    cluster.setPod(testPod('b', core));
    await world.settle();
    expect(nodeOf('ns/b')).toBe('n');
    expect(log.filter((line) => line.endsWith(' b'))).toEqual(['reserve b']);
    expect(log.slice(0, 2)).toEqual(['reserve a', 'unreserve a']);
    expect(cluster.events.find(({ reason }) => reason === 'FailedScheduling')?.message).toBe(
      '0/1 nodes are available: 1 not today.',
    );
    expect(scheduler.counts.assumedOrBound).toBe(1);
  });

  it('turns a pod away that Permit held too long, and forgets one that is deleted meanwhile', async () => {
    const holding: PermitPlugin = { name: 'Holding', permit: () => ({ status: status('Wait'), timeoutMs: 3000 }) };
    const { world, cluster, scheduler, nodeOf } = await start({ plugins: [holding] });
    cluster.setNode(testNode('n', { cpu: '2' }));
    cluster.setPod(testPod('late', core));
    cluster.setPod(testPod('gone', core));
    await world.settle();
    expect(scheduler.counts).toMatchObject({ binding: 2, assumedOrBound: 2 });
    expect(scheduler.idle).toBe(true);
    cluster.deletePod('ns/gone');
    await world.settle();
    expect(scheduler.counts).toMatchObject({ binding: 1, assumedOrBound: 1 });
    await world.advance(3000);
    expect(nodeOf('ns/late')).toBeUndefined();
    expect(cluster.events.find(({ reason }) => reason === 'FailedScheduling')?.message).toContain(
      'rejected due to timeout after waiting 3s at plugin Holding',
    );
    await scheduler.stop();
  });

  it('keeps the node that PostFilter nominates for the pod, and says so', async () => {
    const evicting: PostFilterPlugin = {
      name: 'Evicting',
      postFilter: () => ({ status: status('Success', 'made room on n'), nominating: { nodeName: 'n' } }),
    };
    const { world, cluster, nodeOf } = await start({ plugins: [evicting] });
    cluster.setNode(testNode('n', { cpu: '1' }));
    cluster.setPod(testPod('low', { ...core, nodeName: 'n' }));
    cluster.setPod(testPod('high', { ...core, priority: 5 }));
    await world.settle();
    const { status: told } = cluster.pods.live.get('ns/high')!;
    expect(told?.nominatedNodeName).toBe('n');
    expect(told?.conditions?.[0]?.message).toBe('0/1 nodes are available: 1 Insufficient cpu. made room on n.');
    cluster.setPod(testPod('greedy', core));
    cluster.deletePod('ns/low');
    await world.advance({ seconds: 20 });
    expect(nodeOf('ns/high')).toBe('n');
    expect(nodeOf('ns/greedy')).toBeUndefined();
  });

  it('refuses profiles that cannot bind, and two of one name', async () => {
    const world = virtualWorld();
    const { client, informers } = new ScriptedCluster(world, world.random);
    const make = (profiles: SchedulerOptions['profiles']) => () =>
      createScheduler({ world, client, informers, profiles: profiles! });
    expect(make([profile({ plugins: [] })])).toThrow(InvalidProfileError);
    const twice = profile({ plugins: defaultPlugins() });
    expect(make([twice, twice])).toThrow('there is already a profile for "default-scheduler"');
  });
});

describe('under faults', () => {
  it.each(times(12, (seed) => seed))('nothing is double-booked and nothing is lost, seed %i', async (seed) => {
    const faults = { refused: 0.1, lostAnswer: 0.1, lostRequest: 0.1, delayMaxMs: 300 };
    const { world, cluster, scheduler } = await start({ faults, seed, bindsMax: 8, podsPerTurn: 4 });
    const random = seededRandom(seed + 5000);
    const pick = (bound: number) => Math.floor(random.next() * bound);
    let made = 0;
    for (let step = 0; step < 60; step++) {
      const roll = random.next();
      if (roll < 0.15) cluster.setNode(testNode(`n${pick(6)}`, { cpu: '3' }));
      else if (roll < 0.75) cluster.setPod(testPod(`p${made++}`, core));
      else if (roll < 0.9 && made > 0) cluster.deletePod(`ns/p${pick(made)}`);
      else await world.advance(pick(2000));
      await world.settle();
    }
    await world.advance({ minutes: 12 });
    expect(cluster.violations).toEqual([]);
    const pods = [...cluster.pods.live.values()];
    const pending = pods.filter(({ spec }) => !spec?.nodeName);
    const bound = (node: string) => pods.filter(({ spec }: Pod) => spec?.nodeName === node).length;
    const room = [...cluster.nodes.live.keys()].reduce((sum, node) => sum + 3 - bound(node), 0);
    expect(Math.min(pending.length, room)).toBe(0);
    expect(scheduler.counts).toMatchObject({
      active: 0,
      inFlight: 0,
      binding: 0,
      assumedOrBound: pods.length - pending.length,
    });
    expect(scheduler.counts.unschedulable + scheduler.counts.backoff).toBe(pending.length);
    await scheduler.stop();
  });
});
