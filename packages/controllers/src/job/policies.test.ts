/** What failures and successes come to: upstream's cases of pod failure, success and back-off as tables. */
import { describe, expect, it } from '@jest/globals';
import type { PodFailurePolicyRule, SuccessPolicyRule } from '@pintle/api/batch/v1';
import type { ContainerStatus, Pod } from '@pintle/api/core/v1';
import { formatTime } from '@pintle/machinery';
import { type BackoffRecord, nextRecord, remainingForIndexMs, remainingMs } from './backoff.js';
import { judgeFailure } from './failure-policy.js';
import { parseIndexes } from './indexes.js';
import { finishedAtMs } from './job-pods.js';
import { matchSuccessPolicy } from './success-policy.js';

const exited = (name: string, exitCode: number, finishedAt?: string): ContainerStatus =>
  ({
    name,
    state: { terminated: { exitCode, ...(finishedAt === undefined ? {} : { finishedAt }) } },
  }) as ContainerStatus;

describe('judgeFailure', () => {
  const codes = (action: string, operator: string, values: number[], containerName?: string): PodFailurePolicyRule => ({
    action,
    onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) },
  });
  const condition = (action: string, status: string): PodFailurePolicyRule => ({
    action,
    onPodConditions: [{ type: 'DisruptionTarget', status }],
  });
  const ended = (containers: Record<string, number>, initContainers: Record<string, number> = {}): Pod['status'] =>
    ({
      phase: 'Failed',
      containerStatuses: Object.entries(containers).map(([name, code]) => exited(name, code)),
      initContainerStatuses: Object.entries(initContainers).map(([name, code]) => exited(name, code)),
    }) as Pod['status'];
  const disrupted = (status: string) =>
    ({ phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status }] }) as Pod['status'];
  const failsWith = (code: number, index: number, container = 'main') => ({
    action: 'FailJob',
    counts: true,
    message: `Container ${container} for pod default/mypod failed with exit code ${code} matching FailJob rule at index ${index}`,
  });
  const cases: [name: string, rules: PodFailurePolicyRule[], status: Pod['status'], verdict: object][] = [
    ['no rules', [], ended({ main: 2 }), { counts: true }],
    [
      'an unknown action for exit codes is passed over',
      [codes('Unknown', 'In', [1, 2]), codes('FailJob', 'In', [2, 3])],
      ended({ main: 2 }),
      failsWith(2, 1),
    ],
    [
      'an unknown action for conditions is passed over',
      [condition('Unknown', 'True'), condition('Ignore', 'True')],
      disrupted('True'),
      { action: 'Ignore', counts: false },
    ],
    [
      'an unknown operator fits nothing',
      [codes('Ignore', 'Unknown', [1, 2]), codes('FailJob', 'In', [2, 3])],
      ended({ main: 2 }),
      failsWith(2, 1),
    ],
    ['Ignore by code', [codes('Ignore', 'In', [1, 2, 3])], ended({ main: 2 }), { action: 'Ignore', counts: false }],
    [
      'Ignore by a negative code',
      [codes('Ignore', 'In', [-1073741676, -1073741510])],
      ended({ main: -1073741510 }),
      { action: 'Ignore', counts: false },
    ],
    ['FailJob by code', [codes('FailJob', 'In', [1, 2, 3])], ended({ main: 2 }), failsWith(2, 0)],
    [
      'containers that ended well fit no rule',
      [codes('FailJob', 'NotIn', [111])],
      ended({ main: 111, support: 0 }, { init: 0 }),
      { counts: true },
    ],
    [
      'FailIndex by code',
      [codes('FailIndex', 'In', [1, 2, 3])],
      ended({ main: 2 }),
      { action: 'FailIndex', counts: true },
    ],
    ['NotIn with 0', [codes('FailJob', 'NotIn', [0])], ended({ main: 1, support: 0 }), failsWith(1, 0)],
    [
      'the second rule',
      [codes('Count', 'In', [1, 2, 3]), codes('FailJob', 'In', [4, 5, 6])],
      ended({ main: 6 }),
      failsWith(6, 1),
    ],
    ['Count by code', [codes('Count', 'In', [1, 2, 3])], ended({ main: 2 }), { action: 'Count', counts: true }],
    ['another container', [codes('FailJob', 'In', [2], 'other')], ended({ main: 2 }), { counts: true }],
    ['an init container', [codes('FailJob', 'In', [5])], ended({ main: 0 }, { init: 5 }), failsWith(5, 0, 'init')],
    [
      'FailIndex by condition',
      [condition('FailIndex', 'True')],
      disrupted('True'),
      { action: 'FailIndex', counts: true },
    ],
    ['Ignore by condition', [condition('Ignore', 'True')], disrupted('True'), { action: 'Ignore', counts: false }],
    ['Ignore by False', [condition('Ignore', 'False')], disrupted('False'), { action: 'Ignore', counts: false }],
    ['Ignore by Unknown', [condition('Ignore', 'Unknown')], disrupted('Unknown'), { action: 'Ignore', counts: false }],
    ['another status', [condition('Ignore', 'False')], disrupted('True'), { counts: true }],
    [
      'FailJob by condition',
      [condition('FailJob', 'True')],
      disrupted('True'),
      {
        action: 'FailJob',
        counts: true,
        message: 'Pod default/mypod has condition DisruptionTarget matching FailJob rule at index 0',
      },
    ],
  ];
  it.each(cases)('%s', (_name, rules, status, verdict) => {
    const pod = { metadata: { name: 'mypod', namespace: 'default' }, status } as Pod;
    expect(judgeFailure({ rules }, pod)).toEqual(verdict);
  });
});

describe('matchSuccessPolicy', () => {
  const cases: [rules: SuccessPolicyRule[], succeeded: string, met: number | undefined][] = [
    [[], '0', undefined],
    [[{ succeededIndexes: 'invalid-form' }], '0', undefined],
    [[{ succeededIndexes: '0-2' }], '0-2,4-7', 0],
    [[{ succeededIndexes: '3' }], '0-2', undefined],
    [[{ succeededCount: 2 }], '0-2', 0],
    [[{ succeededCount: 4 }], '0-2', undefined],
    [[{ succeededIndexes: '9' }, { succeededIndexes: '4,6' }], '0-2,4-7', 1],
    [[{ succeededIndexes: '0,1' }, { succeededIndexes: '5' }], '0-2,4-7', 0],
    [[{ succeededIndexes: '3-6', succeededCount: 2 }], '0-2,4-7', 0],
    [[{ succeededIndexes: '3-6', succeededCount: 2 }], '0-2,6,7', undefined],
    [[{ succeededCount: 4 }], '', undefined],
    [[{ succeededIndexes: '2-4,6-8' }], '1-9', 0],
    [[{ succeededIndexes: '2-4,6-9' }], '2-4,6-9', 0],
    [[{ succeededIndexes: '' }], '1-3', undefined],
    [[{ succeededIndexes: '' }], '', undefined],
    [[{ succeededIndexes: '10-12,14-16' }], '1-3,5-7', undefined],
    [[{ succeededIndexes: '1-3,5-7' }], '2-4,6-8', undefined],
    [[{ succeededIndexes: '1-3,5-7', succeededCount: 4 }], '2-4,6-8', 0],
    [[{ succeededIndexes: '2-4,6-9' }], '1-3,5-7', undefined],
    [[{ succeededIndexes: '2-4,6-9', succeededCount: 4 }], '1-3,5-7', 0],
    [[{ succeededIndexes: '0-4,6-9' }], '1-3,7,8', undefined],
    [[{ succeededIndexes: '0-4,6-9', succeededCount: 5 }], '1-3,7,8', 0],
    [[{ succeededIndexes: '0-6,8-9' }], '1-3,5-9', undefined],
    [[{ succeededIndexes: '0-6,8-9', succeededCount: 7 }], '1-3,5-9', 0],
    [[{ succeededIndexes: '0-5,7-9' }], '1-5,7-9', undefined],
    [[{ succeededIndexes: '0-5,7-9', succeededCount: 8 }], '1-5,7-9', 0],
  ];
  it.each(cases)('%j of %j: %s', (rules, succeeded, met) =>
    expect(matchSuccessPolicy({ rules }, 10, parseIndexes(succeeded, 10))).toBe(
      met === undefined ? undefined : `Matched rules at index ${met}`,
    ),
  );
  it('says nothing without a policy', () =>
    expect(matchSuccessPolicy(undefined, 10, parseIndexes('0', 10))).toBeUndefined());
});

const t0 = Date.UTC(2009, 10, 10, 23);
const at = (seconds: number) => formatTime(t0 + seconds * 1000);
const endedAt = (seconds: number) =>
  ({ metadata: {}, status: { containerStatuses: [exited('main', 1, at(seconds))] } }) as unknown as Pod;

describe('back-off', () => {
  const none: BackoffRecord = { failuresSinceSuccess: 0 };
  const records: [name: string, before: BackoffRecord, succeeded: number[], failed: number[], failures: number][] = [
    ['one failure', none, [], [0], 1],
    ['two failures', none, [], [0, -1], 2],
    ['two failures, then success', none, [0], [-2, -1], 0],
    ['failures before and after a success', none, [-2], [0, -4, -3, -1], 2],
    ['one more failure', { failuresSinceSuccess: 2 }, [], [0], 3],
    ['success and failure at once', none, [0], [0], 0],
    ['nothing new', none, [], [], 0],
    ['one success', { failuresSinceSuccess: 4, lastFailureMs: 1 }, [0], [], 0],
  ];
  it.each(records)('%s', (_name, before, succeeded, failed, failuresSinceSuccess) =>
    expect(nextRecord(before, succeeded.map(endedAt), failed.map(endedAt))).toEqual({
      failuresSinceSuccess,
      ...(failuresSinceSuccess === 0 ? {} : { lastFailureMs: t0 }),
    }),
  );

  const waits: [failures: number, elapsedSeconds: number, waitSeconds: number][] = [
    [0, 0, 0],
    [1, 0, 10],
    [1, 2, 8],
    [1, 10, 0],
    [1, 12, 0],
    [3, 0, 40],
    [6, 0, 320],
    [7, 0, 600],
    [2_000, 0, 600],
  ];
  it.each(waits)('after %d failures and %d s: %d s', (failuresSinceSuccess, elapsed, wait) => {
    expect(remainingMs({ failuresSinceSuccess, lastFailureMs: t0 }, t0 + elapsed * 1000)).toBe(wait * 1000);
  });

  const perIndex: [annotations: Record<string, string>, waitSeconds: number][] = [
    [{ 'batch.kubernetes.io/job-index-failure-count': '2' }, 40],
    [
      {
        'batch.kubernetes.io/job-index-failure-count': '2',
        'batch.kubernetes.io/job-index-ignored-failure-count': '1',
      },
      80,
    ],
    [{ 'batch.kubernetes.io/job-index-failure-count': '-2' }, 10],
    [{}, 10],
  ];
  it.each(perIndex)('by index: %j', (annotations, wait) => {
    const pod = { ...endedAt(0), metadata: { annotations } } as Pod;
    expect(remainingForIndexMs(pod, t0)).toBe(wait * 1000);
    expect(remainingForIndexMs(undefined, t0)).toBe(0);
  });
});

describe('finishedAtMs', () => {
  const running = { name: 'main', state: { running: {} } };
  const cases: [name: string, pod: object, seconds: number][] = [
    [
      'the last of its containers',
      { status: { containerStatuses: [exited('a', 0, at(-1)), exited('b', 0, at(0)), exited('c', 0, at(-2))] } },
      0,
    ],
    [
      'its deletion where one still runs',
      {
        metadata: { deletionTimestamp: at(0) },
        status: { containerStatuses: [exited('a', 0, at(-1)), running, exited('c', 0, at(-2))] },
      },
      0,
    ],
    [
      'its deletion without the grace',
      {
        metadata: { deletionTimestamp: at(0), deletionGracePeriodSeconds: 30 },
        status: { containerStatuses: [running] },
      },
      -30,
    ],
    [
      'when it was no longer ready',
      {
        status: {
          containerStatuses: [exited('a', 0)],
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at(0) }],
        },
      },
      0,
    ],
    [
      'not when it became ready',
      {
        metadata: { deletionTimestamp: at(0) },
        status: {
          containerStatuses: [exited('a', 0)],
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(-30) }],
        },
      },
      0,
    ],
    ['its creation', { metadata: { creationTimestamp: at(0) }, status: { containerStatuses: [exited('a', 0)] } }, 0],
    [
      'a sidecar that ended last',
      {
        spec: { initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }] },
        status: {
          containerStatuses: [exited('main', 0, at(-1))],
          initContainerStatuses: [exited('sidecar', 0, at(0))],
        },
      },
      0,
    ],
  ];
  it.each(cases)('%s', (_name, pod, seconds) =>
    expect(finishedAtMs({ metadata: {}, ...pod } as unknown as Pod)).toBe(t0 + seconds * 1000),
  );
});
