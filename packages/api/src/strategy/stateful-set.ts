/** StatefulSets: their defaults, what must hold of them, and the little that may change. */
import {
  deepEqual,
  dns1123LabelErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  maskTrailingDash,
  notSupportedField,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { StatefulSet, StatefulSetSpec } from '../apps/v1/index.js';
import { boundedAmountErrors, isNothing, nonNegativeErrors } from './amount.js';
import { claimSpecWarnings } from './claim-warnings.js';
import { countStatusErrors, statefulParts } from './count-status.js';
import { templateLabelErrors } from './pod/pod-spec.js';
import {
  endlessErrors,
  isReadable,
  selectorErrors,
  specChanged,
  templateOnlyWarnings,
  type WorkloadNames,
  withPodDefaults,
} from './workloads.js';

const names: WorkloadNames = { selects: 'statefulset', runs: 'StatefulSet' };

export const statefulSetStrategy: Strategy<StatefulSet> = {
  nameErrors: (name, prefix) => dns1123LabelErrors(prefix ? maskTrailingDash(name) : name),
  defaults: withDefaults,
  prepareForCreate: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
  generationChanged: specChanged,
  validateCreate: (set) => [
    ...statefulSetErrors(set),
    ...formatErrors(set.spec?.serviceName, 'spec.serviceName', dns1123LabelErrors),
  ],
  validateUpdate: (set, old) => [...statefulSetErrors(set), ...changeErrors(set, old)],
  validateStatusUpdate: countStatusErrors(
    [
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
      'observedGeneration',
      'collisionCount',
    ],
    statefulParts,
  ),
  warnings: (set, old) => [...templateOnlyWarnings(set, old), ...claimWarnings(set)],
  statusWarnings: claimWarnings,
};

function claimWarnings(set: StatefulSet): readonly string[] {
  return [
    ...(set.spec?.volumeClaimTemplates ?? []).flatMap(({ spec }, index) =>
      claimSpecWarnings(spec, `spec.volumeClaimTemplates[${index}].Spec`),
    ),
    ...((set.spec?.revisionHistoryLimit ?? 0) < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ];
}

/** Of whoever names the usual strategy no more is said than they say; who names none has all of it. */
function withRollout(given: StatefulSetSpec['updateStrategy'] = {}): StatefulSetSpec['updateStrategy'] {
  const { type = 'RollingUpdate', rollingUpdate = given.type === undefined ? {} : undefined } = given;
  return {
    ...given,
    type,
    ...(type === 'RollingUpdate' && rollingUpdate !== undefined
      ? { rollingUpdate: { partition: 0, ...rollingUpdate } }
      : {}),
  };
}

function withDefaults(given: StatefulSet): StatefulSet {
  const set = withPodDefaults(given);
  const { spec } = set;
  if (spec === undefined) return set;
  const { updateStrategy, volumeClaimTemplates } = spec;
  return {
    ...set,
    spec: {
      ...spec,
      updateStrategy: withRollout(updateStrategy),
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
        ...spec.persistentVolumeClaimRetentionPolicy,
      },
      ...(volumeClaimTemplates === undefined ? {} : { volumeClaimTemplates: volumeClaimTemplates.map(asClaim) }),
    },
  };
}

type ClaimTemplate = NonNullable<StatefulSetSpec['volumeClaimTemplates']>[number];

/** A claim template says its kind, and has the phase of a claim that is new. */
const asClaim = (template: ClaimTemplate): ClaimTemplate => ({
  ...template,
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  status: { ...template.status, phase: template.status?.phase ?? 'Pending' },
});

/** As upstream, the pods' own spec is not judged here: it may mount claims that are no volumes yet. */
function statefulSetErrors({ spec }: StatefulSet): readonly FieldError[] {
  if (spec === undefined) return [requiredField('spec')];
  const errors: FieldError[] = [];
  if (spec.podManagementPolicy !== 'OrderedReady' && spec.podManagementPolicy !== 'Parallel')
    errors.push(
      invalidField('spec.podManagementPolicy', spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"),
    );
  errors.push(...updateStrategyErrors(spec));
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy?.[field];
    if (value !== undefined && value !== 'Retain' && value !== 'Delete')
      errors.push(notSupportedField(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete']));
  }
  errors.push(
    ...nonNegativeErrors(spec.replicas, 'spec.replicas'),
    ...nonNegativeErrors(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegativeErrors(spec.ordinals?.start, 'spec.ordinals.start'),
    ...selectorErrors(spec, names),
    ...(isReadable(spec.selector) ? templateLabelErrors(spec.template, 'spec.template') : []),
    ...endlessErrors(spec.template, names),
  );
  return errors;
}

function updateStrategyErrors({ updateStrategy }: StatefulSetSpec): readonly FieldError[] {
  const { type, rollingUpdate } = updateStrategy ?? {};
  const path = 'spec.updateStrategy';
  if (type !== 'OnDelete' && type !== 'RollingUpdate')
    return [invalidField(path, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  if (rollingUpdate === undefined) return [];
  if (type === 'OnDelete')
    return [invalidField(`${path}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")];
  const { partition, maxUnavailable } = rollingUpdate;
  const at = `${path}.rollingUpdate.maxUnavailable`;
  return [
    ...nonNegativeErrors(partition, `${path}.rollingUpdate.partition`),
    ...(maxUnavailable === undefined ? [] : boundedAmountErrors(maxUnavailable, at)),
    ...(maxUnavailable !== undefined && isNothing(maxUnavailable)
      ? [invalidField(at, maxUnavailable, 'cannot be 0')]
      : []),
  ];
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

function changeErrors({ spec }: StatefulSet, { spec: before }: StatefulSet): readonly FieldError[] {
  const fixed = (of: StatefulSetSpec | undefined) =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => !(changeable as readonly string[]).includes(key)));
  if (deepEqual(fixed(spec), fixed(before))) return [];
  const listed = changeable.map((field) => `'${field}'`);
  const last = listed.pop();
  return [
    forbiddenField(
      'spec',
      `updates to statefulset spec for fields other than ${listed.join(', ')} and ${last} are forbidden`,
    ),
  ];
}
