/** Cases of kube-scheduler's `TestDryRunPreemption` and `TestSelectBestCandidate`, as data. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { defaultPreemption, findCandidates } from '../plugins/default-preemption.js';
import { type PodWords, testPod } from '../test-objects.fixture.js';
import { chooseCandidate } from './candidate.js';
import { budgetOf, type Given, podOf, setUp } from './preemption.fixture.js';

function candidatesOf({ candidatesMin = 100, ...given }: Given) {
  const { state, info, statuses, handle } = setUp(given);
  return findCandidates(state, info, statuses, handle, () => candidatesMin).candidates;
}

const exists = (label: string) => ({ matchExpressions: [{ key: label, operator: 'Exists' as const }] });
const antiAffinity = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'hostname', labelSelector: exists('foo') }],
    },
  },
} as PodWords;
const spread = {
  topologySpreadConstraints: ['zone', 'hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'DoNotSchedule' as const,
    labelSelector: exists('foo'),
  })),
} as PodWords;

const pods = (words: readonly string[]) => words.map((each) => podOf(each));
const five = ['1', '2', '3', '4', '5'];
const one = (words: string) => podOf(`p ${words}`);

/** Candidates as `node: victims`, with `!` for each violation of a budget. */
const dryRuns: readonly (Given & { readonly name: string; readonly candidates: readonly string[] })[] = [
  {
    name: 'fits nowhere',
    pod: testPod('p', { priority: 1000, cpu: '600m' }),
    there: pods(['p1@1 mid', 'p2@2 mid']),
    nodes: ['1', '2'],
    candidates: [],
  },
  {
    name: 'fits on both where the lesser leave',
    pod: one('high large'),
    there: pods(['p1@1 mid large', 'p2@2 mid large']),
    nodes: ['1', '2'],
    candidates: ['node1: p1', 'node2: p2'],
  },
  {
    name: 'matters less than those there',
    pod: one('low large'),
    there: pods(['p1@1 mid large', 'p2@2 mid large']),
    nodes: ['1', '2'],
    candidates: [],
  },
  {
    name: 'the one that matters more leaves, as the lesser is small',
    pod: one('high large'),
    there: pods(['p1.1@1 low small', 'p1.2@1 mid large', 'p2@2 mid large']),
    nodes: ['1', '2'],
    candidates: ['node1: p1.2', 'node2: p2'],
  },
  {
    name: 'of several priorities',
    pod: one('high large'),
    there: pods(['p1.1@1 mid small', 'p1.2@1 low small', 'p1.3@1 mid medium', 'p1.4@1 high small', 'p2@2 high large']),
    nodes: ['1', '2'],
    candidates: ['node1: p1.2 p1.3'],
  },
  {
    name: 'of one priority the later',
    pod: one('high large'),
    there: pods([
      'p1.1@1 low small t5',
      'p1.2@1 low small t4',
      'p1.3@1 mid medium t3',
      'p1.4@1 high small t2',
      'p2@2 high large t1',
    ]),
    nodes: ['1', '2'],
    candidates: ['node1: p1.1 p1.3'],
  },
  {
    name: 'those whose anti-affinity keeps it away',
    pod: one('high small #foo'),
    there: [
      podOf('p1.1@1 low small #foo', antiAffinity),
      ...pods(['p1.2@1 mid small', 'p1.3@1 high small', 'p2@2 high small']),
    ],
    nodes: ['1', '2'],
    candidates: ['node1: p1.1'],
  },
  {
    name: 'so that pods are spread',
    pod: podOf('p high tiny #foo', spread),
    there: pods(['a1@a mid #foo', 'a2@a low #foo', 'b1@b low #foo', 'x1@x high #foo', 'x2@x high #foo']),
    nodes: ['a/zone1', 'b/zone1', 'x/zone2'],
    candidates: ['nodea: a2', 'nodeb: b1'],
  },
  {
    name: 'more than a budget allows',
    pod: one('high huge'),
    there: pods(['p1.1@1 mid medium #foo', 'p1.2@1 mid medium #foo']),
    nodes: ['1'],
    budgets: [budgetOf(1)],
    candidates: ['node1: p1.1 p1.2!'],
  },
  {
    name: 'another pod is being disrupted',
    pod: one('high huge'),
    there: pods(['p1.1@1 mid medium #foo', 'p1.2@1 mid medium #foo']),
    nodes: ['1'],
    budgets: [budgetOf(1, 'p2')],
    candidates: ['node1: p1.1 p1.2!'],
  },
  {
    name: 'one of them is being disrupted',
    pod: one('high huge'),
    there: pods(['p1.1@1 mid medium #foo', 'p1.2@1 mid medium #foo']),
    nodes: ['1'],
    budgets: [budgetOf(1, 'p1.2')],
    candidates: ['node1: p1.1 p1.2'],
  },
  {
    name: 'one of three is being disrupted',
    pod: one('high huge'),
    there: pods(['p1.1@1 mid medium #foo', 'p1.2@1 mid medium #foo', 'p1.3@1 mid medium #foo']),
    nodes: ['1'],
    budgets: [budgetOf(1, 'p1.3')],
    candidates: ['node1: p1.1 p1.2 p1.3!'],
  },
  {
    name: 'no more candidates than wanted',
    pod: one('high large'),
    there: pods(five.map((n) => `p${n}@${n} mid large`)),
    nodes: five,
    candidatesMin: 2,
    offset: 0.8,
    candidates: ['node1: p1', 'node5: p5'],
  },
  {
    name: 'no more candidates than wanted, beyond nodes that are none',
    pod: one('high large'),
    there: pods(['p1@1 mid large', 'p2@2 highest large', 'p3@3 mid large', 'p4@4 mid large', 'p5@5 highest large']),
    nodes: five,
    candidatesMin: 2,
    offset: 0.8,
    candidates: ['node1: p1', 'node3: p3'],
  },
  ...(
    [
      [0.2, ['node2: p2', 'node3: p3']],
      [0.6, ['node4: p4', 'node5: p5']],
    ] as const
  ).map(([offset, candidates]) => ({
    name: `from ${offset} of the nodes on`,
    pod: one('high large'),
    there: pods(five.map((n) => `p${n}@${n} mid large`)),
    nodes: five,
    candidatesMin: 2,
    offset,
    candidates,
  })),
  {
    // Differs from kube-scheduler, which keeps no more violating candidates than are wanted: it forgets node2's.
    name: 'goes on until no budget is violated',
    pod: one('high large'),
    there: pods([
      'p1@1 mid large #foo',
      'p2@2 mid large #foo',
      'p3@3 mid large',
      'p4@4 mid large',
      'p5@5 mid large #foo',
    ]),
    nodes: five,
    budgets: [budgetOf(0)],
    candidatesMin: 2,
    offset: 0.8,
    candidates: ['node1: p1!', 'node2: p2!', 'node3: p3', 'node5: p5!'],
  },
];

describe('candidates', () => {
  it.each(dryRuns)('$name', ({ candidates, ...given }) => {
    const found = candidatesOf(given).map(
      ({ nodeName, victims, violations }) =>
        `${nodeName}: ${victims
          .map(({ name }) => name)
          .sort()
          .join(' ')}${'!'.repeat(violations)}`,
    );
    expect(found.sort()).toEqual(candidates);
  });
});

describe('the best candidate', () => {
  const cases: [name: string, pod: string, there: string[], nodes: string[]][] = [
    ['either', 'high large', ['p1@1 mid large', 'p2@2 mid large'], ['node1', 'node2']],
    [
      'the least important first victim',
      'high huge',
      [
        'p1.1@1 mid medium',
        'p1.2@1 mid large',
        'p2.1@2 mid medium',
        'p2.2@2 low medium',
        'p3.1@3 low medium',
        'p3.2@3 low medium',
      ],
      ['node3'],
    ],
    [
      'then the smallest sum',
      'high huge',
      [
        'p1.1@1 mid medium',
        'p1.2@1 mid large',
        'p2.1@2 mid large',
        'p2.2@2 low medium',
        'p3.1@3 mid medium',
        'p3.2@3 mid medium',
      ],
      ['node2'],
    ],
    [
      'then the fewest',
      'high huge',
      [
        'p1.1@1 mid small',
        'p1.2@1 neg small',
        'p1.3@1 mid small',
        'p1.4@1 neg small',
        'p2.1@2 mid large',
        'p2.2@2 neg medium',
        'p3.1@3 mid medium',
        'p3.2@3 neg small',
        'p3.3@3 low small',
      ],
      ['node2'],
    ],
    [
      'those of negative priority count, too',
      'high huge',
      [
        'p1.1@1 mid small',
        'p1.2@1 neg small',
        'p1.3@1 neg small',
        'p2.1@2 mid large',
        'p2.2@2 neg medium',
        'p3.1@3 mid medium',
        'p3.2@3 neg small',
        'p3.3@3 low small',
      ],
      ['node2'],
    ],
    [
      'one after the other',
      'highest huge',
      [
        'p1.1@1 mid small',
        'p1.2@1 low small',
        'p1.3@1 low small',
        'p2.1@2 high large',
        'p3.1@3 mid medium',
        'p3.2@3 low small',
        'p3.3@3 low small',
        'p3.4@3 low medium',
        'p4.1@4 mid medium',
        'p4.2@4 mid small',
        'p4.3@4 mid small',
        'p4.4@4 neg small',
      ],
      ['node1'],
    ],
    [
      'then those that run for the shortest time',
      'high huge',
      [
        'p1.1@1 mid medium t2',
        'p1.2@1 mid medium t2',
        'p2.1@2 mid medium t3',
        'p2.2@2 mid medium t3',
        'p3.1@3 mid medium t1',
        'p3.2@3 mid medium t1',
      ],
      ['node2'],
    ],
  ];
  it.each(cases)('%s', (_name, pod, there, nodes) => {
    const numbers = [...new Set(there.map((words) => /@(\d)/.exec(words)![1]!))];
    const found = candidatesOf({ pod: one(pod), there: pods(there), nodes: numbers });
    expect(nodes).toContain(chooseCandidate(found)?.chosen.nodeName);
  });
});

describe('a pod that may preempt', () => {
  const nominated = { status: { nominatedNodeName: 'node1' } } as PodWords;
  const leaving = (reason?: string): Pod => {
    const conditions = reason === undefined ? [] : [{ type: 'DisruptionTarget', status: 'True', reason }];
    const pod = podOf('p1@1 low huge', { status: { conditions } } as PodWords);
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2020-01-01T00:00:00Z' } };
  };
  const waits = 'preemption: not eligible due to a terminating pod on the nominated node.';
  const never = 'preemption: not eligible due to preemptionPolicy=Never.';
  const unhelpful = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
  const preempts = '';
  it.each<[string, PodWords, Pod, 'Unschedulable' | 'UnschedulableAndUnresolvable', string]>([
    ['waits for no node', {}, leaving('PreemptionByScheduler'), 'Unschedulable', preempts],
    ['waits for a node that a victim leaves', nominated, leaving('PreemptionByScheduler'), 'Unschedulable', waits],
    ['waits for a node where nobody leaves', nominated, podOf('p1@1 low huge'), 'Unschedulable', preempts],
    ['waits for a node that another leaves by itself', nominated, leaving(), 'Unschedulable', preempts],
    [
      'waits for a node that another is evicted from',
      nominated,
      leaving('EvictionByEvictionAPI'),
      'Unschedulable',
      preempts,
    ],
    [
      'waits for a node that can help it no more',
      nominated,
      leaving('PreemptionByScheduler'),
      'UnschedulableAndUnresolvable',
      unhelpful,
    ],
    ['never does', { preemptionPolicy: 'Never' }, podOf('p1@1 low huge'), 'Unschedulable', never],
  ])('%s', (_name, words, other, code, message) => {
    const { state, info, statuses, handle } = setUp(
      { pod: podOf('p high huge', words), there: [other], nodes: ['1'] },
      code,
    );
    const found = defaultPreemption().postFilter(state, info, statuses, handle);
    expect(found?.status?.reasons.join() ?? '').toBe(message);
  });
});
