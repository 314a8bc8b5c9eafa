/** What the API server takes of workloads, and in which words it refuses the rest. */
import { describe, expect, it } from '@jest/globals';
import { formatFieldError, type KubernetesObject } from '@pintle/machinery';
import { strategies } from './index.js';
import { decoded, type Written } from './served.fixture.js';

const labels = { app: 'web' };
const template = {
  metadata: { labels },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'web' }] },
};
const selector = { matchLabels: labels };

const kinds = {
  'apps/StatefulSet': {
    podManagementPolicy: 'OrderedReady',
    selector,
    template,
  },
  'apps/DaemonSet': { updateStrategy: { type: 'RollingUpdate' }, selector, template },
  'apps/Deployment': { selector, template },
  '/ReplicationController': { template },
  'policy/PodDisruptionBudget': { selector },
} as const;
type KindId = keyof typeof kinds;

interface WithSpec extends KubernetesObject {
  readonly spec: Record<string, unknown>;
}

function made(kind: KindId, spec: object): WithSpec {
  const [group, name] = kind.split('/') as [string, string];
  return decoded({
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    kind: name,
    metadata: { name: 'web' },
    spec: { ...kinds[kind], ...spec },
  } as Written);
}

const createErrors = (kind: KindId, spec: object) =>
  strategies[kind]!.validateCreate!(made(kind, spec)).map(formatFieldError);
const updateErrors = (kind: KindId, spec: object, before: object = {}) =>
  strategies[kind]!.validateUpdate!(made(kind, spec), made(kind, before)).map(formatFieldError);

const endless = { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } };
const others = { ...template, metadata: { labels: { app: 'other' } } };

describe('defaults', () => {
  it.each([
    [
      'apps/StatefulSet',
      { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] },
      {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data' },
            spec: {},
            status: { phase: 'Pending' },
          },
        ],
      },
    ],
    ['apps/DaemonSet', {}, { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } }],
    ['/ReplicationController', {}, { selector: labels }],
  ] as const)('%s', (kind, spec, expected) => {
    expect(made(kind, spec).spec).toMatchObject(expected);
  });
});

describe('a new object', () => {
  const rolling = (rollingUpdate: object) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  const atRolling = 'spec.updateStrategy.rollingUpdate';

  it.each([
    ['apps/StatefulSet', {}, []],
    // Whether its volumes are there is for the pods to say: claims are mounted too.
    [
      'apps/StatefulSet',
      {
        template: {
          ...template,
          spec: { ...template.spec, containers: [{ name: 'a', volumeMounts: [{ name: 'data' }] }] },
        },
      },
      [],
    ],
    ['apps/StatefulSet', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [
      'apps/StatefulSet',
      { ordinals: { start: -1 } },
      ['spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'apps/StatefulSet',
      { selector: {} },
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for statefulset',
      ],
    ],
    [
      'apps/StatefulSet',
      { template: others },
      [
        'spec.template.metadata.labels: Invalid value: map[string]string{"app":"other"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'apps/StatefulSet',
      { template: endless },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
      ],
    ],
    [
      'apps/StatefulSet',
      { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
      [`${atRolling}: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`],
    ],
    [
      'apps/StatefulSet',
      rolling({ partition: -1 }),
      [`${atRolling}.partition: Invalid value: -1: must be greater than or equal to 0`],
    ],
    [
      'apps/StatefulSet',
      rolling({ maxUnavailable: 0 }),
      [`${atRolling}.maxUnavailable: Invalid value: 0: cannot be 0`],
    ],
    [
      'apps/StatefulSet',
      rolling({ maxUnavailable: '101%' }),
      [`${atRolling}.maxUnavailable: Invalid value: "101%": must not be greater than 100%`],
    ],
    [
      'apps/StatefulSet',
      { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Recycle' } },
      [
        'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Recycle": supported values: "Retain", "Delete"',
      ],
    ],
    ['apps/DaemonSet', {}, []],
    [
      'apps/DaemonSet',
      { selector: {} },
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for daemonset',
      ],
    ],
    ['apps/DaemonSet', rolling({ maxUnavailable: 0, maxSurge: '10%' }), []],
    [
      'apps/DaemonSet',
      rolling({ maxUnavailable: 1, maxSurge: 1 }),
      [`${atRolling}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero`],
    ],
    [
      'apps/DaemonSet',
      rolling({ maxUnavailable: '0%', maxSurge: 0 }),
      [`${atRolling}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`],
    ],
    [
      'apps/Deployment',
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '200%', maxSurge: 'x%' } } },
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
        `spec.strategy.rollingUpdate.maxSurge: Invalid value: "x%": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
      ],
    ],
    [
      'apps/Deployment',
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '200%' } } },
      [],
    ],
    [
      'apps/Deployment',
      { progressDeadlineSeconds: -1 },
      [
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds',
      ],
    ],
    ['/ReplicationController', {}, []],
    ['/ReplicationController', { template: { ...template, metadata: {} } }, ['spec.selector: Required value']],
    [
      '/ReplicationController',
      { selector: { app: 'other' } },
      [
        'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
      ],
    ],
    ['policy/PodDisruptionBudget', { minAvailable: '50%' }, []],
    [
      'policy/PodDisruptionBudget',
      { minAvailable: 1, maxUnavailable: 1 },
      [
        'spec: Invalid value: {"selector":{"matchLabels":{"app":"web"}},"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
      ],
    ],
    [
      'policy/PodDisruptionBudget',
      { unhealthyPodEvictionPolicy: 'Never' },
      [
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ] as const)('%s %j', (kind, spec, expected) => {
    expect(createErrors(kind, spec)).toEqual(expected);
  });
});

describe('a changed object', () => {
  it('a StatefulSet changes little', () => {
    const changes = { replicas: 5, minReadySeconds: 1, revisionHistoryLimit: 3, ordinals: { start: 1 } };
    expect(updateErrors('apps/StatefulSet', changes)).toEqual([]);
    expect(updateErrors('apps/StatefulSet', { serviceName: 'other' })).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });

  it('a DaemonSet keeps its selector, and counts its templates', () => {
    const more = { matchLabels: labels, matchExpressions: [{ key: 'app', operator: 'Exists' }] };
    expect(updateErrors('apps/DaemonSet', { selector: more })[0]).toMatch(/^spec\.selector: .*field is immutable$/);
    const { prepareForCreate, prepareForUpdate } = strategies['apps/DaemonSet']!;
    const generation = 'deprecated.daemonset.template.generation';
    const first = prepareForCreate!(made('apps/DaemonSet', {}), { user: { name: 'jane', groups: [] }, nowMs: 0 });
    const changed = made('apps/DaemonSet', {
      template: { ...template, metadata: { labels, annotations: { a: 'b' } } },
    });
    expect(first.metadata.annotations[generation]).toBe('1');
    expect(prepareForUpdate!(made('apps/DaemonSet', {}), first).metadata.annotations[generation]).toBe('1');
    expect(prepareForUpdate!(changed, first).metadata.annotations[generation]).toBe('2');
  });
});
