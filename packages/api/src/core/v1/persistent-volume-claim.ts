/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  defineKind,
  type Infer,
  LabelSelector,
  list,
  map,
  ObjectMeta,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { TypedLocalObjectReference, TypedObjectReference } from './reference.js';

export const ModifyVolumeStatus = object(
  () => ({
    status: string(2).required(),
    targetVolumeAttributesClassName: string(1),
  }),
  'io.k8s.api.core.v1.ModifyVolumeStatus',
);
export interface ModifyVolumeStatus extends Infer<typeof ModifyVolumeStatus> {}

export const VolumeResourceRequirements = object(
  () => ({
    limits: map(quantity(), 1),
    requests: map(quantity(), 2),
  }),
  'io.k8s.api.core.v1.VolumeResourceRequirements',
);
export interface VolumeResourceRequirements extends Infer<typeof VolumeResourceRequirements> {}

export const PersistentVolumeClaimSpec = object(
  () => ({
    accessModes: list(string(), 1).atomic(),
    dataSource: ref<TypedLocalObjectReference>(TypedLocalObjectReference, 7),
    dataSourceRef: ref<TypedObjectReference>(TypedObjectReference, 8),
    resources: ref<VolumeResourceRequirements>(VolumeResourceRequirements, 2).alwaysThere(),
    selector: ref<LabelSelector>(LabelSelector, 4),
    storageClassName: string(5).pointer(),
    volumeAttributesClassName: string(9).pointer(),
    volumeMode: string(6).pointer().default('Filesystem'),
    volumeName: string(3),
  }),
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec',
);
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}

export const PersistentVolumeClaimCondition = object(
  () => ({
    lastProbeTime: time(3).alwaysThere(),
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6),
    reason: string(5),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.PersistentVolumeClaimCondition',
);
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimStatus = object(
  () => ({
    accessModes: list(string(), 2).atomic(),
    allocatedResourceStatuses: map(string(), 7).granular(),
    allocatedResources: map(quantity(), 5),
    capacity: map(quantity(), 3),
    conditions: list(ref<PersistentVolumeClaimCondition>(PersistentVolumeClaimCondition), 4)
      .byKeys('type')
      .mergeBy('type'),
    currentVolumeAttributesClassName: string(8).pointer(),
    modifyVolumeStatus: ref<ModifyVolumeStatus>(ModifyVolumeStatus, 9),
    phase: string(1).default('Pending'),
  }),
  'io.k8s.api.core.v1.PersistentVolumeClaimStatus',
);
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

export const PersistentVolumeClaim = defineKind({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  subresources: { status: true },
  name: 'io.k8s.api.core.v1.PersistentVolumeClaim',
  fields: {
    spec: ref<PersistentVolumeClaimSpec>(PersistentVolumeClaimSpec, 2).alwaysThere(),
    status: ref<PersistentVolumeClaimStatus>(PersistentVolumeClaimStatus, 3).alwaysThere(),
  },
});
export interface PersistentVolumeClaim extends Infer<typeof PersistentVolumeClaim> {}

export const PersistentVolumeClaimTemplate = object(
  () => ({
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<PersistentVolumeClaimSpec>(PersistentVolumeClaimSpec, 2).alwaysThere().required(),
  }),
  'io.k8s.api.core.v1.PersistentVolumeClaimTemplate',
);
export interface PersistentVolumeClaimTemplate extends Infer<typeof PersistentVolumeClaimTemplate> {}
