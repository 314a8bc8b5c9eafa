import { describe, expect, it } from '@jest/globals';
import type { FilterPlugin } from '../framework/filter-plugin.js';
import type { PermitPlugin, ScorePlugin } from '../framework/plugin.js';
import { InvalidProfileError, profile } from '../framework/profile.js';
import { status } from '../framework/status.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { explain, UnknownPodError } from './explain.js';
import { formatExplanation } from './format-explanation.js';
import { InvalidTraceError } from './invalid-trace-error.js';
import { schedule } from './schedule.js';
import type { ScheduleInput } from './schedule-result.js';

const policy = profile({ plugins: defaultPlugins() });

describe('schedule', () => {
  it('spreads equal pods over equal nodes', () => {
    const nodes = times(3, (i) => testNode(`n${i}`));
    const pods = times(6, (i) => testPod(`web-${i}`, { cpu: '500m', memory: '1Gi' }));
    const { placements } = schedule({ policy, nodes, pods });
    expect(placements.size).toBe(6);
    for (const { metadata } of nodes) {
      expect([...placements.values()].filter((node) => node === metadata.name)).toHaveLength(2);
    }
  });

  it('says why pods fit nowhere, in the words of kube-scheduler', () => {
    const nodes = [
      testNode('small', { cpu: '1' }),
      testNode('closed', { unschedulable: true }),
      testNode('tainted', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }),
    ];
    const { unschedulable } = schedule({ policy, nodes, pods: [testPod('big', { cpu: '2', memory: '64Gi' })] });
    expect(unschedulable.get('big')).toEqual({
      message:
        '0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) had untolerated taint {gpu: yes}, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
      plugins: ['NodeResourcesFit', 'NodeUnschedulable', 'TaintToleration'],
      gated: false,
    });
  });

  it('says so when there are no nodes', () => {
    const { unschedulable } = schedule({ policy, nodes: [], pods: [testPod('a')] });
    expect(unschedulable.get('a')?.message).toBe('no nodes available to schedule pods');
  });

  it('takes pods by priority, and counts those that are there already', () => {
    const nodes = [testNode('n', { cpu: '2' })];
    const pods = [
      testPod('there', { cpu: '1', nodeName: 'n' }),
      testPod('ended', { cpu: '1', nodeName: 'n', status: { phase: 'Succeeded' } }),
      testPod('low', { cpu: '1' }),
      testPod('high', { cpu: '1', priority: 10 }),
    ];
    const { placements, unschedulable } = schedule({ policy, nodes, pods });
    expect([...placements]).toEqual([['high', 'n']]);
    expect([...unschedulable.keys()]).toEqual(['low']);
  });

  it.each([
    ['node many', [testNode('many', { cpu: 'many' })], []],
    ['pod web', [testNode('n')], [testPod('web', { memory: '1 GB' })]],
    ['pod there', [testNode('n')], [testPod('there', { cpu: 'x', nodeName: 'n' })]],
  ] as const)('says where an amount is none: %s', (what, nodes, pods) => {
    expect(() => schedule({ policy, nodes, pods })).toThrow(InvalidTraceError);
    expect(() => schedule({ policy, nodes, pods })).toThrow(`${what}: "`);
  });

  it('refuses two nodes, or two pods, of one name', () => {
    const [node, pod] = [testNode('n'), testPod('p')];
    const ask = (input: Pick<ScheduleInput, 'nodes' | 'pods'>) => () => schedule({ policy, ...input });
    expect(ask({ nodes: [testNode('a'), node, node], pods: [pod] })).toThrow(
      new InvalidTraceError('node n', 'there are two of this name, nodes[1] and nodes[2]'),
    );
    const there = { ...pod, spec: { ...pod.spec, nodeName: 'n' } } as typeof pod;
    expect(ask({ nodes: [node], pods: [pod, testPod('q'), there] })).toThrow(
      new InvalidTraceError('pod p', 'there are two of this name, pods[0] and pods[2]'),
    );
    const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace: 'other' } };
    expect(ask({ nodes: [node], pods: [pod, elsewhere] })).not.toThrow();
  });

  it('leaves gated pods alone', () => {
    const pods = [testPod('gated', { schedulingGates: [{ name: 'a' }, { name: 'b' }] })];
    const result = schedule({ policy, nodes: [testNode('n')], pods });
    expect(result.unschedulable.get('gated')).toEqual({
      message: 'waiting for scheduling gates: [a b]',
      plugins: ['SchedulingGates'],
      gated: true,
    });
    expect(explain(result, 'gated').outcome).toBe('gated');
  });

  it('is the same for the same seed, and breaks ties otherwise for another', () => {
    const nodes = times(50, (i) => testNode(`n${i}`));
    const pods = times(20, (i) => testPod(`p${i}`, { cpu: '100m' }));
    const run = (seed: number) => [...schedule({ policy, nodes, pods, seed }).placements];
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it('names the plugin that throws, and goes on with the next pod', () => {
    const broken: FilterPlugin = {
      name: 'Broken',
      filter: (_, { name }) => {
        if (name === 'bad') throw new TypeError('oh no');
        return undefined;
      },
    };
    const result = schedule({
      policy: profile({ plugins: [...defaultPlugins(), broken] }),
      nodes: [testNode('n')],
      pods: [testPod('bad'), testPod('good')],
    });
    expect(result.unschedulable.get('bad')?.message).toBe('running Filter plugin "Broken": oh no');
    expect(result.placements.get('good')).toBe('n');
  });

  it('fails the attempt where a score is out of range', () => {
    const proud: ScorePlugin = { name: 'Proud', score: () => 101 };
    const result = schedule({
      policy: profile({ plugins: [...defaultPlugins(), proud] }),
      nodes: [testNode('a'), testNode('b')],
      pods: [testPod('p')],
    });
    expect(result.unschedulable.get('p')?.message).toContain('plugin "Proud" returns an invalid score 101');
  });

  it('holds pods at Permit until the plugin lets them go together', () => {
    const gang: PermitPlugin = {
      name: 'Gang',
      permit(_state, _pod, _node, handle) {
        const waiting = handle.waitingPods();
        if (waiting.length < 2) return { status: status('Wait'), timeoutMs: 1000 };
        for (const pod of waiting) pod.allow('Gang');
        return undefined;
      },
    };
    const plugins = [...defaultPlugins(), gang];
    const nodes = [testNode('n')];
    const whole = schedule({ policy: profile({ plugins }), nodes, pods: times(3, (i) => testPod(`g${i}`)) });
    expect([...whole.placements.keys()].sort()).toEqual(['g0', 'g1', 'g2']);
    const part = schedule({ policy: profile({ plugins }), nodes, pods: times(2, (i) => testPod(`g${i}`)) });
    expect(part.placements.size).toBe(0);
    expect([...part.waiting]).toEqual([
      ['g0', 'n'],
      ['g1', 'n'],
    ]);
  });
});

it('runs the example of the README', () => {
  const sameRack = ({ weight }: { weight: number }): ScorePlugin => ({
    name: 'SameRack',
    weight,
    score: (_, { pod }, node) => (node.labels['rack'] === pod.metadata.labels?.['rack'] ? 100 : 0),
  });
  const racks = profile({ plugins: [...defaultPlugins(), sameRack({ weight: 5 })] });
  const nodes = times(4, (i) => testNode(`n${i}`, { labels: { rack: `r${i}` } }));
  const pods = [testPod('web-7', { cpu: '1', labels: { rack: 'r2' } })];
  const result = schedule({ policy: racks, nodes, pods, seed: 1 });
  expect([...result.placements]).toEqual([['web-7', 'n2']]);
  const chosen = explain(result, 'web-7').nodes.find((node) => node.chosen);
  expect(chosen?.scores).toContainEqual({ plugin: 'SameRack', raw: 100, normalized: 100, weight: 5 });
});

describe('profile', () => {
  it.each([
    ['plugins[0].name', [{ name: '' }]],
    ['plugins[1].name', [{ name: 'A' }, { name: 'A' }]],
    ['plugins[0].weight', [{ name: 'A', weight: 0 }]],
    ['plugins[0].filterAll', [{ name: 'A', filterAll: () => {} }]],
    [
      'plugins',
      [
        { name: 'A', less: () => true },
        { name: 'B', less: () => true },
      ],
    ],
  ])('refuses what cannot work, with the field: %s', (field, plugins) => {
    const make = () => profile({ plugins });
    expect(make).toThrow(InvalidProfileError);
    try {
      make();
    } catch (error) {
      expect((error as InvalidProfileError).field).toBe(field);
    }
  });
});

describe('explain', () => {
  const nodes = [
    testNode('busy', { cpu: '2' }),
    testNode('free', { cpu: '4' }),
    testNode('off', { labels: { zone: 'b' }, unschedulable: true }),
  ];
  const pods = [testPod('filler', { cpu: '1', nodeName: 'busy' }), testPod('web-7', { cpu: '500m', memory: '1Gi' })];
  const result = schedule({ policy, nodes, pods });

  it('gives every node and plugin verdict, raw and normalized scores and weights', () => {
    const explanation = explain(result, 'web-7');
    expect(explanation).toMatchObject({ pod: 'web-7', outcome: 'placed', nodeName: 'free' });
    const [busy, free, off] = ['busy', 'free', 'off'].map(
      (name) => explanation.nodes.find(({ node }) => node === name)!,
    );
    expect(free).toMatchObject({ chosen: true, feasible: true });
    expect(free!.scores).toContainEqual({ plugin: 'TaintToleration', raw: 0, normalized: 100, weight: 3 });
    const sum = free!.scores.reduce((total, { normalized, weight }) => total + normalized * weight, 0);
    expect(free!.total).toBe(sum);
    expect(free!.total!).toBeGreaterThan(busy!.total!);
    expect(off).toMatchObject({ feasible: false, scores: [] });
    expect(off!.filters).toContainEqual({
      plugin: 'NodeUnschedulable',
      code: 'UnschedulableAndUnresolvable',
      reasons: ['node(s) were unschedulable'],
    });
  });

  it('sees the nodes as they were at that attempt', () => {
    const one = [testNode('n', { cpu: '1' })];
    const two = schedule({
      policy,
      nodes: one,
      pods: [testPod('first', { cpu: '1' }), testPod('second', { cpu: '1' })],
    });
    expect(explain(two, 'first').nodes[0]).toMatchObject({ feasible: true, chosen: true });
    expect(explain(two, 'second').nodes[0]).toMatchObject({ feasible: false });
  });

  it('prints as a table', () => {
    const lines = formatExplanation(explain(result, 'web-7')).split('\n');
    expect(lines[0]).toBe('web-7: placed on free');
    expect(lines[1]).toMatch(/^NODE +TaintToleration +.*TOTAL +VERDICT$/);
    expect(lines[2]).toMatch(/^free .* chosen$/);
    expect(lines[4]).toMatch(/^off .* NodeUnschedulable: node\(s\) were unschedulable$/);
  });

  it('refuses a name that nobody or several have', () => {
    expect(() => explain(result, 'nobody')).toThrow(UnknownPodError);
    const twins = [testPod('x', { namespace: 'a' }), testPod('x', { namespace: 'b' })];
    const both = schedule({ policy, nodes, pods: twins });
    expect(() => explain(both, 'x')).toThrow('say which of a/x, b/x');
    expect(explain(both, 'b/x').outcome).toBe('placed');
  });

  it('tells which pods preemption would have had to leave, and why the other nodes lost', () => {
    const nodes = times(3, (i) => testNode(`n${i}`, { cpu: '2' }));
    const pods = [
      testPod('two-a', { cpu: '1', nodeName: 'n0' }),
      testPod('two-b', { cpu: '1', nodeName: 'n0' }),
      testPod('one', { cpu: '2', nodeName: 'n1' }),
      testPod('dear', { cpu: '2', nodeName: 'n2', priority: 5 }),
      testPod('web', { cpu: '2', priority: 10 }),
    ];
    const explanation = explain(schedule({ policy, nodes, pods }), 'web');
    expect(explanation).toMatchObject({ outcome: 'placed', nodeName: 'n1' });
    expect(explanation.preemption!.candidates).toEqual([
      { node: 'n1', victims: ['one'], violations: 0 },
      { node: 'n0', victims: ['two-a', 'two-b'], violations: 0, lostBy: 'smallest sum of priorities' },
      { node: 'n2', victims: ['dear'], violations: 0, lostBy: 'least important first victim' },
    ]);
    expect(formatExplanation(explanation)).toContain(
      'preemption on n2 of dear: not chosen: least important first victim',
    );
    expect(formatExplanation(explanation)).toContain(
      '\nqueue: active (UnscheduledPodAdd), backoff (AssignedPodDelete, hint of NodeResourcesFit), active (PopFromBackoffQ)\n',
    );
  });
});
