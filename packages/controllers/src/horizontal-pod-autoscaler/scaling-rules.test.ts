/** Cases of kube-controller-manager's `TestScalingWithRules`, `TestNormalizeDesiredReplicas…`, `TestStoreScaleEvents`. */
import { describe, expect, it } from '@jest/globals';
import type { HPAScalingRules } from '@pintle/api/autoscaling/v2';
import { type AutoscalerHistory, normalize, rateDown, rateUp, type ScalingRules, withScaleEvent } from './normalize.js';

const nowMs = 10_000_000;
const second = 1_000;
const minute = 60 * second;

/** Words such as `pods=5/120 percent=50/60`: a value and its period in seconds. */
const rulesOf = (words: string, stabilizationWindowSeconds = 0): HPAScalingRules => ({
  stabilizationWindowSeconds,
  selectPolicy: 'Max',
  policies: words.split(' ').map((word) => {
    const [, type = '', value, periodSeconds] = /^(\w+)=(\d+)\/(\d+)$/.exec(word)!;
    return {
      type: type === 'pods' ? 'Pods' : 'Percent',
      value: Number(value),
      periodSeconds: Number(periodSeconds),
    } as const;
  }),
});
const defaultUp = 'pods=4/15 percent=100/15';
const defaultDown = 'percent=100/15';

/** Changes spread evenly over the last two minutes. */
const spread = (changes: readonly number[] = []) =>
  changes.map((change, index) => ({ change, atMs: nowMs - 2 * minute * (1 - (index + 0.5) / changes.length) }));
const at = (pairs: readonly (readonly [value: number, ms: number])[]) =>
  pairs.map(([replicas, ms]) => ({ replicas, atMs: nowMs - ms }));
const nothing: AutoscalerHistory = { recommendations: [], ups: [], downs: [] };

interface RuleCase {
  readonly name: string;
  /** Now, wanted, the least, the most. */
  readonly range: readonly [number, number, number, number];
  readonly up?: string;
  readonly down?: string;
  readonly ups?: readonly number[];
  readonly downs?: readonly number[];
  readonly replicas: number;
  readonly why: 'DesiredWithinRange' | 'TooFewReplicas' | 'TooManyReplicas' | 'ScaleUpLimit' | 'ScaleDownLimit';
}
const within = 'DesiredWithinRange';
const [few, many, upLimit, downLimit] = [
  'TooFewReplicas',
  'TooManyReplicas',
  'ScaleUpLimit',
  'ScaleDownLimit',
] as const;

const ruleCases: readonly RuleCase[] = [
  { name: 'within range', range: [5, 7, 3, 8], replicas: 7, why: within },
  { name: 'below the least', range: [3, 1, 2, 8], replicas: 2, why: few },
  { name: 'to none, which the range allows', range: [1, 0, 0, 10], replicas: 0, why: within },
  { name: 'more than the most as it is', range: [20, 1000, 1, 10], replicas: 10, why: many },
  { name: 'above the most', range: [100, 1000, 100, 150], replicas: 150, why: many },
  { name: 'the limit below the most', range: [3, 1000, 1, 2000], up: 'percent=1/60', replicas: 4, why: upLimit },
  { name: 'the limit above the least', range: [1000, 3, 3, 2000], down: 'pods=20/60', replicas: 980, why: downLimit },
  { name: 'up as usual', range: [10, 50, 1, 1000], replicas: 20, why: upLimit },
  { name: 'up by pods', range: [10, 500, 1, 1000], up: 'pods=100/60 percent=100/60', replicas: 110, why: upLimit },
  { name: 'up by percent', range: [10, 500, 1, 1000], up: 'pods=2/60 percent=100/60', replicas: 20, why: upLimit },
  { name: 'up by many pods', range: [10, 50, 1, 1000], up: 'pods=100/60', replicas: 50, why: within },
  { name: 'up by very many pods', range: [10, 50, 1, 1000], up: 'pods=10000/60', replicas: 50, why: within },
  { name: 'up by few pods', range: [10, 50, 1, 1000], up: 'pods=30/60', replicas: 40, why: upLimit },
  { name: 'up by some percent', range: [10, 50, 1, 1000], up: 'percent=200/60', replicas: 30, why: upLimit },
  { name: 'down by pods', range: [100, 2, 1, 1000], down: 'pods=20/60 percent=1/60', replicas: 80, why: downLimit },
  { name: 'down by more pods', range: [100, 2, 1, 1000], down: 'pods=2/60 percent=1/60', replicas: 98, why: downLimit },
  { name: 'down by many pods', range: [10, 0, 1, 1000], down: 'pods=100/60', replicas: 1, why: few },
  { name: 'down by all', range: [10, 2, 5, 1000], down: 'percent=100/60', replicas: 5, why: few },
  { name: 'down by few pods', range: [10, 2, 1, 1000], down: 'pods=5/60', replicas: 5, why: downLimit },
  { name: 'down by half', range: [10, 5, 1, 1000], down: 'percent=50/60', replicas: 5, why: within },
  {
    name: 'up by many pods after others',
    range: [100, 500, 1, 200],
    up: 'pods=300/60',
    ups: [1, 5, 9],
    replicas: 200,
    why: many,
  },
  {
    name: 'up by much after others',
    range: [100, 500, 1, 200],
    up: 'percent=10000/60',
    ups: [1, 5, 9],
    replicas: 200,
    why: many,
  },
  {
    name: 'more than it allows were added already',
    range: [100, 500, 1, 1000],
    up: 'pods=5/120',
    ups: [1, 5, 9],
    replicas: 100,
    why: upLimit,
  },
  {
    name: 'up by pods after others',
    range: [100, 500, 1, 1000],
    up: 'pods=150/120',
    ups: [1, 5, 9],
    replicas: 235,
    why: upLimit,
  },
  {
    name: 'up by percent after others',
    range: [100, 500, 1, 1000],
    up: 'percent=200/120',
    ups: [1, 5, 9],
    replicas: 255,
    why: upLimit,
  },
  {
    name: 'up by percent after ups and downs',
    range: [6, 24, 1, 1000],
    up: 'percent=300/300',
    ups: [4],
    downs: [2],
    replicas: 16,
    why: upLimit,
  },
  { name: 'down as usual after others', range: [10, 5, 1, 1000], downs: [1, 5, 9], replicas: 5, why: within },
  {
    name: 'down by many pods after others',
    range: [100, 0, 1, 1000],
    down: 'pods=115/120',
    downs: [1, 5, 9],
    replicas: 1,
    why: few,
  },
  {
    name: 'down by more pods after others',
    range: [100, 0, 5, 1000],
    down: 'pods=130/120',
    downs: [1, 5, 9],
    replicas: 5,
    why: few,
  },
  {
    name: 'down by all after others',
    range: [100, 2, 5, 1000],
    down: 'percent=100/120',
    downs: [1, 5, 9],
    replicas: 5,
    why: few,
  },
  {
    name: 'more than it allows were removed already',
    range: [100, 2, 1, 1000],
    down: 'pods=5/120',
    downs: [1, 5, 9],
    replicas: 100,
    why: downLimit,
  },
  {
    name: 'down by half after others',
    range: [100, 0, 1, 1000],
    down: 'percent=50/120',
    downs: [2, 4, 6],
    replicas: 56,
    why: downLimit,
  },
  {
    name: 'down by half after ups and downs',
    range: [10, 1, 1, 1000],
    down: 'percent=50/180',
    ups: [2],
    downs: [4],
    replicas: 6,
    why: downLimit,
  },
  {
    name: 'more percent than it allows were removed already',
    range: [100, 0, 1, 1000],
    down: 'percent=10/120',
    downs: [10, 10, 10],
    replicas: 100,
    why: downLimit,
  },
  {
    name: 'down by more than there are',
    range: [10, 5, 1, 1000],
    down: 'percent=1000/120',
    downs: [10, 10, 10],
    replicas: 5,
    why: within,
  },
  ...(['pods=1000/60', 'pods=1000/120 percent=100/60', 'pods=1000/30 percent=100/60'] as const).flatMap((rules) => [
    {
      name: `up after some of long ago: ${rules}`,
      range: [100, 200, 1, 1000] as const,
      up: rules,
      ups: [8, 12, 9, 11],
      replicas: 200,
      why: within,
    } as const,
    {
      name: `down after some of long ago: ${rules}`,
      range: [100, 5, 1, 1000] as const,
      down: rules,
      downs: [8, 12, 9, 11],
      replicas: 5,
      why: within,
    } as const,
  ]),
];

const normalized = (
  [currentReplicas, wanted, minReplicas, maxReplicas]: RuleCase['range'],
  history: AutoscalerHistory,
  rules: ScalingRules | undefined,
) =>
  normalize(
    { currentReplicas, wanted, minReplicas, maxReplicas, nowMs, downscaleWindowMs: 5 * minute },
    history,
    rules,
  );

describe('rates and ranges', () => {
  it.each(ruleCases)('$name', ({ range, up = defaultUp, down = defaultDown, ups, downs, replicas, why }) => {
    const history = { ...nothing, ups: spread(ups), downs: spread(downs) };
    const found = normalized(range, history, { scaleUp: rulesOf(up), scaleDown: rulesOf(down) });
    expect([found.replicas, found.limited.reason]).toEqual([replicas, why]);
  });

  it('the policy that changes least', () => {
    const least: HPAScalingRules = { ...rulesOf('pods=2/60 percent=50/60'), selectPolicy: 'Min' };
    expect(rateUp(1, nothing, least, nowMs)).toBe(2);
    expect(rateDown(5, nothing, least, nowMs)).toBe(3);
  });
});

type Pairs = readonly (readonly [value: number, ms: number])[];
const wide = [1, 1000] as const;

describe('steadying without rules', () => {
  const cases: [name: string, before: Pairs, replicas: number, kept: number][] = [
    [
      'the highest of late',
      [
        [4, 2 * minute],
        [5, minute],
      ],
      5,
      3,
    ],
    [
      'the wanted is the highest',
      [
        [1, 2 * minute],
        [2, minute],
      ],
      3,
      3,
    ],
    [
      'all before the window',
      [
        [10, 10 * minute],
        [9, 9 * minute],
      ],
      3,
      1,
    ],
    [
      'some before the window',
      [
        [10, 10 * minute],
        [4, minute],
        [5, 2 * minute],
        [9, 9 * minute],
      ],
      5,
      3,
    ],
  ];
  it.each(cases)('%s', (_name, before, replicas, kept) => {
    const found = normalized([3, 3, ...wide], { ...nothing, recommendations: at(before) }, undefined);
    expect([found.replicas, found.recommendations.length]).toEqual([replicas, kept]);
  });
});

describe('steadying by rules', () => {
  /** Windows in seconds. */
  const cases: [
    name: string,
    before: Pairs,
    now: number,
    wanted: number,
    windows: [up: number, down: number],
    replicas: number,
  ][] = [
    ['nothing before', [], 100, 5, [0, 0], 5],
    [
      'down: the highest of late',
      [
        [4, 2 * minute],
        [5, minute],
      ],
      100,
      3,
      [0, 180],
      5,
    ],
    [
      'up: the lowest of late',
      [
        [4, 2 * minute],
        [5, minute],
      ],
      1,
      7,
      [300, 0],
      4,
    ],
    [
      'down: the window of up does not count',
      [
        [1, 2 * minute],
        [2, minute],
      ],
      100,
      3,
      [300, 0],
      3,
    ],
    [
      'up: the window of down does not count',
      [
        [4, 2 * minute],
        [5, minute],
      ],
      1,
      3,
      [0, 300],
      3,
    ],
    [
      'down: all before the window',
      [
        [10, 10 * minute],
        [9, 9 * minute],
      ],
      100,
      3,
      [0, 0],
      3,
    ],
    [
      'up: all before the window',
      [
        [10, 10 * minute],
        [9, 9 * minute],
      ],
      1,
      100,
      [0, 0],
      100,
    ],
    [
      'down: some before the window',
      [
        [10, 10 * minute],
        [4, minute],
        [5, 2 * minute],
        [9, 9 * minute],
      ],
      100,
      3,
      [0, 180],
      5,
    ],
    [
      'up: some before the window',
      [
        [10, 100 * minute],
        [6, minute],
        [5, 2 * minute],
        [9, 3 * minute],
      ],
      1,
      100,
      [300, 0],
      5,
    ],
    [
      'not up where less is wanted',
      [
        [2, 100 * minute],
        [3, 3 * minute],
      ],
      2,
      1,
      [300, 300],
      2,
    ],
    [
      'not down where more is wanted',
      [
        [2, 100 * minute],
        [1, 3 * minute],
      ],
      2,
      3,
      [300, 300],
      2,
    ],
  ];
  it.each(cases)('%s', (_name, before, now, wanted, [up, down], replicas) => {
    // The rates allow everything.
    const rules = { scaleUp: rulesOf('pods=1000/60', up), scaleDown: rulesOf('percent=100/60', down) };
    expect(normalized([now, wanted, ...wide], { ...nothing, recommendations: at(before) }, rules).replicas).toBe(
      replicas,
    );
  });
});

describe('what is remembered of changes', () => {
  type Case = [name: string, rules: string | undefined, before: Pairs, inLastMinute: number, after: number[]];
  const cases: Case[] = [
    ['nothing without rules', undefined, [], 0, []],
    ['the first', 'pods=10/60 percent=100/60', [], 0, [5]],
    ['as it is without rules', undefined, [[7, 61 * second]], 0, [7]],
    ['one of too long ago', 'pods=10/60 percent=100/60', [[7, 61 * second]], 0, [5]],
    ['one of late', 'pods=10/60 percent=100/60', [[7, 58 * second]], 7, [7, 5]],
    [
      'one of two',
      'pods=10/60',
      [
        [7, 61 * second],
        [6, 59 * second],
      ],
      6,
      [6, 5],
    ],
    [
      'as long as the longest period',
      'pods=10/60 percent=100/30',
      [
        [8, 29 * second],
        [6, 59 * second],
        [7, 61 * second],
        [9, 61 * second],
      ],
      14,
      [8, 6, 5],
    ],
    [
      'two of late',
      'pods=10/120 percent=100/30',
      [
        [7, 58 * second],
        [6, 59 * second],
      ],
      13,
      [7, 6, 5],
    ],
  ];
  it.each(cases)('%s', (_name, words, before, inLastMinute, after) => {
    const changes = before.map(([change, ms]) => ({ change, atMs: nowMs - ms }));
    const rules = words === undefined ? undefined : { scaleUp: rulesOf(words), scaleDown: rulesOf(words) };
    const up = withScaleEvent({ ...nothing, ups: changes }, rules, { from: 10, to: 15, nowMs });
    expect(up.ups.map(({ change }) => change)).toEqual(after);
    const down = withScaleEvent({ ...nothing, downs: changes }, rules, { from: 10, to: 5, nowMs });
    expect(down.downs.map(({ change }) => change)).toEqual(after);
    expect(rateUp(100, { ...nothing, ups: changes }, rulesOf('pods=100/60'), nowMs)).toBe(200 - inLastMinute);
    expect(rateDown(100, { ...nothing, downs: changes }, rulesOf('pods=50/60'), nowMs)).toBe(50 + inLastMinute);
  });
});
