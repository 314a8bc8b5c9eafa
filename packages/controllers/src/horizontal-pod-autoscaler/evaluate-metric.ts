/** What one metric of an autoscaler asks for, and how its status tells of it. Asks the source; the rest is arithmetic. */
import type { MetricIdentifier, MetricSpec, MetricStatus, MetricTarget } from '@pintle/api/autoscaling/v2';
import type { Pod } from '@pintle/api/core/v1';
import {
  type CompiledLabelSelector,
  formatQuantity,
  type LabelSelector,
  labelSelectorMatcher,
  parseQuantity,
  quantityMilliValue,
} from '@pintle/machinery';
import type { MetricsSource } from './metrics-source.js';
import {
  type Proposal,
  type ReplicaOptions,
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
} from './replicas.js';
import { ReplicaCountError } from './usage.js';

export interface MetricContext {
  readonly source: MetricsSource;
  readonly namespace: string;
  /** Of the target's pods, and the pods that it selects. */
  readonly selector: CompiledLabelSelector;
  readonly pods: readonly Pod[];
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly options: ReplicaOptions;
}

export type Evaluation =
  | {
      readonly replicas: number;
      /** As `cpu resource utilization (percentage of request)`. */
      readonly name: string;
      readonly status: MetricStatus;
    }
  | {
      /** For the condition ScalingActive, and an Event. */
      readonly reason: string;
      readonly fault: string;
      /** The fault as the sum of all metrics tells it. */
      readonly summary: string;
    };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const milli = (text: string) => quantityMilliValue(parseQuantity(text));
const quantity = (milliValue: number) =>
  formatQuantity({ nano: BigInt(Math.round(milliValue)) * 1_000_000n, format: 'DecimalSI' });

/** Never rejects: what a source throws is a fault. */
export async function evaluateMetric(spec: MetricSpec, context: MetricContext): Promise<Evaluation> {
  const { type, object, pods, resource, containerResource, external } = spec;
  if (type === 'Object' && object !== undefined)
    return faultless('FailedGetObjectMetric', objectValue(object), () => ofObject(object, context));
  if (type === 'Pods' && pods !== undefined)
    return faultless('FailedGetPodsMetric', 'pods metric value', () => ofPods(pods, context));
  if (type === 'Resource' && resource !== undefined)
    return faultless('FailedGetResourceMetric', `${resource.name} resource metric value`, async () => {
      const { current, ...found } = await ofResource(resource, undefined, context);
      return { ...found, status: { type, resource: { name: resource.name, current } } };
    });
  if (type === 'ContainerResource' && containerResource !== undefined) {
    const { name, container } = containerResource;
    return faultless('FailedGetContainerResourceMetric', `${container} container metric value`, async () => {
      const { current, ...found } = await ofResource(containerResource, container, context);
      return { ...found, status: { type, containerResource: { name, container, current } } };
    });
  }
  if (type === 'External' && external !== undefined)
    return faultless('FailedGetExternalMetric', externalValue(external), () => ofExternal(external, context));
  const fault = `unknown metric source type ${JSON.stringify(type)}`;
  return { reason: 'InvalidMetricSourceType', fault, summary: fault };
}

type Found = Extract<Evaluation, { name: string }>;
type ObjectSource = NonNullable<MetricSpec['object']>;
type ExternalSource = NonNullable<MetricSpec['external']>;

/** What was to be got, as the sum of all metrics tells it: with more words than the metric's own fault has. */
function objectValue({ metric, target }: ObjectSource): string {
  return target.type === 'AverageValue' && target.averageValue !== undefined
    ? `object metric value: failed to get ${metric.name} object metric`
    : 'object metric value';
}

function externalValue({ metric: { name }, target: { averageValue, value } }: ExternalSource): string {
  const what = `${name} external metric value`;
  if (averageValue !== undefined) return `${what}: failed to get ${name} external metric`;
  return value === undefined ? what : `${what}: failed to get external metric ${name}`;
}

async function faultless(reason: string, what: string, find: () => Promise<Found>): Promise<Evaluation> {
  try {
    return await find();
  } catch (error) {
    const fault = (error as Error).message;
    return { reason, fault, summary: `failed to get ${what}: ${fault}` };
  }
}

/** Says what was asked for when the source cannot tell. */
async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new ReplicaCountError(`unable to get ${what}: ${(error as Error).message}`);
  }
}

/** Says what was to be computed. */
async function toGet<T>(what: string, find: () => T | Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    throw new ReplicaCountError(`failed to get ${what}: ${(error as Error).message}`);
  }
}

async function ofResource(
  { name, target }: { readonly name: string; readonly target: MetricTarget },
  container: string | undefined,
  { source, namespace, selector, pods, specReplicas, options }: MetricContext,
) {
  const { averageValue, averageUtilization } = target;
  if (averageValue === undefined && averageUtilization === undefined)
    throw new ReplicaCountError(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  return toGet(`${name} ${averageValue === undefined ? 'utilization' : 'usage'}`, async () => {
    const metrics = await asked(
      `metrics for resource ${name}`,
      source.resource({ namespace, selector, resource: name, ...(container === undefined ? {} : { container }) }),
    );
    const given = { currentReplicas: specReplicas, pods, metrics, resource: name };
    if (averageValue !== undefined) {
      const { replicas, usage } = replicasByAverage({ ...given, target: milli(averageValue) }, options);
      return { replicas, name: `${name} resource`, current: { averageValue: quantity(usage) } };
    }
    const { replicas, usage, percent } = replicasByUtilization(
      { ...given, ...(container === undefined ? {} : { container }), targetPercent: averageUtilization! },
      options,
    );
    const kind = container === undefined ? 'resource' : 'container resource';
    return {
      replicas,
      name: `${name} ${kind} utilization (percentage of request)`,
      current: { averageValue: quantity(usage), ...(percent === undefined ? {} : { averageUtilization: percent }) },
    };
  });
}

async function ofPods(
  { metric, target }: NonNullable<MetricSpec['pods']>,
  { source, namespace, selector, pods, specReplicas, options }: MetricContext,
): Promise<Found> {
  const metrics = await asked(
    `metric ${metric.name}`,
    source.pods({ namespace, selector, metric: metric.name, metricSelector: matcherOf(metric) }),
  );
  const { replicas, usage } = replicasByAverage(
    { currentReplicas: specReplicas, pods, metrics, target: milli(target.averageValue ?? '0') },
    options,
  );
  return {
    replicas,
    name: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric, current: { averageValue: quantity(usage) } } },
  };
}

async function ofObject({ metric, target, describedObject }: ObjectSource, context: MetricContext): Promise<Found> {
  const { source, namespace } = context;
  const usage = () =>
    source
      .object({ namespace, metric: metric.name, metricSelector: matcherOf(metric), describedObject })
      .catch(({ message }: Error) => {
        // In the order that kube-controller-manager has them.
        const { kind, name } = describedObject;
        throw new ReplicaCountError(`unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/${message}`);
      });
  const status = (current: { readonly value: string } | { readonly averageValue: string }): MetricStatus => ({
    type: 'Object',
    object: { describedObject, metric, current },
  });
  if (target.type === 'Value' && target.value !== undefined) {
    const found = byValue(await usage(), target.value, context);
    return {
      replicas: found.replicas,
      name: `${describedObject.kind} metric ${metric.name}`,
      status: status({ value: quantity(found.usage) }),
    };
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const { averageValue } = target;
    const found = byShare(await usage(), averageValue, context);
    return {
      replicas: found.replicas,
      name: `external metric ${metric.name}(${selectorText(metric.selector)})`,
      status: status({ averageValue: quantity(found.usage) }),
    };
  }
  throw new ReplicaCountError(
    'invalid object metric source: neither a value target nor an average value target was set',
  );
}

async function ofExternal({ metric, target }: ExternalSource, context: MetricContext): Promise<Found> {
  const { source, namespace } = context;
  const { averageValue, value } = target;
  if (averageValue === undefined && value === undefined)
    throw new ReplicaCountError(
      'invalid external metric source: neither a value target nor an average value target was set',
    );
  const text = selectorText(metric.selector);
  const values = await asked(
    `external metric ${namespace}/${metric.name}/${text}`,
    source.external({ namespace, metric: metric.name, metricSelector: matcherOf(metric) }),
  );
  const found =
    averageValue === undefined ? byValue(sum(values), value!, context) : byShare(sum(values), averageValue, context);
  const current = quantity(found.usage);
  return {
    replicas: found.replicas,
    name: `external metric ${metric.name}(${text})`,
    status: {
      type: 'External',
      external: { metric, current: averageValue === undefined ? { value: current } : { averageValue: current } },
    },
  };
}

const byValue = (usage: number, target: string, { specReplicas, pods, options }: MetricContext): Proposal =>
  replicasByValue({ currentReplicas: specReplicas, pods, usage, target: milli(target) }, options);
const byShare = (usage: number, target: string, { statusReplicas, options }: MetricContext): Proposal =>
  replicasByShare({ statusReplicas, usage, target: milli(target) }, options);

/** A metric without a selector is any of its name. */
const matcherOf = ({ selector }: MetricIdentifier) => labelSelectorMatcher(selector ?? {});

/** As Go prints it in the words that people search for. */
function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
    .join('');
  const requirements = (selector.matchExpressions ?? [])
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
    )
    .join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${requirements}},}`;
}
