import { describe, expect, it } from '@jest/globals';
import type { Node, NodeSelectorTerm, Pod } from '@pintle/api/core/v1';
import fc from 'fast-check';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { testNode, testPod } from '../test-objects.fixture.js';
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

const gpu = 'example.com/gpu';
const requests = fc.record(
  {
    cpu: fc.constantFrom('0', '1m', '100m', '333m', '1', '3'),
    memory: fc.constantFrom('0', '1', '128Mi', '1Gi', '3Gi'),
    [gpu]: fc.constantFrom('0', '1', '2'),
    'ephemeral-storage': fc.constantFrom('0', '1Gi', '3Gi'),
  },
  { requiredKeys: [] },
);
/** What the pod says for itself, or its runtime class adds. */
const cpuAndMemory = fc.record(
  { cpu: fc.constantFrom('0', '50m', '2'), memory: fc.constantFrom('0', '64Mi', '2Gi') },
  { requiredKeys: [] },
);
/** What a container has, or was promised: another amount while a resize is under way. */
const containerStatus = fc.record(
  { resources: fc.record({ requests }), allocatedResources: requests },
  { requiredKeys: [] },
);
const key = fc.constantFrom('a', 'b');
const value = fc.constantFrom('', '1', '2', 'x');
const effect = fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule');
const toleration = fc.oneof(
  fc.record({ key, operator: fc.constant('Exists'), effect }, { requiredKeys: ['operator'] }),
  fc.record({ key, operator: fc.constant('Equal'), value, effect }, { requiredKeys: ['key'] }),
);
const requirement = (operators: readonly string[], length: fc.ArrayConstraints) =>
  fc.record({ key, operator: fc.constantFrom(...operators), values: fc.array(value, length) });
const nodeOfField = fc.constantFrom('n0', 'n1', 'gone');
const term = fc.record(
  {
    matchExpressions: fc.array(
      // Most make sense.
      fc.oneof(
        { weight: 3, arbitrary: requirement(['In', 'NotIn'], { minLength: 1, maxLength: 2 }) },
        { weight: 2, arbitrary: requirement(['Exists', 'DoesNotExist'], { maxLength: 0 }) },
        { weight: 2, arbitrary: requirement(['Gt', 'Lt'], { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: requirement(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'], { maxLength: 2 }) },
      ),
      { maxLength: 2 },
    ),
    matchFields: fc.array(
      fc.record({
        key: fc.constant('metadata.name'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.oneof(
          { weight: 3, arbitrary: fc.tuple(nodeOfField) },
          { weight: 1, arbitrary: fc.array(nodeOfField, { maxLength: 2 }) },
        ),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<NodeSelectorTerm>;
const podWords = fc.record(
  {
    requests,
    tolerations: fc.array(toleration, { maxLength: 2 }),
    nodeSelector: fc.dictionary(key, value, { maxKeys: 2 }),
    priority: fc.integer({ min: 0, max: 2 }),
    affinity: fc.record({
      nodeAffinity: fc.record(
        {
          requiredDuringSchedulingIgnoredDuringExecution: fc.record({
            nodeSelectorTerms: fc.array(term, { maxLength: 2 }),
          }),
          preferredDuringSchedulingIgnoredDuringExecution: fc.array(
            fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: term }),
            { maxLength: 3 },
          ),
        },
        { requiredKeys: [] },
      ),
    }),
    initContainers: fc.array(
      fc.record(
        { name: fc.constant('i'), resources: fc.record({ requests }), restartPolicy: fc.constant('Always') },
        { requiredKeys: ['name', 'resources'] },
      ),
      { maxLength: 2 },
    ),
    overhead: cpuAndMemory,
    resources: fc.record({ requests: cpuAndMemory }),
    resize: fc.record({ app: containerStatus, i0: containerStatus, infeasible: fc.boolean() }),
    ports: fc.array(fc.record({ hostPort: fc.constantFrom(80, 81), hostIP: fc.constantFrom('', '10.0.0.1') }), {
      maxLength: 2,
    }),
    image: fc.constantFrom('app', 'app:v1', 'other'),
    /** The node that it names itself. */
    nodeName: fc.constantFrom('', 'n0', 'n1', 'gone'),
  },
  { requiredKeys: [] },
);
const nodeWords = fc.record(
  {
    cpu: fc.constantFrom('0', '1', '4'),
    memory: fc.constantFrom('0', '1Gi', '8Gi'),
    pods: fc.constantFrom('0', '2', '110'),
    allocatable: fc.record(
      { [gpu]: fc.constantFrom('1', '4'), 'ephemeral-storage': fc.constantFrom('2Gi', '8Gi') },
      { requiredKeys: [] },
    ),
    labels: fc.dictionary(key, value, { maxKeys: 2 }),
    taints: fc.array(fc.record({ key, value, effect }, { requiredKeys: ['key', 'effect'] }), { maxLength: 2 }),
    unschedulable: fc.boolean(),
    images: fc.constantFrom([], [{ names: ['app:latest', 'app:v1'], sizeBytes: 900_000_000 }]),
  },
  { requiredKeys: [] },
);
type PodWords = typeof podWords extends fc.Arbitrary<infer W> ? W : never;

function makePod(name: string, { ports, image, resize, ...words }: PodWords, nodeName?: string): Pod {
  const pod = testPod(name, { ...(words as object), ...(nodeName === undefined ? {} : { nodeName }) });
  const container = {
    ...pod.spec!.containers[0]!,
    ...(image && { image }),
    ...(ports && { ports: ports.map((port) => ({ containerPort: 1, protocol: 'TCP' as const, ...port })) }),
  };
  const initContainers = pod.spec!.initContainers?.map((each, i) => ({ ...each, name: `i${i}` }));
  const status = resize && {
    containerStatuses: [{ name: 'app', ...resize.app }],
    initContainerStatuses: [{ name: 'i0', ...resize.i0 }],
    ...(resize.infeasible && { conditions: [{ type: 'PodResizePending', reason: 'Infeasible', status: 'True' }] }),
  };
  const spec = { ...pod.spec!, containers: [container], ...(initContainers && { initContainers }) };
  return { ...pod, spec, ...(status && { status }) } as Pod;
}

const cluster = fc
  .tuple(
    fc.array(nodeWords, { minLength: 1, maxLength: 5 }),
    fc.array(fc.tuple(podWords, fc.nat()), { maxLength: 8 }),
    podWords,
  )
  .map(([nodes, pods, pod]) => ({
    nodes: nodes.map((words, i) => testNode(`n${i}`, words as object)) as readonly Node[],
    pods: pods.map(([words, at], i) => makePod(`p${i}`, words, `n${at % nodes.length}`)),
    pod: makePod('new', pod),
  }));

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
