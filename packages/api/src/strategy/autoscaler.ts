/** HorizontalPodAutoscalers (autoscaling/v2): the metric and the rules that they have where none are given, and what must hold. */
import {
  compareQuantity,
  type FieldError,
  forbiddenField,
  invalidField,
  notSupportedField,
  parseQuantity,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../autoscaling/v2/autoscaling.js';
import { countStatusErrors } from './count-status.js';

const cpuUtilizationDefault = 80;
const stabilizationWindowMaxSeconds = 3_600;
const periodMaxSeconds = 1_800;

const scaleUpDefaults: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
/** The window is the controller's. */
const scaleDownDefaults: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

function withDefaults(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = autoscaler;
  if (spec === undefined) return autoscaler;
  const { behavior, metrics = [] } = spec;
  const target: MetricTarget = { type: 'Utilization', averageUtilization: cpuUtilizationDefault };
  return {
    ...autoscaler,
    spec: {
      ...spec,
      metrics: metrics.length > 0 ? metrics : [{ type: 'Resource', resource: { name: 'cpu', target } }],
      ...(behavior === undefined
        ? {}
        : {
            behavior: {
              scaleUp: { ...scaleUpDefaults, ...behavior.scaleUp },
              scaleDown: { ...scaleDownDefaults, ...behavior.scaleDown },
            },
          }),
    },
  };
}

function specErrors(spec: HorizontalPodAutoscalerSpec): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidField('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalidField('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalidField('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  errors.push(...referenceErrors(spec.scaleTargetRef, 'spec.scaleTargetRef'));
  for (const [index, metric] of metrics.entries()) errors.push(...metricErrors(metric, `spec.metrics[${index}]`));
  if (behavior?.scaleUp !== undefined) errors.push(...rulesErrors(behavior.scaleUp, 'spec.behavior.scaleUp'));
  if (behavior?.scaleDown !== undefined) errors.push(...rulesErrors(behavior.scaleDown, 'spec.behavior.scaleDown'));
  return errors;
}

function referenceErrors(reference: CrossVersionObjectReference | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['kind', 'name'] as const) {
    const value = reference?.[field];
    if (!value) errors.push(requiredField(`${path}.${field}`));
    else if (value === '.' || value === '..')
      errors.push(invalidField(`${path}.${field}`, value, `may not be '${value}'`));
    else if (/[/%]/.test(value)) errors.push(invalidField(`${path}.${field}`, value, "may not contain '/' or '%'"));
  }
  return errors;
}

/** The field of each type of metric. */
const sources = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
} as const;

function metricErrors(metric: MetricSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { type } = metric;
  if (!type) errors.push(requiredField(`${path}.type`, 'must specify a metric source type'));
  else if (!Object.hasOwn(sources, type))
    errors.push(notSupportedField(`${path}.type`, type, Object.keys(sources).sort()));
  const expected = sources[type as keyof typeof sources] as keyof MetricSpec | undefined;
  const present = Object.values(sources).filter((field) => metric[field] !== undefined);
  if (expected !== undefined && metric[expected] === undefined)
    errors.push(requiredField(`${path}.${expected}`, 'must populate information for the given metric source'));
  for (const field of present.filter((name) => name !== expected))
    errors.push(forbiddenField(`${path}.${field}`, 'must populate the given metric source only'));
  const { object, pods, resource, external, containerResource } = metric;
  if (object !== undefined) {
    errors.push(...referenceErrors(object.describedObject, `${path}.object.describedObject`));
    errors.push(...identifiedErrors(object, `${path}.object`));
    errors.push(
      ...valueOrAverageErrors(object.target, `${path}.object.target`, 'must set either a target value or averageValue'),
    );
  }
  if (pods !== undefined) {
    errors.push(...identifiedErrors(pods, `${path}.pods`));
    if (!isPositive(pods.target.averageValue))
      errors.push(requiredField(`${path}.pods.target.averageValue`, 'must specify a positive target averageValue'));
  }
  if (external !== undefined) {
    errors.push(...identifiedErrors(external, `${path}.external`));
    const what = 'must set either a target value for metric or a per-pod target';
    errors.push(...valueOrAverageErrors(external.target, `${path}.external.target`, what));
    if (external.target.value !== undefined && external.target.averageValue !== undefined)
      errors.push(
        forbiddenField(
          `${path}.external.target.value`,
          'may not set both a target value for metric and a per-pod target',
        ),
      );
  }
  if (resource !== undefined) errors.push(...resourceErrors(resource, `${path}.resource`));
  if (containerResource !== undefined) {
    if (!containerResource.container)
      errors.push(requiredField(`${path}.containerResource.container`, 'must specify a container'));
    errors.push(...resourceErrors(containerResource, `${path}.containerResource`));
  }
  return errors;
}

const isPositive = (text: string | undefined) =>
  text !== undefined && compareQuantity(parseQuantity(text), parseQuantity('0')) > 0;

function identifiedErrors(
  { metric, target }: { readonly metric: MetricIdentifier; readonly target: MetricTarget },
  path: string,
): readonly FieldError[] {
  const errors = [...targetErrors(target, `${path}.target`)];
  if (!metric?.name) errors.push(requiredField(`${path}.metric.name`, 'must specify a metric name'));
  else if (/[/%]/.test(metric.name))
    errors.push(invalidField(`${path}.metric.name`, metric.name, "may not contain '/' or '%'"));
  return errors;
}

const valueOrAverageErrors = ({ value, averageValue }: MetricTarget, path: string, detail: string) =>
  value === undefined && averageValue === undefined ? [requiredField(`${path}.averageValue`, detail)] : [];

function resourceErrors(
  { name, target }: { readonly name: string; readonly target: MetricTarget },
  path: string,
): readonly FieldError[] {
  const errors = [...targetErrors(target, `${path}.target`)];
  if (!name) errors.push(requiredField(`${path}.name`, 'must specify a resource name'));
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(
      requiredField(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization'),
    );
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(
      forbiddenField(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'),
    );
  return errors;
}

function targetErrors({ type, value, averageValue, averageUtilization }: MetricTarget, path: string) {
  const errors: FieldError[] = [];
  if (!type) errors.push(requiredField(`${path}.type`, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalidField(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  if (value !== undefined && !isPositive(value)) errors.push(invalidField(`${path}.value`, value, 'must be positive'));
  if (averageValue !== undefined && !isPositive(averageValue))
    errors.push(invalidField(`${path}.averageValue`, averageValue, 'must be positive'));
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalidField(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  return errors;
}

function rulesErrors(rules: HPAScalingRules, path: string): readonly FieldError[] {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  if (window !== undefined && window < 0)
    errors.push(invalidField(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > stabilizationWindowMaxSeconds)
    errors.push(
      invalidField(
        `${path}.stabilizationWindowSeconds`,
        window,
        `must be less than or equal to ${stabilizationWindowMaxSeconds}`,
      ),
    );
  if (selectPolicy !== undefined && !['Max', 'Min', 'Disabled'].includes(selectPolicy))
    errors.push(notSupportedField(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if (tolerance !== undefined && parseQuantity(tolerance).nano < 0n)
    errors.push(invalidField(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0'));
  if (policies.length === 0) errors.push(requiredField(`${path}.policies`, 'must specify at least one Policy'));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const at = `${path}.policies[${index}]`;
    if (!['Pods', 'Percent'].includes(type)) errors.push(notSupportedField(`${at}.type`, type, ['Percent', 'Pods']));
    if (value <= 0) errors.push(invalidField(`${at}.value`, value, 'must be greater than zero'));
    if (periodSeconds <= 0)
      errors.push(invalidField(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero'));
    if (periodSeconds > periodMaxSeconds)
      errors.push(
        invalidField(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${periodMaxSeconds}`),
      );
  }
  return errors;
}

const errorsOf = ({ spec }: HorizontalPodAutoscaler) =>
  spec === undefined ? [requiredField('spec.scaleTargetRef.kind')] : specErrors(spec);

export const autoscalerStrategy: Strategy<HorizontalPodAutoscaler> = {
  defaults: withDefaults,
  prepareForCreate: (autoscaler) => ({ ...autoscaler, status: { desiredReplicas: 0 } }),
  validateCreate: errorsOf,
  validateUpdate: errorsOf,
  validateStatusUpdate: countStatusErrors(['currentReplicas', 'desiredReplicas']),
};
