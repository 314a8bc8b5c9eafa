/** Cases of kube-scheduler's tests of NodeResourcesFit's strategies and NodeResourcesBalancedAllocation, as data. */
import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '@pintle/api/core/v1';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { testNode, testPod } from '../test-objects.fixture.js';
import { nodeResourcesBalancedAllocation } from './balanced-allocation.js';
import { judgeScore } from './judge.fixture.js';
import { capacityRatioOf, type ScoringStrategy } from './resource-scorer.js';
import { nodeResourcesFit } from './resources-fit.js';

/** Of words such as `3000/5000 foo=2`: CPU in thousandths, bytes of memory, and devices; `-` asks for nothing. */
function amountsOf(words: string): Record<string, string> {
  return Object.fromEntries(
    words.split(' ').flatMap((word) => {
      if (word === '-') return [];
      const [, cpu, memory] = /^(\d+)\/(\d+)$/.exec(word) ?? [];
      if (cpu !== undefined) return [['cpu', `${cpu}m`] as const, ['memory', memory!] as const];
      const [name = '', amount = ''] = word.split('=');
      return [[name === 'memory' ? name : `intel.com/${name}`, amount] as const];
    }),
  );
}

/** A pod of one container for each of the words between commas; without any it asks not even for the least. */
function podOf(name: string, words: string, nodeName?: string): Pod {
  const containers = words === '' ? [] : words.split(', ').map((each, i) => containerOf(`c${i}`, each));
  return testPod(name, { containers, ...(nodeName !== undefined && { nodeName }) });
}
const containerOf = (name: string, words: string) => ({ name, image: 'x', resources: { requests: amountsOf(words) } });

function nodeOf(name: string, words: string): Node {
  const { cpu = '0', memory = '0', ...allocatable } = amountsOf(words);
  return testNode(name, { cpu, memory, allocatable });
}

interface ScoreCase {
  readonly name: string;
  readonly asks: string;
  /** What each node has. */
  readonly nodes: readonly string[];
  /** What its pods ask for. */
  readonly there?: readonly (readonly string[])[];
  readonly resources?: readonly { readonly name: string; readonly weight?: number }[];
  readonly scores: readonly number[];
}

function scoresOf(plugin: SchedulerPlugin, { asks, nodes, there = [] }: ScoreCase): readonly number[] {
  const pods = there.flatMap((each, row) => each.map((words, i) => podOf(`on-${row}-${i}`, words, `n${row}`)));
  const found = judgeScore(
    plugin,
    podOf('p', asks),
    nodes.map((words, row) => nodeOf(`n${row}`, words)),
    pods,
  );
  expect(found.rawBatched).toEqual(found.raw);
  return found.normalized;
}

const pair = '1000/2000, 2000/3000';
const small = ['4000/10000', '6000/10000'];
const cpuFirst = ['3000/0', '3000/0'];
const extended = [{ name: 'cpu' }, { name: 'memory' }, { name: 'intel.com/foo' }];
const memoryCountsTwice = [
  { name: 'memory', weight: 2 },
  { name: 'cpu', weight: 1 },
];
const withoutIt = [
  { name: 'intel.com/foo', weight: 2 },
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const least: readonly ScoreCase[] = [
  { name: 'nothing there or asked for', asks: '', nodes: ['4000/10000', '4000/10000'], scores: [100, 100] },
  { name: 'nodes of other sizes', asks: pair, nodes: small, scores: [37, 50] },
  {
    name: 'pods that ask for nothing',
    asks: '',
    nodes: ['4000/10000', '4000/10000'],
    there: [
      ['', ''],
      ['', ''],
    ],
    scores: [100, 100],
  },
  {
    name: 'pods there, nothing asked for',
    asks: '',
    nodes: ['10000/20000', '10000/20000'],
    there: [cpuFirst, ['3000/0', '3000/5000']],
    scores: [70, 57],
  },
  {
    name: 'pods there',
    asks: pair,
    nodes: ['10000/20000', '10000/20000'],
    there: [['3000/0'], ['3000/5000']],
    scores: [57, 45],
  },
  {
    name: 'pods there, nodes of other sizes',
    asks: pair,
    nodes: ['10000/20000', '10000/50000'],
    there: [['3000/0'], ['3000/5000']],
    scores: [57, 60],
  },
  {
    name: 'more than there is',
    asks: '3000/0',
    nodes: ['4000/10000', '4000/10000'],
    there: [['3000/0'], ['3000/5000']],
    scores: [50, 25],
  },
  { name: 'nodes with nothing', asks: '', nodes: ['-', '-'], there: [['3000/0'], ['3000/5000']], scores: [0, 0] },
  { name: 'weights', asks: pair, nodes: small, resources: memoryCountsTwice, scores: [41, 50] },
  {
    name: 'a device that is not asked for does not count',
    asks: pair,
    nodes: ['6000/10000', '6000/10000 foo=4'],
    resources: extended,
    scores: [50, 50],
  },
  {
    name: 'a device that is asked for does',
    asks: '3000/5000 foo=2',
    nodes: ['6000/10000 foo=4', '6000/10000 foo=10'],
    resources: extended,
    scores: [50, 60],
  },
  {
    name: 'a node without it',
    asks: '3000/4000',
    nodes: ['6000/10000', '6000/10000 foo=4'],
    resources: withoutIt,
    scores: [55, 55],
  },
];

const most: readonly ScoreCase[] = [
  { name: 'nothing there or asked for', asks: '', nodes: ['4000/10000', '4000/10000'], scores: [0, 0] },
  { name: 'nodes of other sizes', asks: pair, nodes: small, scores: [62, 50] },
  {
    name: 'pods there, nothing asked for',
    asks: '',
    nodes: ['10000/20000', '10000/20000'],
    there: [cpuFirst, ['3000/0', '3000/5000']],
    scores: [30, 42],
  },
  {
    name: 'pods there',
    asks: pair,
    nodes: ['10000/20000', '10000/20000'],
    there: [['3000/0'], ['3000/5000']],
    scores: [42, 55],
  },
  { name: 'all there is', asks: '2000/4000, 3000/5000', nodes: ['5000/10000', '10000/9000'], scores: [95, 75] },
  { name: 'weights', asks: pair, nodes: small, resources: memoryCountsTwice, scores: [58, 50] },
  {
    name: 'containers that ask for nothing count a little',
    asks: '-',
    nodes: [`250/${1000 * 1024 ** 2}`, `250/${1000 * 1024 ** 2}`],
    there: [['-', '-']],
    scores: [80, 30],
  },
  {
    name: 'a device that is not asked for does not count',
    asks: pair,
    nodes: ['6000/10000', '6000/10000 foo=4'],
    resources: extended,
    scores: [50, 50],
  },
  {
    name: 'a device that is asked for does',
    asks: '3000/5000 foo=2',
    nodes: ['6000/10000 foo=4', '6000/10000 foo=10'],
    resources: extended,
    scores: [50, 40],
  },
  {
    name: 'a node without it',
    asks: '3000/4000',
    nodes: ['6000/10000', '6000/10000 foo=4'],
    resources: withoutIt,
    scores: [45, 45],
  },
];

describe('LeastAllocated and MostAllocated', () => {
  const cases = [
    ...least.map((given) => ({ ...given, type: 'LeastAllocated' as const })),
    ...most.map((given) => ({ ...given, type: 'MostAllocated' as const })),
  ];
  it.each(cases)('$type: $name', ({ type, resources, ...given }) => {
    const scoringStrategy = { type, ...(resources !== undefined && { resources }) };
    expect(scoresOf(nodeResourcesFit({ scoringStrategy }), given)).toEqual(given.scores);
  });
});

const falling = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
];
const rising = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
];

describe('each strategy of NodeResourcesFit', () => {
  const sidecar = { initContainers: [{ ...containerOf('s', '1000/2000'), restartPolicy: 'Always' as const }] };
  const [first, second] = [podOf('x', '2000/4000', 'n0'), podOf('y', '1000/2000', 'n1')];
  const beside = podOf('z', '1000/2000', 'n0');
  const withSidecar: Pod = { ...beside, spec: { ...beside.spec!, ...sidecar } };
  const different = ['4000/10000', '6000/10000'];
  const alike = ['4000/10000', '4000/10000'];
  it.each<[string, ScoringStrategy, string, string[], Pod[], number[]]>([
    [
      'falling',
      { type: 'RequestedToCapacityRatio', shape: falling },
      '3000/5000',
      different,
      [first, second],
      [10, 32],
    ],
    ['rising', { type: 'RequestedToCapacityRatio', shape: rising }, '3000/5000', different, [first, second], [95, 68]],
    ['most', { type: 'MostAllocated' }, '1000/2000', different, [first, second], [67, 36]],
    ['least', { type: 'LeastAllocated' }, '1000/2000', different, [first, second], [32, 63]],
    ['most, with a sidecar', { type: 'MostAllocated' }, '1000/2000', alike, [withSidecar, second], [67, 45]],
    ['least, with a sidecar', { type: 'LeastAllocated' }, '1000/2000', alike, [withSidecar, second], [32, 55]],
  ])('%s, with and without PreScore', (_, scoringStrategy, asks, nodes, there, expected) => {
    const plugin = nodeResourcesFit({ scoringStrategy });
    const made = nodes.map((words, row) => nodeOf(`n${row}`, words));
    expect(judgeScore(plugin, podOf('p', asks), made, there).raw).toEqual(expected);
    const { preScore: _preScore, ...others } = plugin;
    const alone = judgeScore(others, podOf('p', asks), made, there);
    expect([alone.raw, alone.rawBatched]).toEqual([expected, expected]);
  });
});

describe('RequestedToCapacityRatio', () => {
  /** As upstream's: a score of at most one, so that all are between 0 and 10. */
  const low = [
    { utilization: 0, score: 0 },
    { utilization: 100, score: 1 },
  ];
  const foo = [{ name: 'intel.com/foo', weight: 1 }];
  const fooAndBar = [
    { name: 'intel.com/foo', weight: 3 },
    { name: 'intel.com/bar', weight: 5 },
  ];
  const nodes = ['4000/10485760000 foo=8', '4000/10485760000 foo=4'];
  const both = ['4000/10485760000 foo=8 bar=4', '4000/10485760000 foo=4 bar=8'];
  it.each<ScoreCase & { readonly shape: typeof falling }>([
    { name: 'nothing asked for', asks: '', nodes: ['4000/10000', '4000/10000'], shape: falling, scores: [100, 100] },
    { name: 'nodes of other sizes', asks: pair, nodes: small, shape: falling, scores: [38, 50] },
    {
      name: 'pods there',
      asks: '',
      nodes: small,
      there: [['3000/5000'], ['3000/5000']],
      shape: falling,
      scores: [38, 50],
    },
    { name: 'packing', asks: pair, nodes: small, shape: rising, scores: [63, 50] },
    { name: 'no device asked for', asks: '', nodes, resources: foo, shape: low, scores: [0, 0] },
    { name: 'devices', asks: 'foo=2', nodes, resources: foo, shape: low, scores: [2, 5] },
    {
      name: 'devices in use',
      asks: 'foo=2',
      nodes,
      there: [[], ['foo=2']],
      resources: foo,
      shape: low,
      scores: [2, 10],
    },
    { name: 'more devices', asks: 'foo=4', nodes, resources: foo, shape: low, scores: [5, 10] },
    { name: 'neither device asked for', asks: '', nodes: both, resources: fooAndBar, shape: low, scores: [0, 0] },
    { name: 'two devices', asks: 'foo=2 bar=2', nodes: both, resources: fooAndBar, shape: low, scores: [4, 3] },
    {
      name: 'two devices in use',
      asks: 'foo=2 bar=2',
      nodes: both,
      there: [[], ['foo=4 bar=2']],
      resources: fooAndBar,
      shape: low,
      scores: [4, 7],
    },
    { name: 'more of one device', asks: 'foo=4 bar=2', nodes: both, resources: fooAndBar, shape: low, scores: [5, 5] },
  ])('$name', ({ shape, resources, ...given }) => {
    const scoringStrategy = {
      type: 'RequestedToCapacityRatio' as const,
      shape,
      ...(resources !== undefined && { resources }),
    };
    expect(scoresOf(nodeResourcesFit({ scoringStrategy }), given)).toEqual(given.scores);
  });

  type Pairs = readonly (readonly [utilization: number, score: number])[];
  it.each<[points: Pairs, expected: Pairs]>([
    [
      [
        [10, 1],
        [90, 9],
      ],
      [
        [-10, 1],
        [0, 1],
        [9, 1],
        [10, 1],
        [15, 1],
        [19, 1],
        [20, 2],
        [89, 8],
        [90, 9],
        [99, 9],
        [100, 9],
        [110, 9],
      ],
    ],
    [
      [
        [0, 2],
        [40, 10],
        [100, 0],
      ],
      [
        [-10, 2],
        [0, 2],
        [20, 6],
        [30, 8],
        [40, 10],
        [70, 5],
        [100, 0],
        [110, 0],
      ],
    ],
    [
      [
        [0, 2],
        [40, 2],
        [100, 2],
      ],
      [
        [-10, 2],
        [0, 2],
        [20, 2],
        [30, 2],
        [40, 2],
        [70, 2],
        [100, 2],
        [110, 2],
      ],
    ],
  ])('a line through %j', (points, expected) => {
    // Points are of 10, and scores of 100: a tenth of a point gives what upstream's function does.
    const line = capacityRatioOf(points.map(([utilization, score]) => ({ utilization, score: score / 10 })));
    for (const [utilization, score] of expected) expect(line(utilization)).toBe(score);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const cpuTwice = '1000/0, 2000/0';
  const gpu = [{ name: 'cpu' }, { name: 'memory' }, { name: 'intel.com/gpu' }];
  it.each<ScoreCase>([
    { name: 'nodes of other sizes', asks: pair, nodes: small, scores: [87, 100] },
    {
      name: 'pods there',
      asks: pair,
      nodes: ['10000/20000', '10000/20000'],
      there: [[cpuTwice], [pair]],
      scores: [82, 95],
    },
    {
      name: 'pods there, nodes of other sizes',
      asks: pair,
      nodes: ['10000/20000', '10000/50000'],
      there: [[cpuTwice], [pair]],
      scores: [82, 80],
    },
    {
      name: 'all there is',
      asks: cpuTwice,
      nodes: ['6000/10000', '6000/10000'],
      there: [[cpuTwice], [pair]],
      scores: [50, 75],
    },
    {
      name: 'three resources',
      asks: 'memory=0 gpu=1',
      nodes: ['3500/40000 gpu=8', '3500/40000 gpu=8'],
      there: [['1000/2000, 2000/3000 gpu=3'], [pair]],
      resources: gpu,
      scores: [70, 65],
    },
    {
      name: 'one that is not asked for',
      asks: pair,
      nodes: ['3500/40000 gpu=8', '3500/40000'],
      resources: gpu,
      scores: [63, 63],
    },
  ])('$name', ({ resources, ...given }) => {
    const plugin = nodeResourcesBalancedAllocation(resources === undefined ? {} : { resources });
    expect(scoresOf(plugin, given)).toEqual(given.scores);
  });
});
