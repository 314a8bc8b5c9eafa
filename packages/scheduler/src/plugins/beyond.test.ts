/** Plugins that kube-scheduler has not: deadlines, interference, data locality, bin packing; and placements as golden data. */
import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import { profile } from '../framework/profile.js';
import { podInfo } from '../nodes/pod-info.js';
import { schedule } from '../simulate/schedule.js';
import { tableOf } from '../simulate/simulation.js';
import { testNode, testPod, times } from '../test-objects.fixture.js';
import { binPackingPlugins } from './bin-packing.js';
import { dataAnnotation, dataLocality } from './data-locality.js';
import { deadlineAnnotation, deadlines, durationAnnotation } from './deadlines.js';
import { defaultPlugins } from './default-plugins.js';
import { interference, workloadClassLabel } from './interference.js';
import { judge, judgeScore } from './judge.fixture.js';

const annotated = <T extends Node | Pod>(object: T, annotations: Readonly<Record<string, string>>): T => ({
  ...object,
  metadata: { ...object.metadata, annotations },
});

describe('Deadlines', () => {
  const clock = { now: () => Date.parse('2026-01-01T12:00:00Z') };
  const policy = profile({ plugins: defaultPlugins({ queueSort: deadlines({ clock }) }) });
  const due = (name: string, at: string, seconds = 0, priority = 0) =>
    annotated(testPod(name, { priority, cpu: '1' }), {
      [deadlineAnnotation]: `2026-01-01T${at}Z`,
      [durationAnnotation]: String(seconds),
    });

  it('are tried the earliest first, then by priority', () => {
    const pods = [
      testPod('none', { priority: 9 }),
      due('late', '14:00:00'),
      due('soon', '13:00:00'),
      due('soon-too', '13:00:00', 0, 1),
    ];
    const { placements } = schedule({ policy, nodes: [testNode('n')], pods });
    expect([...placements.keys()]).toEqual(['soon-too', 'soon', 'late', 'none']);
  });

  it.each([
    ['can be met to the second', due('p', '12:01:00', 60), undefined],
    [
      'cannot be met',
      due('p', '12:01:00', 61),
      'deadline 2026-01-01T12:01:00Z cannot be met: the pod takes 61s and 60s are left',
    ],
    [
      'has passed',
      due('p', '11:59:00', 10),
      'deadline 2026-01-01T11:59:00Z cannot be met: the pod takes 10s and it passed 60s ago',
    ],
    ['cannot be read', annotated(testPod('p'), { [deadlineAnnotation]: 'soon' }), undefined],
  ])('one that %s', (_, pod, expected) => {
    const { unschedulable } = schedule({ policy, nodes: [testNode('n')], pods: [pod], attemptsMax: 1 });
    const message = unschedulable.get('p')?.message;
    if (expected === undefined) expect(message).toBeUndefined();
    else expect(message).toContain(expected);
  });
});

describe('Interference', () => {
  it.each([
    [{ costs: { web: { batch: -1 } } }, 'Interference.costs.web.batch: must be a number from 0, not -1'],
    [{ costs: { web: { batch: Number.NaN } } }, 'Interference.costs.web.batch: must be a number from 0, not NaN'],
    [{ costs: {}, costMax: -1 }, 'Interference.costMax: must be a number from 0, not -1'],
  ])('refuses %j', (options, message) => {
    expect(() => interference(options)).toThrow(message);
  });

  const of = (name: string, workload: string, nodeName?: string) =>
    testPod(name, { labels: { [workloadClassLabel]: workload }, ...(nodeName && { nodeName }) });
  const costs = { web: { batch: 10 }, batch: { web: 2 } };
  const nodes = ['a', 'b', 'c'].map((name) => testNode(name));
  const there = [of('x', 'batch', 'a'), of('y', 'batch', 'a'), of('z', 'web', 'b')];

  it('prefers nodes where the pod costs least, both ways', () => {
    const { raw, rawBatched, normalized } = judge(
      interference({ costs }),
      podInfo(of('p', 'web')),
      nodes,
      tableOf(nodes, there),
    );
    expect(raw).toEqual([24, 0, 0]);
    expect(rawBatched).toEqual(raw);
    expect(normalized).toEqual([0, 100, 100]);
  });

  it('refuses nodes where it would cost too much', () => {
    const plugin = interference({ costs, costMax: 12 });
    const { single, batched } = judge(plugin, podInfo(of('p', 'web')), nodes, tableOf(nodes, there));
    expect(single).toEqual(['Unschedulable: node(s) have workloads that interfere too much', 'ok', 'ok']);
    expect(batched).toEqual(single);
  });

  it('goes by what was measured last', () => {
    let measured: typeof costs | Record<string, never> = {};
    const plugin = interference({ costs: () => measured });
    const table = tableOf(nodes, there);
    expect(judge(plugin, podInfo(of('p', 'web')), nodes, table).raw).toEqual([0, 0, 0]);
    measured = costs;
    expect(judge(plugin, podInfo(of('p', 'web')), nodes, table).raw).toEqual([24, 0, 0]);
  });

  it('spreads what hurts each other over the nodes', () => {
    const policy = profile({ plugins: [...defaultPlugins(), interference({ costs, weight: 100 })] });
    const pods = times(6, (i) => of(`p${i}`, i % 2 === 0 ? 'web' : 'batch'));
    const { placements } = schedule({ policy, nodes, pods });
    const classes = new Map<string, Set<string>>();
    for (const [key, node] of placements) {
      const names = classes.get(node) ?? new Set();
      classes.set(
        node,
        names.add(pods.find(({ metadata }) => metadata.name === key)!.metadata.labels![workloadClassLabel]!),
      );
    }
    expect([...classes.values()].every((names) => names.size === 1)).toBe(true);
  });

  it('costs what a count over all pairs says', () => {
    const classes = fc.constantFrom('web', 'batch', 'cache', 'none');
    const cost = fc.nat({ max: 20 });
    const matrix = fc.dictionary(classes, fc.dictionary(classes, cost));
    const placed = fc.array(fc.record({ workload: classes, node: fc.constantFrom('a', 'b', 'c') }), { maxLength: 12 });
    fc.assert(
      fc.property(matrix, placed, classes, (given, pods, own) => {
        const others = pods.map(({ workload, node }, i) => of(`o${i}`, workload, node));
        const { raw, rawBatched } = judge(
          interference({ costs: given }),
          podInfo(of('p', own)),
          nodes,
          tableOf(nodes, others),
        );
        const slow = nodes.map(({ metadata }) =>
          pods
            .filter(({ node }) => node === metadata.name)
            .reduce((sum, { workload }) => sum + (given[own]?.[workload] ?? 0) + (given[workload]?.[own] ?? 0), 0),
        );
        expect(raw).toEqual(slow);
        expect(rawBatched).toEqual(slow);
      }),
    );
  });
});

describe('DataLocality', () => {
  const nodes = [
    annotated(testNode('a'), { [dataAnnotation]: 'images=150Gi, model=14Gi' }),
    annotated(testNode('b'), { [dataAnnotation]: 'images=150Gi' }),
    annotated(testNode('c'), { [dataAnnotation]: 'model=14Gi,broken=lots' }),
    testNode('d'),
  ];
  const reading = (data: string) => annotated(testPod('p'), { [dataAnnotation]: data });
  it.each([
    ['both', 'images,model', [100, 91, 8, 0]],
    ['one', 'model', [100, 0, 100, 0]],
    ['what nobody holds', 'images,other', [100, 100, 0, 0]],
    ['twice the same', 'model,model', [100, 0, 100, 0]],
    ['nothing that is known', 'other', [0, 0, 0, 0]],
  ])('%s', (_, data, expected) => {
    expect(judgeScore(dataLocality(), reading(data), nodes).raw).toEqual(expected);
  });

  it('is asked only by pods that read something', () => {
    expect(judgeScore(dataLocality(), testPod('p'), nodes).skipped).toBe(true);
  });
});

describe('bin packing', () => {
  it('uses as few nodes as do, where the default uses all', () => {
    const nodes = times(4, (i) => testNode(`n${i}`, { cpu: '4', memory: '4Gi' }));
    const pods = times(8, (i) => testPod(`p${i}`, { cpu: '1', memory: '1Gi' }));
    const used = (plugins: ReturnType<typeof defaultPlugins>) =>
      new Set(schedule({ policy: profile({ plugins }), nodes, pods }).placements.values()).size;
    expect(used(binPackingPlugins())).toBe(2);
    expect(used(defaultPlugins())).toBe(4);
  });
});

describe('placements as golden data', () => {
  const nodes = times(3, (i) => testNode(`n${i}`));
  const pods = times(5, (i) => testPod(`p${i}`));
  const policy = profile({ plugins: defaultPlugins() });
  const run = (seed: number) => Object.fromEntries(schedule({ policy, nodes, pods, seed }).placements);

  it('are the same for a seed, and ties fall otherwise with another', () => {
    expect(run(1)).toEqual(run(1));
    const others = times(10, (i) => JSON.stringify(run(i + 2)));
    expect(new Set([...others, JSON.stringify(run(1))]).size).toBeGreaterThan(1);
  });

  it('of seed 1', () => {
    expect(run(1)).toEqual({ p0: 'n1', p1: 'n0', p2: 'n2', p3: 'n0', p4: 'n2' });
  });
});
