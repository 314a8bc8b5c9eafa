/** Part of `apps/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  defineKind,
  type Infer,
  int32,
  int64,
  LabelSelector,
  list,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { PodTemplateSpec } from '../../core/v1/pod.js';

export const ReplicaSetSpec = object(
  () => ({
    minReadySeconds: int32(4),
    replicas: int32(1).pointer().default(1),
    selector: ref<LabelSelector>(LabelSelector, 2).required(),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 3).alwaysThere(),
  }),
  'io.k8s.api.apps.v1.ReplicaSetSpec',
);
export interface ReplicaSetSpec extends Infer<typeof ReplicaSetSpec> {}

export const ReplicaSetCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.apps.v1.ReplicaSetCondition',
);
export interface ReplicaSetCondition extends Infer<typeof ReplicaSetCondition> {}

export const ReplicaSetStatus = object(
  () => ({
    availableReplicas: int32(5),
    conditions: list(ref<ReplicaSetCondition>(ReplicaSetCondition), 6).byKeys('type').mergeBy('type'),
    fullyLabeledReplicas: int32(2),
    observedGeneration: int64(3),
    readyReplicas: int32(4),
    replicas: int32(1).required(),
    terminatingReplicas: int32(7).pointer(),
  }),
  'io.k8s.api.apps.v1.ReplicaSetStatus',
);
export interface ReplicaSetStatus extends Infer<typeof ReplicaSetStatus> {}

export const ReplicaSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: {
    status: true,
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.spec.selector',
    },
  },
  name: 'io.k8s.api.apps.v1.ReplicaSet',
  fields: {
    spec: ref<ReplicaSetSpec>(ReplicaSetSpec, 2).alwaysThere(),
    status: ref<ReplicaSetStatus>(ReplicaSetStatus, 3).alwaysThere(),
  },
});
export interface ReplicaSet extends Infer<typeof ReplicaSet> {}
