/** Metrics of autoscalers in the notation of v1, which has the parts of a target as fields of the metric itself. */
import type { MetricSpec, MetricStatus } from '../autoscaling/v2/index.js';
import type { ToldMetric, ToldStatus } from './autoscaler-annotations.js';

/** The amounts that are always said, as v1 has no way to leave them out. */
const amount = (value: string | undefined) => value ?? '0';

export function metricToV1(metric: MetricSpec): ToldMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  return present({
    type,
    object:
      object &&
      present({
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: amount(object.target.value),
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    pods:
      pods &&
      present({
        metricName: pods.metric.name,
        targetAverageValue: amount(pods.target.averageValue),
        selector: pods.metric.selector,
      }),
    resource: resource && present({ name: resource.name, ...aimedAt(resource) }),
    containerResource:
      containerResource &&
      present({ name: containerResource.name, ...aimedAt(containerResource), container: containerResource.container }),
    external:
      external &&
      present({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

const aimedAt = ({ target }: NonNullable<MetricSpec['resource']>) =>
  present({
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
  });

export function statusToV1(metric: MetricStatus): ToldStatus {
  const { type, object, pods, resource, containerResource, external } = metric;
  return present({
    type,
    object:
      object &&
      present({
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: amount(object.current.value),
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods:
      pods &&
      present({
        metricName: pods.metric.name,
        currentAverageValue: amount(pods.current.averageValue),
        selector: pods.metric.selector,
      }),
    resource: resource && { name: resource.name, ...usedBy(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...usedBy(containerResource),
      container: containerResource.container,
    },
    external:
      external &&
      present({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: amount(external.current.value),
        currentAverageValue: external.current.averageValue,
      }),
  });
}

const usedBy = ({ current }: NonNullable<MetricStatus['resource']>) =>
  present({
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: amount(current.averageValue),
  });

/** Amounts that v1 cannot leave out come back as zeros that nobody wrote. */
export function metricFromV1(said: ToldMetric): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = said;
  return present({
    type,
    object: object && {
      describedObject: object.target,
      metric: present({ name: object.metricName, selector: object.selector }),
      target: present({
        type: object.averageValue === undefined ? 'Value' : 'AverageValue',
        value: amount(object.targetValue),
        averageValue: object.averageValue,
      }),
    },
    pods: pods && {
      metric: present({ name: pods.metricName, selector: pods.selector }),
      target: { type: 'AverageValue', averageValue: amount(pods.targetAverageValue) },
    },
    resource: resource && { name: resource.name, target: targetOf(resource) },
    containerResource: containerResource && {
      ...{ name: containerResource.name, container: containerResource.container },
      target: targetOf(containerResource),
    },
    external: external && {
      metric: present({ name: external.metricName, selector: external.metricSelector }),
      target: present({
        type: external.targetValue === undefined ? 'AverageValue' : 'Value',
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      }),
    },
  });
}

const targetOf = (said: NonNullable<ToldMetric['resource']>) =>
  present({
    type: said.targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: said.targetAverageValue,
    averageUtilization: said.targetAverageUtilization,
  });

export function statusFromV1(said: ToldStatus): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = said;
  return present({
    type,
    object: object && {
      describedObject: object.target,
      metric: present({ name: object.metricName, selector: object.selector }),
      current: present({ value: amount(object.currentValue), averageValue: object.averageValue }),
    },
    pods: pods && {
      metric: present({ name: pods.metricName, selector: pods.selector }),
      current: { averageValue: amount(pods.currentAverageValue) },
    },
    resource: resource && { name: resource.name, current: currentOf(resource) },
    containerResource: containerResource && {
      ...{ name: containerResource.name, container: containerResource.container },
      current: currentOf(containerResource),
    },
    external: external && {
      metric: present({ name: external.metricName, selector: external.metricSelector }),
      current: present({ value: amount(external.currentValue), averageValue: external.currentAverageValue }),
    },
  });
}

const currentOf = (said: NonNullable<ToldStatus['resource']>) =>
  present({
    averageValue: amount(said.currentAverageValue),
    averageUtilization: said.currentAverageUtilization,
  });

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
