/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, int64, list, map, object, ref, string, time } from '@pintle/machinery';
import { PodTemplateSpec } from './pod.js';

export const ReplicationControllerSpec = object(
  () => ({
    minReadySeconds: int32(4),
    replicas: int32(1).pointer().toldDefault(1),
    selector: map(string(), 2).atomic(),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 3),
  }),
  'io.k8s.api.core.v1.ReplicationControllerSpec',
);
export interface ReplicationControllerSpec extends Infer<typeof ReplicationControllerSpec> {}

export const ReplicationControllerCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.ReplicationControllerCondition',
);
export interface ReplicationControllerCondition extends Infer<typeof ReplicationControllerCondition> {}

export const ReplicationControllerStatus = object(
  () => ({
    availableReplicas: int32(5),
    conditions: list(ref<ReplicationControllerCondition>(ReplicationControllerCondition), 6)
      .byKeys('type')
      .mergeBy('type'),
    fullyLabeledReplicas: int32(2),
    observedGeneration: int64(3),
    readyReplicas: int32(4),
    replicas: int32(1).required(),
  }),
  'io.k8s.api.core.v1.ReplicationControllerStatus',
);
export interface ReplicationControllerStatus extends Infer<typeof ReplicationControllerStatus> {}

export const ReplicationController = defineKind({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  subresources: {
    status: true,
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.spec.selector',
    },
  },
  name: 'io.k8s.api.core.v1.ReplicationController',
  fields: {
    spec: ref<ReplicationControllerSpec>(ReplicationControllerSpec, 2).alwaysThere(),
    status: ref<ReplicationControllerStatus>(ReplicationControllerStatus, 3).alwaysThere(),
  },
});
export interface ReplicationController extends Infer<typeof ReplicationController> {}
