/** What is done of what is asked for: windows, rates, limits. */
import { describe, expect, it } from '@jest/globals';
import type { HPAScalingRules } from '@pintle/api/autoscaling/v2';
import { type AutoscalerHistory, normalize, rateDown, rateUp, type ScalingRules, withScaleEvent } from './normalize.js';

const nowMs = 10_000_000;
const second = 1_000;
const minute = 60 * second;

/** Pairs of a number and how long ago it was. */
const ago = (pairs: readonly (readonly [value: number, ms: number])[]) =>
  pairs.map(([replicas, ms]) => ({ replicas, atMs: nowMs - ms }));
const changes = (pairs: readonly (readonly [value: number, ms: number])[]) =>
  pairs.map(([change, ms]) => ({ change, atMs: nowMs - ms }));
const history = (given: Partial<AutoscalerHistory> = {}): AutoscalerHistory => ({
  recommendations: [],
  ups: [],
  downs: [],
  ...given,
});
const given = (currentReplicas: number, wanted: number, minReplicas: number, maxReplicas: number) => ({
  currentReplicas,
  wanted,
  minReplicas,
  maxReplicas,
  nowMs,
  downscaleWindowMs: 5 * minute,
});
const policy = (type: 'Pods' | 'Percent', value: number, periodSeconds = 60) => ({ type, value, periodSeconds });

describe('without rules', () => {
  const cases: [
    current: number,
    wanted: number,
    min: number,
    max: number,
    before: (readonly [number, number])[],
    replicas: number,
    able: string,
    limited: string,
  ][] = [
    [2, 4, 1, 10, [[4, 0]], 4, 'ReadyForNewScale', 'false DesiredWithinRange'],
    [
      5,
      3,
      1,
      10,
      [
        [4, minute],
        [3, 0],
      ],
      4,
      'ScaleDownStabilized',
      'false DesiredWithinRange',
    ],
    [5, 3, 1, 10, [[4, 6 * minute]], 3, 'ReadyForNewScale', 'false DesiredWithinRange'],
    [5, 3, 1, 10, [[4, 5 * minute]], 4, 'ScaleDownStabilized', 'false DesiredWithinRange'],
    [4, 9, 1, 8, [], 8, 'ReadyForNewScale', 'true TooManyReplicas'],
    [2, 1, 2, 10, [[1, 0]], 2, 'ReadyForNewScale', 'true TooFewReplicas'],
    [10, 12, 1, 10, [[12, 0]], 10, 'ReadyForNewScale', 'true TooManyReplicas'],
    [5, 7, 3, 10, [], 7, 'ReadyForNewScale', 'false DesiredWithinRange'],
    [5, 2, 3, 10, [], 3, 'ReadyForNewScale', 'true TooFewReplicas'],
    [5, 15, 3, 10, [], 10, 'ReadyForNewScale', 'true TooManyReplicas'],
    [1, 9, 1, 100, [], 4, 'ReadyForNewScale', 'true ScaleUpLimit'],
    [10, 30, 1, 100, [], 20, 'ReadyForNewScale', 'true ScaleUpLimit'],
  ];
  it.each(cases)('%d to %d of %d to %d, after %j', (current, wanted, min, max, before, replicas, able, limited) => {
    const found = normalize(given(current, wanted, min, max), history({ recommendations: ago(before) }), undefined);
    expect([found.replicas, found.able.reason, `${found.limited.isLimited} ${found.limited.reason}`]).toEqual([
      replicas,
      able,
      limited,
    ]);
    expect(found.recommendations.at(-1)).toEqual({ replicas: wanted, atMs: nowMs });
  });
});

it('remembers what the longer of two windows looks back to', () => {
  const window = (stabilizationWindowSeconds: number): HPAScalingRules => ({
    policies: [policy('Percent', 100)],
    stabilizationWindowSeconds,
  });
  const before = ago([
    [9, 4 * minute],
    [3, minute],
  ]);
  for (const rules of [
    { scaleUp: window(0), scaleDown: window(300) },
    { scaleUp: window(300), scaleDown: window(0) },
  ]) {
    const { recommendations } = normalize(given(5, 5, 1, 10), history({ recommendations: before }), rules);
    expect(recommendations.map(({ replicas }) => replicas)).toEqual([9, 3, 5]);
  }
});

describe('by rules', () => {
  const rules = (up: HPAScalingRules, down: HPAScalingRules): ScalingRules => ({ scaleUp: up, scaleDown: down });
  const percent = (value: number, stabilizationWindowSeconds?: number): HPAScalingRules => ({
    selectPolicy: 'Max',
    policies: [policy('Percent', value)],
    ...(stabilizationWindowSeconds === undefined ? {} : { stabilizationWindowSeconds }),
  });
  const cases: [
    name: string,
    range: [current: number, wanted: number, min: number, max: number],
    rules: ScalingRules,
    before: Partial<AutoscalerHistory>,
    replicas: number,
    able: string,
    limited: string,
  ][] = [
    [
      'up to the limit',
      [5, 15, 1, 10],
      rules(percent(200, 300), percent(100, 300)),
      {},
      10,
      'ReadyForNewScale',
      'true TooManyReplicas',
    ],
    [
      'down by half',
      [8, 2, 1, 10],
      rules(percent(200, 300), percent(50, 300)),
      {},
      4,
      'ReadyForNewScale',
      'true ScaleDownLimit',
    ],
    [
      'the lowest on the way up',
      [5, 10, 1, 20],
      rules(percent(900, 300), percent(100, 600)),
      {
        recommendations: ago([
          [8, 2 * minute],
          [7, 4 * minute],
        ]),
      },
      7,
      'ScaleUpStabilized',
      'false DesiredWithinRange',
    ],
    [
      'the highest on the way down',
      [8, 3, 1, 20],
      rules(percent(900, 300), percent(100, 600)),
      {
        recommendations: ago([
          [5, 5 * minute],
          [4, 8 * minute],
        ]),
      },
      5,
      'ScaleDownStabilized',
      'false DesiredWithinRange',
    ],
    [
      'the window of scaling down where no rule says it',
      [8, 3, 1, 20],
      rules(percent(900, 0), percent(100)),
      {
        recommendations: ago([
          [6, 4 * minute],
          [7, 6 * minute],
        ]),
      },
      6,
      'ScaleDownStabilized',
      'false DesiredWithinRange',
    ],
    [
      'what was added in the period counts',
      [9, 30, 1, 100],
      rules(percent(100, 0), percent(100, 0)),
      { ups: changes([[3, 30 * second]]) },
      12,
      'ReadyForNewScale',
      'true ScaleUpLimit',
    ],
    [
      'up is disabled',
      [5, 9, 1, 100],
      rules({ ...percent(100, 0), selectPolicy: 'Disabled' }, percent(100, 0)),
      {},
      5,
      'ReadyForNewScale',
      'true ScaleUpLimit',
    ],
    [
      'down is disabled',
      [5, 2, 1, 100],
      rules(percent(100, 0), { ...percent(100, 0), selectPolicy: 'Disabled' }),
      {},
      5,
      'ReadyForNewScale',
      'true ScaleDownLimit',
    ],
  ];
  it.each(cases)('%s', (_name, range, scaling, before, replicas, able, limited) => {
    const found = normalize(given(...range), history(before), scaling);
    expect([found.replicas, found.able.reason, `${found.limited.isLimited} ${found.limited.reason}`]).toEqual([
      replicas,
      able,
      limited,
    ]);
  });
});

describe('rates', () => {
  const ups: [current: number, before: Partial<AutoscalerHistory>, rules: HPAScalingRules, rate: number][] = [
    [5, {}, { policies: [policy('Pods', 4)] }, 9],
    [5, { ups: changes([[2, 30 * second]]) }, { policies: [policy('Pods', 4)] }, 7],
    [
      5,
      {
        ups: changes([
          [3, 30 * second],
          [2, 45 * second],
          [1, 70 * second],
        ]),
      },
      { policies: [policy('Pods', 9)] },
      9,
    ],
    [5, { downs: changes([[2, 30 * second]]) }, { policies: [policy('Pods', 4)] }, 11],
    [5, {}, { selectPolicy: 'Disabled', policies: [policy('Pods', 4)] }, 5],
    [5, {}, { selectPolicy: 'Min', policies: [policy('Pods', 4), policy('Pods', 2)] }, 7],
    [5, {}, { selectPolicy: 'Max', policies: [policy('Pods', 4), policy('Pods', 2)] }, 9],
    [10, {}, { policies: [policy('Percent', 50)] }, 15],
    [1, {}, { policies: [policy('Percent', 10)] }, 2],
  ];
  it.each(ups)('up from %d after %j by %j', (current, before, rules, rate) =>
    expect(rateUp(current, history(before), rules, nowMs)).toBe(rate),
  );

  const downs: [current: number, before: Partial<AutoscalerHistory>, rules: HPAScalingRules, rate: number][] = [
    [10, {}, { policies: [policy('Percent', 20)] }, 8],
    [10, { downs: changes([[1, 30 * second]]) }, { policies: [policy('Percent', 20)] }, 8],
    [100, {}, { policies: [policy('Percent', 10), policy('Pods', 5)] }, 90],
    [10, {}, { selectPolicy: 'Disabled', policies: [policy('Percent', 20)] }, 10],
    [100, {}, { selectPolicy: 'Min', policies: [policy('Percent', 10), policy('Pods', 15)] }, 90],
  ];
  it.each(downs)('down from %d after %j by %j', (current, before, rules, rate) =>
    expect(rateDown(current, history(before), rules, nowMs)).toBe(rate),
  );
});

describe('withScaleEvent', () => {
  const rules = { scaleUp: { policies: [policy('Pods', 4, 120)] }, scaleDown: { policies: [policy('Pods', 4, 30)] } };
  it('keeps what a policy looks back to', () => {
    const before = history({
      ups: changes([
        [1, 30 * second],
        [2, 90 * second],
        [3, 150 * second],
      ]),
    });
    expect(withScaleEvent(before, rules, { from: 5, to: 9, nowMs }).ups.map(({ change }) => change)).toEqual([1, 2, 4]);
    expect(withScaleEvent(before, rules, { from: 9, to: 5, nowMs }).downs).toEqual([{ change: 4, atMs: nowMs }]);
  });
  it('keeps nothing without rules', () =>
    expect(withScaleEvent(history(), undefined, { from: 1, to: 2, nowMs })).toEqual(history()));
});
