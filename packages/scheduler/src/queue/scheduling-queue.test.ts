import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { Action, clusterEvents } from '../framework/cluster-event.js';
import { Framework } from '../framework/framework.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { profile } from '../framework/profile.js';
import { podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { type PodWords, testNode, testPod } from '../test-objects.fixture.js';
import type { QueuedPodInfo } from './queued-pod-info.js';
import { type QueueOptions, SchedulingQueue } from './scheduling-queue.js';

function makeQueue(
  options: Omit<QueueOptions, 'frameworks'> = {},
  plugins: readonly SchedulerPlugin[] = defaultPlugins(),
) {
  const framework = new Framework(profile({ plugins }));
  const queue = new SchedulingQueue({
    popFromBackoff: false,
    ...options,
    frameworks: new Map([[framework.schedulerName, framework]]),
  });
  const add = (name: string, words: PodWords = {}, nowMs = 0): Pod => {
    const pod = testPod(name, words);
    queue.add(podInfo(pod), nowMs);
    return pod;
  };
  const refuse = (queued: QueuedPodInfo, nowMs: number, ...plugins: readonly string[]) =>
    queue.addUnschedulable(queued, { unschedulablePlugins: new Set(plugins), pendingPlugins: new Set() }, nowMs);
  return { queue, add, refuse };
}

describe('the active queue', () => {
  it('gives higher priority first, then who came first', () => {
    const { queue, add } = makeQueue();
    add('late', {}, 2);
    add('early', {}, 1);
    add('high', { priority: 5 }, 3);
    expect([queue.pop(4), queue.pop(4), queue.pop(4), queue.pop(4)].map((queued) => queued?.pod.key)).toEqual([
      'high',
      'early',
      'late',
      undefined,
    ]);
    expect(queue.counts()).toMatchObject({ active: 0, inFlight: 3 });
  });

  it('forgets a pod that is deleted, wherever it is', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    queue.delete('a');
    add('b');
    const flying = queue.pop(0)!;
    queue.delete('b');
    refuse(flying, 1, 'NodeResourcesFit');
    expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0, inFlight: 0 });
  });

  it('does not mistake a pod made anew for the one being tried', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    const old = queue.pop(0)!;
    queue.delete('a');
    add('a', {}, 5);
    refuse(old, 6, 'NodeResourcesFit');
    expect(queue.counts()).toMatchObject({ active: 1, unschedulable: 0 });
  });
});

describe('back-off', () => {
  it('doubles from one second to ten', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    let now = 0;
    const spans: number[] = [];
    for (let i = 0; i < 6; i++) {
      const queued = queue.pop(now)!;
      refuse(queued, now);
      const end = queue.nextBackoffMs()!;
      spans.push(end - now);
      expect(queue.pop(end - 1)).toBeUndefined();
      now = end;
    }
    expect(spans).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('is cut short when nothing else is active, but for pods whose attempt failed', () => {
    const { queue, add, refuse } = makeQueue({ popFromBackoff: true });
    add('refused');
    add('failed', {}, 1);
    const [refused, failed] = [queue.pop(1)!, queue.pop(1)!];
    queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), 1);
    refuse(refused, 2, 'NodeResourcesFit');
    refuse(failed, 2);
    expect(queue.counts().backoff).toBe(2);
    expect(queue.pop(3)?.pod.key).toBe('refused');
    expect(queue.pop(3)).toBeUndefined();
  });
});

describe('unschedulable pods', () => {
  it('wait for an event that a plugin which refused them wants, and whose hint agrees', () => {
    const { queue, add, refuse } = makeQueue();
    add('a', { cpu: '2' });
    refuse(queue.pop(0)!, 0, 'NodeResourcesFit');
    expect(queue.moveAll(clusterEvents.assignedPodAdd, undefined, testPod('x'), 5000)).toBe(0);
    expect(queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('small', { cpu: '1' }), 5000)).toBe(0);
    expect(queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('big', { cpu: '2' }), 5000)).toBe(1);
    const queued = queue.pop(5000)!;
    expect(queued.pod.key).toBe('a');
    expect(queued.moves.at(-1)).toEqual({
      atMs: 5000,
      from: 'unschedulable',
      to: 'active',
      event: 'NodeAdd',
      plugin: 'NodeResourcesFit',
    });
  });

  it('wait out their back-off first', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    refuse(queue.pop(0)!, 0, 'NodeResourcesFit');
    queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), 500);
    expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 0 });
    expect(queue.pop(999)).toBeUndefined();
    expect(queue.pop(1000)?.pod.key).toBe('a');
  });

  it('do not miss what happened while they were tried', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    add('b');
    const [a, b] = [queue.pop(0)!, queue.pop(0)!];
    queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), 1);
    refuse(a, 2, 'NodeResourcesFit');
    refuse(b, 2, 'NodePorts');
    expect(queue.counts()).toMatchObject({ backoff: 2, unschedulable: 0, inFlight: 0 });
    // What came before a pod was popped is not its affair.
    const again = queue.pop(2000)!;
    refuse(again, 2001, 'NodeResourcesFit');
    expect(queue.counts()).toMatchObject({ unschedulable: 1 });
  });

  it('skip the back-off when the plugin they are pending on hears of its event', () => {
    const plugin: SchedulerPlugin = {
      name: 'Later',
      filter: () => undefined,
      eventsToRegister: () => [{ resource: 'Node', action: Action.Add }],
    };
    const { queue, add } = makeQueue({}, [...defaultPlugins(), plugin]);
    add('a');
    queue.addUnschedulable(queue.pop(0)!, { unschedulablePlugins: new Set(), pendingPlugins: new Set(['Later']) }, 0);
    queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), 1);
    expect(queue.pop(1)?.pod.key).toBe('a');
  });

  it('are tried again after five minutes whatever happened', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    refuse(queue.pop(0)!, 0, 'NodeResourcesFit');
    queue.flush(299_999);
    expect(queue.counts().unschedulable).toBe(1);
    queue.flush(300_000);
    expect(queue.pop(300_000)?.moves.at(-1)?.event).toBe('UnschedulableTimeout');
  });

  it('are tried when they themselves change for the better', () => {
    const { queue, add, refuse } = makeQueue();
    const before = add('a');
    refuse(queue.pop(0)!, 0, 'TaintToleration');
    const after = { ...before, spec: { ...before.spec!, tolerations: [{ operator: 'Exists' as const }] } };
    queue.update(before, podInfo(after), 5000);
    expect(queue.pop(5000)?.pod.pod).toBe(after);
  });

  it('move at once when activated', () => {
    const { queue, add, refuse } = makeQueue();
    add('a');
    refuse(queue.pop(0)!, 0, 'NodeResourcesFit');
    queue.activate(['a', 'unknown'], 1);
    expect(queue.pop(1)?.pod.key).toBe('a');
  });
});

describe('gated pods', () => {
  it('enter when their gates are gone, and not before', () => {
    const { queue, add } = makeQueue();
    const before = add('a', { schedulingGates: [{ name: 'g' }] });
    expect(queue.counts()).toMatchObject({ active: 0, gated: 1 });
    queue.moveAll(clusterEvents.nodeAdd, undefined, testNode('n'), 1);
    queue.activate(['a'], 1);
    queue.flush(600_000);
    expect(queue.counts()).toMatchObject({ active: 0, gated: 1 });
    const after = { ...before, spec: { ...before.spec!, schedulingGates: [] } };
    queue.update(before, podInfo(after), 2);
    expect(queue.pop(2)?.pod.pod).toBe(after);
    expect(queue.counts().gated).toBe(0);
  });
});
