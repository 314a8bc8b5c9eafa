/** Kinds with a pod template: their selector must match it, their generation counts changes of the spec. */
import {
  deepEqual,
  type FieldError,
  immutableField,
  invalidField,
  type KubernetesObject,
  type LabelSelector,
  labelSelectorMatcher,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { Deployment, ReplicaSet } from '../apps/v1/index.js';
import type { PodTemplateSpec } from '../core/v1/pod.js';
import { amountErrors, nonNegativeErrors } from './amount.js';
import { defaultPodSpec, podSpecErrors } from './pod.js';

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
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
    readonly template?: PodTemplateSpec;
  };
}

export function withPodDefaults<T extends Workload>(object: T): T {
  const template = object.spec?.template;
  if (template?.spec === undefined) return object;
  return { ...object, spec: { ...object.spec, template: { ...template, spec: defaultPodSpec(template.spec) } } };
}

export function workloadErrors(object: Workload): readonly FieldError[] {
  const { spec } = object;
  if (spec === undefined) return [requiredField('spec')];
  const errors: FieldError[] = [];
  for (const field of ['replicas', 'minReadySeconds'] as const)
    errors.push(...nonNegativeErrors(spec[field], `spec.${field}`));
  if (spec.selector !== undefined && isLabelSelector(spec.selector))
    errors.push(...selectorErrors(spec.selector, spec.template));
  if (spec.template?.spec === undefined) errors.push(requiredField('spec.template.spec.containers'));
  else {
    errors.push(...podSpecErrors(spec.template.spec, 'spec.template.spec'));
    if (spec.template.spec.restartPolicy !== 'Always') {
      errors.push({
        type: 'FieldValueNotSupported',
        field: 'spec.template.spec.restartPolicy',
        badValue: spec.template.spec.restartPolicy,
        detail: 'supported values: "Always"',
      });
    }
  }
  return errors;
}

const isLabelSelector = (selector: object): selector is LabelSelector =>
  'matchLabels' in selector || 'matchExpressions' in selector || Object.keys(selector).length === 0;

function selectorErrors(selector: LabelSelector, template: PodTemplateSpec | undefined): readonly FieldError[] {
  const compiled = labelSelectorMatcher(selector);
  if (compiled.isEverything)
    return [invalidField('spec.selector', selector, 'empty selector is invalid for deployment')];
  const labels = template?.metadata?.labels ?? {};
  return compiled.matches(labels)
    ? []
    : [invalidField('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
}

export const workloadStrategy: Strategy<Workload> = {
  defaults: withPodDefaults,
  generationChanged: specChanged,
  validateCreate: workloadErrors,
  validateUpdate: workloadErrors,
};

export const replicaSetStrategy: Strategy<ReplicaSet> = {
  ...(workloadStrategy as unknown as Strategy<ReplicaSet>),
  prepareForCreate: (set) => ({ ...set, status: { replicas: 0 } }),
  validateUpdate: (set, old) => [
    ...workloadErrors(set as Workload),
    ...(deepEqual(set.spec?.selector, old.spec?.selector) ? [] : [immutableField('spec.selector', set.spec?.selector)]),
  ],
};

export const deploymentStrategy: Strategy<Deployment> = {
  ...(workloadStrategy as unknown as Strategy<Deployment>),
  defaults(deployment) {
    const withPods = withPodDefaults(deployment as Workload) as Deployment;
    const { spec } = withPods;
    if (spec === undefined || spec.strategy?.type !== 'RollingUpdate') return withPods;
    const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy.rollingUpdate ?? {};
    return {
      ...withPods,
      spec: { ...spec, strategy: { ...spec.strategy, rollingUpdate: { maxSurge, maxUnavailable } } },
    };
  },
  validateCreate: deploymentErrors,
  validateUpdate: (deployment, old) => [
    ...deploymentErrors(deployment),
    ...(deepEqual(deployment.spec?.selector, old.spec?.selector)
      ? []
      : [immutableField('spec.selector', deployment.spec?.selector)]),
  ],
};

function deploymentErrors(deployment: Deployment): readonly FieldError[] {
  const errors = [...workloadErrors(deployment as Workload)];
  const { strategy, progressDeadlineSeconds, minReadySeconds = 0, revisionHistoryLimit } = deployment.spec ?? {};
  if (strategy?.type === 'Recreate' && strategy.rollingUpdate !== undefined) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'spec.strategy.rollingUpdate',
      detail: "may not be specified when strategy `type` is 'Recreate'",
    });
  }
  if (strategy?.type === 'RollingUpdate') {
    const { maxSurge, maxUnavailable } = strategy.rollingUpdate ?? {};
    for (const [field, value] of [
      ['maxSurge', maxSurge],
      ['maxUnavailable', maxUnavailable],
    ] as const)
      errors.push(...(value === undefined ? [] : amountErrors(value, `spec.strategy.rollingUpdate.${field}`)));
    const isZero = (value: unknown) => value === 0 || value === '0%';
    if (isZero(maxSurge) && isZero(maxUnavailable))
      errors.push(
        invalidField('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
      );
  }
  errors.push(...nonNegativeErrors(revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
    errors.push(
      invalidField('spec.progressDeadlineSeconds', progressDeadlineSeconds, 'must be greater than minReadySeconds'),
    );
  return errors;
}
