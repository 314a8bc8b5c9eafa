/** Part of `policy/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  Condition,
  DeleteOptions,
  defineKind,
  type Infer,
  int32,
  int64,
  intOrString,
  LabelSelector,
  list,
  map,
  ObjectMeta,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';

export const Eviction = object(
  () => ({
    apiVersion: string(),
    deleteOptions: ref<DeleteOptions>(DeleteOptions, 2),
    kind: string(),
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
  }),
  'io.k8s.api.policy.v1.Eviction',
);
export interface Eviction extends Infer<typeof Eviction> {}

export const PodDisruptionBudgetSpec = object(
  () => ({
    maxUnavailable: intOrString(3),
    minAvailable: intOrString(1),
    selector: ref<LabelSelector>(LabelSelector, 2).patchStrategy('replace'),
    unhealthyPodEvictionPolicy: string(4).pointer(),
  }),
  'io.k8s.api.policy.v1.PodDisruptionBudgetSpec',
);
export interface PodDisruptionBudgetSpec extends Infer<typeof PodDisruptionBudgetSpec> {}

export const PodDisruptionBudgetStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 7).byKeys('type').mergeBy('type'),
    currentHealthy: int32(4).required(),
    desiredHealthy: int32(5).required(),
    disruptedPods: map(time(), 2),
    disruptionsAllowed: int32(3).required(),
    expectedPods: int32(6).required(),
    observedGeneration: int64(1),
  }),
  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus',
);
export interface PodDisruptionBudgetStatus extends Infer<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudget = defineKind({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  subresources: { status: true },
  name: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  fields: {
    spec: ref<PodDisruptionBudgetSpec>(PodDisruptionBudgetSpec, 2).alwaysThere(),
    status: ref<PodDisruptionBudgetStatus>(PodDisruptionBudgetStatus, 3).alwaysThere(),
  },
});
export interface PodDisruptionBudget extends Infer<typeof PodDisruptionBudget> {}
