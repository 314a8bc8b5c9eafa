/** HorizontalPodAutoscalers (autoscaling/v2): the metric and the rules that they have where none are given, and what must hold. */
import {
  compareQuantity,
  dns1123LabelErrors,
  type FieldError,
  forbiddenErrors,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  notSupportedField,
  parseQuantity,
  pathSegmentErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
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
import { containerResourceNameErrors } from './resource-names.js';

export const cpuUtilizationDefault = 80;
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
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.push(
      forbiddenField(
        'spec.metrics',
        'must specify at least one Object or External metric to support scaling to zero replicas',
      ),
    );
  if (behavior?.scaleUp !== undefined) errors.push(...rulesErrors(behavior.scaleUp, 'spec.behavior.scaleUp'));
  if (behavior?.scaleDown !== undefined) errors.push(...rulesErrors(behavior.scaleDown, 'spec.behavior.scaleDown'));
  return errors;
}

function referenceErrors(reference: CrossVersionObjectReference | undefined, path: string): readonly FieldError[] {
  return (['kind', 'name'] as const).flatMap((field) =>
    requiredFormatErrors(reference?.[field], `${path}.${field}`, pathSegmentErrors),
  );
}

/** The field of each type of metric, in the order in which they are looked at. */
const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

function metricErrors(metric: MetricSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { type } = metric;
  const typeErrors = Object.hasOwn(sources, type)
    ? noErrors
    : [notSupportedField(`${path}.type`, type, Object.keys(sources).sort())];
  if (!type) errors.push(requiredField(`${path}.type`, 'must specify a metric source type'));
  errors.push(...typeErrors);
  const expected = sources[type as keyof typeof sources];
  const present = Object.values(sources).filter((field) => metric[field] !== undefined);
  if (present[0] !== undefined) errors.push(...sourceErrors(metric, present[0], path));
  // What is no type is told of twice, as upstream does.
  if (expected === undefined) errors.push(...typeErrors);
  else if (metric[expected] === undefined)
    errors.push(requiredField(`${path}.${expected}`, 'must populate information for the given metric source'));
  if (present.length > 1)
    for (const field of present.filter((name) => name !== expected))
      errors.push(forbiddenField(`${path}.${field}`, 'must populate the given metric source only'));
  return errors;
}

/** Of what a metric is measured by; of several the first is judged. */
function sourceErrors(metric: MetricSpec, field: (typeof sources)[keyof typeof sources], path: string) {
  const at = `${path}.${field}`;
  switch (field) {
    case 'object': {
      const source = metric.object!;
      return [
        ...referenceErrors(source.describedObject, `${at}.describedObject`),
        ...identifiedErrors(source, at),
        ...valueOrAverageErrors(source.target, `${at}.target`, 'must set either a target value or averageValue'),
      ];
    }
    case 'external': {
      const source = metric.external!;
      const what = 'must set either a target value for metric or a per-pod target';
      const both = 'may not set both a target value for metric and a per-pod target';
      return [
        ...identifiedErrors(source, at),
        ...valueOrAverageErrors(source.target, `${at}.target`, what),
        ...(source.target.value === undefined
          ? noErrors
          : forbiddenErrors(source.target.averageValue, `${at}.target.value`, both)),
      ];
    }
    case 'pods': {
      const source = metric.pods!;
      return [
        ...identifiedErrors(source, at),
        ...requiredErrors(
          source.target.averageValue,
          `${at}.target.averageValue`,
          'must specify a positive target averageValue',
        ),
      ];
    }
    case 'resource':
      return [
        ...requiredErrors(metric.resource!.name, `${at}.name`, 'must specify a resource name'),
        ...usageErrors(metric.resource!.target, `${at}.target`),
      ];
    case 'containerResource': {
      const { name, container, target } = metric.containerResource!;
      return [
        ...(name
          ? containerResourceNameErrors(name, `${at}.name`)
          : [requiredField(`${at}.name`, 'must specify a resource name')]),
        ...requiredErrors(container, `${at}.container`, 'must specify a container'),
        ...formatErrors(container, `${at}.container`, dns1123LabelErrors),
        ...usageErrors(target, `${at}.target`),
      ];
    }
  }
}

const isPositive = (text: string) => compareQuantity(parseQuantity(text), parseQuantity('0')) > 0;

function identifiedErrors(
  { metric, target }: { readonly metric: MetricIdentifier; readonly target: MetricTarget },
  path: string,
): readonly FieldError[] {
  return [
    ...requiredErrors(metric?.name, `${path}.metric.name`, 'must specify a metric name'),
    ...formatErrors(metric?.name, `${path}.metric.name`, pathSegmentErrors),
    ...targetErrors(target, `${path}.target`),
  ];
}

const valueOrAverageErrors = ({ value, averageValue }: MetricTarget, path: string, detail: string) =>
  value === undefined && averageValue === undefined ? [requiredField(`${path}.averageValue`, detail)] : noErrors;

/** Of a resource: either what is used, or how much of what was asked for. */
function usageErrors(target: MetricTarget, path: string): readonly FieldError[] {
  const errors = [...targetErrors(target, path)];
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(
      requiredField(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization'),
    );
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(forbiddenField(`${path}.averageValue`, 'may not set both a target raw value and a target utilization'));
  return errors;
}

function targetErrors({ type, value, averageValue, averageUtilization }: MetricTarget, path: string) {
  const errors: FieldError[] = [];
  if (!type) errors.push(requiredField(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
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
