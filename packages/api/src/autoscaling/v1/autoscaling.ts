/** Part of `autoscaling/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, int64, ObjectMeta, object, ref, string, time } from '@pintle/machinery';

export const CrossVersionObjectReference = object(
  () => ({
    apiVersion: string(3),
    kind: string(1).required(),
    name: string(2).required(),
  }),
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
).atomic();
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const HorizontalPodAutoscalerSpec = object(
  () => ({
    maxReplicas: int32(3).required(),
    minReplicas: int32(2).pointer().default(1),
    scaleTargetRef: ref<CrossVersionObjectReference>(CrossVersionObjectReference, 1).alwaysThere().required(),
    targetCPUUtilizationPercentage: int32(4).pointer(),
  }),
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec',
);
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerStatus = object(
  () => ({
    currentCPUUtilizationPercentage: int32(5).pointer(),
    currentReplicas: int32(3).required(),
    desiredReplicas: int32(4).required(),
    lastScaleTime: time(2),
    observedGeneration: int64(1).pointer(),
  }),
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus',
);
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = defineKind({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: { status: true },
  name: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  fields: {
    spec: ref<HorizontalPodAutoscalerSpec>(HorizontalPodAutoscalerSpec, 2).alwaysThere(),
    status: ref<HorizontalPodAutoscalerStatus>(HorizontalPodAutoscalerStatus, 3).alwaysThere(),
  },
});
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const ScaleSpec = object(
  () => ({
    replicas: int32(1).tellsDefault(0),
  }),
  'io.k8s.api.autoscaling.v1.ScaleSpec',
);
export interface ScaleSpec extends Infer<typeof ScaleSpec> {}

export const ScaleStatus = object(
  () => ({
    replicas: int32(1).required(),
    selector: string(2),
  }),
  'io.k8s.api.autoscaling.v1.ScaleStatus',
);
export interface ScaleStatus extends Infer<typeof ScaleStatus> {}

export const Scale = object(
  () => ({
    apiVersion: string(),
    kind: string(),
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<ScaleSpec>(ScaleSpec, 2).alwaysThere(),
    status: ref<ScaleStatus>(ScaleStatus, 3).alwaysThere(),
  }),
  'io.k8s.api.autoscaling.v1.Scale',
);
export interface Scale extends Infer<typeof Scale> {}
