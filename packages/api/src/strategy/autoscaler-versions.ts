/**
 * HorizontalPodAutoscalers are stored as `autoscaling/v2`. `v1` knows one metric, the CPU's utilization; whatever else
 * there is goes into annotations, in the notation that v1 once meant to have, and comes back from them. Who says of v1 no
 * metric at all means the CPU's utilization.
 */
import { type Kind, type KubernetesObject, type Schema, type ServedVersion, stringifyJson } from '@pintle/machinery';
import type { HorizontalPodAutoscaler as V1 } from '../autoscaling/v1/index.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerStatus,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from '../autoscaling/v2/index.js';
import { cpuUtilizationDefault } from './autoscaler.js';
import { readAs, ToldBehavior, ToldConditions, ToldMetrics, ToldStatuses, written } from './autoscaler-annotations.js';
import { metricFromV1, metricToV1, statusFromV1, statusToV1 } from './autoscaler-metrics.js';

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
const isCpuStatus = ({ type, resource }: MetricStatus) =>
  type === 'Resource' && resource?.name === 'cpu' && resource.current.averageUtilization !== undefined;
const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

type Annotations = Readonly<Record<string, string>>;

/** Annotations without those of ours, and with `more`. */
function withAnnotations(object: KubernetesObject, more: Annotations): KubernetesObject['metadata'] {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !reserved.has(key));
  const all = { ...Object.fromEntries(kept), ...more };
  return Object.keys(all).length === 0 ? metadata : { ...metadata, annotations: all };
}

const listSaid = <T>(name: string, type: Schema<readonly T[]>, said: readonly NoInfer<T>[] = []): Annotations =>
  said.length === 0 ? {} : { [name]: written(type, said) };

/** In the notation of Go's own structs, all fields in their order, which the older version writes. */
const behaviorToGo = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object => ({
  ScaleUp: rulesToGo(scaleUp),
  ScaleDown: rulesToGo(scaleDown),
});

function rulesToGo(rules: HPAScalingRules | undefined): object | null {
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

/** As the older version tells it, beside what it has annotations for. */
function statusFrom({ metadata: { annotations }, status }: V1): HorizontalPodAutoscalerStatus | undefined {
  const told = readAs(ToldStatuses, annotations?.[names.currentMetrics])?.map(statusFromV1);
  const conditions = readAs(ToldConditions, annotations?.[names.conditions]) ?? [];
  if (status === undefined && told === undefined && conditions.length === 0) return undefined;
  const { currentCPUUtilizationPercentage: percentage, currentReplicas, ...counts } = status ?? {};
  const cpuStatus = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: percentage } } };
  const currentMetrics = told ?? (percentage === undefined ? [] : [cpuStatus]);
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
        const told = readAs(ToldMetrics, annotations?.[names.metrics])?.map(metricFromV1) ?? [];
        const metrics = [
          ...told,
          ...(percentage === undefined && told.length > 0 ? [] : [cpu(percentage ?? cpuUtilizationDefault)]),
        ];
        const behavior = readAs(ToldBehavior, annotations?.[names.behavior]) ?? {};
        const status = statusFrom(object as V1);
        return {
          ...rest,
          ...(status === undefined ? {} : { status }),
          apiVersion: 'autoscaling/v2',
          metadata: withAnnotations(object, {}),
          spec: {
            ...more,
            metrics,
            ...(Object.keys(behavior).length === 0 ? {} : { behavior }),
          },
        } as KubernetesObject;
      },
      fromStored(object) {
        const { spec, status, ...rest } = object as HorizontalPodAutoscaler;
        const { metrics = [], behavior, ...more } = spec ?? { maxReplicas: 1, scaleTargetRef: { kind: '', name: '' } };
        const percentage = metrics.find(isCpu)?.resource?.target.averageUtilization;
        const { currentReplicas = 0, desiredReplicas = 0, lastScaleTime, observedGeneration } = status ?? {};
        const current = status?.currentMetrics?.findLast(isCpuStatus)?.resource?.current.averageUtilization;
        return Object.freeze({
          ...rest,
          apiVersion: 'autoscaling/v1',
          metadata: withAnnotations(object, {
            ...listSaid(names.metrics, ToldMetrics, metrics.filter((metric) => !isCpu(metric)).map(metricToV1)),
            ...(behavior === undefined ? {} : { [names.behavior]: stringifyJson(behaviorToGo(behavior)) }),
            ...listSaid(names.currentMetrics, ToldStatuses, status?.currentMetrics?.map(statusToV1)),
            ...listSaid(names.conditions, ToldConditions, status?.conditions),
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
