/** HorizontalPodAutoscalers are stored as `autoscaling/v2`; `v1` knows one metric, the CPU's utilization. */
import type { Kind, KubernetesObject, ServedVersion } from '@pintle/machinery';
import type { HorizontalPodAutoscaler as V1 } from '../autoscaling/v1/index.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../autoscaling/v2/index.js';

const isCpu = (metric: MetricSpec) =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.target.type === 'Utilization';
const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

export function autoscalerVersions(kind: Kind<V1>): readonly ServedVersion[] {
  return [
    {
      kind,
      toStored(object) {
        const { spec, status: _status, ...rest } = object as V1;
        const { targetCPUUtilizationPercentage: percentage, ...more } = spec ?? {
          maxReplicas: 1,
          scaleTargetRef: { kind: '', name: '' },
        };
        return {
          ...rest,
          apiVersion: 'autoscaling/v2',
          spec: { ...more, ...(percentage === undefined ? {} : { metrics: [cpu(percentage)] }) },
        } as KubernetesObject;
      },
      fromStored(object) {
        const { spec, status, ...rest } = object as HorizontalPodAutoscaler;
        const {
          metrics = [],
          behavior: _behavior,
          ...more
        } = spec ?? { maxReplicas: 1, scaleTargetRef: { kind: '', name: '' } };
        const percentage = metrics.find(isCpu)?.resource?.target.averageUtilization;
        const { currentReplicas = 0, desiredReplicas = 0, lastScaleTime, observedGeneration } = status ?? {};
        const current = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current
          .averageUtilization;
        return Object.freeze({
          ...rest,
          apiVersion: 'autoscaling/v1',
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
