/** Metrics of autoscalers in the notation of v1, which has the parts of a target as fields of the metric itself. */
import type { MetricSpec, MetricStatus, MetricTarget } from '../autoscaling/v2/index.js';

/** What an annotation says: anything. */
export type Said = Readonly<Record<string, unknown>>;

const present = (fields: Said): Said =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));

/** The amounts that are always said, as v1 has no way to leave them out. */
const amount = (value: string | undefined) => value ?? '0';

export function metricToV1(metric: MetricSpec): Said {
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
    resource: resource && present({ name: resource.name, ...resourceTarget(resource.target) }),
    containerResource:
      containerResource &&
      present({
        name: containerResource.name,
        ...resourceTarget(containerResource.target),
        container: containerResource.container,
      }),
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

const resourceTarget = ({ averageUtilization, averageValue }: MetricTarget): Said => ({
  targetAverageUtilization: averageUtilization,
  targetAverageValue: averageValue,
});

export function statusToV1(metric: MetricStatus): Said {
  const { type, object, pods, resource, containerResource, external } = metric;
  const used = (current: { readonly averageUtilization?: number; readonly averageValue?: string }): Said => ({
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: amount(current.averageValue),
  });
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
    resource: resource && present({ name: resource.name, ...used(resource.current) }),
    containerResource:
      containerResource &&
      present({
        name: containerResource.name,
        ...used(containerResource.current),
        container: containerResource.container,
      }),
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

const part = (said: Said, name: string): Said | undefined => {
  const found = said[name];
  return typeof found === 'object' && found !== null ? (found as Said) : undefined;
};

const sourcesOf = (said: Said) => ({
  object: part(said, 'object'),
  pods: part(said, 'pods'),
  resource: part(said, 'resource'),
  container: part(said, 'containerResource'),
  external: part(said, 'external'),
});

const metric = (of: Said, selector: unknown) => present({ name: of['metricName'], selector });

export function metricFromV1(said: Said): MetricSpec {
  const { object, pods, resource, container, external } = sourcesOf(said);
  return present({
    type: said['type'],
    object:
      object &&
      present({
        describedObject: object['target'],
        metric: metric(object, object['selector']),
        target: target({ value: object['targetValue'], averageValue: object['averageValue'] }),
      }),
    pods: pods && {
      metric: metric(pods, pods['selector']),
      target: target({ averageValue: pods['targetAverageValue'] }),
    },
    resource: resource && { name: resource['name'], target: target(fromResource(resource)) },
    containerResource: container && {
      name: container['name'],
      container: container['container'],
      target: target(fromResource(container)),
    },
    external: external && {
      metric: metric(external, external['metricSelector']),
      target: target({ value: external['targetValue'], averageValue: external['targetAverageValue'] }),
    },
  }) as unknown as MetricSpec;
}

export function statusFromV1(said: Said): MetricStatus {
  const { object, pods, resource, container, external } = sourcesOf(said);
  const used = (of: Said) =>
    present({ averageUtilization: of['currentAverageUtilization'], averageValue: of['currentAverageValue'] });
  return present({
    type: said['type'],
    object: object && {
      describedObject: object['target'],
      metric: metric(object, object['selector']),
      current: present({ value: object['currentValue'], averageValue: object['averageValue'] }),
    },
    pods: pods && { metric: metric(pods, pods['selector']), current: used(pods) },
    resource: resource && { name: resource['name'], current: used(resource) },
    containerResource: container && {
      name: container['name'],
      container: container['container'],
      current: used(container),
    },
    external: external && {
      metric: metric(external, external['metricSelector']),
      current: present({ value: external['currentValue'], averageValue: external['currentAverageValue'] }),
    },
  }) as unknown as MetricStatus;
}

const fromResource = (said: Said): Said => ({
  averageUtilization: said['targetAverageUtilization'],
  averageValue: said['targetAverageValue'],
});

/** Of a value and an average the average counts, as the value is then a zero that nobody wrote. */
function target({ averageUtilization, averageValue, value }: Said): Said {
  if (averageUtilization !== undefined) return { type: 'Utilization', averageUtilization };
  return averageValue === undefined ? { type: 'Value', value } : { type: 'AverageValue', averageValue };
}
