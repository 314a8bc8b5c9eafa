import { describe, expect, it } from '@jest/globals';
import type { NodeAffinity, Taint, Toleration } from '@pintle/api/core/v1';
import { type PodWords, testNode, testPod } from '../test-objects.fixture.js';
import { nodeResourcesBalancedAllocation } from './balanced-allocation.js';
import { imageLocality } from './image-locality.js';
import { judgeScore } from './judge.fixture.js';
import { nodeAffinity } from './node-affinity.js';
import { nodeResourcesFit } from './resources-fit.js';
import { taintToleration } from './taint-toleration.js';

const gi = 1024 ** 3;
const node = (name: string, cpu: number, memory: number, there: [number, number] = [0, 0]) => ({
  node: testNode(name, { cpu: `${cpu}m`, memory: String(memory) }),
  there: testPod(`on-${name}`, {
    requests: { cpu: `${there[0]}m`, memory: String(there[1]) },
    nodeName: name,
  }),
});
type Placed = ReturnType<typeof node>;
const asks = (cpu: number, memory: number) => testPod('p', { requests: { cpu: `${cpu}m`, memory: String(memory) } });

function scores(
  plugin: Parameters<typeof judgeScore>[0],
  pod: Parameters<typeof judgeScore>[1],
  placed: readonly Placed[],
) {
  const found = judgeScore(
    plugin,
    pod,
    placed.map((each) => each.node),
    placed.map(({ there }) => there),
  );
  expect(found.rawBatched).toEqual(found.raw);
  return found.normalized;
}

describe('NodeResourcesFit, LeastAllocated', () => {
  const plugin = nodeResourcesFit();
  it.each<[string, ReturnType<typeof asks>, Placed[], number[]]>([
    // (4000 - 3000) / 4000 and (10000 - 5000) / 10000; (6000 - 3000) / 6000 and half.
    ['different nodes', asks(3000, 5000), [node('a', 4000, 10000), node('b', 6000, 10000)], [37, 50]],
    [
      'with pods there',
      asks(3000, 5000),
      [node('a', 10000, 20000, [3000, 0]), node('b', 10000, 20000, [3000, 5000])],
      [57, 45],
    ],
    ['more asked than there is; a zero asked for is a zero', asks(6000, 0), [node('a', 4000, 10000)], [50]],
    ['a node with nothing', asks(1000, 1000), [node('a', 0, 0)], [0]],
  ])('%s', (_, pod, nodes, expected) => {
    expect(scores(plugin, pod, nodes)).toEqual(expected);
  });

  it('counts a little for pods that ask for nothing', () => {
    const [score] = scores(plugin, testPod('p'), [
      { node: testNode('n', { cpu: '1', memory: '1000Mi' }), there: testPod('x') },
    ]);
    expect(score).toBe(Math.floor((90 + 80) / 2));
  });

  it('weighs resources, and leaves out extended ones that the pod does not ask for', () => {
    const resources = [{ name: 'cpu', weight: 3 }, { name: 'memory' }, { name: 'example.com/gpu', weight: 100 }];
    const weighed = nodeResourcesFit({ scoringStrategy: { type: 'LeastAllocated', resources } });
    // (3 * 25 + 50) / 4
    expect(scores(weighed, asks(3000, 5000), [node('a', 4000, 10000)])).toEqual([31]);
  });
});

describe('NodeResourcesFit, other strategies', () => {
  it.each<[ReturnType<typeof asks>, Placed[], number[]]>([
    [asks(3000, 5000), [node('a', 4000, 10000), node('b', 6000, 10000)], [62, 50]],
    [asks(3000, 5000), [node('a', 10000, 20000, [3000, 5000])], [55]],
    [asks(5000, 5000), [node('a', 4000, 10000)], [75]],
  ])('MostAllocated', (pod, nodes, expected) => {
    expect(scores(nodeResourcesFit({ scoringStrategy: { type: 'MostAllocated' } }), pod, nodes)).toEqual(expected);
  });

  it('RequestedToCapacityRatio follows the shape', () => {
    const packing = nodeResourcesFit({
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        shape: [
          { utilization: 0, score: 0 },
          { utilization: 100, score: 10 },
        ],
      },
    });
    expect(scores(packing, asks(3000, 5000), [node('a', 4000, 10000), node('b', 6000, 10000)])).toEqual([63, 50]);
    const spreading = nodeResourcesFit({
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        shape: [
          { utilization: 0, score: 10 },
          { utilization: 100, score: 0 },
        ],
      },
    });
    expect(scores(spreading, asks(3000, 5000), [node('a', 4000, 10000)])).toEqual([38]);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const plugin = nodeResourcesBalancedAllocation();
  it.each<[string, ReturnType<typeof asks>, Placed[], number[]]>([
    // shares 0.75 and 0.5; 0.5 and 0.5
    ['different nodes', asks(3000, 5000), [node('a', 4000, 10000), node('b', 6000, 10000)], [87, 100]],
    ['shares are at most one', asks(6000, 5000), [node('a', 4000, 10000)], [75]],
    [
      'one resource only',
      asks(1000, 0),
      [{ node: testNode('a', { cpu: '2', memory: '0' }), there: testPod('x') }],
      [100],
    ],
  ])('%s', (_, pod, nodes, expected) => {
    expect(scores(plugin, pod, nodes)).toEqual(expected);
  });

  it('has nothing to say of pods that ask for nothing', () => {
    expect(judgeScore(plugin, testPod('p'), [testNode('n')]).skipped).toBe(true);
  });

  it('takes the standard deviation of three or more', () => {
    const three = nodeResourcesBalancedAllocation({
      resources: [{ name: 'cpu' }, { name: 'memory' }, { name: 'example.com/gpu' }],
    });
    const pod = testPod('p', { requests: { cpu: '1', memory: '1Gi', 'example.com/gpu': '1' } });
    const target = testNode('n', { cpu: '10', memory: '2Gi', allocatable: { 'example.com/gpu': '1' } });
    const mean = (0.1 + 0.5 + 1) / 3;
    const deviation = Math.sqrt([0.1, 0.5, 1].reduce((sum, share) => sum + (share - mean) ** 2, 0) / 3);
    expect(judgeScore(three, pod, [target]).raw).toEqual([Math.trunc((1 - deviation) * 100)]);
  });
});

describe('TaintToleration', () => {
  const prefer = (key: string): Taint => ({ key, value: 'v', effect: 'PreferNoSchedule' });
  const plugin = taintToleration();
  it.each<[string, readonly Toleration[], readonly (readonly Taint[])[], number[]]>([
    [
      'fewer are better',
      [{ key: 'a', operator: 'Exists' }],
      [[], [prefer('a')], [prefer('a'), prefer('b')]],
      [100, 100, 0],
    ],
    ['none anywhere', [], [[], []], [100, 100]],
    ['hard taints do not count', [], [[{ key: 'a', effect: 'NoSchedule' }], [prefer('a')]], [100, 0]],
    [
      'a toleration of another effect does not help',
      [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
      [[], [prefer('a')]],
      [100, 0],
    ],
    [
      'another value',
      [{ key: 'a', operator: 'Equal', value: 'w', effect: 'PreferNoSchedule' }],
      [[], [prefer('a')]],
      [100, 0],
    ],
    [
      'all tolerated, however many',
      [
        { key: 'a', operator: 'Equal', value: 'v', effect: 'PreferNoSchedule' },
        { key: 'b', operator: 'Equal', value: 'v', effect: 'PreferNoSchedule' },
      ],
      [[], [prefer('a')], [prefer('a'), prefer('b')]],
      [100, 100, 100],
    ],
    [
      'the more, the lower',
      [{ key: 'foo', operator: 'Equal', value: 'bar', effect: 'PreferNoSchedule' }],
      [[], [prefer('a')], [prefer('a'), prefer('b')]],
      [100, 50, 0],
    ],
    [
      'only what is preferred counts',
      [
        { key: 'a', operator: 'Equal', value: 'v', effect: 'NoSchedule' },
        { key: 'b', operator: 'Equal', value: 'v', effect: 'NoSchedule' },
      ],
      [[], [{ key: 'a', value: 'v', effect: 'NoSchedule' }], [prefer('a'), prefer('b')]],
      [100, 100, 0],
    ],
    ['in proportion', [], [[prefer('a')], [prefer('a'), prefer('b'), prefer('c')]], [67, 0]],
  ])('%s', (_, tolerations, taints, expected) => {
    const nodes = taints.map((each, i) => testNode(`n${i}`, { taints: each }));
    const found = judgeScore(plugin, testPod('p', { tolerations }), nodes);
    expect(found.rawBatched).toEqual(found.raw);
    expect(found.normalized).toEqual(expected);
  });
});

describe('NodeAffinity', () => {
  const prefers = (...terms: readonly [number, string, string][]): NodeAffinity => ({
    preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, key, value]) => ({
      weight,
      preference: { matchExpressions: [{ key, operator: 'In', values: [value] }] },
    })),
  });
  const nodes = [
    testNode('a', { labels: { zone: '1', disk: 'ssd' } }),
    testNode('b', { labels: { zone: '1' } }),
    testNode('c', { labels: { disk: 'ssd' } }),
    testNode('d'),
  ];
  const pod = (nodeAffinity?: NodeAffinity): PodWords => (nodeAffinity ? { affinity: { nodeAffinity } } : {});

  it('adds the weights of what matches, and stretches to 100', () => {
    const found = judgeScore(nodeAffinity(), testPod('p', pod(prefers([2, 'zone', '1'], [5, 'disk', 'ssd']))), nodes);
    expect(found.raw).toEqual([7, 2, 5, 0]);
    expect(found.rawBatched).toEqual(found.raw);
    expect(found.normalized).toEqual([100, 28, 71, 0]);
  });
  const labelled: readonly Readonly<Record<string, string>>[] = [
    { foo: 'bar' },
    { foo: 'bar', key: 'value', az: 'az1' },
    { key: 'value' },
    { az: 'az1' },
  ];
  const upstream = labelled.map((labels, i) => testNode(`u${i}`, { labels }));
  const all: NodeAffinity = {
    preferredDuringSchedulingIgnoredDuringExecution: [
      ...prefers([2, 'foo', 'bar'], [4, 'key', 'value']).preferredDuringSchedulingIgnoredDuringExecution!,
      {
        weight: 5,
        preference: {
          matchExpressions: (
            [
              ['foo', 'bar'],
              ['key', 'value'],
              ['az', 'az1'],
            ] as const
          ).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })),
        },
      },
    ],
  };
  it.each<[string, NodeAffinity | undefined, NodeAffinity | undefined, number[]]>([
    ['nothing preferred', undefined, undefined, [0, 0, 0, 0]],
    ['nothing matches', prefers([2, 'foo', 'no']), undefined, [0, 0, 0, 0]],
    ['one expression', prefers([2, 'foo', 'bar']), undefined, [100, 100, 0, 0]],
    ['several', all, undefined, [18, 100, 36, 0]],
    ["the profile's", undefined, prefers([2, 'foo', 'bar']), [100, 100, 0, 0]],
    ["the profile's and the pod's", prefers([2, 'foo', 'bar']), prefers([3, 'key', 'value']), [40, 100, 60, 0]],
  ])('%s', (_, wanted, addedAffinity, expected) => {
    const plugin = nodeAffinity(addedAffinity === undefined ? {} : { addedAffinity });
    const found = judgeScore(plugin, testPod('p', pod(wanted)), upstream);
    expect(found.rawBatched).toEqual(found.raw);
    expect(found.normalized).toEqual(expected);
  });
  it('adds what the profile prefers', () => {
    const plugin = nodeAffinity({ addedAffinity: prefers([1, 'zone', '1']) });
    expect(judgeScore(plugin, testPod('p'), nodes).raw).toEqual([1, 1, 0, 0]);
  });
  it('has nothing to say where nothing is preferred', () => {
    expect(judgeScore(nodeAffinity(), testPod('p', pod(prefers([0, 'zone', '1']))), nodes).skipped).toBe(true);
  });
});

describe('ImageLocality', () => {
  const mi = 1024 ** 2;
  const containers = (...images: readonly string[]): PodWords => ({
    containers: images.map((image, i) => ({ name: `c${i}`, image })),
  });
  const image = (name: string, megabytes: number) => ({ names: [name], sizeBytes: megabytes * mi });
  const nodes = [
    testNode('a', { images: [image('gcr.io/40:latest', 40), image('gcr.io/300:latest', 300)] }),
    testNode('b', { images: [image('gcr.io/250:latest', 250), image('gcr.io/10:v1', 10)] }),
  ];
  const larger = [
    testNode('a', {
      images: [
        { names: ['gcr.io/40:latest', 'gcr.io/40:v1', 'gcr.io/40:v1'], sizeBytes: 40 * mi },
        { names: ['gcr.io/300:latest', 'gcr.io/300:v1'], sizeBytes: 300 * mi },
        image('gcr.io/2000:latest', 2_000),
        image('gcr.io/4000:latest', 4_000),
      ],
    }),
    testNode('b', {
      images: [image('gcr.io/250:latest', 250), { names: ['gcr.io/10:latest', 'gcr.io/10:v1'], sizeBytes: 10 * mi }],
    }),
  ];
  it.each<[string, PodWords, boolean, number[]]>([
    // The threshold is 1000 MB for each container.
    ['the larger image', containers('gcr.io/40', 'gcr.io/250'), false, [0, 5]],
    ['two images on one node', containers('gcr.io/40', 'gcr.io/300'), false, [7, 0]],
    ['no more than the limit', containers('gcr.io/4000', 'gcr.io/10'), false, [100, 0]],
    ['below the limit', containers('gcr.io/2000', 'gcr.io/10'), false, [49, 0]],
    ['a node without images', containers('gcr.io/4000', 'gcr.io/10'), true, [66, 0, 0]],
  ])('larger images: %s', (_, words, bare, expected) => {
    const found = judgeScore(imageLocality(), testPod('p', words), [...larger, ...(bare ? [testNode('c')] : [])]);
    expect(found.rawBatched).toEqual(found.raw);
    expect(found.normalized).toEqual(expected);
  });

  it.each<[string, PodWords, number[]]>([
    // Each image is on one of two nodes and counts half: 20 of it under the threshold of 23.
    ['small images do not count', containers('gcr.io/40'), [0, 0]],
    // 125 of 2 containers: (125 - 23) / (2000 - 23)
    ['the tag latest is understood', containers('gcr.io/40', 'gcr.io/250'), [0, 5]],
    ['sizes add up', containers('gcr.io/40', 'gcr.io/300'), [Math.floor((100 * (170 - 23)) / (2000 - 23)), 0]],
    ['a tag is a tag', containers('gcr.io/10'), [0, 0]],
    ['unknown images', containers('nobody/has'), [0, 0]],
    // As if they were containers: 340 of 3: (170 - 23) / (3000 - 23), and 125.
    [
      'init containers count',
      {
        ...containers('gcr.io/40'),
        initContainers: [
          { name: 'i', image: 'gcr.io/300' },
          { name: 'j', image: 'x' },
        ],
      },
      [Math.floor((100 * (170 - 23)) / (3000 - 23)), 0],
    ],
    [
      'init containers alone',
      { containers: [], initContainers: [{ name: 'i', image: 'gcr.io/250:latest' }] },
      [0, Math.floor((100 * (125 - 23)) / (1000 - 23))],
    ],
  ])('%s', (_, words, expected) => {
    const found = judgeScore(imageLocality(), testPod('p', words), nodes);
    expect(found.rawBatched).toEqual(found.raw);
    expect(found.normalized).toEqual(expected);
  });
});

it('counts memory in bytes exactly beyond 32 bits', () => {
  const found = judgeScore(nodeResourcesFit(), asks(0, 3 * gi), [testNode('n', { cpu: '0', memory: '12Gi' })]);
  expect(found.raw).toEqual([75]);
});
