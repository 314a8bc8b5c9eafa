/** How many replicas are asked for: upstream's cases as tables. */
import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import { formatTime } from '@pintle/machinery';
import type { PodMetrics } from './metrics-source.js';
import { replicasByAverage, replicasByShare, replicasByUtilization, replicasByValue } from './replicas.js';
import { groupPods, podRequests } from './usage.js';

const nowMs = Date.UTC(2025, 0, 1, 12);
const minute = 60_000;
const options = {
  nowMs,
  cpuInitializationMs: 2 * minute,
  initialReadinessMs: 10_000,
  tolerances: { down: 0.1, up: 0.1 },
};

/** `since`: how long ago the condition changed; `age`: how long ago the pod was started. */
interface PodGiven {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly ageMs?: number;
  readonly sinceMs?: number;
  readonly isDeleted?: boolean;
  readonly request?: string;
}

function podOf(name: string, { phase = 'Running', ready, ageMs, sinceMs = 0, isDeleted, request }: PodGiven): Pod {
  const resources = request === undefined ? {} : { requests: { cpu: `${request}m` } };
  return {
    metadata: { name, ...(isDeleted ? { deletionTimestamp: formatTime(nowMs) } : {}) },
    spec: { containers: [{ name: 'main', resources }] },
    status: {
      phase,
      ...(ageMs === undefined ? {} : { startTime: formatTime(nowMs - ageMs) }),
      conditions:
        ready === undefined
          ? []
          : [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: formatTime(nowMs - sinceMs) }],
    },
  } as unknown as Pod;
}

const kinds: Readonly<Record<string, PodGiven>> = {
  r: { ready: true, ageMs: 60 * minute, sinceMs: 60 * minute },
  /** Never ready. */
  u: { ready: false, ageMs: 60 * minute, sinceMs: 60 * minute },
  /** Ready, and just started. */
  h: { ready: true, ageMs: minute, sinceMs: minute / 2 },
  p: { phase: 'Pending', ready: false },
  f: { phase: 'Failed', ready: false },
  d: { ready: false, isDeleted: true, ageMs: 60 * minute },
};

/** Words of `kind:value/request`; without a value none was found; `x` is a value of no pod. */
function parsePods(words: string): { pods: readonly Pod[]; metrics: PodMetrics } {
  const pods: Pod[] = [];
  const metrics = new Map<string, { milliValue: number; atMs: number; windowMs: number }>();
  for (const [index, word] of words.split(' ').entries()) {
    const [, kind = '', , value, , request = '1000'] = /^(\w)(:(\d+))?(\/(\d+|-))?$/.exec(word)!;
    const name = `pod-${index}`;
    if (kind !== 'x') pods.push(podOf(name, { ...kinds[kind]!, ...(request === '-' ? {} : { request }) }));
    if (value !== undefined) metrics.set(name, { milliValue: Number(value), atMs: nowMs, windowMs: minute });
  }
  return { pods, metrics };
}

describe('replicasByUtilization', () => {
  type Case = [
    name: string,
    current: number,
    target: number,
    pods: string,
    replicas: number,
    percent: number,
    usage: number,
  ];
  const cases: Case[] = [
    ['more', 3, 30, 'r:300 r:500 r:700', 5, 50, 500],
    ['less for one that is not ready', 3, 30, 'u:300 r:500 r:700', 4, 60, 600],
    ['less for one that was just started', 3, 30, 'h:300 r:500 r:700', 4, 60, 600],
    ['none for two that are not ready', 3, 30, 'r:400 u:500 u:700', 3, 40, 400],
    ['none for two that were just started', 3, 30, 'r:400 h:500 h:700', 3, 40, 400],
    ['failed pods are passed over', 2, 30, 'r:500 r:700 f f', 4, 60, 600],
    ['deleted pods are passed over', 2, 30, 'r:500 r:700 d d', 4, 60, 600],
    ['fewer', 5, 50, 'r:100 r:300 r:500 r:250 r:250', 3, 28, 280],
    ['fewer, without those that are not ready', 5, 50, 'r:100 r:300 r:500 u:250 u:250', 2, 30, 300],
    ['fewer, without those that are pending', 5, 50, 'r:100 p p p p', 1, 10, 100],
    ['fewer, without those just started', 5, 50, 'r:100 r:300 r:500 h:250 h:250', 2, 30, 300],
    ['fewer, without those that failed', 5, 50, 'r:100 r:300 r:500 r:250 r:250 f f', 3, 28, 280],
    ['fewer, without those that are deleted', 5, 50, 'r:100 r:300 r:500 r:250 r:250 d d', 3, 28, 280],
    ['about as many', 3, 100, 'r:1010/900 r:1030/1000 r:1020/1100', 3, 102, 1020],
    ['values of no pod', 4, 100, 'r:4000 r:9500 r:3000 r:7000 x:3200 x:2000', 24, 587, 5875],
    ['missing values, fewer', 4, 100, 'r:400 r:95 r r', 3, 24, 247],
    ['missing values, on target', 2, 100, 'r:1000 r', 2, 100, 1000],
    ['missing values, above', 2, 100, 'r:1900 r', 2, 190, 1900],
    ['missing values, below', 2, 100, 'r:600 r', 2, 60, 600],
    ['missing and not ready, no change', 3, 50, 'u:100 r:450 r', 3, 45, 450],
    ['missing and just started, no change', 3, 50, 'h:100 r:450 r', 3, 45, 450],
    ['missing and not ready, more', 3, 50, 'u:100 r:2000 r', 4, 200, 2000],
    ['missing and just started, more', 3, 50, 'h:100 r:2000 r', 4, 200, 2000],
    ['missing and not ready, fewer', 4, 50, 'u:100 r:100 r:100 r', 3, 10, 100],
    ['a target over 100', 4, 300, 'u:200 r:100 r:100/2000 r/2000', 2, 6, 100],
    ['at the upper edge of the tolerance', 2, 80, 'r:880 r:880', 2, 88, 880],
    ['past it', 2, 80, 'r:890 r:890', 3, 89, 890],
    ['at the lower edge of the tolerance', 10, 10, Array(10).fill('r:90').join(' '), 10, 9, 90],
    ['past it, below', 10, 100, Array(10).fill('r:890').join(' '), 9, 89, 890],
    ['a rolling update with a surge', 2, 50, 'r:100 r:100 r', 2, 10, 100],
  ];
  it.each(cases)('%s', (_name, currentReplicas, targetPercent, words, replicas, percent, usage) =>
    expect(
      replicasByUtilization({ currentReplicas, ...parsePods(words), resource: 'cpu', targetPercent }, options),
    ).toEqual({ replicas, percent, usage }),
  );

  it.each([
    [61, 9],
    [60, 9],
    [56, 9],
    [55, 10],
  ])('is not moved within the tolerance: %d percent', (targetPercent, replicas) => {
    const requests = [400, 200, 310, 290, 302, 298, 301, 299, 300, 300];
    const words = requests.map((request) => `r:150/${request}`).join(' ');
    const given = { currentReplicas: 10, ...parsePods(words), resource: 'cpu', targetPercent };
    expect(replicasByUtilization(given, options).replicas).toBe(replicas);
  });

  it('each direction may have a tolerance of its own', () => {
    const given = (value: number) => ({
      currentReplicas: 2,
      ...parsePods(`r:${value} r:${value}`),
      resource: 'cpu',
      targetPercent: 50,
    });
    const lenient = { ...options, tolerances: { down: 0.5, up: 0 } };
    expect(replicasByUtilization(given(260), lenient).replicas).toBe(2);
    expect(replicasByUtilization(given(510), lenient).replicas).toBe(3);
    expect(replicasByUtilization(given(510), options).replicas).toBe(2);
  });

  const faults: [name: string, words: string, message: string][] = [
    ['a container that asks for nothing', 'r:200/-', 'missing request for cpu in container main of Pod pod-0'],
    ['no pod is ready', 'u:200', 'did not receive metrics for targeted pods (pods might be unready)'],
    ['a value of another pod', 'r x:100', 'no metrics returned matched known pods'],
    ['no pods', 'x:100', 'no pods returned by selector while calculating replica count'],
  ];
  it.each(faults)('fails: %s', (_name, words, message) =>
    expect(() =>
      replicasByUtilization({ currentReplicas: 1, ...parsePods(words), resource: 'cpu', targetPercent: 100 }, options),
    ).toThrow(message),
  );
});

describe('replicasByAverage', () => {
  const cases: [name: string, current: number, target: number, pods: string, replicas: number, usage: number][] = [
    ['more', 3, 15_000, 'r:20000 r:10000 r:30000', 4, 20_000],
    ['readiness does not matter', 3, 15_000, 'r:50000 r:10000 u:30000', 6, 30_000],
    ['nor does a start', 3, 15_000, 'h:50000 r:15000 u:30000', 7, 31_666],
    ['fewer', 5, 20_000, 'r:12000 r:12000 r:12000 r:12000 r:12000', 3, 12_000],
    ['about as many', 3, 20_000, 'r:20000 r:21000 r:21000', 3, 20_666],
    ['missing values, on target', 5, 20_000, 'r:20000 r:19000 r:21000 r r', 5, 20_000],
    ['a rolling update with a surge', 2, 17_000, 'r:10000 r:10000 r', 2, 10_000],
  ];
  it.each(cases)('%s', (_name, currentReplicas, target, words, replicas, usage) =>
    expect(replicasByAverage({ currentReplicas, ...parsePods(words), target }, options)).toEqual({ replicas, usage }),
  );
});

describe('replicasByValue', () => {
  const cases: [name: string, current: number, target: number, usage: number, pods: string, replicas: number][] = [
    ['more', 3, 15_000, 20_000, 'r r r', 4],
    ['only of pods that are ready', 3, 10_000, 50_000, 'u r u', 5],
    ['more, from one', 1, 4_400, 8_600, 'r', 2],
    ['fewer, as only one is ready', 3, 4_400, 8_600, 'u r u', 2],
    ['fewer', 5, 20_000, 12_000, 'r r r r r', 3],
    ['about as many', 3, 20_000, 20_666, 'r r r', 3],
    ['a little fewer is as many', 3, 8_888, 8_600, 'r r r', 3],
    ['from none', 0, 10_000, 25_000, 'r', 3],
  ];
  it.each(cases)('%s', (_name, currentReplicas, target, usage, words, replicas) =>
    expect(replicasByValue({ currentReplicas, pods: parsePods(words).pods, target, usage }, options)).toEqual({
      replicas,
      usage,
    }),
  );
});

describe('replicasByShare', () => {
  const cases: [statusReplicas: number, target: number, usage: number, replicas: number, share: number][] = [
    [3, 5_000, 20_000, 4, 6_667],
    [3, 2_150, 8_600, 4, 2_867],
    [5, 2_000, 6_000, 3, 1_200],
    [5, 2_867, 8_600, 3, 1_720],
    [4, 5_000, 20_166, 4, 5_042],
    [3, 2_900, 8_600, 3, 2_867],
    [0, 5_000, 20_166, 5, 20_166],
  ];
  it.each(cases)('%d replicas, %d each of %d', (statusReplicas, target, usage, replicas, share) =>
    expect(replicasByShare({ statusReplicas, target, usage }, options)).toEqual({ replicas, usage: share }),
  );
});

it('what a pod asks for is of all its containers and sidecars, or of one', () => {
  const asks = (name: string, cpu: string, more: object = {}) => ({ name, resources: { requests: { cpu } }, ...more });
  const pod = {
    metadata: { name: 'p' },
    spec: {
      containers: [asks('main', '100m'), asks('other', '50m')],
      initContainers: [asks('sidecar', '20m', { restartPolicy: 'Always' }), asks('first', '7')],
    },
  } as unknown as Pod;
  const of = (container?: string) => podRequests([pod], 'cpu', container).get('p');
  expect([of(), of('main'), of('other'), of('sidecar')]).toEqual([170, 100, 50, 20]);
  expect(() => podRequests([pod], 'memory', 'main')).toThrow('missing request for memory in container main of Pod p');
});

describe('groupPods', () => {
  const phase = 'Running';
  const metric = (ageMs: number, windowMs: number) => ({ milliValue: 1, atMs: nowMs - ageMs, windowMs });
  const cases: [
    name: string,
    resource: string,
    pod: PodGiven,
    metric: ReturnType<typeof metric> | undefined,
    group: 'ready' | 'unready' | 'missing' | 'ignored',
  ][] = [
    ['memory of any pod', 'memory', { phase }, metric(0, minute), 'ready'],
    ['CPU without a condition', 'cpu', { phase, ageMs: 0 }, metric(0, 0), 'unready'],
    [
      'ready, with a fresh value',
      'cpu',
      { phase, ready: true, ageMs: minute, sinceMs: minute / 2 },
      metric(0, minute / 2),
      'ready',
    ],
    [
      'ready, with a value of before',
      'cpu',
      { phase, ready: true, ageMs: minute, sinceMs: minute / 2 },
      metric(0, minute),
      'unready',
    ],
    [
      'not ready, nor ever',
      'cpu',
      { phase, ready: false, ageMs: 10 * minute, sinceMs: 10 * minute - 6_000 },
      metric(0, 0),
      'unready',
    ],
    [
      'ready for long, with an old value',
      'cpu',
      { phase, ready: true, ageMs: 3 * minute, sinceMs: 3 * minute },
      metric(2 * minute, minute),
      'ready',
    ],
    [
      'not ready any more',
      'cpu',
      { phase, ready: false, ageMs: 10 * minute, sinceMs: 9 * minute },
      metric(0, 0),
      'ready',
    ],
    [
      'not ready from the end of its time to become so',
      'cpu',
      { phase, ready: false, ageMs: 10 * minute, sinceMs: 10 * minute - 10_000 },
      metric(0, 0),
      'ready',
    ],
    ['without a value', 'cpu', { phase, ageMs: 3 * minute }, undefined, 'missing'],
    ['pending', 'cpu', { phase: 'Pending' }, undefined, 'unready'],
    ['pending and being deleted', 'cpu', { phase: 'Pending', isDeleted: true }, undefined, 'ignored'],
    ['failed', 'cpu', { phase: 'Failed' }, metric(0, 0), 'ignored'],
  ];
  it.each(cases)('%s', (_name, resource, given, value, group) => {
    const metrics = new Map(value === undefined ? [] : [['pod', value] as const]);
    const { readyCount, ...sets } = groupPods([podOf('pod', given)], metrics, resource, options);
    const found = Object.entries(sets).find(([, names]) => names.has('pod'))?.[0];
    expect([readyCount, found ?? 'ready']).toEqual([group === 'ready' ? 1 : 0, group]);
  });
});
