import { afterEach, describe, expect, it } from '@jest/globals';
import { createInformers } from '@pintle/watch';
import type { PermitPlugin, PostFilterPlugin, ReservePlugin } from '../framework/plugin.js';
import { InvalidProfileError, profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { SchedulerTestCluster, type SchedulerTestOptions } from './scheduler.fixture.js';
import { createScheduler, type SchedulerOptions } from './scheduler.js';

const core = { cpu: '1', namespace: 'ns' };
let cluster: SchedulerTestCluster;
const start = async (options?: SchedulerTestOptions) => {
  cluster = await SchedulerTestCluster.start(options);
  return cluster;
};
const failure = async () => (await cluster.events()).find(({ reason }) => reason === 'FailedScheduling')?.message;

afterEach(() => {
  expect(cluster.violations).toEqual([]);
});

describe('createScheduler', () => {
  it('binds pods and says so', async () => {
    const { scheduler } = await start();
    await cluster.setNode(testNode('n'));
    await cluster.setPod(testPod('a', core));
    await cluster.settle();
    expect(await cluster.nodeOf('ns/a')).toBe('n');
    await cluster.world.advance(200);
    expect(await cluster.events()).toMatchObject([
      { type: 'Normal', reason: 'Scheduled', message: 'Successfully assigned ns/a to n' },
    ]);
    expect(scheduler.idle).toBe(true);
    expect(scheduler.counts).toMatchObject({ active: 0, inFlight: 0, binding: 0, assumedOrBound: 1 });
    await scheduler.stop();
  });

  it('writes why a pod fits nowhere, and places it when a node comes', async () => {
    await start();
    await cluster.setNode(testNode('small', { cpu: '500m' }));
    await cluster.setPod(testPod('a', core));
    await cluster.settle();
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. ' +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect((await cluster.pod('ns/a'))?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    ]);
    await cluster.world.advance(200);
    expect(await cluster.events()).toMatchObject([{ type: 'Warning', reason: 'FailedScheduling', message }]);
    await cluster.setNode(testNode('big'));
    await cluster.settle();
    await cluster.world.advance({ seconds: 1 });
    expect(await cluster.nodeOf('ns/a')).toBe('big');
  });

  it('places pods that came before any node as soon as one comes', async () => {
    await start();
    await cluster.setPod(testPod('a', core));
    await cluster.settle();
    await cluster.world.advance(200);
    expect(await failure()).toBe('no nodes available to schedule pods');
    await cluster.setNode(testNode('n'));
    await cluster.world.advance({ seconds: 2 });
    expect(await cluster.nodeOf('ns/a')).toBe('n');
  });

  it('leaves pods of other schedulers and ended pods alone, and counts what others bound', async () => {
    await start();
    await cluster.setNode(testNode('n', { cpu: '2' }));
    await cluster.setPod(testPod('other', { ...core, schedulerName: 'theirs' }));
    await cluster.setPod(testPod('there', { ...core, nodeName: 'n' }));
    await cluster.setPod(testPod('ended', { ...core, nodeName: 'n', status: { phase: 'Succeeded' } }));
    await cluster.setPod(testPod('a', core));
    await cluster.setPod(testPod('b', core));
    await cluster.settle();
    expect(await cluster.nodeOf('ns/other')).toBeUndefined();
    expect([await cluster.nodeOf('ns/a'), await cluster.nodeOf('ns/b')].filter(Boolean)).toEqual(['n']);
  });

  it('gives room back when a bind is refused, and tries again after the back-off', async () => {
    const { scheduler } = await start({ faults: { conflict: 1 } });
    await cluster.setNode(testNode('n', { cpu: '1' }));
    await cluster.setPod(testPod('a', core));
    await cluster.settle();
    expect(await cluster.nodeOf('ns/a')).toBeUndefined();
    expect(scheduler.counts).toMatchObject({ backoff: 1, assumedOrBound: 0 });
    expect((await cluster.pod('ns/a'))?.status?.conditions?.[0]?.reason).toBe('SchedulerError');
    await cluster.world.advance({ seconds: 4 });
    expect(await failure()).toContain('a fault was injected');
    await scheduler.stop();
  });

  it('keeps the room of a bind whose answer was lost', async () => {
    const { scheduler } = await start({ faults: { lostAnswer: 1 } });
    await cluster.setNode(testNode('n', { cpu: '1' }));
    await cluster.setPod(testPod('a', core));
    await cluster.setPod(testPod('b', core));
    await cluster.settle();
    expect([await cluster.nodeOf('ns/a'), await cluster.nodeOf('ns/b')].filter(Boolean)).toHaveLength(1);
    expect(scheduler.counts).toMatchObject({ unschedulable: 1, assumedOrBound: 1 });
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
    const { scheduler } = await start({ plugins: [reserving] });
    await cluster.setNode(testNode('n'));
    await cluster.setPod(testPod('a', core));
    await cluster.setPod(testPod('b', core));
    await cluster.settle();
    expect(await cluster.nodeOf('ns/b')).toBe('n');
    expect(log.filter((line) => line.endsWith(' b'))).toEqual(['reserve b']);
    expect(log.slice(0, 2)).toEqual(['reserve a', 'unreserve a']);
    await cluster.world.advance(200);
    expect(await failure()).toBe('0/1 nodes are available: 1 not today.');
    expect(scheduler.counts.assumedOrBound).toBe(1);
  });

  it('turns a pod away that Permit held too long, and forgets one that is deleted meanwhile', async () => {
    const holding: PermitPlugin = { name: 'Holding', permit: () => ({ status: status('Wait'), timeoutMs: 3000 }) };
    const { scheduler } = await start({ plugins: [holding] });
    await cluster.setNode(testNode('n', { cpu: '2' }));
    await cluster.setPod(testPod('late', core));
    await cluster.setPod(testPod('gone', core));
    await cluster.settle();
    expect(scheduler.counts).toMatchObject({ binding: 2, assumedOrBound: 2 });
    expect(scheduler.idle).toBe(true);
    await cluster.deletePod('ns/gone');
    await cluster.settle();
    expect(scheduler.counts).toMatchObject({ binding: 1, assumedOrBound: 1 });
    await cluster.world.advance({ seconds: 4 });
    expect(await cluster.nodeOf('ns/late')).toBeUndefined();
    expect(await failure()).toContain('rejected due to timeout after waiting 3s at plugin Holding');
    await scheduler.stop();
  });

  it('keeps the node that PostFilter nominates for the pod, and says so', async () => {
    const evicting: PostFilterPlugin = {
      name: 'Evicting',
      postFilter: () => ({ status: status('Success', 'made room on n'), nominating: { nodeName: 'n' } }),
    };
    await start({ profiles: [profile({ plugins: [...defaultPlugins().filter((p) => !p.postFilter), evicting] })] });
    await cluster.setNode(testNode('n', { cpu: '1' }));
    await cluster.setPod(testPod('low', { ...core, nodeName: 'n' }));
    await cluster.setPriority('high', 5);
    await cluster.setPod(testPod('high', { ...core, priorityClassName: 'high' }));
    await cluster.settle();
    const { status: told } = (await cluster.pod('ns/high'))!;
    expect(told?.nominatedNodeName).toBe('n');
    expect(told?.conditions?.[0]?.message).toBe('0/1 nodes are available: 1 Insufficient cpu. made room on n');
    await cluster.setPod(testPod('greedy', core));
    await cluster.deletePod('ns/low');
    await cluster.world.advance({ seconds: 20 });
    expect(await cluster.nodeOf('ns/high')).toBe('n');
    expect(await cluster.nodeOf('ns/greedy')).toBeUndefined();
  });

  it('refuses profiles that cannot bind, and two of one name', async () => {
    const { world, client } = await start();
    const informers = createInformers({ client, world });
    const make = (profiles: SchedulerOptions['profiles']) => () =>
      createScheduler({ world, client, informers, profiles: profiles! });
    expect(make([profile({ plugins: [] })])).toThrow(InvalidProfileError);
    const twice = profile({ plugins: defaultPlugins() });
    expect(make([twice, twice])).toThrow('there is already a profile for "default-scheduler"');
  });
});

describe('preemption', () => {
  /** On a node with room for one pod, `high` wants in where `low` runs. */
  async function askForATakenNode() {
    await cluster.setPriority('high', 100);
    await cluster.setNode(testNode('n', { cpu: '1' }));
    await cluster.setPod(testPod('low', core));
    await cluster.settle();
    await cluster.setPod(testPod('high', { ...core, priorityClassName: 'high' }));
    await cluster.settle();
  }

  it('makes the least important pod leave, and places the other on its node', async () => {
    await start();
    await cluster.setPriority('high', 100);
    await cluster.setPriority('middle', 10);
    await cluster.setNode(testNode('n', { cpu: '2' }));
    await cluster.setPod(testPod('low', core));
    await cluster.setPod(testPod('middle', { ...core, priorityClassName: 'middle' }));
    await cluster.settle();
    await cluster.setPod(testPod('high', { ...core, priorityClassName: 'high' }));
    await cluster.settle();
    // Nothing runs here that would end the victim: it is on its way out, and says why.
    const victim = (await cluster.pod('ns/low'))!;
    expect(victim.metadata.deletionTimestamp).toBeDefined();
    expect(victim.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    const { metadata, status: told } = (await cluster.pod('ns/high'))!;
    expect(told?.nominatedNodeName).toBe('n');
    await cluster.world.advance(200);
    const preempted = (await cluster.events()).find(({ reason }) => reason === 'Preempted');
    expect(preempted).toMatchObject({ type: 'Normal', message: `Preempted by pod ${metadata.uid} on node n` });
    await cluster.deletePod('ns/low');
    await cluster.world.advance({ seconds: 2 });
    await cluster.settle();
    expect(await cluster.nodeOf('ns/high')).toBe('n');
    expect(await cluster.nodeOf('ns/middle')).toBe('n');
  });

  it('waits for a victim on its way out, and takes no second one', async () => {
    await start();
    await cluster.setPriority('high', 100);
    await cluster.setNode(testNode('n', { cpu: '2' }));
    for (const name of ['a', 'b']) await cluster.setPod(testPod(name, core));
    await cluster.settle();
    await cluster.setPod(testPod('high', { ...core, priorityClassName: 'high' }));
    await cluster.settle();
    await cluster.setNode(testNode('n', { cpu: '2', labels: { changed: 'yes' } }));
    await cluster.setNode(testNode('other', { cpu: '100m' }));
    await cluster.world.advance({ minutes: 6 });
    const leaving = (await cluster.pods()).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(leaving).toHaveLength(1);
    expect((await cluster.pod('ns/high'))?.status?.conditions?.[0]?.message).toContain(
      'not eligible due to a terminating pod on the nominated node.',
    );
  });

  it('tries again after a back-off where a victim cannot be deleted', async () => {
    const requests: string[] = [];
    await start({ onRequest: (text) => requests.push(text), faults: { serverError: 1 }, faulty: 'delete' });
    await askForATakenNode();
    await cluster.world.advance({ seconds: 10 });
    const deletions = requests.filter((text) => text === 'delete low').length;
    expect(deletions).toBeGreaterThan(1);
    expect(deletions).toBeLessThan(6);
  });

  it('is content with a victim that is gone meanwhile', async () => {
    const requests: string[] = [];
    const gone = async (text: string) => {
      requests.push(text);
      if (text === 'patch low') await cluster.deletePod('ns/low');
    };
    await start({ onRequest: gone });
    await askForATakenNode();
    await cluster.world.advance({ seconds: 2 });
    await cluster.settle();
    expect(await cluster.nodeOf('ns/high')).toBe('n');
    expect(requests.filter((text) => text === 'delete low')).toEqual([]);
  });
});
