/** A scheduler as a process has it: other profiles while it runs, several of them at once, metrics, plugins that mean no good. */
import { describe, expect, it } from '@jest/globals';
import type { LeaderElection } from '@pintle/controller-runtime';
import { createMetrics } from '@pintle/machinery';
import { createInformers } from '@pintle/watch';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { InvalidProfileError, profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { SchedulerTestCluster } from './scheduler.fixture.js';
import { createScheduler } from './scheduler.js';

const pod = (name: string, words: Parameters<typeof testPod>[1] = {}) => testPod(name, { namespace: 'ns', ...words });
const only = (name: string): SchedulerPlugin => ({
  name: 'Only',
  filter: (_state, _pod, node) => (node.name === name ? undefined : status('Unschedulable', `not ${name}`)),
  eventsToRegister: () => [],
});
const policy = (...plugins: readonly SchedulerPlugin[]) => profile({ plugins: [...defaultPlugins(), ...plugins] });
const messageOf = async (test: SchedulerTestCluster, key: string) =>
  (await test.pod(key))?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';

describe('other profiles while it runs', () => {
  it('let pods pass that wait', async () => {
    const test = await SchedulerTestCluster.start({ plugins: [only('nowhere')] });
    await test.setNode(testNode('a'));
    await test.setPod(pod('p'));
    await test.settle();
    expect(await messageOf(test, 'ns/p')).toContain('1 not nowhere');
    await test.scheduler.replaceProfiles([policy(only('a'))]);
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('a');
  });

  it('open and shut gates', async () => {
    const gate: SchedulerPlugin = { name: 'Gate', preEnqueue: () => status('Unschedulable', 'shut') };
    const test = await SchedulerTestCluster.start({ plugins: [gate] });
    await test.setNode(testNode('a'));
    for (let i = 0; i < 3; i++) await test.setPod(pod(`p${i}`));
    await test.settle();
    expect(test.scheduler.counts.gated).toBe(3);
    await test.scheduler.replaceProfiles([policy()]);
    await test.settle();
    expect((await test.pods()).every(({ spec }) => spec?.nodeName === 'a')).toBe(true);
    await test.scheduler.replaceProfiles([policy(gate)]);
    await test.setPod(pod('q'));
    await test.settle();
    expect(test.scheduler.counts.gated).toBe(1);
  });

  it('take on pods of another name, and leave those of one that is gone', async () => {
    const test = await SchedulerTestCluster.start({ plugins: [only('nowhere')] });
    await test.setNode(testNode('a'));
    await test.setPod(pod('mine'));
    await test.setPod(pod('theirs', { schedulerName: 'second' }));
    await test.settle();
    await test.scheduler.replaceProfiles([profile({ schedulerName: 'second', plugins: defaultPlugins() })]);
    await test.world.advance(20_000);
    expect([await test.nodeOf('ns/mine'), await test.nodeOf('ns/theirs')]).toEqual([undefined, 'a']);
    expect(test.scheduler.counts).toMatchObject({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  it('sort the queue anew', async () => {
    const order: string[] = [];
    const watch: SchedulerPlugin = { name: 'Watch', postBind: (_state, { name }) => void order.push(name) };
    const gate: SchedulerPlugin = { name: 'Gate', preEnqueue: () => status('Unschedulable', 'shut') };
    const test = await SchedulerTestCluster.start({ plugins: [gate] });
    await test.setNode(testNode('a'));
    for (const name of ['p1', 'p2', 'p3']) await test.setPod(pod(name));
    await test.settle();
    const byName: SchedulerPlugin = { name: 'ByName', less: (a, b) => a.pod.name > b.pod.name };
    const plugins = [...defaultPlugins().filter(({ name }) => name !== 'PrioritySort'), byName, watch];
    await test.scheduler.replaceProfiles([profile({ plugins })]);
    await test.settle();
    expect(order).toEqual(['p3', 'p2', 'p1']);
  });

  it('are refused where they cannot bind, and nothing changes', async () => {
    const test = await SchedulerTestCluster.start();
    await expect(test.scheduler.replaceProfiles([profile({ plugins: [] })])).rejects.toThrow(InvalidProfileError);
    await test.setNode(testNode('a'));
    await test.setPod(pod('p'));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('a');
  });
});

describe('one leader of several', () => {
  it('decides; when it is gone, the next one does', async () => {
    const election = (identity: string): LeaderElection => ({
      leaseName: 'kube-scheduler',
      leaseNamespace: 'ns',
      identity,
    });
    const test = await SchedulerTestCluster.start({ leaderElection: election('first') });
    const { world, client } = test;
    const informers = createInformers({ client, world });
    informers.start();
    const second = createScheduler({ world, client, informers, leaderElection: election('second') });
    const started = second.start();
    await world.advance(5000);
    await started;
    expect([test.scheduler.leading, second.leading]).toEqual([true, false]);
    await test.setNode(testNode('a'));
    await test.setPod(pod('p'));
    await test.settle();
    expect(await test.nodeOf('ns/p')).toBe('a');
    expect(second.counts.assumedOrBound).toBe(1);
    const stopped = test.scheduler.stop();
    await world.advance(20_000);
    await stopped;
    expect(second.leading).toBe(true);
    await test.setPod(pod('q'));
    await world.advance(1000);
    expect(await test.nodeOf('ns/q')).toBe('a');
    const ended = second.stop();
    await world.advance(1000);
    await ended;
  });
});

describe('metrics', () => {
  it('have the names and labels of kube-scheduler', async () => {
    const metrics = createMetrics();
    const test = await SchedulerTestCluster.start({ metrics });
    await test.setNode(testNode('a', { cpu: '2' }));
    for (const name of ['p', 'q']) await test.setPod(pod(name, { cpu: '1' }));
    await test.setPod(pod('big', { cpu: '3' }));
    await test.setPod(pod('gated', { schedulingGates: [{ name: 'x' }] }));
    await test.settle();
    const text = await metrics.text();
    const series = (name: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1);
    const named = 'profile="default-scheduler"';
    expect({
      scheduled: series(`scheduler_schedule_attempts_total{result="scheduled",${named}}`),
      unschedulable: series(`scheduler_schedule_attempts_total{result="unschedulable",${named}}`),
      pending: series('scheduler_pending_pods{queue="unschedulable"}'),
      gated: series('scheduler_pending_pods{queue="gated"}'),
      incoming: series('scheduler_queue_incoming_pods_total{queue="active",event="UnscheduledPodAdd"}'),
      refused: series(`scheduler_unschedulable_pods{plugin="NodeResourcesFit",${named}}`),
      nodes: series('scheduler_cache_size{type="nodes"}'),
      pods: series('scheduler_cache_size{type="pods"}'),
      filters: series(
        `scheduler_framework_extension_point_duration_seconds_count{extension_point="Filter",status="Success",${named}}`,
      ),
      binds: series(
        `scheduler_framework_extension_point_duration_seconds_count{extension_point="Bind",status="Success",${named}}`,
      ),
      attempts: series('scheduler_pod_scheduling_attempts_count'),
      sli: series('scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"}'),
      algorithm: series('scheduler_scheduling_algorithm_duration_seconds_count'),
    }).toEqual({
      scheduled: '2',
      unschedulable: '1',
      pending: '1',
      gated: '1',
      incoming: '3',
      refused: '1',
      nodes: '1',
      pods: '2',
      filters: '3',
      binds: '2',
      attempts: '2',
      sli: '2',
      algorithm: '3',
    });
  });
});
