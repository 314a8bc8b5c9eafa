import { describe, expect, it } from '@jest/globals';
import type { Pod, Taint, Toleration } from '@pintle/api/core/v1';
import { evictionTime } from './plan-eviction.js';

const nowMs = Date.parse('2025-01-01T00:10:00Z');
const taint = (key: string, more: Partial<Taint> = {}): Taint => ({ key, effect: 'NoExecute', ...more });
const addedMinutesAgo = (minutes: number) => ({ timeAdded: new Date(nowMs - minutes * 60_000).toISOString() });
const tolerates = (key: string, tolerationSeconds?: number, more: Partial<Toleration> = {}): Toleration =>
  ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
    ...more,
  }) as Toleration;

describe('evictionTime, in seconds from now', () => {
  it.each([
    ['no taint', [], [], undefined],
    ['a taint that keeps only new pods away', [taint('a', { effect: 'NoSchedule' })], [], undefined],
    ['not tolerated', [taint('a')], [], 0],
    ['tolerated', [taint('a')], [tolerates('a')], undefined],
    ['tolerated by all-tolerating', [taint('a')], [{ operator: 'Exists' } as Toleration], undefined],
    ['tolerated for five minutes', [taint('a', addedMinutesAgo(2))], [tolerates('a', 300)], 180],
    ['tolerated for too short a time', [taint('a', addedMinutesAgo(6))], [tolerates('a', 300)], -60],
    ['of two tolerations the first', [taint('a', addedMinutesAgo(0))], [tolerates('a', 300), tolerates('a', 60)], 300],
    ['the first of two has no end', [taint('a', addedMinutesAgo(0))], [tolerates('a'), tolerates('a', 60)], undefined],
    ['the second of two has no end', [taint('a', addedMinutesAgo(0))], [tolerates('a', 60), tolerates('a')], 60],
    ['of no time at all', [taint('a', addedMinutesAgo(0))], [tolerates('a', -5)], 0],
    ['of two taints one is not tolerated', [taint('a'), taint('b')], [tolerates('a')], 0],
    [
      'of two taints the sooner',
      [taint('a', addedMinutesAgo(0)), taint('b', addedMinutesAgo(0))],
      [tolerates('a', 100), tolerates('b', 10)],
      10,
    ],
    [
      'of two taints the sooner, the other way round',
      [taint('b', addedMinutesAgo(0)), taint('a', addedMinutesAgo(0))],
      [tolerates('a', 100), tolerates('b', 10)],
      10,
    ],
    ['another value', [taint('a', { value: 'x' })], [tolerates('a', undefined, { operator: 'Equal', value: 'y' })], 0],
    [
      'the same value',
      [taint('a', { value: 'x' })],
      [tolerates('a', undefined, { operator: 'Equal', value: 'x' })],
      undefined,
    ],
    ['whichever value', [taint('a', { value: 'x' })], [tolerates('a')], undefined],
    ['another effect', [taint('a')], [tolerates('a', undefined, { effect: 'NoSchedule' })], 0],
  ])('%s', (_name, taints, tolerations, seconds) => {
    const at = evictionTime({ metadata: {}, spec: { tolerations } } as unknown as Pod, taints, nowMs);
    expect(at === undefined ? undefined : (at - nowMs) / 1000).toBe(seconds);
  });

  const minutesAgo = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();
  it.each([
    [
      'placed since',
      { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(1) }] },
      240,
    ],
    [
      'placed before',
      { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: minutesAgo(9) }] },
      -120,
    ],
    ['that does not say when it was placed', {}, 180],
    [
      'not placed yet',
      { conditions: [{ type: 'PodScheduled', status: 'False', lastTransitionTime: minutesAgo(1) }] },
      180,
    ],
  ])('a toleration of five minutes of a pod %s', (_name, status, seconds) => {
    const metadata = { creationTimestamp: minutesAgo(2) };
    const pod = { metadata, spec: { tolerations: [tolerates('a', 300)] }, status } as unknown as Pod;
    expect((evictionTime(pod, [taint('a', addedMinutesAgo(7))], nowMs)! - nowMs) / 1000).toBe(seconds);
  });
});
