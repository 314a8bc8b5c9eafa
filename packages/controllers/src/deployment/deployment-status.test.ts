/** Cases of kube-controller-manager's deployment util and progress tests. */
import { describe, expect, it } from '@jest/globals';
import type { Deployment, DeploymentStatus, ReplicaSet } from '@pintle/api/apps/v1';
import { deadlineInMs, isComplete, planStatus } from './deployment-status.js';

const nowMs = Date.parse('2025-01-01T00:10:00Z');
const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1000).toISOString();

interface Given {
  readonly replicas?: number;
  readonly status?: DeploymentStatus;
  readonly deadline?: number;
  readonly paused?: boolean;
  readonly surge?: number;
  readonly unavailable?: number;
}
const deployment = ({ replicas = 10, status = {}, deadline, paused, surge = 1, unavailable = 0 }: Given): Deployment =>
  ({
    metadata: { name: 'web', generation: 1 },
    spec: {
      replicas,
      ...(deadline === undefined ? {} : { progressDeadlineSeconds: deadline }),
      ...(paused === undefined ? {} : { paused }),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
    },
    status,
  }) as unknown as Deployment;

const set = (name: string, replicas: number, status: object = {}): ReplicaSet =>
  ({
    metadata: { name },
    spec: { replicas },
    status: { replicas, readyReplicas: replicas, availableReplicas: replicas, ...status },
  }) as ReplicaSet;

const progressing = (reason: string, secondsAgo: number, status = 'True') => ({
  conditions: [
    { type: 'Progressing', status, reason, lastUpdateTime: at(secondsAgo), lastTransitionTime: at(secondsAgo) },
  ],
});
const counts = (replicas: number, updated: number, available: number): DeploymentStatus => ({
  replicas,
  updatedReplicas: updated,
  readyReplicas: available,
  availableReplicas: available,
  observedGeneration: 1,
});

describe('isComplete', () => {
  it.each([
    ['not all are available', 10, counts(10, 10, 9), false],
    ['not all are new', 10, counts(10, 9, 10), false],
    ['old ones are left', 10, counts(11, 10, 10), false],
    ['all', 10, counts(10, 10, 10), true],
    ['none are wanted', 0, counts(0, 0, 0), true],
    ['not looked at yet', 10, { ...counts(10, 10, 10), observedGeneration: 0 }, false],
  ])('%s', (_name, replicas, status, expected) => {
    expect(isComplete(deployment({ replicas }), status)).toBe(expected);
  });
});

describe('deadlineInMs', () => {
  it.each([
    ['no deadline', {}, undefined],
    ['a deadline that is none', { deadline: 2_147_483_647, status: progressing('ReplicaSetUpdated', 5) }, undefined],
    ['nothing said yet', { deadline: 10 }, undefined],
    ['some time left', { deadline: 10, status: progressing('ReplicaSetUpdated', 4) }, 6_000],
    ['over', { deadline: 10, status: progressing('ReplicaSetUpdated', 11) }, -1_000],
    ['complete', { deadline: 10, status: progressing('NewReplicaSetAvailable', 11) }, undefined],
    ['said already', { deadline: 10, status: progressing('ProgressDeadlineExceeded', 11, 'False') }, undefined],
  ] as readonly (readonly [string, Given, number | undefined])[])('%s', (_name, given, expected) => {
    expect(deadlineInMs(deployment(given), nowMs)).toBe(expected);
  });
});

describe('planStatus, whether it gets on', () => {
  const newSet = set('web-new', 10);
  const said = (given: Given, sets: readonly ReplicaSet[]) => {
    const { conditions = [] } = planStatus(deployment(given), { newSet: sets[0], allSets: sets, nowMs });
    const found = conditions.find(({ type }) => type === 'Progressing');
    return found === undefined ? undefined : `${found.status} ${found.reason}`;
  };
  it.each([
    ['without a deadline nothing is said', {}, [newSet], undefined],
    ['begun', { deadline: 60 }, [set('web-new', 3)], 'True ReplicaSetUpdated'],
    ['done', { deadline: 60, status: progressing('ReplicaSetUpdated', 5) }, [newSet], 'True NewReplicaSetAvailable'],
    [
      'a new pod is ready',
      { deadline: 60, status: { ...counts(10, 4, 3), ...progressing('ReplicaSetUpdated', 100) } },
      [
        set('web-new', 4, { readyReplicas: 4, availableReplicas: 3 }),
        set('web-old', 6, { readyReplicas: 0, availableReplicas: 0 }),
      ],
      'True ReplicaSetUpdated',
    ],
    [
      'nothing moves, and there is time',
      { deadline: 60, status: { ...counts(10, 4, 10), ...progressing('ReplicaSetUpdated', 30) } },
      [set('web-new', 4), set('web-old', 6)],
      'True ReplicaSetUpdated',
    ],
    [
      'nothing moves, and time is up',
      { deadline: 60, status: { ...counts(10, 4, 10), ...progressing('ReplicaSetUpdated', 61) } },
      [set('web-new', 4), set('web-old', 6)],
      'False ProgressDeadlineExceeded',
    ],
    [
      'complete before: a pod that fails later is no rollout',
      { deadline: 60, status: { ...counts(10, 10, 9), ...progressing('NewReplicaSetAvailable', 1_000) } },
      [set('web-new', 10, { readyReplicas: 9, availableReplicas: 9 })],
      'True NewReplicaSetAvailable',
    ],
    [
      'complete before: that there are to be more is no rollout',
      {
        deadline: 60,
        replicas: 15,
        status: { ...counts(10, 10, 10), ...progressing('NewReplicaSetAvailable', 1_000) },
      },
      [set('web-new', 15, { readyReplicas: 10, availableReplicas: 10 })],
      'True NewReplicaSetAvailable',
    ],
    [
      'complete before, and there is another template',
      { deadline: 60, status: { ...counts(10, 10, 10), ...progressing('NewReplicaSetAvailable', 1_000) } },
      [set('web-new', 1), set('web-old', 10)],
      'True ReplicaSetUpdated',
    ],
    ['nothing moves yet, of a set that was found', { deadline: 60 }, [set('web-new', 0)], 'True FoundNewReplicaSet'],
    ['nothing moves yet, and there is no set', { deadline: 60 }, [], undefined],
    ['the deadline was taken away', { status: progressing('ReplicaSetUpdated', 5) }, [newSet], undefined],
    [
      'paused when time was up',
      { deadline: 60, paused: true, status: progressing('ProgressDeadlineExceeded', 30, 'False') },
      [set('web-new', 4)],
      'False ProgressDeadlineExceeded',
    ],
    [
      'paused',
      { deadline: 60, paused: true, status: progressing('ReplicaSetUpdated', 30) },
      [set('web-new', 4)],
      'Unknown DeploymentPaused',
    ],
    [
      'resumed: the time counts anew',
      { deadline: 60, status: { ...counts(10, 4, 4), ...progressing('DeploymentPaused', 1_000, 'Unknown') } },
      [set('web-new', 4)],
      'Unknown DeploymentResumed',
    ],
  ] as readonly (readonly [string, Given, readonly ReplicaSet[], string | undefined])[])(
    '%s',
    (_name, given, sets, expected) => {
      expect(said(given, sets)).toBe(expected);
    },
  );
});

describe('planStatus of another set than the last status was of', () => {
  const over = { deadline: 60, status: { ...counts(10, 10, 10), ...progressing('NewReplicaSetAvailable', 1_000) } };
  const history = { 'deployment.kubernetes.io/revision-history': '1' };
  const created = { type: 'Progressing', lastUpdateTime: at(0).replace('.000', '') };
  it.each<[string, Given, ReplicaSet, object]>([
    ['made', over, set('web-new', 0), { reason: 'NewReplicaSetCreated', message: 'Created new replica set "web-new"' }],
    ['its first pod was made', over, set('web-new', 1), { reason: 'ReplicaSetUpdated' }],
    ['nothing is wanted of it', { ...over, replicas: 0 }, set('web-new', 0), { reason: 'NewReplicaSetAvailable' }],
  ])('%s', (_name, given, newSet, expected) => {
    const old = set('web-old', given.replicas === 0 ? 0 : 10);
    const { conditions } = planStatus(deployment(given), { newSet, allSets: [old, newSet], nowMs, isAnotherSet: true });
    expect(conditions).toContainEqual(expect.objectContaining({ ...created, ...expected }));
  });

  it('gone back to: it goes on as it was', () => {
    const newSet = { ...set('web-old', 0), metadata: { name: 'web-old', annotations: history } };
    const facts = { newSet, allSets: [newSet, set('web-new', 10)], nowMs, isAnotherSet: true };
    expect(planStatus(deployment(over), facts).conditions).toContainEqual(over.status.conditions[0]);
  });
});

describe('planStatus, the rest', () => {
  const status = (given: Given, ...sets: readonly ReplicaSet[]) =>
    planStatus(deployment(given), { newSet: sets[0], allSets: sets, nowMs });
  it.each([
    ['enough', 10, 2, 8, 'True'],
    ['too few', 10, 2, 7, 'False'],
    ['none wanted', 0, 0, 0, 'True'],
  ])('available: %s', (_name, replicas, unavailable, available, expected) => {
    const { conditions = [] } = status(
      { replicas, unavailable },
      set('web-new', replicas, { availableReplicas: available }),
    );
    expect(conditions.find(({ type }) => type === 'Available')?.status).toBe(expected);
  });

  it('sums up its sets', () => {
    const given = status({}, set('web-new', 4, { readyReplicas: 3, availableReplicas: 2 }), set('web-old', 6));
    expect(given).toMatchObject({
      replicas: 10,
      updatedReplicas: 4,
      readyReplicas: 9,
      availableReplicas: 8,
      unavailableReplicas: 2,
    });
  });

  it('tells of pods that cannot be made for as long as that is so', () => {
    const failing = {
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }],
    };
    const told = status({}, set('web-new', 10), set('web-old', 1, failing));
    expect(told.conditions?.find(({ type }) => type === 'ReplicaFailure')).toMatchObject({
      reason: 'FailedCreate',
      message: 'quota',
    });
    const mended = status({ status: told }, set('web-new', 10));
    expect(mended.conditions?.map(({ type }) => type)).toEqual(['Available']);
  });
});
