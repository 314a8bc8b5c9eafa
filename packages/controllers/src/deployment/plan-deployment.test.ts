/** Cases of kube-controller-manager's deployment tests: sync, rolling, util. */
import { describe, expect, it } from '@jest/globals';
import type { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import * as fc from 'fast-check';
import {
  fencepostsOf,
  isScalingEvent,
  newSetReplicas,
  planProportional,
  planRecreate,
  planRollout,
  type Scaling,
} from './plan-deployment.js';
import {
  annotationsFor,
  desiredAnnotation,
  historyAnnotation,
  maxAnnotation,
  newSetOf,
  planCleanUp,
  revisionAnnotation,
} from './revision.js';

const template = (image: string) => ({
  metadata: { labels: { app: 'foo' } },
  spec: { containers: [{ name: 'main', image }] },
});

const deployment = (
  replicas: number,
  given: { surge?: number | string; unavailable?: number | string; type?: string; image?: string; limit?: number } = {},
): Deployment =>
  ({
    metadata: { name: 'foo', annotations: {} },
    spec: {
      replicas,
      template: template(given.image ?? 'v3'),
      ...(given.limit === undefined ? {} : { revisionHistoryLimit: given.limit }),
      strategy: {
        type: given.type ?? 'RollingUpdate',
        rollingUpdate: { maxSurge: given.surge ?? 0, maxUnavailable: given.unavailable ?? 0 },
      },
    },
  }) as unknown as Deployment;

/** Named by its version; the later, the younger. */
const set = (
  version: number,
  replicas: number,
  given: {
    available?: number;
    desired?: number;
    max?: number;
    has?: number;
    revision?: number;
    deleted?: boolean;
  } = {},
): ReplicaSet =>
  ({
    metadata: {
      name: `foo-v${version}`,
      uid: `v${version}`,
      creationTimestamp: `2016-05-20T0${version}:00:00Z`,
      ...(given.deleted ? { deletionTimestamp: '2016-05-20T09:00:00Z' } : {}),
      annotations: {
        ...(given.desired === undefined ? {} : { [desiredAnnotation]: String(given.desired) }),
        ...(given.max === undefined ? {} : { [maxAnnotation]: String(given.max) }),
        ...(given.revision === undefined ? {} : { [revisionAnnotation]: String(given.revision) }),
      },
    },
    spec: { replicas, template: template(`v${version}`) },
    status: { replicas: given.has ?? replicas, availableReplicas: given.available ?? replicas },
  }) as unknown as ReplicaSet;

const sizes = (sets: readonly ReplicaSet[], scalings: readonly Scaling[]) =>
  sets.map((one) => scalings.find((scaling) => scaling.set === one)?.replicas ?? one.spec?.replicas);

interface ScaleCase {
  readonly name: string;
  /** From, to. */
  readonly replicas: readonly [number, number];
  /** Before and after. */
  readonly surge?: readonly [number, number];
  readonly unavailable?: number;
  /** Of versions 3, 2, 1; version 3 is the template's unless it is `null`. */
  readonly before: readonly (number | null)[];
  readonly after: readonly (number | null)[];
  readonly desired?: readonly (number | undefined)[];
  readonly available?: number;
}

const scaleCases: readonly ScaleCase[] = [
  { name: 'one set, up', replicas: [10, 12], before: [10], after: [12] },
  { name: 'one set, down', replicas: [10, 5], before: [10], after: [5] },
  { name: 'two sets: 5 to 10', replicas: [5, 10], before: [2, 3], after: [4, 6] },
  { name: 'two sets: 5 to 3', replicas: [5, 3], before: [2, 3], after: [1, 2] },
  { name: 'two sets: 9 to 4', replicas: [9, 4], before: [8, 1], after: [4, 0] },
  { name: 'three sets: 7 to 10', replicas: [7, 10], before: [2, 3, 2], after: [3, 4, 3] },
  { name: 'three sets: 13 to 8', replicas: [13, 8], before: [2, 8, 3], after: [1, 5, 2] },
  { name: 'what is left over goes to the new one: 3 to 4', replicas: [3, 4], before: [1, 1, 1], after: [2, 1, 1] },
  { name: 'what is left over is taken from the oldest: 3 to 2', replicas: [3, 2], before: [1, 1, 1], after: [1, 1, 0] },
  { name: 'no new set: the younger first: 4 to 5', replicas: [4, 5], before: [null, 2, 2], after: [null, 3, 2] },
  { name: 'to nothing', replicas: [6, 0], before: [3, 2, 1], after: [0, 0, 0] },
  { name: 'from nothing', replicas: [6, 6], before: [0, 0, 0], after: [6, 0, 0] },
  {
    name: 'all are empty, and none is of the template: the latest grows',
    replicas: [0, 3],
    before: [null, 0, 0],
    after: [null, 3, 0],
  },
  {
    name: 'a new set that happens to have the size, and was not told of it, is one of many',
    replicas: [12, 10],
    surge: [0, 2],
    before: [10, 2],
    after: [10, 2],
  },
  {
    name: 'goes on where one was scaled already',
    replicas: [3, 5],
    before: [2, 1, 1],
    desired: [5, 3, 5],
    after: [2, 2, 1],
  },
  { name: 'with surge', replicas: [10, 20], surge: [2, 2], before: [6, 6], after: [11, 11] },
  { name: 'surge and size', replicas: [10, 50], surge: [3, 6], before: [5, 8], after: [22, 34] },
  { name: 'size and template', replicas: [10, 14], before: [null, 7, 3], after: [null, 10, 4] },
  {
    name: 'a new set that is full and broken does not cost old pods',
    replicas: [2, 2],
    surge: [1, 1],
    unavailable: 1,
    before: [2, 1],
    after: [2, 1],
    available: 0,
  },
];

describe('planProportional', () => {
  it.each(scaleCases)('$name', ({ replicas, surge = [0, 0], unavailable = 0, before, after, desired, available }) => {
    const sets = before.flatMap((count, index) => {
      if (count === null) return [];
      const was = desired?.[index] ?? replicas[0];
      const max = was + surge[0];
      return [
        set(3 - index, count, { desired: was, max, ...(index === 0 && available !== undefined ? { available } : {}) }),
      ];
    });
    const scaled = deployment(replicas[1], { surge: surge[1], unavailable });
    expect(sizes(sets, planProportional(scaled, sets))).toEqual(after.filter((count) => count !== null));
  });

  it('whatever the sizes: all together are what is wanted with its surge', () => {
    const count = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 3 }), fc.nat(100), fc.nat(10), (before, wanted, surge) => {
        const max = before.reduce((sum, size) => sum + size, 0);
        const sets = before.map((size, index) => set(3 - index, size, { desired: max, max, available: 0 }));
        const after = sizes(sets, planProportional(deployment(wanted, { surge }), sets)) as number[];
        expect(after.every((size) => size >= 0)).toBe(true);
        expect(after.reduce((sum, size) => sum + size, 0)).toBe(wanted === 0 ? 0 : wanted + surge);
      }),
    );
  });
});

describe('isScalingEvent', () => {
  it.each([
    ['told of its size', [set(3, 10, { desired: 10 })], false],
    ['told of another', [set(3, 10, { desired: 5 })], true],
    ['never told', [set(3, 10)], false],
    ['an empty set does not count', [set(3, 10, { desired: 10 }), set(2, 0, { desired: 5 })], false],
  ])('%s', (_name, sets, expected) => {
    expect(isScalingEvent(deployment(10), sets)).toBe(expected);
  });
});

describe('fencepostsOf', () => {
  it.each([
    [0, 0, 1, 0, 1],
    ['25%', '25%', 10, 3, 2],
    ['25%', '25%', 1, 1, 0],
    ['0%', '0%', 10, 0, 1],
    ['10%', '100%', 5, 1, 5],
    [0, 10, 5, 0, 5],
    ['20%', '0', 3, 1, 0],
  ])('surge %s, unavailable %s of %d: %d and %d', (surge, unavailable, replicas, maxSurge, maxUnavailable) => {
    expect(fencepostsOf(deployment(replicas, { surge, unavailable: unavailable === '0' ? 0 : unavailable }))).toEqual({
      maxSurge,
      maxUnavailable,
    });
  });

  it('all of a Recreate may be missing', () => {
    expect(fencepostsOf(deployment(5, { type: 'Recreate' }))).toEqual({ maxSurge: 0, maxUnavailable: 5 });
  });
});

describe('newSetReplicas', () => {
  it.each([
    ['no room', 10, 0, 10, 0, 0],
    ['room for the surge', 10, 2, 10, 0, 2],
    ['room for more', 10, 2, 5, 0, 7],
    ['the surge is used', 10, 2, 10, 2, 2],
    ['never more than are wanted', 10, 5, 0, 8, 10],
  ])('%s', (_name, wanted, surge, old, present, expected) => {
    const [newSet, oldSet] = [set(3, present), set(2, old)];
    expect(newSetReplicas(deployment(wanted, { surge, unavailable: 0 }), newSet, [newSet, oldSet])).toBe(expected);
  });
});

describe('planRollout, the new set', () => {
  it.each([
    ['cannot grow', 10, 0, 10, 0, [10, 0], { unavailable: 10 }],
    ['grows by the surge', 10, 2, 10, 0, [10, 2], {}],
    ['grows into what is free', 10, 2, 5, 0, [5, 7], {}],
    ['shrinks to what is wanted', 10, 2, 2, 11, [2, 10], {}],
  ])('%s', (_name, wanted, surge, old, present, expected, more) => {
    const [newSet, oldSet] = [set(3, present), set(2, old, { available: 0 })];
    const plan = planRollout(deployment(wanted, { surge, ...more }), newSet, [oldSet]);
    const grown = plan.filter((scaling) => scaling.set === newSet);
    expect(sizes([oldSet, newSet], grown)).toEqual(expected);
  });
});

describe('planRollout, the old sets', () => {
  it.each([
    ['one may be missing', 0, 10, 10, 0, 0, 9],
    ['two may be missing', 2, 10, 10, 0, 0, 8],
    ['those that are not available go first', 2, 10, 8, 0, 0, 8],
    ['one that is not available, and one that is', 2, 10, 9, 0, 0, 8],
    ['while the new ones are not available nothing goes', 2, 8, 8, 2, 0, 8],
    ['the new ones are available', 2, 8, 8, 2, 2, 6],
  ])('%s', (_name, unavailable, old, available, present, ready, expected) => {
    const [newSet, oldSet] = [set(3, present, { available: ready }), set(2, old, { available })];
    const plan = planRollout(deployment(10, { unavailable }), newSet, [oldSet]);
    expect(sizes([oldSet], plan)).toEqual([expected]);
  });

  it('of several the oldest goes first, and of each what is not available', () => {
    const [newSet, young, old] = [set(3, 0), set(2, 5, { available: 3 }), set(1, 5)];
    const plan = planRollout(deployment(10, { unavailable: 4 }), newSet, [young, old]);
    expect(sizes([young, old], plan)).toEqual([3, 3]);
  });
});

describe('planRecreate', () => {
  it.each([
    ['old pods go first', [set(2, 3)], true, [0, 0]],
    ['and have to be gone', [set(2, 0)], true, [0, 0]],
    ['then the new ones come', [set(2, 0)], false, [0, 5]],
  ])('%s', (_name, old, podsLeft, expected) => {
    const newSet = set(3, 0);
    const plan = planRecreate(deployment(5, { type: 'Recreate' }), newSet, old, podsLeft);
    expect(sizes([...old, newSet], plan)).toEqual(expected);
  });
});

describe('planCleanUp', () => {
  const named = (sets: readonly ReplicaSet[]) => sets.map(({ metadata }) => metadata.name);
  it.each([
    [
      'beyond the limit, the oldest revisions',
      1,
      [set(1, 0, { revision: 3 }), set(2, 0, { revision: 1 }), set(3, 0, { revision: 2 })],
      ['foo-v2', 'foo-v3'],
    ],
    ['only what is empty', 0, [set(1, 0), set(2, 0, { has: 1 }), set(3, 1, { has: 0 }), set(4, 1)], ['foo-v1']],
    ['all', 0, [set(1, 0), set(2, 0)], ['foo-v1', 'foo-v2']],
    ['none is empty', 0, [set(1, 1), set(2, 1)], []],
    ['one that goes already', 0, [set(1, 0, { deleted: true })], []],
    ['no limit', 2_147_483_647, [set(1, 0), set(2, 0), set(3, 0)], []],
  ])('%s', (_name, limit, sets, expected) => {
    expect(named(planCleanUp(deployment(1, { limit }), sets))).toEqual(expected);
  });
});

describe('revisions', () => {
  it('the new set is the oldest of the template', () => {
    const [twin, first] = [{ ...set(5, 1), spec: set(3, 1).spec } as ReplicaSet, set(3, 1)];
    expect(newSetOf(deployment(1), [twin, first, set(2, 1)])?.metadata.name).toBe('foo-v3');
  });

  it('going back makes an old set the newest, and keeps what it was', () => {
    const [back, current] = [set(3, 0, { revision: 1 }), set(2, 3, { revision: 2 })];
    const annotations = annotationsFor(deployment(3), back, [current], { desired: 3, max: 4 });
    expect(annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
  });

  it('counts on from revisions beyond what a number can tell apart', () => {
    const old = set(2, 0);
    const annotations = { ...old.metadata.annotations, [revisionAnnotation]: '3546343826724305832' };
    const adopted = { ...old, metadata: { ...old.metadata, annotations } };
    expect(annotationsFor(deployment(3), undefined, [adopted, set(3, 0, { revision: 7 })])).toMatchObject({
      [revisionAnnotation]: '3546343826724305833',
    });
  });

  const historyOf = (given: ReplicaSet, others: readonly ReplicaSet[], before?: string) => {
    const annotations = { ...given.metadata.annotations, ...(before && { [historyAnnotation]: before }) };
    const found = { ...given, metadata: { ...given.metadata, annotations } };
    return annotationsFor(deployment(3), found, others)[historyAnnotation];
  };
  const long = Array.from({ length: 400 }, (_, index) => 1_000 + index).join();
  it.each([
    ['none of the newest', historyOf(set(3, 3, { revision: 2 }), [set(2, 0, { revision: 1 })]), undefined],
    ['the same of the newest', historyOf(set(3, 3, { revision: 9 }), [set(2, 0, { revision: 1 })], '1,5'), '1,5'],
    ['one more of one gone back to', historyOf(set(3, 0, { revision: 4 }), [set(2, 3, { revision: 7 })], '1'), '1,4'],
    [
      'the latest of many',
      historyOf(set(3, 0, { revision: 4 }), [set(2, 3, { revision: 7 })], long),
      `${long.slice(5)},4`,
    ],
  ])('the history of a set is %s', (_what, found, expected) => expect(found).toBe(expected));
});
