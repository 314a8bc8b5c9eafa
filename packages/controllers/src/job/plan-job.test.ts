/** One look at a Job, as a table: its pods as they are, what is planned, and the status that comes of it. */
import { describe, expect, it } from '@jest/globals';
import type { Job, JobSpec, JobStatus } from '@pintle/api/batch/v1';
import type { Pod } from '@pintle/api/core/v1';
import { conclude, planAccount, startTimeOf } from './account.js';
import { type BackoffRecord, noFailures } from './backoff.js';
import { jobFacts } from './job-facts.js';
import { podOfJob } from './job-pod.js';
import { completionIndexKey, indexFailureCountKey, isTracked, trackingFinalizer } from './job-pods.js';
import { planJob } from './plan-job.js';

const nowMs = Date.UTC(2025, 0, 1);
const startTime = '2024-12-31T23:59:00Z';

interface Look {
  readonly spec: Partial<JobSpec>;
  /**
   * Words of `phase[:index][*count][flags]`: R running, r running and ready, P pending, S succeeded, F failed; `-` is
   * being deleted, `!` has no finalizer, `^n` failed n times before, `~` was disrupted, `+n` its container was restarted n
   * times, and once its init container where it has begun (n > 1).
   */
  readonly pods?: string;
  readonly status?: Partial<JobStatus>;
  readonly deleting?: boolean;
  readonly record?: BackoffRecord;
  readonly expect: {
    readonly create?: number | readonly number[];
    readonly remove?: number;
    readonly release?: number;
    readonly requeueAfterMs?: number;
    /** Zeros are left out, and so is where the Job began. */
    readonly status?: object;
    readonly conditions?: readonly string[];
  };
}

function podsOf(words = ''): readonly Pod[] {
  return words
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word, at) => {
      const [, phase = '', , index, , count = '1', isDeleted, isReleased, , failures, isDisrupted, , restarts = '0'] =
        /^([RrPSF])(:(\w+))?(\*(\d+))?(-)?(!)?(\^(\d+))?(~)?(\+(\d+))?$/.exec(word)!;
      const phases: Record<string, string> = { P: 'Pending', S: 'Succeeded', F: 'Failed' };
      return Array.from({ length: Number(count) }, (_, copy): Pod => {
        const annotations = {
          ...(index === undefined ? {} : { [completionIndexKey]: index }),
          ...(failures === undefined ? {} : { [indexFailureCountKey]: failures }),
        };
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: `${at}-${copy}`,
            namespace: 'default',
            uid: `${at}-${copy}`,
            annotations,
            ...(isReleased ? {} : { finalizers: [trackingFinalizer] }),
            ...(isDeleted ? { deletionTimestamp: '2024-12-31T23:59:59Z' } : {}),
          },
          status: {
            phase: phases[phase] ?? 'Running',
            containerStatuses: [{ name: 'main', restartCount: Math.max(0, Number(restarts) - Number(restarts > '1')) }],
            initContainerStatuses: [{ name: 'first', restartCount: Number(restarts > '1') }],
            conditions: [
              ...(phase === 'r' ? [{ type: 'Ready', status: 'True' }] : []),
              ...(isDisrupted ? [{ type: 'DisruptionTarget', status: 'True' }] : []),
            ],
          },
        } as unknown as Pod;
      });
    });
}

function look({ spec, pods, status, deleting, record = noFailures }: Look): Look['expect'] {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', uid: 'job', ...(deleting ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}) },
    spec: { backoffLimit: 6, template: { spec: { restartPolicy: 'Never' } }, ...spec },
    status,
  } as unknown as Job;
  const all = podsOf(pods);
  const facts = jobFacts(job, all, record);
  const plan = planJob(facts, Date.parse(startTime), nowMs);
  const done = { created: plan.create.length, removed: plan.remove, isPartial: false };
  const account = planAccount(facts, plan, done, startTime, nowMs);
  const released = new Set(account.release);
  const tracked = all.filter((pod) => isTracked(pod) && !released.has(pod)).map(({ metadata }) => metadata.uid ?? '');
  const concluded = conclude(account.status, account, new Set(tracked), nowMs);
  const { conditions = [], startTime: _start, completionTime: _end, ...rest } = concluded.status;
  const told = Object.fromEntries(
    Object.entries(rest).filter(
      ([key, value]) => value !== 0 && !(key === 'uncountedTerminatedPods' && !Object.keys(value as object).length),
    ),
  );
  const indexes = plan.create.map(({ index }) => index);
  return {
    ...(plan.create.length === 0 ? {} : { create: indexes[0] === undefined ? indexes.length : (indexes as number[]) }),
    ...(plan.remove.length === 0 ? {} : { remove: plan.remove.length }),
    ...(account.release.length === 0 ? {} : { release: account.release.length }),
    ...(plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs }),
    ...(Object.keys(told).length === 0 ? {} : { status: told }),
    ...(conditions.length === 0
      ? {}
      : { conditions: conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`) }),
  };
}

const two = { parallelism: 2, completions: 5 };
const one = { parallelism: 1, completions: 1 };
const indexed = { ...two, completionMode: 'Indexed' as const };
const complete = ['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'];
const failed = (reason: string) => [`FailureTarget=True ${reason}`, `Failed=True ${reason}`];

const onDisruption = (action: string) => ({
  rules: [{ action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
});

const looks: Record<string, Look> = {
  'a Job starts': { spec: two, expect: { create: 2, status: { active: 2 } } },
  'a work queue starts': { spec: { parallelism: 2 }, expect: { create: 2, status: { active: 2 } } },
  'what is ready is counted': { spec: two, pods: 'R r', expect: { status: { active: 2, ready: 1 } } },
  'active back-off': {
    spec: one,
    record: { failuresSinceSuccess: 1, lastFailureMs: nowMs },
    expect: { requeueAfterMs: 10_000 },
  },
  'one too few': { spec: { parallelism: 2 }, pods: 'R', expect: { create: 1, status: { active: 2 } } },
  'one too many': { spec: two, pods: 'R*3', expect: { remove: 1, status: { active: 2, terminating: 1 } } },
  'the ready ones stay': {
    spec: two,
    pods: 'r P r',
    expect: { remove: 1, status: { active: 2, ready: 2, terminating: 1 } },
  },
  'failed and succeeded': {
    spec: two,
    pods: 'R S F',
    expect: { create: 1, release: 2, status: { active: 2, succeeded: 1, failed: 1 } },
  },
  'already counted': {
    spec: one,
    pods: 'R F!',
    status: { active: 1, failed: 1 },
    expect: { status: { active: 1, failed: 1 } },
  },
  done: { spec: two, pods: 'S*5', expect: { release: 5, status: { succeeded: 5 }, conditions: complete } },
  'a work queue at its end': {
    spec: { parallelism: 2 },
    pods: 'R S',
    expect: { release: 1, status: { active: 1, succeeded: 1 } },
  },
  'a work queue done': {
    spec: { parallelism: 2 },
    pods: 'S*2',
    expect: { release: 2, status: { succeeded: 2 }, conditions: complete },
  },
  'a work queue done despite a failure': {
    spec: { parallelism: 2 },
    pods: 'S F',
    expect: { release: 2, status: { succeeded: 1, failed: 1 }, conditions: complete },
  },
  'many too many': { spec: two, pods: 'R*10', expect: { remove: 8, status: { active: 2, terminating: 8 } } },
  'more than remain': {
    spec: { parallelism: 3, completions: 4 },
    pods: 'R*3 S*2',
    expect: { remove: 1, release: 2, status: { active: 2, succeeded: 2, terminating: 1 } },
  },
  'being deleted': {
    spec: two,
    pods: 'P R S',
    deleting: true,
    expect: { release: 3, status: { active: 2, succeeded: 1 } },
  },
  'more failures than the limit': {
    spec: { ...two, backoffLimit: 0 },
    pods: 'F',
    expect: { release: 1, status: { failed: 1 }, conditions: failed('BackoffLimitExceeded') },
  },
  'a failed Job ends its pods, which count as failed': {
    spec: { ...two, backoffLimit: 0 },
    pods: 'r*2 F',
    expect: {
      remove: 2,
      release: 3,
      status: { failed: 3, terminating: 2 },
      conditions: ['FailureTarget=True BackoffLimitExceeded'],
    },
  },
  'past its deadline': {
    spec: { ...one, activeDeadlineSeconds: 60 },
    pods: 'R',
    expect: {
      remove: 1,
      release: 1,
      status: { failed: 1, terminating: 1 },
      conditions: ['FailureTarget=True DeadlineExceeded'],
    },
  },
  'before its deadline': {
    spec: { ...one, activeDeadlineSeconds: 90 },
    pods: 'R',
    expect: { requeueAfterMs: 30_000, status: { active: 1 } },
  },
  suspended: {
    spec: { ...two, suspend: true },
    pods: 'r*2',
    expect: { remove: 2, status: { terminating: 2 }, conditions: ['Suspended=True JobSuspended'] },
  },
  resumed: {
    spec: two,
    status: { conditions: [{ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }] },
    expect: { create: 2, status: { active: 2 }, conditions: ['Suspended=False JobResumed'] },
  },
  'suspended while being deleted': {
    spec: { ...two, suspend: true },
    pods: 'R*2',
    deleting: true,
    expect: { release: 2, status: { active: 2 } },
  },
  'a terminating pod is replaced at once': {
    spec: { ...one, podReplacementPolicy: 'TerminatingOrFailed' },
    pods: 'R F P-',
    expect: { release: 2, status: { active: 1, failed: 2, terminating: 1 } },
  },
  'a terminating pod is replaced when it has failed': {
    spec: { ...two, podReplacementPolicy: 'Failed' },
    pods: 'R-',
    expect: { create: 1, status: { active: 1, terminating: 1 } },
  },
  'more terminating pods than parallelism': {
    spec: { ...one, podReplacementPolicy: 'Failed' },
    pods: 'R*2 R*4-',
    expect: { remove: 1, status: { active: 1, terminating: 5 } },
  },
  'a manual FailureTarget=False is nothing': {
    spec: one,
    pods: 'r',
    status: { active: 1, conditions: [{ type: 'FailureTarget', status: 'False', reason: 'ByHand' }] },
    expect: { status: { active: 1, ready: 1 }, conditions: ['FailureTarget=False ByHand'] },
  },
  'an ignored failure does not count': {
    spec: { ...one, backoffLimit: 0, podFailurePolicy: onDisruption('Ignore') },
    pods: 'F~',
    expect: { create: 1, release: 1, status: { active: 1 } },
  },
  'a failure that ends the Job': {
    spec: { ...two, podFailurePolicy: onDisruption('FailJob') },
    pods: 'S F~',
    expect: { release: 2, status: { succeeded: 1, failed: 1 }, conditions: failed('PodFailurePolicy') },
  },
  'a failure that ends its index': {
    spec: { ...indexed, backoffLimitPerIndex: 3, podFailurePolicy: onDisruption('FailIndex') },
    pods: 'F:0~ R:1',
    expect: { create: [2], release: 1, status: { active: 2, failed: 1, failedIndexes: '0' } },
  },
  'an indexed Job starts': { spec: indexed, expect: { create: [0, 1], status: { active: 2 } } },
  'an index waits for its terminating pod': {
    spec: { ...indexed, podReplacementPolicy: 'Failed' },
    pods: 'R:0-',
    expect: { create: [1], status: { active: 1, terminating: 1 } },
  },
  'indexes done': {
    spec: { ...indexed, completions: 3 },
    pods: 'S:0 F:1 S:1 S:2',
    expect: { release: 4, status: { succeeded: 3, failed: 1, completedIndexes: '0-2' }, conditions: complete },
  },
  'an indexed Job fails': {
    spec: { ...indexed, completions: 3, backoffLimit: 0 },
    pods: 'S:0 F:1 R:2',
    expect: {
      remove: 1,
      release: 3,
      status: { succeeded: 1, failed: 2, completedIndexes: '0', terminating: 1 },
      conditions: ['FailureTarget=True BackoffLimitExceeded'],
    },
  },
  'an index that succeeds twice counts once': {
    spec: { ...indexed, completions: 3 },
    pods: 'S:0 S:1 S:1',
    expect: { create: [2], release: 3, status: { active: 1, succeeded: 2, completedIndexes: '0,1' } },
  },
  'gaps are filled': {
    spec: { ...indexed, parallelism: 8, completions: 20 },
    pods: 'R:0 S:2 P:3 S:4 S:5 S:7 S:8 S:9',
    expect: {
      create: [1, 6, 10, 11, 12, 13],
      release: 6,
      status: { active: 8, succeeded: 6, completedIndexes: '2,4,5,7-9' },
    },
  },
  'failed indexes are made anew': {
    spec: { ...indexed, parallelism: 3, completions: 4 },
    pods: 'F:0 P:1 F:2',
    expect: { create: [0, 2], release: 2, status: { active: 3, failed: 2 } },
  },
  'pods without a valid index go': {
    spec: indexed,
    pods: 'R S F R:x S:x F:x P:x S:0 R:1 R:2',
    expect: { remove: 3, release: 5, status: { active: 2, succeeded: 1, completedIndexes: '0', terminating: 3 } },
  },
  'doubled indexes go': {
    spec: { ...indexed, parallelism: 5 },
    pods: 'S F R:x S:0 R:1 R:2 P:2',
    expect: { remove: 2, release: 3, status: { active: 2, succeeded: 1, completedIndexes: '0', terminating: 2 } },
  },
  'indexes out of range go': {
    spec: indexed,
    pods: 'S:0 R:5 S:6 P:7 F:8',
    expect: { remove: 2, release: 3, status: { succeeded: 1, completedIndexes: '0', terminating: 2 } },
  },
  'an index keeps its failed pod until the successor is there': {
    spec: { ...indexed, backoffLimit: 2_147_483_647, backoffLimitPerIndex: 1 },
    pods: 'F:0 R:1',
    expect: { create: [0], status: { active: 2, failedIndexes: '' } },
  },
  'an index that fails too often': {
    spec: { ...indexed, backoffLimit: 2_147_483_647, backoffLimitPerIndex: 1 },
    pods: 'F:0^1 R:1',
    expect: { create: [2], release: 1, status: { active: 2, failed: 1, failedIndexes: '0' } },
  },
  'too many failed indexes': {
    spec: { ...indexed, backoffLimit: 2_147_483_647, backoffLimitPerIndex: 0, maxFailedIndexes: 0 },
    pods: 'F:0',
    expect: { release: 1, status: { failed: 1, failedIndexes: '0' }, conditions: failed('MaxFailedIndexesExceeded') },
  },
  'as many failed indexes as may be': {
    spec: { ...indexed, backoffLimit: 2_147_483_647, backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
    pods: 'F:0',
    expect: { create: [1, 2], release: 1, status: { active: 2, failed: 1, failedIndexes: '0' } },
  },
  'a work queue that stands still is not over': { spec: { parallelism: 0 }, expect: {} },
  'every index has ended, some failed': {
    spec: { ...indexed, completions: 2, backoffLimit: 2_147_483_647, backoffLimitPerIndex: 0 },
    pods: 'S:0 F:1',
    expect: {
      release: 2,
      status: { succeeded: 1, failed: 1, completedIndexes: '0', failedIndexes: '1' },
      conditions: failed('FailedIndexes'),
    },
  },
  'a success policy is met': {
    spec: { ...indexed, successPolicy: { rules: [{ succeededCount: 1 }] } },
    pods: 'S:0 R:1',
    expect: {
      remove: 1,
      release: 2,
      status: { succeeded: 1, completedIndexes: '0', terminating: 1 },
      conditions: ['SuccessCriteriaMet=True SuccessPolicy'],
    },
  },
  'named before and gone': {
    spec: { parallelism: 1, completions: 9 },
    pods: 'R S! F!',
    status: { succeeded: 2, failed: 1, uncountedTerminatedPods: { succeeded: ['1-0', 'gone'], failed: ['2-0'] } },
    expect: { status: { active: 1, succeeded: 4, failed: 2 } },
  },
  'named before and still there': {
    spec: { parallelism: 1, completions: 9 },
    pods: 'R S F',
    status: { uncountedTerminatedPods: { succeeded: ['1-0'], failed: ['2-0'] } },
    expect: { release: 2, status: { active: 1, succeeded: 1, failed: 1 } },
  },
};

/** Cases of kube-controller-manager's `TestJobBackoffForOnFailure`. */
const restarts: [what: string, limit: number, pods: string, isOver: boolean][] = [
  ['none', 0, 'R', false],
  ['one, where none is let pass', 0, 'R+1', true],
  ['one of a pod that waits', 0, 'P+1', true],
  ['the first of one', 1, 'R+1', true],
  ['fewer than the limit', 3, 'R+2', false],
  ['as many as the limit', 2, 'R+2', true],
  ['of two pods together', 2, 'R+1 P+1', true],
  ['of two pods fewer together', 3, 'R+1 R+1', false],
  ['of a pod that has ended', 1, 'R S!+9', false],
  ['of a pod that has failed', 1, 'R F!+9', false],
];

describe('restarts of containers in their pods', () => {
  it.each(restarts)('%s, of %d: %s', (_what, backoffLimit, pods, isOver) => {
    const template = { spec: { restartPolicy: 'OnFailure' as const, containers: [] } };
    const { conditions } = look({ spec: { parallelism: 2, backoffLimit, template }, pods, expect: {} });
    expect(conditions).toEqual(isOver ? ['FailureTarget=True BackoffLimitExceeded'] : undefined);
    const never = { spec: { restartPolicy: 'Never' as const, containers: [] } };
    expect(
      look({ spec: { parallelism: 2, backoffLimit, template: never }, pods, expect: {} }).conditions,
    ).toBeUndefined();
  });
});

describe('a look at a Job', () => {
  it.each(Object.entries(looks))('%s', (_name, given) => expect(look(given)).toEqual(given.expect));

  it('names at most 500 pods at once', () => {
    const given = look({ spec: { parallelism: 1, completions: 1_000 }, pods: 'S*700', expect: {} });
    expect(given).toEqual({ create: 1, release: 500, status: { active: 1, succeeded: 500 } });
  });

  it('is not over while some are not counted', () => {
    const given = (count: number) => look({ spec: { completions: count }, pods: `S*${count}`, expect: {} }).conditions;
    expect([given(499), given(700)]).toEqual([complete, complete.slice(0, 1)]);
  });

  const running = { startTime: '2024-12-31T20:00:00Z' };
  const suspended = { ...running, conditions: [{ type: 'Suspended', status: 'True' }] };
  const now = '2025-01-01T00:00:00Z';
  it.each([
    ['that has begun', {}, running, running.startTime, false],
    ['that begins', {}, {}, now, false],
    ['that begins suspended', { suspend: true }, {}, undefined, false],
    ['that is suspended', { suspend: true }, suspended, running.startTime, false],
    ['that goes on', { suspend: false }, suspended, now, false],
    ['that goes on no more', { suspend: false }, suspended, running.startTime, true],
  ] as const)('the start of a Job %s', (_what, spec, status, expected, isDeleted) => {
    const metadata = isDeleted === true ? { deletionTimestamp: now } : {};
    expect(startTimeOf({ metadata, spec, status } as unknown as Job, nowMs)).toBe(expected);
  });
});

describe('the pod of an index', () => {
  const names: [job: string, generateName: string][] = [
    ['indexed-job', 'indexed-job-1-'],
    ['hhhhhooooo'.repeat(7).slice(0, 65), `${'hhhhhooooo'.repeat(5)}hhhhh-1-`],
    [`${'hhhhhooooo'.repeat(5)}hhhhhoo`, `${'hhhhhooooo'.repeat(5)}hhhhh-1-`],
  ];
  it.each(names)('of %s', (name, generateName) => {
    const job = {
      metadata: { name },
      spec: { template: { spec: { containers: [{ name: 'main' }] } }, completionMode: 'Indexed' },
    } as unknown as Job;
    const pod = podOfJob(job, { index: 1 });
    expect(pod.metadata).toMatchObject({
      generateName,
      labels: { [completionIndexKey]: '1' },
      annotations: { [completionIndexKey]: '1' },
      finalizers: [trackingFinalizer],
    });
    expect(pod.spec).toMatchObject({ hostname: `${name}-1` });
    expect(pod.spec!.containers[0]!.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { fieldPath: `metadata.labels['${completionIndexKey}']` } },
      },
    ]);
  });
});
