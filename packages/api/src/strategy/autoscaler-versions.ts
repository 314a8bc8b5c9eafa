/**
 * HorizontalPodAutoscalers are stored as `autoscaling/v2`. `v1` knows one metric, the CPU's utilization; whatever else
 * there is goes into annotations, in the notation that v1 once meant to have, and comes back from them.
 *
 * **Differs from Kubernetes**: the annotations that the older version has of the status are owned by nobody.
 */

import type { Kind, KubernetesObject, ServedVersion } from '@pintle/machinery';
import { parseJson, stringifyJson } from '@pintle/machinery';
import type { HorizontalPodAutoscaler as V1 } from '../autoscaling/v1/index.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerStatus,
  HPAScalingRules,
  MetricSpec,
} from '../autoscaling/v2/index.js';
import { metricFromV1, metricToV1, type Said, statusFromV1, statusToV1 } from './autoscaler-metrics.js';

type Condition = NonNullable<HorizontalPodAutoscalerStatus['conditions']>[number];

const annotation = (name: string) => `autoscaling.alpha.kubernetes.io/${name}`;
const names = {
  metrics: annotation('metrics'),
  currentMetrics: annotation('current-metrics'),
  conditions: annotation('conditions'),
  behavior: annotation('behavior'),
};
const reserved: ReadonlySet<string> = new Set(Object.values(names));

const isCpu = ({ type, resource }: MetricSpec) =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

type Annotations = Readonly<Record<string, string>>;

/** What an annotation says; nothing where that is no JSON, as anybody may write there. */
function read(annotations: Annotations | undefined, name: string): unknown {
  try {
    return parseJson(annotations?.[name] ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
const readList = (annotations: Annotations | undefined, name: string): readonly Said[] => {
  const found = read(annotations, name);
  return Array.isArray(found) ? found : [];
};

/** Annotations without those of ours, and with `more`. */
function withAnnotations(object: KubernetesObject, more: Annotations): KubernetesObject['metadata'] {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !reserved.has(key));
  const all = { ...Object.fromEntries(kept), ...more };
  return Object.keys(all).length === 0 ? metadata : { ...metadata, annotations: all };
}

const listSaid = (name: string, said: readonly unknown[] | undefined): Annotations =>
  said === undefined || said.length === 0 ? {} : { [name]: stringifyJson(said) };

/** In the notation of Go's own structs, all fields in their order, which the older version writes. */
const behaviorToGo = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): Said => ({
  ScaleUp: rulesToGo(scaleUp),
  ScaleDown: rulesToGo(scaleDown),
});

function rulesToGo(rules: HPAScalingRules | undefined): Said | null {
  if (rules === undefined) return null;
  const { stabilizationWindowSeconds = null, selectPolicy = null, policies, tolerance = null } = rules;
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds,
    SelectPolicy: selectPolicy,
    Policies:
      policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ??
      null,
    Tolerance: tolerance,
  };
}

/** A time that nobody spoke of is written, too. */
const conditionToGo = ({ type, status, lastTransitionTime, reason, message }: Condition): Said => ({
  ...{ type, status, lastTransitionTime: lastTransitionTime ?? null },
  ...(reason ? { reason } : {}),
  ...(message ? { message } : {}),
});

/** Go reads fields in whatever case they are. */
function fromGo(said: unknown): unknown {
  if (Array.isArray(said)) return said.map(fromGo);
  if (typeof said !== 'object' || said === null) return said;
  const fields = Object.entries(said).filter(([, value]) => value !== null);
  return Object.fromEntries(
    fields.map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, fromGo(value)]),
  );
}

/** As the older version tells it, beside what it has annotations for. */
function statusFrom({ metadata: { annotations }, status }: V1): HorizontalPodAutoscalerStatus | undefined {
  if (status === undefined) return undefined;
  const { currentCPUUtilizationPercentage: percentage, currentReplicas, ...counts } = status;
  const told = readList(annotations, names.currentMetrics).map(statusFromV1);
  const cpuStatus = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: percentage } } };
  const currentMetrics = told.length > 0 || percentage === undefined ? told : [cpuStatus];
  const conditions = readList(annotations, names.conditions).map(fromGo);
  return {
    // Of none, the newer version says nothing.
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    ...counts,
    ...(currentMetrics.length === 0 ? {} : { currentMetrics }),
    ...(conditions.length === 0 ? {} : { conditions }),
  } as HorizontalPodAutoscalerStatus;
}

export function autoscalerVersions(kind: Kind<V1>): readonly ServedVersion[] {
  return [
    {
      kind,
      toStored(object) {
        const { spec, status: _status, ...rest } = object as V1;
        const { annotations } = object.metadata;
        const { targetCPUUtilizationPercentage: percentage, ...more } = spec ?? {
          maxReplicas: 1,
          scaleTargetRef: { kind: '', name: '' },
        };
        const metrics = [
          ...readList(annotations, names.metrics).map(metricFromV1),
          ...(percentage === undefined ? [] : [cpu(percentage)]),
        ];
        const behavior = fromGo(read(annotations, names.behavior));
        const status = statusFrom(object as V1);
        return {
          ...rest,
          ...(status === undefined ? {} : { status }),
          apiVersion: 'autoscaling/v2',
          metadata: withAnnotations(object, {}),
          spec: {
            ...more,
            ...(metrics.length === 0 ? {} : { metrics }),
            ...(behavior === undefined ? {} : { behavior }),
          },
        } as KubernetesObject;
      },
      fromStored(object) {
        const { spec, status, ...rest } = object as HorizontalPodAutoscaler;
        const { metrics = [], behavior, ...more } = spec ?? { maxReplicas: 1, scaleTargetRef: { kind: '', name: '' } };
        const percentage = metrics.find(isCpu)?.resource?.target.averageUtilization;
        const { currentReplicas = 0, desiredReplicas = 0, lastScaleTime, observedGeneration } = status ?? {};
        const current = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current
          .averageUtilization;
        return Object.freeze({
          ...rest,
          apiVersion: 'autoscaling/v1',
          metadata: withAnnotations(object, {
            ...listSaid(names.metrics, metrics.filter((metric) => !isCpu(metric)).map(metricToV1)),
            ...(behavior === undefined ? {} : { [names.behavior]: JSON.stringify(behaviorToGo(behavior)) }),
            ...listSaid(names.currentMetrics, status?.currentMetrics?.map(statusToV1)),
            ...listSaid(names.conditions, status?.conditions?.map(conditionToGo)),
          }),
          spec: { ...more, ...(percentage === undefined ? {} : { targetCPUUtilizationPercentage: percentage }) },
          status: {
            currentReplicas,
            desiredReplicas,
            ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
            ...(observedGeneration === undefined ? {} : { observedGeneration }),
            ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
          },
        }) as KubernetesObject;
      },
    },
  ];
}
