/** What the server refuses of Jobs, and in which words. */
import { describe, expect, it } from '@jest/globals';
import { formatFieldError } from '@pintle/machinery';
import type { Job } from '../batch/v1/job.js';
import { jobStrategy } from './job.js';
import { created } from './served.fixture.js';

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'main' }] } };

/** As it is stored, with a status. */
function job(spec: object, status: object = {}): Job {
  const given = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'default', uid: 'u' },
    spec: { template, ...spec },
  };
  return { ...created<Job>(given), status } as Job;
}

const indexed = { completionMode: 'Indexed', completions: 3 };
const onExit = (action: string, operator: string, values: number[]) => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator, values } }] },
});

describe('a Job is refused', () => {
  const cases: [spec: object, errors: string[]][] = [
    [{}, []],
    [indexed, []],
    [{ ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] } }, []],
    [onExit('FailJob', 'In', [1, 3]), []],
    [{ parallelism: -1 }, ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0']],
    [
      { template: { spec: { ...template.spec, restartPolicy: 'Always' } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      { completionMode: 'Indexed', parallelism: 1 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      { ...indexed, parallelism: 100_001 },
      ['spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed'],
    ],
    [
      { selector: { matchExpressions: [{ key: 'a', operator: 'Lt' }] } },
      ['spec.selector.matchExpressions[0].operator: Invalid value: "Lt": not a valid selector operator'],
    ],
    [{ backoffLimitPerIndex: 1 }, ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode']],
    [
      { ...indexed, maxFailedIndexes: 4 },
      [
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
        'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
      ],
    ],
    [
      { ...indexed, completions: 200_000, backoffLimitPerIndex: 1 },
      ['spec.maxFailedIndexes: Required value: must be specified when completions is above 100000'],
    ],
    [
      { managedBy: 'me' },
      ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      onExit('FailIndex', 'In', [1]),
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      ],
    ],
    [
      onExit('FailJob', 'In', [3, 0, 3]),
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{3, 0, 3}: must be ordered',
      ],
    ],
    [
      { podFailurePolicy: { rules: [{ action: 'Ignore' }] } },
      ['spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required'],
    ],
    [
      { ...onExit('Count', 'In', [1]), podReplacementPolicy: 'TerminatingOrFailed' },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      { ...onExit('Count', 'In', [1]), template: { spec: { ...template.spec, restartPolicy: 'OnFailure' } } },
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
    [
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,5' }] } },
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0,5": error parsing succeededIndexes: too large index: "5"',
      ],
    ],
    [
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 3 }] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
    [
      { selector: { matchLabels: { app: 'x' } } },
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"x", "batch.kubernetes.io/controller-uid":"u"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: map[string]string{"batch.kubernetes.io/controller-uid":"u", "batch.kubernetes.io/job-name":"job", "controller-uid":"u", "job-name":"job"}: `selector` does not match template `labels`',
      ],
    ],
    [
      { manualSelector: true },
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`',
      ],
    ],
  ];
  it.each(cases)('%j', (spec, errors) =>
    expect(jobStrategy.validateCreate!(job(spec)).map(formatFieldError)).toEqual(errors),
  );
});

describe('a change of a Job is refused', () => {
  const labelled = { template: { ...template, metadata: { labels: { 'job-name': 'job' } } } };
  const cases: [old: Job, spec: object, fields: string[]][] = [
    [job({}), { completions: 1, parallelism: 3, backoffLimit: 1, suspend: true }, []],
    [job({}), { completions: 3 }, ['spec.completions']],
    [job(indexed), { ...indexed, completions: 4, parallelism: 4 }, []],
    [job(indexed), { ...indexed, completions: 4, parallelism: 2 }, ['spec.completions']],
    [job({}), { template: { spec: { ...template.spec, nodeSelector: { a: 'b' } } } }, ['spec.template']],
    [
      job({ suspend: true }),
      { suspend: false, template: { spec: { ...template.spec, nodeSelector: { a: 'b' } } } },
      [],
    ],
    [
      job({ suspend: true }, { startTime: '2025-01-01T00:00:00Z' }),
      { template: { spec: { ...template.spec, tolerations: [{ operator: 'Exists' }] } } },
      ['spec.template'],
    ],
    [job({ suspend: true }), { template: { spec: { ...template.spec, dnsPolicy: 'Default' } } }, ['spec.template']],
    [job({ suspend: true }), { suspend: true, ...labelled }, []],
    [job({}), { managedBy: 'example.com/queue' }, ['spec.managedBy']],
  ];
  it.each(cases)('case %#', (old, spec, fields) =>
    expect(jobStrategy.validateUpdate!(job(spec), old).map(({ field }) => field)).toEqual(fields),
  );
});

describe('a status is refused', () => {
  const is = (type: string, status = 'True') => ({ type, status });
  const startTime = '2025-01-01T00:00:00Z';
  const completionTime = '2025-01-01T00:01:00Z';
  const done = { startTime, completionTime, conditions: [is('SuccessCriteriaMet'), is('Complete')] };
  const cases: [spec: object, before: object, after: object, errors: string[]][] = [
    [{}, { startTime }, done, []],
    [{}, {}, { active: -1 }, ['status.active: Invalid value: -1: must be greater than or equal to 0']],
    [{}, { failed: 2 }, { failed: 1 }, ['status.failed: Invalid value: 1: cannot decrease the failed counter']],
    [
      {},
      { succeeded: 2 },
      { succeeded: 1 },
      ['status.succeeded: Invalid value: 1: cannot decrease the succeeded counter'],
    ],
    [{ ...indexed, parallelism: 3 }, { succeeded: 2 }, { succeeded: 1 }, []],
    [
      {},
      {},
      { ...done, startTime: undefined },
      ['status.startTime: Required value: startTime is required for finished job'],
    ],
    [
      {},
      { startTime },
      { ...done, active: 1 },
      ['status.active: Invalid value: 1: active>0 is invalid for finished job'],
    ],
    [
      {},
      { startTime },
      { ...done, completionTime: '2024-01-01T00:00:00Z' },
      ['status.completionTime: Invalid value: "2024-01-01T00:00:00Z": completionTime cannot be set before startTime'],
    ],
    [
      {},
      { startTime },
      { startTime, completionTime },
      [
        'status.completionTime: Invalid value: "2025-01-01T00:01:00Z": cannot set completionTime when there is no Complete=True condition',
      ],
    ],
    [
      {},
      { startTime },
      { ...done, conditions: [is('Complete'), is('FailureTarget')] },
      [
        'status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
      ],
    ],
    [
      {},
      { startTime },
      { startTime, conditions: [is('Failed')] },
      ['status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition'],
    ],
    [
      {},
      done,
      { ...done, conditions: [is('SuccessCriteriaMet'), is('Complete', 'False')] },
      [
        'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
        'status.completionTime: Invalid value: "2025-01-01T00:01:00Z": cannot set completionTime when there is no Complete=True condition',
      ],
    ],
    [
      {},
      { startTime },
      { startTime: completionTime },
      ['status.startTime: Required value: startTime cannot be removed for unsuspended job'],
    ],
    [
      {},
      { startTime, conditions: [is('Suspended')] },
      { startTime: completionTime, conditions: [is('Suspended', 'False')] },
      [],
    ],
    [
      {},
      {},
      { uncountedTerminatedPods: { succeeded: ['a'], failed: ['a', ''] } },
      [
        'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
        'status.uncountedTerminatedPods.failed[1]: Invalid value: "": must not be empty',
      ],
    ],
    [
      { ...indexed, backoffLimitPerIndex: 1 },
      { completedIndexes: '0-1' },
      { completedIndexes: '0-1', failedIndexes: '1' },
      ['status.failedIndexes: Invalid value: "1": failedIndexes and completedIndexes overlap at index: 1'],
    ],
    [{}, { ready: 1 }, { ready: 1 }, []],
    [{}, {}, { active: 1, ready: 1 }, []],
    [
      {},
      { active: 2, ready: 2 },
      { active: 1, ready: 2 },
      ['status.ready: Invalid value: 2: cannot set more ready pods than active'],
    ],
    [
      {},
      { startTime, completionTime, conditions: [is('SuccessCriteriaMet'), is('Complete')] },
      { startTime, completionTime, terminating: 1, conditions: [is('SuccessCriteriaMet'), is('Complete')] },
      ['status.terminating: Invalid value: 1: terminating>0 is invalid for finished job'],
    ],
    [
      indexed,
      {},
      { failedIndexes: 'a' },
      ['status.failedIndexes: Invalid value: "a": cannot set non-null failedIndexes when backoffLimitPerIndex is null'],
    ],
    [
      indexed,
      {},
      { completedIndexes: '2,1' },
      [
        'status.completedIndexes: Invalid value: "2,1": error parsing completedIndexes: non-increasing order, previous: 2, current: 1',
      ],
    ],
  ];
  it.each(cases)('case %#', (spec, before, after, errors) =>
    expect(jobStrategy.validateStatusUpdate!(job(spec, after), job(spec, before)).map(formatFieldError)).toEqual(
      errors,
    ),
  );
});
