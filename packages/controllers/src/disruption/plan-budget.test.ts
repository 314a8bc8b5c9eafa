import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import type { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { failedStatus, needsScale, planBudget } from './plan-budget.js';

const nowMs = Date.parse('2025-01-01T00:10:00Z');

/** `a:ready b:ill c:ending` */
const pods = (text: string) =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [name = '', how] = word.split(':');
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, ...(how === 'ending' ? { deletionTimestamp: '2025-01-01T00:09:59Z' } : {}) },
        status: { conditions: [{ type: 'Ready', status: how === 'ill' ? 'False' : 'True' }] },
      } as Pod;
    });

const plan = (
  spec: PodDisruptionBudget['spec'],
  text: string,
  scale: number,
  status: Partial<PodDisruptionBudget['status']> = {},
) => {
  const metadata = { name: 'web', namespace: 'default', generation: 3 };
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec,
    status,
  } as PodDisruptionBudget;
  return planBudget({ budget, pods: pods(text), scale, nowMs });
};

describe('planBudget', () => {
  it.each([
    // budget, pods, what their controllers are to have: expected, desired, healthy, allowed
    [{ minAvailable: 2 }, '', 0, '0 2 0 0'],
    [{ minAvailable: 2 }, 'a:ready b:ready c:ready', 0, '3 2 3 1'],
    [{ minAvailable: 2 }, 'a:ready b:ready c:ill', 0, '3 2 2 0'],
    [{ minAvailable: 2 }, 'a:ready b:ready c:ending', 0, '3 2 2 0'],
    [{ minAvailable: 4 }, 'a:ready b:ready c:ready', 0, '3 4 3 0'],
    [{ minAvailable: 0 }, 'a:ready b:ill', 0, '2 0 1 1'],
    [{ minAvailable: '30%' }, 'a:ready b:ready c:ready', 10, '10 3 3 0'],
    [{ minAvailable: '25%' }, 'a:ready b:ready', 3, '3 1 2 1'],
    [{ minAvailable: '100%' }, 'a:ready b:ready c:ready', 3, '3 3 3 0'],
    [{ maxUnavailable: 1 }, 'a:ready b:ready c:ready', 3, '3 2 3 1'],
    [{ maxUnavailable: 5 }, 'a:ready b:ready', 2, '2 0 2 2'],
    [{ maxUnavailable: '34%' }, 'a:ready b:ready c:ready', 3, '3 1 3 2'],
    [{ maxUnavailable: 0 }, 'a:ready b:ready', 2, '2 2 2 0'],
    [{ maxUnavailable: 1 }, '', 0, '0 0 0 0'],
    [{}, 'a:ready', 0, '0 0 1 0'],
  ])('%j of "%s", scale %i: %s', (spec, text, scale, expected) => {
    const { status } = plan(spec, text, scale);
    const { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed, conditions } = status;
    expect([expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed].join(' ')).toBe(expected);
    expect(conditions).toEqual([
      {
        type: 'DisruptionAllowed',
        ...(disruptionsAllowed > 0
          ? { status: 'True', reason: 'SufficientPods' }
          : { status: 'False', reason: 'InsufficientPods' }),
        message: '',
        observedGeneration: 3,
        lastTransitionTime: '2025-01-01T00:10:00Z',
      },
    ]);
  });

  it('counts pods whose eviction was approved as gone, for two minutes', () => {
    const disruptedPods = {
      a: '2025-01-01T00:09:00Z',
      b: '2025-01-01T00:07:00Z',
      c: '2025-01-01T00:09:30Z',
      gone: '2025-01-01T00:09:30Z',
    };
    const { status, notDeleted, lookAgainInMs } = plan({ minAvailable: 1 }, 'a:ready b:ready c:ending', 0, {
      disruptedPods,
    });
    expect(status).toMatchObject({ disruptedPods: { a: '2025-01-01T00:09:00Z' }, currentHealthy: 1 });
    expect(Object.keys(status.disruptedPods!)).toEqual(['a']);
    expect(notDeleted.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(lookAgainInMs).toBe(60_000);
  });

  it('looks again when the first of the approved evictions no longer counts', () => {
    const disruptedPods = {
      a: '2025-01-01T00:09:30Z',
      b: '2025-01-01T00:08:10Z',
      c: '2025-01-01T00:09:00Z',
      d: '2025-01-01T00:08:00Z',
    };
    const planned = plan({ minAvailable: 1 }, 'a:ready b:ready c:ready d:ready', 0, { disruptedPods });
    expect([planned.lookAgainInMs, planned.status.currentHealthy]).toEqual([10_000, 1]);
  });
});

it.each([
  [{ minAvailable: 2 }, false],
  [{ minAvailable: '50%' }, true],
  [{ maxUnavailable: 1 }, true],
  [{ maxUnavailable: '50%' }, true],
  [{}, false],
])('%j is a part of what controllers are to have: %s', (spec, expected) => {
  expect(needsScale({ spec } as PodDisruptionBudget)).toBe(expected);
});

describe('a budget that cannot be counted', () => {
  const failed = (status: object) =>
    failedStatus({ status } as PodDisruptionBudget, new Error('found no controllers for pod "a"'), nowMs);
  const condition = {
    type: 'DisruptionAllowed',
    ...{ status: 'False', reason: 'SyncFailed', message: 'found no controllers for pod "a"' },
    lastTransitionTime: '2025-01-01T00:10:00Z',
  };
  it('lets nothing be disrupted, and keeps what was counted', () => {
    const counted = { currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 };
    expect(failed({ ...counted, disruptionsAllowed: 1, observedGeneration: 2 })).toEqual({
      ...{ ...counted, disruptionsAllowed: 0, observedGeneration: 2 },
      conditions: [{ ...condition, observedGeneration: 2 }],
    });
  });
  it('says so where nothing was counted before', () => {
    const none = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 };
    expect(failed({})).toEqual({ ...none, conditions: [condition] });
  });
});
