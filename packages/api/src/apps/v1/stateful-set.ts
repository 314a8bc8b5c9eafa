/** Part of `apps/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  defineKind,
  type Infer,
  int32,
  int64,
  intOrString,
  LabelSelector,
  list,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { PersistentVolumeClaim } from '../../core/v1/persistent-volume-claim.js';
import { PodTemplateSpec } from '../../core/v1/pod.js';

export const RollingUpdateStatefulSetStrategy = object(
  () => ({
    maxUnavailable: intOrString(2),
    partition: int32(1).pointer(),
  }),
  'io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy',
);
export interface RollingUpdateStatefulSetStrategy extends Infer<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSetOrdinals = object(
  () => ({
    start: int32(1).alwaysThere(),
  }),
  'io.k8s.api.apps.v1.StatefulSetOrdinals',
);
export interface StatefulSetOrdinals extends Infer<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = object(
  () => ({
    whenDeleted: string(1).default('Retain'),
    whenScaled: string(2).default('Retain'),
  }),
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = object(
  () => ({
    rollingUpdate: ref<RollingUpdateStatefulSetStrategy>(RollingUpdateStatefulSetStrategy, 2),
    type: string(1).enum('OnDelete', 'RollingUpdate'),
  }),
  'io.k8s.api.apps.v1.StatefulSetUpdateStrategy',
);
export interface StatefulSetUpdateStrategy extends Infer<typeof StatefulSetUpdateStrategy> {}

export const StatefulSetSpec = object(
  () => ({
    minReadySeconds: int32(9),
    ordinals: ref<StatefulSetOrdinals>(StatefulSetOrdinals, 11),
    persistentVolumeClaimRetentionPolicy: ref<StatefulSetPersistentVolumeClaimRetentionPolicy>(
      StatefulSetPersistentVolumeClaimRetentionPolicy,
      10,
    ),
    podManagementPolicy: string(6).enum('OrderedReady', 'Parallel').default('OrderedReady'),
    replicas: int32(1).pointer().default(1),
    revisionHistoryLimit: int32(8).pointer().default(10),
    selector: ref<LabelSelector>(LabelSelector, 2).required(),
    serviceName: string(5).alwaysThere(),
    template: ref<PodTemplateSpec>(PodTemplateSpec, 3).alwaysThere().required(),
    updateStrategy: ref<StatefulSetUpdateStrategy>(StatefulSetUpdateStrategy, 7).alwaysThere().default({}),
    volumeClaimTemplates: list(ref<PersistentVolumeClaim>(PersistentVolumeClaim.schema), 4).atomic(),
  }),
  'io.k8s.api.apps.v1.StatefulSetSpec',
);
export interface StatefulSetSpec extends Infer<typeof StatefulSetSpec> {}

export const StatefulSetCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.apps.v1.StatefulSetCondition',
);
export interface StatefulSetCondition extends Infer<typeof StatefulSetCondition> {}

export const StatefulSetStatus = object(
  () => ({
    availableReplicas: int32(11).alwaysThere(),
    collisionCount: int32(9).pointer(),
    conditions: list(ref<StatefulSetCondition>(StatefulSetCondition), 10).byKeys('type').mergeBy('type'),
    currentReplicas: int32(4),
    currentRevision: string(6),
    observedGeneration: int64(1),
    readyReplicas: int32(3),
    replicas: int32(2).required(),
    updateRevision: string(7),
    updatedReplicas: int32(5),
  }),
  'io.k8s.api.apps.v1.StatefulSetStatus',
);
export interface StatefulSetStatus extends Infer<typeof StatefulSetStatus> {}

export const StatefulSet = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  subresources: {
    status: true,
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.spec.selector',
    },
  },
  name: 'io.k8s.api.apps.v1.StatefulSet',
  fields: {
    spec: ref<StatefulSetSpec>(StatefulSetSpec, 2).alwaysThere(),
    status: ref<StatefulSetStatus>(StatefulSetStatus, 3).alwaysThere(),
  },
});
export interface StatefulSet extends Infer<typeof StatefulSet> {}
