/** What kube-scheduler's own tests hold of its queue, as tables: where a pod is after what befell it. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { Action, type ClusterEvent, clusterEvents, type QueueingHint } from '../framework/cluster-event.js';
import { Framework } from '../framework/framework.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { podInfo } from '../nodes/pod-info.js';
import { schedulingGates } from '../plugins/scheduling-gates.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import type { QueuedPodInfo } from './queued-pod-info.js';
import { SchedulingQueue } from './scheduling-queue.js';

/** Refuses pods, and hears of nodes that come, which help or do not. */
const plugin = (
  name: string,
  answer: QueueingHint | 'throws' | 'none',
  action: number = Action.Add,
): SchedulerPlugin => ({
  name,
  filter: () => undefined,
  eventsToRegister: () => [
    {
      resource: 'Node',
      action,
      ...(answer !== 'none' && {
        hint: () => {
          if (answer === 'throws') throw new Error('broken');
          return answer;
        },
      }),
    },
  ],
});
/** `shut` pods are held. */
const gate: SchedulerPlugin = {
  name: 'Gate',
  preEnqueue: ({ pod }) => (pod.metadata.labels?.['gate'] === 'shut' ? status('Unschedulable', 'shut') : undefined),
  eventsToRegister: () => [{ resource: 'TargetPod', action: Action.UpdatePodLabel }],
};
const plugins = [
  plugin('Helped', 'Queue'),
  plugin('NotHelped', 'Skip'),
  plugin('Broken', 'throws'),
  plugin('Always', 'none'),
  plugin('OfTaints', 'Queue', Action.UpdateNodeTaint),
  { name: 'Unknowing', filter: () => undefined } as SchedulerPlugin,
  gate,
  schedulingGates(),
];
const framework = new Framework(profile({ plugins }));
const shut = { labels: { gate: 'shut' } };

class Bench {
  readonly queue = new SchedulingQueue({
    popFromBackoff: false,
    frameworks: new Map([[framework.schedulerName, framework]]),
  });

  add(name: string, words: Parameters<typeof testPod>[1] = {}, nowMs = 0): Pod {
    const pod = testPod(name, words);
    this.queue.add(podInfo(pod), nowMs);
    return pod;
  }

  refuse(
    queued: QueuedPodInfo,
    nowMs: number,
    unschedulable: readonly string[],
    pending: readonly string[] = [],
  ): void {
    const failure = { unschedulablePlugins: new Set(unschedulable), pendingPlugins: new Set(pending) };
    this.queue.addUnschedulable(queued, failure, nowMs);
  }

  place(name: string): string | undefined {
    return this.queue.get(name)?.place;
  }
}

const nodeComes = (queue: SchedulingQueue, nowMs: number) =>
  queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), nowMs);

describe('a pod that was refused', () => {
  type Row = readonly [
    name: string,
    unschedulable: readonly string[],
    pending: readonly string[],
    event: ClusterEvent,
    expected: string,
  ];
  const { nodeAdd, nodeDelete, forceActivate, assignedPodAdd } = clusterEvents;
  const rows: readonly Row[] = [
    ['by one that is helped', ['Helped'], [], nodeAdd, 'backoff'],
    ['by one that is not', ['NotHelped'], [], nodeAdd, 'unschedulable'],
    ['by both', ['NotHelped', 'Helped'], [], nodeAdd, 'backoff'],
    ['by one whose hint breaks', ['Broken'], [], nodeAdd, 'backoff'],
    ['by one without a hint', ['Always'], [], nodeAdd, 'backoff'],
    ['by one that registers nothing', ['Unknowing'], [], nodeAdd, 'backoff'],
    ['by one that nobody knows', ['Gone'], [], nodeAdd, 'backoff'],
    ['by one that hears of other changes', ['OfTaints'], [], nodeAdd, 'unschedulable'],
    ['by one that hears of other objects', ['Helped'], [], assignedPodAdd, 'unschedulable'],
    ['by one that hears of what comes, and it goes', ['Helped'], [], nodeDelete, 'unschedulable'],
    ['and everything is tried again', ['NotHelped'], [], forceActivate, 'backoff'],
    ['by one it is pending on, which is helped', [], ['Helped'], nodeAdd, 'active'],
    ['by one it is pending on, which is not', [], ['NotHelped'], nodeAdd, 'unschedulable'],
    ['by one it is pending on, and another is helped', ['Helped'], ['NotHelped'], nodeAdd, 'backoff'],
    ['by one, and it is pending on one that is helped', ['NotHelped'], ['Helped'], nodeAdd, 'active'],
    ['by nobody, as its attempt failed', [], [], assignedPodAdd, 'backoff'],
  ];

  it.each(rows)('%s: before, while it is tried, and while it waits', (_, unschedulable, pending, event, expected) => {
    const waits = new Bench();
    waits.add('p');
    waits.refuse(waits.queue.pop(0)!, 10, unschedulable, pending);
    waits.queue.moveAll(event, undefined, testNode('n'), 20);
    expect(waits.place('p')).toBe(expected);

    const tried = new Bench();
    tried.add('p');
    const queued = tried.queue.pop(0)!;
    tried.queue.moveAll(event, undefined, testNode('n'), 5);
    tried.refuse(queued, 10, unschedulable, pending);
    expect(tried.place('p')).toBe(expected);

    const before = new Bench();
    before.add('p');
    before.queue.moveAll(event, undefined, testNode('n'), 0);
    before.refuse(before.queue.pop(1)!, 10, unschedulable, pending);
    expect(before.place('p')).toBe(unschedulable.length + pending.length === 0 ? 'backoff' : 'unschedulable');
  });

  it('is tried at once where its back-off is over', () => {
    const bench = new Bench();
    bench.add('p');
    bench.refuse(bench.queue.pop(0)!, 0, ['Helped']);
    nodeComes(bench.queue, 1000);
    expect(bench.place('p')).toBe('active');
  });

  it('hears only of what came after it was popped', () => {
    const bench = new Bench();
    for (const name of ['first', 'second']) bench.add(name);
    const first = bench.queue.pop(0)!;
    nodeComes(bench.queue, 1);
    const second = bench.queue.pop(2)!;
    bench.refuse(second, 3, ['Helped']);
    bench.refuse(first, 3, ['Helped']);
    expect([bench.place('first'), bench.place('second')]).toEqual(['backoff', 'unschedulable']);
  });

  it('is held where a gate shuts meanwhile', () => {
    const bench = new Bench();
    const before = bench.add('p');
    const queued = bench.queue.pop(0)!;
    bench.queue.update(before, podInfo({ ...before, metadata: { ...before.metadata, ...shut } }), 1);
    nodeComes(bench.queue, 2);
    bench.refuse(queued, 5000, ['Helped']);
    bench.queue.flush(10_000);
    expect([bench.place('p'), bench.queue.pop(10_000)]).toEqual(['gated', undefined]);
  });
});

describe('what befalls a pod that is', () => {
  const places = {
    active: (bench: Bench) => bench.add('p'),
    backoff: (bench: Bench) => {
      const pod = bench.add('p');
      bench.refuse(bench.queue.pop(0)!, 0, []);
      return pod;
    },
    unschedulable: (bench: Bench) => {
      const pod = bench.add('p');
      bench.refuse(bench.queue.pop(0)!, 0, ['NotHelped']);
      return pod;
    },
    gated: (bench: Bench) => bench.add('p', shut),
    'in flight': (bench: Bench) => {
      const pod = bench.add('p');
      bench.queue.pop(0);
      return pod;
    },
  } as const;
  const changed = (pod: Pod, metadata: object) => podInfo({ ...pod, metadata: { ...pod.metadata, ...metadata } });
  const acts: Readonly<Record<string, (bench: Bench, pod: Pod) => unknown>> = {
    activated: ({ queue }) => queue.activate(['p'], 1),
    deleted: ({ queue }) => queue.delete('p'),
    flushed: ({ queue }) => queue.flush(299_999),
    'flushed late': ({ queue }) => queue.flush(300_000),
    'told of a node': ({ queue }) => nodeComes(queue, 1),
    relabelled: ({ queue }, pod) => queue.update(pod, changed(pod, { labels: { other: 'x' } }), 1),
    'told of in its status': ({ queue }, pod) =>
      queue.update(pod, podInfo({ ...pod, status: { phase: 'Pending' } }), 1),
    'added again': ({ queue }, pod) => queue.add(podInfo(pod), 1),
  };
  const rows: readonly (readonly [place: keyof typeof places, act: string, expected: string | undefined])[] = [
    ['active', 'activated', 'active'],
    ['backoff', 'activated', 'active'],
    ['unschedulable', 'activated', 'active'],
    ['gated', 'activated', 'gated'],
    ['in flight', 'activated', 'in flight'],
    ...(['active', 'backoff', 'unschedulable', 'gated', 'in flight'] as const).map(
      (place) => [place, 'deleted', undefined] as const,
    ),
    ['active', 'flushed', 'active'],
    ['backoff', 'flushed', 'active'],
    ['unschedulable', 'flushed', 'unschedulable'],
    ['unschedulable', 'flushed late', 'active'],
    ['gated', 'flushed late', 'gated'],
    ['in flight', 'flushed late', 'in flight'],
    ['active', 'told of a node', 'active'],
    ['backoff', 'told of a node', 'backoff'],
    ['unschedulable', 'told of a node', 'unschedulable'],
    ['gated', 'told of a node', 'gated'],
    ['in flight', 'told of a node', 'in flight'],
    ['active', 'relabelled', 'active'],
    ['backoff', 'relabelled', 'backoff'],
    ['unschedulable', 'relabelled', 'unschedulable'],
    ['gated', 'relabelled', 'active'],
    ['in flight', 'relabelled', 'in flight'],
    ['unschedulable', 'told of in its status', 'unschedulable'],
    ['gated', 'told of in its status', 'gated'],
    ['active', 'added again', 'active'],
    ['unschedulable', 'added again', 'unschedulable'],
    ['in flight', 'added again', 'in flight'],
  ];
  it.each(rows)('%s: %s', (place, act, expected) => {
    const bench = new Bench();
    const pod = places[place](bench);
    expect(bench.place('p')).toBe(place);
    acts[act]!(bench, pod);
    expect(bench.place('p')).toBe(expected);
    const { active, backoff, unschedulable, gated, inFlight } = bench.queue.counts();
    expect(active + backoff + unschedulable + gated + inFlight).toBe(expected === undefined ? 0 : 1);
  });

  it('given another priority while it is active comes in its new place', () => {
    const bench = new Bench();
    const low = bench.add('low', { priority: 1 });
    bench.add('middle', { priority: 5 }, 1);
    bench.queue.update(low, podInfo({ ...low, spec: { ...low.spec!, priority: 9 } }), 2);
    expect([bench.queue.pop(3), bench.queue.pop(3)].map((queued) => queued?.pod.name)).toEqual(['low', 'middle']);
  });
});

describe('changes of a pod that waits', () => {
  const waits: SchedulerPlugin = {
    name: 'Waits',
    filter: () => undefined,
    eventsToRegister: () => [{ resource: 'TargetPod', action: Action.Update }],
  };
  it.each([
    ['its annotations', { metadata: { annotations: { a: 'b' } } }, 'active'],
    ['its labels', { metadata: { labels: { a: 'b' } } }, 'active'],
    ['its status', { status: { message: 'why' } }, 'unschedulable'],
    ['its version', { metadata: { resourceVersion: '7' } }, 'unschedulable'],
  ])('%s', (_, change: { metadata?: object; status?: object }, expected) => {
    const own = new Framework(profile({ plugins: [waits] }));
    const queue = new SchedulingQueue({ popFromBackoff: false, frameworks: new Map([[own.schedulerName, own]]) });
    const pod = testPod('p');
    queue.add(podInfo(pod), 0);
    const failure = { unschedulablePlugins: new Set(['Waits']), pendingPlugins: new Set<string>() };
    queue.addUnschedulable(queue.pop(0)!, failure, 0);
    queue.update(pod, podInfo({ ...pod, ...change, metadata: { ...pod.metadata, ...change.metadata } } as Pod), 2000);
    expect(queue.get('p')?.place).toBe(expected);
  });
});

describe('back-off', () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 10_000],
    [31, 10_000],
    [64, 10_000],
    [100_000, 10_000],
  ])('after %d attempts lasts %d ms', (attempts, spanMs) => {
    const { queue } = new Bench();
    const queued = { attempts, timestampMs: 500 } as QueuedPodInfo;
    expect(queue.backoffEndMs(queued)).toBe(500 + spanMs);
  });

  it('ends by its time, and within a second by priority', () => {
    const bench = new Bench();
    for (const i of [0, 1, 2]) bench.add(`p${i}`, { priority: i });
    const tried = times(3, () => bench.queue.pop(0)!);
    for (const queued of tried) bench.refuse(queued, queued.pod.name === 'p0' ? 0 : 100, ['Always']);
    nodeComes(bench.queue, 200);
    expect(bench.queue.counts().backoff).toBe(3);
    expect(bench.queue.pop(999)).toBeUndefined();
    // All are active by then.
    expect(times(3, () => bench.queue.pop(1200)?.pod.name)).toEqual(['p2', 'p1', 'p0']);
  });

  it('does not end before it began', () => {
    const { queue } = new Bench();
    expect(queue.backoffEndMs({ attempts: 0, timestampMs: 500 } as QueuedPodInfo)).toBe(500);
  });
});
