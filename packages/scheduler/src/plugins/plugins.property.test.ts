import { describe, expect, it } from '@jest/globals';
import type { Node, NodeSelectorTerm, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { cluster, gpu, nodeOfField, requirement } from './arbitrary-cluster.fixture.js';
import { nodeResourcesBalancedAllocation } from './balanced-allocation.js';
import { defaultPlugins } from './default-plugins.js';
import { imageLocality } from './image-locality.js';
import { judgeFilter, judgeScore } from './judge.fixture.js';
import { nodeAffinity } from './node-affinity.js';
import { nodeName } from './node-name.js';
import { nodePorts } from './node-ports.js';
import { nodeUnschedulable } from './node-unschedulable.js';
import {
  balanced,
  type Counted,
  fits,
  leastAllocated,
  taintsDisliked,
  taintsTolerated,
  type World,
} from './obvious-model.fixture.js';
import {
  affinityAllows,
  capacityRatio,
  imageScore,
  matches,
  mostAllocated,
  portsFree,
  preferenceWeight,
  schedulable,
} from './obvious-small.fixture.js';
import { nodeResourcesFit } from './resources-fit.js';
import { taintToleration } from './taint-toleration.js';

describe('every plugin gives one answer in both of its forms', () => {
  for (const plugin of defaultPlugins()) {
    if (plugin.filterAll !== undefined) {
      it(`${plugin.name}, Filter`, () => {
        fc.assert(
          fc.property(cluster, ({ nodes, pods, pod }) => {
            const { single, batched, preFilter } = judgeFilter(plugin, pod, nodes, pods);
            expect(batched).toEqual(single);
            if (preFilter?.code === 'Skip') expect(single.every((text) => text === 'ok')).toBe(true);
          }),
          { numRuns: 300 },
        );
      });
    }
    if (plugin.scoreAll !== undefined) {
      it(`${plugin.name}, Score`, () => {
        fc.assert(
          fc.property(cluster, ({ nodes, pods, pod }) => {
            const { raw, rawBatched, normalized } = judgeScore(plugin, pod, nodes, pods);
            expect(rawBatched).toEqual(raw);
            expect(normalized.every((score) => Number.isInteger(score) && score >= 0 && score <= 100)).toBe(true);
          }),
          { numRuns: 300 },
        );
      });
    }
  }
});

const uneven: Counted = [
  ['cpu', 3],
  [gpu, 5],
  ['ephemeral-storage', 2],
  ['memory', 1],
];
const even: Counted = [
  ['cpu', 1],
  [gpu, 1],
  ['memory', 1],
];
const named = (counted: Counted) => counted.map(([name, weight]) => ({ name, weight }));
/** As a configuration may have them: none that makes no sense. */
const sensible = fc.record(
  {
    matchExpressions: fc.array(requirement(['In', 'NotIn'], { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    matchFields: fc.array(
      fc.record({
        key: fc.constant('metadata.name'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.tuple(nodeOfField),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<NodeSelectorTerm>;
const required = fc.option(fc.array(sensible, { minLength: 1, maxLength: 2 }), { nil: undefined });
const preferred = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: sensible }), {
  maxLength: 2,
});

describe('plugins agree with the obvious model', () => {
  it('NodeResourcesFit, Filter and Score', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const world = { nodes, pods };
        expect(judgeFilter(nodeResourcesFit(), pod, nodes, pods).single).toEqual(
          nodes.map((node) => fits(world, node, pod)),
        );
        expect(judgeScore(nodeResourcesFit(), pod, nodes, pods).raw).toEqual(
          nodes.map((node) => leastAllocated(world, node, pod)),
        );
      }),
      { numRuns: 500 },
    );
  });
  it('NodeResourcesBalancedAllocation', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const { raw, skipped } = judgeScore(nodeResourcesBalancedAllocation(), pod, nodes, pods);
        if (!skipped) expect(raw).toEqual(nodes.map((node) => balanced({ nodes, pods }, node, pod)));
        const of = judgeScore(nodeResourcesBalancedAllocation({ resources: named(even) }), pod, nodes, pods);
        if (!of.skipped) expect(of.raw).toEqual(nodes.map((node) => balanced({ nodes, pods }, node, pod, even)));
      }),
      { numRuns: 500 },
    );
  });
  it('TaintToleration', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const { single } = judgeFilter(taintToleration(), pod, nodes, pods);
        expect(single.map((text) => text === 'ok')).toEqual(nodes.map((node) => taintsTolerated(node, pod)));
        const { raw, normalized } = judgeScore(taintToleration(), pod, nodes, pods);
        const disliked = nodes.map((node) => taintsDisliked(node, pod));
        expect(raw).toEqual(disliked);
        const most = Math.max(...disliked);
        expect(normalized).toEqual(
          disliked.map((count) => (most === 0 ? 100 : 100 - Math.trunc((100 * count) / most))),
        );
      }),
      { numRuns: 500 },
    );
  });
  const passing = (plugin: SchedulerPlugin, { nodes, pods }: World, pod: Pod) => {
    const { single, preFilter, nodeNames } = judgeFilter(plugin, pod, nodes, pods);
    return single.map((text, i) => {
      if (preFilter !== undefined && preFilter.code !== 'Skip') return false;
      return text === 'ok' && (nodeNames?.includes(nodes[i]!.metadata.name!) ?? true);
    });
  };
  const verdicts = (plugin: SchedulerPlugin, obvious: (world: World, node: Node, pod: Pod) => boolean) =>
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        expect(passing(plugin, { nodes, pods }, pod)).toEqual(nodes.map((node) => obvious({ nodes, pods }, node, pod)));
      }),
      { numRuns: 500 },
    );
  const scores = (plugin: SchedulerPlugin, obvious: (world: World, node: Node, pod: Pod) => number) =>
    fc.assert(
      fc.property(cluster, ({ nodes, pods, pod }) => {
        const { raw } = judgeScore(plugin, pod, nodes, pods);
        expect(raw).toEqual(nodes.map((node) => obvious({ nodes, pods }, node, pod)));
      }),
      { numRuns: 500 },
    );

  it('NodeName', () =>
    verdicts(nodeName(), (_, node, { spec }) => !spec!.nodeName || spec!.nodeName === node.metadata.name));
  it('NodeUnschedulable', () => verdicts(nodeUnschedulable(), (_, node, pod) => schedulable(node, pod)));
  it('NodePorts', () => verdicts(nodePorts(), portsFree));
  it('NodeAffinity, Filter', () => verdicts(nodeAffinity(), (_, node, pod) => affinityAllows(node, pod)));
  it('NodeAffinity, Score', () => scores(nodeAffinity(), (_, node, pod) => preferenceWeight(node, pod)));
  it('NodeAffinity with affinity that is added', () =>
    fc.assert(
      fc.property(cluster, required, preferred, ({ nodes, pods, pod }, terms, preferences) => {
        const addedAffinity = {
          ...(terms && { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } }),
          preferredDuringSchedulingIgnoredDuringExecution: preferences,
        };
        const plugin = nodeAffinity({ addedAffinity });
        expect(passing(plugin, { nodes, pods }, pod)).toEqual(
          nodes.map((node) => (terms?.some((each) => matches(node, each)) ?? true) && affinityAllows(node, pod)),
        );
        const added = (node: Node) => preferences.filter(({ preference }) => matches(node, preference));
        const { raw, normalized } = judgeScore(plugin, pod, nodes, pods);
        const weights = nodes.map((node) =>
          added(node).reduce((sum, { weight }) => sum + weight, preferenceWeight(node, pod)),
        );
        expect(raw).toEqual(weights);
        const most = Math.max(...weights);
        expect(normalized).toEqual(weights.map((weight) => (most === 0 ? 0 : Math.trunc((100 * weight) / most))));
      }),
      { numRuns: 500 },
    ));
  it('ImageLocality', () => scores(imageLocality(), imageScore));
  it('NodeResourcesFit by MostAllocated', () =>
    scores(nodeResourcesFit({ scoringStrategy: { type: 'MostAllocated' } }), mostAllocated));
  it.each([
    ['LeastAllocated', leastAllocated],
    ['MostAllocated', mostAllocated],
  ] as const)('NodeResourcesFit by %s, of other resources', (type, obvious) =>
    scores(nodeResourcesFit({ scoringStrategy: { type, resources: named(uneven) } }), (world, node, pod) =>
      obvious(world, node, pod, uneven),
    ),
  );
  it.each([
    [
      'rising',
      [
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ],
    ],
    [
      'falling',
      [
        { utilization: 0, score: 10 },
        { utilization: 100, score: 0 },
      ],
    ],
    [
      'with a peak',
      [
        { utilization: 10, score: 1 },
        { utilization: 33, score: 10 },
        { utilization: 70, score: 3 },
      ],
    ],
  ])('NodeResourcesFit by RequestedToCapacityRatio, %s', (_, shape) => {
    const type = 'RequestedToCapacityRatio';
    scores(nodeResourcesFit({ scoringStrategy: { type, shape } }), (world, node, pod) =>
      capacityRatio(world, node, pod, shape),
    );
    scores(nodeResourcesFit({ scoringStrategy: { type, shape, resources: named(uneven) } }), (world, node, pod) =>
      capacityRatio(world, node, pod, shape, uneven),
    );
  });
});
