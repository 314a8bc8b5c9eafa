/** Kinds with a pod template: their selector must match it, their generation counts changes of the spec. */
import {
  deepEqual,
  dns1123LabelErrors,
  type FieldError,
  forbiddenField,
  immutableField,
  invalidField,
  type KubernetesObject,
  type LabelSelector,
  labelSelectorErrors,
  labelSelectorMatcher,
  notSupportedField,
  requiredField,
  type Strategy,
  shownSelector,
  shownTextMap,
} from '@pintle/machinery';
import type { Deployment, ReplicaSet } from '../apps/v1/index.js';
import type { PodTemplateSpec } from '../core/v1/pod.js';
import { amountErrors, boundedAmountErrors, nonNegativeErrors } from './amount.js';
import { countStatusErrors, deploymentParts, replicaParts } from './count-status.js';
import { defaultPodSpec } from './pod/pod-defaults.js';
import { podTemplateErrors } from './pod/pod-spec.js';
import { templateWarnings } from './pod/pod-warnings.js';

interface WithSpec extends KubernetesObject {
  readonly spec?: unknown;
}

export const specChanged = (object: WithSpec, old: WithSpec) =>
  object.spec !== old.spec && !deepEqual(object.spec, old.spec);

export const specGeneration: Strategy<WithSpec> = { generationChanged: specChanged };

export interface Workload extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplateSpec;
  };
}

/** The defaults of the pod template. */
export function withPodDefaults<T extends Workload>(object: T): T {
  const template = object.spec?.template;
  if (template?.spec === undefined) return object;
  const spec = defaultPodSpec(template.spec);
  return spec === template.spec ? object : { ...object, spec: { ...object.spec, template: { ...template, spec } } };
}

/** What is said of a workload whose template is as a pod. Unchanged templates are passed over. */
export const templateOnlyWarnings = (object: Workload, old?: Workload): readonly string[] =>
  old === undefined || specChanged(object, old) ? templateWarnings(object.spec?.template, 'spec.template') : [];

/** The same, and of one whose name goes into those of pods. */
export function workloadWarnings(object: Workload, old?: Workload): readonly string[] {
  if (old !== undefined) return templateOnlyWarnings(object, old);
  const name = dns1123LabelErrors(object.metadata.name ?? '');
  return [
    ...(name.length === 0
      ? []
      : [
          `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
        ]),
    ...templateOnlyWarnings(object),
  ];
}

/** What must hold of every kind that keeps pods running. `kind` is as messages name it. */
export function workloadErrors({ spec }: Workload, kind: WorkloadNames): readonly FieldError[] {
  if (spec === undefined) return [requiredField('spec')];
  const errors: FieldError[] = [];
  for (const field of ['replicas', 'minReadySeconds'] as const)
    errors.push(...nonNegativeErrors(spec[field], `spec.${field}`));
  errors.push(...selectorErrors(spec, kind));
  if (isReadable(spec.selector) || kind.selects === 'daemonset')
    errors.push(...podTemplateErrors(spec.template, 'spec.template'), ...endlessErrors(spec.template ?? {}, kind));
  return errors;
}

export interface WorkloadNames {
  /** As in "empty selector is invalid for deployment". */
  readonly selects: string;
  /** As in "activeDeadlineSeconds in ReplicaSet is not Supported". */
  readonly runs: string;
}

/** The pods of a template that is to run for ever. */
export function endlessErrors({ spec }: PodTemplateSpec, { runs }: WorkloadNames): readonly FieldError[] {
  const { restartPolicy = 'Always', activeDeadlineSeconds } = spec ?? {};
  const path = 'spec.template.spec';
  return [
    ...(restartPolicy === 'Always' ? [] : [notSupportedField(`${path}.restartPolicy`, restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [forbiddenField(`${path}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${runs} is not Supported`)]),
  ];
}

/** Of a selector that makes no sense, upstream asks nothing of the template any more. */
export const isReadable = (selector: LabelSelector | undefined): boolean =>
  selector === undefined || labelSelectorErrors(selector, '').length === 0;

export const mismatch = (template: PodTemplateSpec | undefined): FieldError =>
  invalidField(
    'spec.template.metadata.labels',
    shownTextMap(template?.metadata?.labels),
    '`selector` does not match template `labels`',
  );

export function selectorErrors(
  { selector, template }: NonNullable<Workload['spec']>,
  { selects }: WorkloadNames,
): readonly FieldError[] {
  // Upstream's DaemonSets are asked for none, and none matches nothing.
  if (selector === undefined)
    return [...(selects === 'daemonset' ? [] : [requiredField('spec.selector')]), mismatch(template)];
  const faults = labelSelectorErrors(selector, 'spec.selector');
  if (faults.length > 0 && selects === 'daemonset') return faults;
  if (faults.length > 0) {
    const detail = selects === 'statefulset' ? '' : 'invalid label selector';
    return [...faults, invalidField('spec.selector', shownSelector(selector), detail)];
  }
  const compiled = labelSelectorMatcher(selector);
  if (compiled.isEverything)
    return [invalidField('spec.selector', shownSelector(selector), `empty selector is invalid for ${selects}`)];
  return compiled.matches(template?.metadata?.labels ?? {}) ? [] : [mismatch(template)];
}

interface Selecting {
  readonly spec?: { readonly selector?: LabelSelector };
}

/** A selector is chosen once. */
export const selectorChangeErrors = ({ spec }: Selecting, { spec: old }: Selecting): readonly FieldError[] =>
  deepEqual(spec?.selector, old?.selector) ? [] : [immutableField('spec.selector', shownSelector(spec?.selector))];

// Upstream's own words: a ReplicaSet is told of deployments, and a Deployment of ReplicaSets.
const names: WorkloadNames = { selects: 'deployment', runs: 'ReplicaSet' };

export const replicaSetStrategy: Strategy<ReplicaSet> = {
  defaults: withPodDefaults,
  generationChanged: specChanged,
  prepareForCreate: (set) => ({ ...set, status: { replicas: 0 } }),
  validateCreate: (set) => workloadErrors(set, names),
  validateUpdate: (set, old) => [...workloadErrors(set, names), ...selectorChangeErrors(set, old)],
  validateStatusUpdate: countStatusErrors(
    ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
    replicaParts,
  ),
  warnings: workloadWarnings,
};

export const deploymentStrategy: Strategy<Deployment> = {
  statusKeeps: ['labels'],
  // Annotations are copied to the ReplicaSets.
  generationChanged: (deployment, old) =>
    specChanged(deployment, old) || !deepEqual(deployment.metadata.annotations, old.metadata.annotations),
  defaults(deployment) {
    const withPods = withPodDefaults(deployment);
    const { spec } = withPods;
    if (spec === undefined || spec.strategy?.type !== 'RollingUpdate') return withPods;
    const { rollingUpdate } = spec.strategy;
    if (rollingUpdate?.maxSurge !== undefined && rollingUpdate.maxUnavailable !== undefined) return withPods;
    const { maxSurge = '25%', maxUnavailable = '25%' } = rollingUpdate ?? {};
    return {
      ...withPods,
      spec: { ...spec, strategy: { ...spec.strategy, rollingUpdate: { maxSurge, maxUnavailable } } },
    };
  },
  validateCreate: deploymentErrors,
  validateUpdate: (deployment, old) => [...deploymentErrors(deployment), ...selectorChangeErrors(deployment, old)],
  validateStatusUpdate: countStatusErrors(
    [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'collisionCount',
    ],
    deploymentParts,
  ),
  warnings: workloadWarnings,
};

function deploymentErrors(deployment: Deployment): readonly FieldError[] {
  const errors = [...workloadErrors(deployment, names)];
  const { strategy, progressDeadlineSeconds, minReadySeconds = 0, revisionHistoryLimit } = deployment.spec ?? {};
  if (strategy?.type !== 'Recreate' && strategy?.type !== 'RollingUpdate')
    errors.push(notSupportedField('spec.strategy', strategy ?? null, ['Recreate', 'RollingUpdate']));
  if (strategy?.type === 'Recreate' && strategy.rollingUpdate !== undefined) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'spec.strategy.rollingUpdate',
      detail: "may not be specified when strategy `type` is 'Recreate'",
    });
  }
  if (strategy?.type === 'RollingUpdate') {
    const { maxSurge, maxUnavailable } = strategy.rollingUpdate ?? {};
    const at = 'spec.strategy.rollingUpdate';
    if (maxUnavailable !== undefined) errors.push(...boundedAmountErrors(maxUnavailable, `${at}.maxUnavailable`));
    if (maxSurge !== undefined) errors.push(...amountErrors(maxSurge, `${at}.maxSurge`));
    const isZero = (value: unknown) => value === 0 || value === '0%';
    if (isZero(maxSurge) && isZero(maxUnavailable))
      errors.push(invalidField(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  errors.push(...nonNegativeErrors(revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  errors.push(...nonNegativeErrors(progressDeadlineSeconds, 'spec.progressDeadlineSeconds'));
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
    errors.push(
      invalidField('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds'),
    );
  return errors;
}
