/** Part of `autoscaling/v2`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  defineKind,
  type Infer,
  int32,
  int64,
  LabelSelector,
  list,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';

export const MetricTarget = object(
  () => ({
    averageUtilization: int32(4).pointer(),
    averageValue: quantity(3),
    type: string(1).required(),
    value: quantity(2),
  }),
  'io.k8s.api.autoscaling.v2.MetricTarget',
);
export interface MetricTarget extends Infer<typeof MetricTarget> {}

export const ContainerResourceMetricSource = object(
  () => ({
    container: string(3).required(),
    name: string(1).required(),
    target: ref<MetricTarget>(MetricTarget, 2).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricSource',
);
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}

export const MetricValueStatus = object(
  () => ({
    averageUtilization: int32(3).pointer(),
    averageValue: quantity(2),
    value: quantity(1),
  }),
  'io.k8s.api.autoscaling.v2.MetricValueStatus',
);
export interface MetricValueStatus extends Infer<typeof MetricValueStatus> {}

export const ContainerResourceMetricStatus = object(
  () => ({
    container: string(3).required(),
    current: ref<MetricValueStatus>(MetricValueStatus, 2).alwaysThere().required(),
    name: string(1).required(),
  }),
  'io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus',
);
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}

export const CrossVersionObjectReference = object(
  () => ({
    apiVersion: string(3),
    kind: string(1).required(),
    name: string(2).required(),
  }),
  'io.k8s.api.autoscaling.v2.CrossVersionObjectReference',
);
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const MetricIdentifier = object(
  () => ({
    name: string(1).required(),
    selector: ref<LabelSelector>(LabelSelector, 2),
  }),
  'io.k8s.api.autoscaling.v2.MetricIdentifier',
);
export interface MetricIdentifier extends Infer<typeof MetricIdentifier> {}

export const ExternalMetricSource = object(
  () => ({
    metric: ref<MetricIdentifier>(MetricIdentifier, 1).alwaysThere().required(),
    target: ref<MetricTarget>(MetricTarget, 2).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ExternalMetricSource',
);
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}

export const ExternalMetricStatus = object(
  () => ({
    current: ref<MetricValueStatus>(MetricValueStatus, 2).alwaysThere().required(),
    metric: ref<MetricIdentifier>(MetricIdentifier, 1).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ExternalMetricStatus',
);
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}

export const HPAScalingPolicy = object(
  () => ({
    periodSeconds: int32(3).required(),
    type: string(1).required(),
    value: int32(2).required(),
  }),
  'io.k8s.api.autoscaling.v2.HPAScalingPolicy',
);
export interface HPAScalingPolicy extends Infer<typeof HPAScalingPolicy> {}

export const HPAScalingRules = object(
  () => ({
    policies: list(ref<HPAScalingPolicy>(HPAScalingPolicy), 2).atomic().keepsEmpty(),
    selectPolicy: string(1).pointer(),
    stabilizationWindowSeconds: int32(3).pointer(),
    tolerance: quantity(4),
  }),
  'io.k8s.api.autoscaling.v2.HPAScalingRules',
);
export interface HPAScalingRules extends Infer<typeof HPAScalingRules> {}

export const HorizontalPodAutoscalerBehavior = object(
  () => ({
    scaleDown: ref<HPAScalingRules>(HPAScalingRules, 2),
    scaleUp: ref<HPAScalingRules>(HPAScalingRules, 1),
  }),
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior',
);
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof HorizontalPodAutoscalerBehavior> {}

export const ObjectMetricSource = object(
  () => ({
    describedObject: ref<CrossVersionObjectReference>(CrossVersionObjectReference, 1).alwaysThere().required(),
    metric: ref<MetricIdentifier>(MetricIdentifier, 3).alwaysThere().required(),
    target: ref<MetricTarget>(MetricTarget, 2).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ObjectMetricSource',
);
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}

export const PodsMetricSource = object(
  () => ({
    metric: ref<MetricIdentifier>(MetricIdentifier, 1).alwaysThere().required(),
    target: ref<MetricTarget>(MetricTarget, 2).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.PodsMetricSource',
);
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}

export const ResourceMetricSource = object(
  () => ({
    name: string(1).required(),
    target: ref<MetricTarget>(MetricTarget, 2).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ResourceMetricSource',
);
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}

export const MetricSpec = object(
  () => ({
    containerResource: ref<ContainerResourceMetricSource>(ContainerResourceMetricSource, 7),
    external: ref<ExternalMetricSource>(ExternalMetricSource, 5),
    object: ref<ObjectMetricSource>(ObjectMetricSource, 2),
    pods: ref<PodsMetricSource>(PodsMetricSource, 3),
    resource: ref<ResourceMetricSource>(ResourceMetricSource, 4),
    type: string(1).required(),
  }),
  'io.k8s.api.autoscaling.v2.MetricSpec',
);
export interface MetricSpec extends Infer<typeof MetricSpec> {}

export const HorizontalPodAutoscalerSpec = object(
  () => ({
    behavior: ref<HorizontalPodAutoscalerBehavior>(HorizontalPodAutoscalerBehavior, 5),
    maxReplicas: int32(3).required(),
    metrics: list(ref<MetricSpec>(MetricSpec), 4).atomic(),
    minReplicas: int32(2).pointer().default(1),
    scaleTargetRef: ref<CrossVersionObjectReference>(CrossVersionObjectReference, 1).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec',
);
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition',
);
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}

export const ObjectMetricStatus = object(
  () => ({
    current: ref<MetricValueStatus>(MetricValueStatus, 2).alwaysThere().required(),
    describedObject: ref<CrossVersionObjectReference>(CrossVersionObjectReference, 3).alwaysThere().required(),
    metric: ref<MetricIdentifier>(MetricIdentifier, 1).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.ObjectMetricStatus',
);
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}

export const PodsMetricStatus = object(
  () => ({
    current: ref<MetricValueStatus>(MetricValueStatus, 2).alwaysThere().required(),
    metric: ref<MetricIdentifier>(MetricIdentifier, 1).alwaysThere().required(),
  }),
  'io.k8s.api.autoscaling.v2.PodsMetricStatus',
);
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}

export const ResourceMetricStatus = object(
  () => ({
    current: ref<MetricValueStatus>(MetricValueStatus, 2).alwaysThere().required(),
    name: string(1).required(),
  }),
  'io.k8s.api.autoscaling.v2.ResourceMetricStatus',
);
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}

export const MetricStatus = object(
  () => ({
    containerResource: ref<ContainerResourceMetricStatus>(ContainerResourceMetricStatus, 7),
    external: ref<ExternalMetricStatus>(ExternalMetricStatus, 5),
    object: ref<ObjectMetricStatus>(ObjectMetricStatus, 2),
    pods: ref<PodsMetricStatus>(PodsMetricStatus, 3),
    resource: ref<ResourceMetricStatus>(ResourceMetricStatus, 4),
    type: string(1).required(),
  }),
  'io.k8s.api.autoscaling.v2.MetricStatus',
);
export interface MetricStatus extends Infer<typeof MetricStatus> {}

export const HorizontalPodAutoscalerStatus = object(
  () => ({
    conditions: list(ref<HorizontalPodAutoscalerCondition>(HorizontalPodAutoscalerCondition), 6)
      .byKeys('type')
      .mergeBy('type'),
    currentMetrics: list(ref<MetricStatus>(MetricStatus), 5).atomic().orNull(),
    currentReplicas: int32(3),
    desiredReplicas: int32(4).required(),
    lastScaleTime: time(2),
    observedGeneration: int64(1).pointer(),
  }),
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus',
);
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = defineKind({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: { status: true },
  name: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  fields: {
    spec: ref<HorizontalPodAutoscalerSpec>(HorizontalPodAutoscalerSpec, 2).alwaysThere(),
    status: ref<HorizontalPodAutoscalerStatus>(HorizontalPodAutoscalerStatus, 3).alwaysThere(),
  },
});
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}
