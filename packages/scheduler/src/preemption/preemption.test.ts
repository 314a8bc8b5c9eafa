import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import type { PodDisruptionBudget } from '@pintle/api/policy/v1';
import fc from 'fast-check';
import { profile } from '../framework/profile.js';
import { podInfo } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { schedule } from '../simulate/schedule.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { type Candidate, chooseCandidate } from './candidate.js';

const policy = profile({ plugins: defaultPlugins(), percentageOfNodesToScore: 100 });
const low = 0;
const middle = 100;
const high = 1000;

const on = (nodeName: string, name: string, cpu: string, priority: number, more: object = {}) =>
  testPod(name, { namespace: 'ns', cpu, priority, nodeName, ...more });
const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: 'ns' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  }) as PodDisruptionBudget;

interface Case {
  readonly title: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly pod: Parameters<typeof testPod>[1];
  readonly objects?: readonly PodDisruptionBudget[];
  /** The node that the pod gets in the end; absent: none. */
  readonly node?: string;
  readonly victims: readonly string[];
  readonly message?: string;
}

const twoCores = ['n1', 'n2'].map((name) => testNode(name, { cpu: '2' }));
const anti = (app: string) => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } },
    ],
  },
});
const cases: readonly Case[] = [
  {
    title: 'takes the pods that are needed and no more',
    nodes: [testNode('n1', { cpu: '4' })],
    pods: [on('n1', 'a', '1', low), on('n1', 'b', '1', low), on('n1', 'c', '2', middle)],
    pod: { cpu: '1', priority: high },
    node: 'n1',
    victims: ['b'],
  },
  {
    title: 'leaves pods of equal priority alone',
    nodes: twoCores,
    pods: [on('n1', 'a', '2', high), on('n2', 'b', '2', high)],
    pod: { cpu: '1', priority: high },
    victims: [],
    message: '2 No preemption victims found for incoming pod.',
  },
  {
    title: 'says where taking pods away would not be enough',
    nodes: twoCores,
    pods: [on('n1', 'a', '1', low), on('n1', 'b', '1', high), on('n2', 'c', '2', high)],
    pod: { cpu: '2', priority: middle },
    victims: [],
    message: 'preemption: 0/2 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod.',
  },
  {
    title: 'does not look at nodes that no leaving pod could help',
    nodes: [testNode('n1', { cpu: '2', taints: [{ key: 'k', effect: 'NoSchedule' }] }), testNode('n2', { cpu: '1' })],
    pods: [on('n1', 'a', '2', low)],
    pod: { cpu: '2', priority: high },
    victims: [],
    message: 'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  },
  {
    title: 'a pod that never preempts does not',
    nodes: [testNode('n1', { cpu: '2' })],
    pods: [on('n1', 'a', '2', low)],
    pod: { cpu: '2', priority: high, preemptionPolicy: 'Never' },
    victims: [],
    message: 'preemption: not eligible due to preemptionPolicy=Never.',
  },
  {
    title: 'prefers the node whose most important victim matters least',
    nodes: twoCores,
    pods: [on('n1', 'a', '2', middle), on('n2', 'b', '1', low), on('n2', 'c', '1', low)],
    pod: { cpu: '2', priority: high },
    node: 'n2',
    victims: ['b', 'c'],
  },
  {
    title: 'then the one with the smaller sum of priorities, which is the one with fewer victims of priority 0',
    nodes: twoCores,
    pods: [on('n1', 'a', '1', low), on('n1', 'b', '1', low), on('n2', 'c', '2', low)],
    pod: { cpu: '2', priority: high },
    node: 'n2',
    victims: ['c'],
  },
  {
    title: 'then the one whose victims run for the shortest time',
    nodes: twoCores,
    pods: [
      on('n1', 'a', '2', low, { status: { startTime: '2026-01-01T00:00:00Z' } }),
      on('n2', 'b', '2', low, { status: { startTime: '2026-01-02T00:00:00Z' } }),
    ],
    pod: { cpu: '2', priority: high },
    node: 'n2',
    victims: ['b'],
  },
  {
    title: 'spares on a node the pod that runs longer',
    nodes: [testNode('n1', { cpu: '2' })],
    pods: [
      on('n1', 'a', '1', low, { status: { startTime: '2026-01-02T00:00:00Z' } }),
      on('n1', 'b', '1', low, { status: { startTime: '2026-01-01T00:00:00Z' } }),
    ],
    pod: { cpu: '1', priority: high },
    node: 'n1',
    victims: ['a'],
  },
  {
    title: 'prefers a node where no budget is violated, though its victim matters more',
    nodes: twoCores,
    pods: [on('n1', 'a', '2', low, { labels: { app: 'kept' } }), on('n2', 'b', '2', middle)],
    objects: [budget('kept', 0)],
    pod: { cpu: '2', priority: high },
    node: 'n2',
    victims: ['b'],
  },
  {
    title: 'violates a budget where nothing else is left',
    nodes: [testNode('n1', { cpu: '2' })],
    pods: [on('n1', 'a', '2', low, { labels: { app: 'kept' } })],
    objects: [budget('kept', 0)],
    pod: { cpu: '2', priority: high },
    node: 'n1',
    victims: ['a'],
  },
  {
    title: 'spares the pods that a budget protects before the others',
    nodes: [testNode('n1', { cpu: '2' })],
    pods: [on('n1', 'a', '1', middle), on('n1', 'b', '1', low, { labels: { app: 'kept' } })],
    objects: [budget('kept', 0)],
    pod: { cpu: '1', priority: high },
    node: 'n1',
    victims: ['a'],
  },
  {
    title: 'a budget that still allows one disruption gives one',
    nodes: [testNode('n1', { cpu: '2' })],
    pods: [on('n1', 'a', '1', middle), on('n1', 'b', '1', low, { labels: { app: 'kept' } })],
    objects: [budget('kept', 1)],
    pod: { cpu: '1', priority: high },
    node: 'n1',
    victims: ['b'],
  },
  {
    title: 'makes pods leave whose anti-affinity keeps it out',
    nodes: [testNode('n1', { cpu: '4', labels: { 'kubernetes.io/hostname': 'n1' } })],
    pods: [on('n1', 'a', '1', low, { affinity: anti('new') }), on('n1', 'b', '1', low)],
    pod: { cpu: '1', priority: high, labels: { app: 'new' } },
    node: 'n1',
    victims: ['a'],
  },
  {
    title: 'makes pods leave that its own anti-affinity excludes',
    nodes: [testNode('n1', { cpu: '4', labels: { 'kubernetes.io/hostname': 'n1' } })],
    pods: [on('n1', 'a', '1', low, { labels: { app: 'old' } }), on('n1', 'b', '1', low)],
    pod: { cpu: '1', priority: high, affinity: anti('old') },
    node: 'n1',
    victims: ['a'],
  },
];

describe('DefaultPreemption', () => {
  it.each(cases.map((each) => [each.title, each] as const))('%s', (_, { nodes, pods, pod, objects, ...wanted }) => {
    const result = schedule({
      policy,
      nodes,
      pods: [...pods, testPod('new', { namespace: 'ns', ...pod })],
      ...(objects && { objects }),
    });
    expect([...result.preempted.keys()].map((key) => key.slice(3)).sort()).toEqual(wanted.victims);
    expect(result.placements.get('ns/new')).toBe(wanted.node);
    if (wanted.message !== undefined) expect(result.unschedulable.get('ns/new')?.message).toContain(wanted.message);
  });

  it('does not let a lesser pod take the room that was made', () => {
    const { placements, preempted } = schedule({
      policy,
      nodes: [testNode('n1', { cpu: '2' })],
      pods: [
        on('n1', 'a', '1', low),
        on('n1', 'b', '1', low),
        testPod('lesser', { cpu: '1', priority: middle }),
        testPod('greater', { cpu: '2', priority: high }),
      ],
    });
    expect([...placements]).toEqual([['greater', 'n1']]);
    expect(preempted.size).toBe(2);
  });

  it('tells on which nodes and by whom in the attempts', () => {
    const { attempts } = schedule({
      policy,
      nodes: [testNode('n1', { cpu: '1' })],
      pods: [on('n1', 'a', '1', low), testPod('new', { cpu: '1', priority: high })],
    });
    expect(attempts.map(({ outcome, victims, nominatedNode }) => ({ outcome, victims, nominatedNode }))).toEqual([
      { outcome: 'unschedulable', victims: ['ns/a'], nominatedNode: 'n1' },
      { outcome: 'placed', victims: undefined, nominatedNode: undefined },
    ]);
  });

  it('takes only pods of lower priority, as few as possible, and never overfills a node', () => {
    const pod = fc.record({ cpu: fc.constantFrom('1', '2', '3'), priority: fc.integer({ min: 0, max: 4 }) });
    const anyCluster = fc.record({
      running: fc.array(fc.tuple(pod, fc.constantFrom('n1', 'n2', 'n3')), { maxLength: 12 }),
      waiting: fc.array(pod, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(anyCluster, fc.integer({ min: 1, max: 99 }), ({ running, waiting }, seed) => {
        const used = new Map<string, number>();
        const pods = running.flatMap(([words, nodeName], i) => {
          const sum = (used.get(nodeName) ?? 0) + Number(words.cpu);
          if (sum > 4) return [];
          used.set(nodeName, sum);
          return [on(nodeName, `r${i}`, words.cpu, words.priority)];
        });
        const nodes = ['n1', 'n2', 'n3'].map((name) => testNode(name, { cpu: '4' }));
        const made = waiting.map(({ cpu, priority }, i) => testPod(`w${i}`, { namespace: 'ns', cpu, priority }));
        const { placements, preempted, unschedulable } = schedule({ policy, nodes, pods: [...pods, ...made], seed });
        const all = new Map([...pods, ...made].map((each) => [podInfo(each).key, each]));
        for (const [key, { by }] of preempted) {
          expect(podInfo(all.get(key)!).priority).toBeLessThan(podInfo(all.get(by)!).priority);
        }
        const held = new Map<string, number>();
        const stay = [...pods.map((each) => [podInfo(each).key, each.spec!.nodeName!] as const), ...placements];
        for (const [key, node] of stay) {
          if (preempted.has(key)) continue;
          const cpu = Number(all.get(key)!.spec!.containers[0]!.resources!.requests!['cpu']);
          held.set(node, (held.get(node) ?? 0) + cpu);
        }
        for (const sum of held.values()) expect(sum).toBeLessThanOrEqual(4);
        // Whoever is left could not have had a place by making lesser pods leave.
        for (const key of unschedulable.keys()) {
          const { priority, pod: left } = podInfo(all.get(key)!);
          const wants = Number(left.spec!.containers[0]!.resources!.requests!['cpu']);
          for (const { metadata } of nodes) {
            const kept = stay.filter(([other, node]) => {
              return node === metadata.name && !preempted.has(other) && podInfo(all.get(other)!).priority >= priority;
            });
            const sum = kept.reduce(
              (total, [other]) => total + Number(all.get(other)!.spec!.containers[0]!.resources!.requests!['cpu']),
              0,
            );
            if (!preempted.has(key)) expect(sum + wants).toBeGreaterThan(4);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('chooseCandidate', () => {
  const victim = (priority: number, startTime?: string) =>
    podInfo(testPod(`v${priority}${startTime}`, { priority, ...(startTime && { status: { startTime } }) }));
  const candidate = (nodeName: string, violations: number, ...victims: Candidate['victims']): Candidate => ({
    nodeName,
    violations,
    victims,
  });
  it('says why each of the others lost', () => {
    const choice = chooseCandidate([
      candidate('violates', 1, victim(0)),
      candidate('matters', 0, victim(5)),
      candidate('more', 0, victim(1), victim(0)),
      candidate('older', 0, victim(1, '2026-01-01T00:00:00Z')),
      candidate('best', 0, victim(1, '2026-02-01T00:00:00Z')),
      candidate('as good', 0, victim(1, '2026-02-01T00:00:00Z')),
    ])!;
    expect(choice.chosen.nodeName).toBe('best');
    expect([...choice.lost]).toEqual([
      ['violates', 'fewest disruption budgets violated'],
      ['matters', 'least important first victim'],
      ['more', 'smallest sum of priorities'],
      ['older', 'first victims that run for the shortest time'],
      ['as good', 'as good, and looked at later'],
    ]);
  });
  it('counts victims of negative priority as cost', () => {
    const two = candidate('two', 0, victim(-1), victim(-5));
    const one = candidate('one', 0, victim(-1));
    expect(chooseCandidate([two, one])?.chosen).toBe(one);
  });
});
