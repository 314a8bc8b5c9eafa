/** Part of `storage/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  type Infer,
  int32,
  int64,
  LabelSelector,
  list,
  map,
  object,
  quantity,
  ref,
  string,
  time,
} from '@pintle/machinery';
import { PersistentVolumeSpec } from '../../core/v1/persistent-volume.js';
import { TopologySelectorTerm } from '../../core/v1/reference.js';

export const TokenRequest = object(
  () => ({
    audience: string(1).required(),
    expirationSeconds: int64(2).pointer(),
  }),
  'io.k8s.api.storage.v1.TokenRequest',
);
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const CSIDriverSpec = object(
  () => ({
    attachRequired: boolean(1).pointer().default(true),
    fsGroupPolicy: string(5).pointer().default('ReadWriteOnceWithFSType'),
    nodeAllocatableUpdatePeriodSeconds: int64(9).pointer(),
    podInfoOnMount: boolean(2).pointer().default(false),
    requiresRepublish: boolean(7).pointer().default(false),
    seLinuxMount: boolean(8).pointer().default(false),
    storageCapacity: boolean(4).pointer().default(false),
    tokenRequests: list(ref<TokenRequest>(TokenRequest), 6).atomic(),
    volumeLifecycleModes: list(string(), 3).asSet(),
  }),
  'io.k8s.api.storage.v1.CSIDriverSpec',
);
export interface CSIDriverSpec extends Infer<typeof CSIDriverSpec> {}

export const CSIDriver = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  name: 'io.k8s.api.storage.v1.CSIDriver',
  fields: {
    spec: ref<CSIDriverSpec>(CSIDriverSpec, 2).alwaysThere().required(),
  },
});
export interface CSIDriver extends Infer<typeof CSIDriver> {}

export const VolumeNodeResources = object(
  () => ({
    count: int32(1).pointer(),
  }),
  'io.k8s.api.storage.v1.VolumeNodeResources',
);
export interface VolumeNodeResources extends Infer<typeof VolumeNodeResources> {}

export const CSINodeDriver = object(
  () => ({
    allocatable: ref<VolumeNodeResources>(VolumeNodeResources, 4),
    name: string(1).required(),
    nodeID: string(2).required(),
    topologyKeys: list(string(), 3).atomic().orNull(),
  }),
  'io.k8s.api.storage.v1.CSINodeDriver',
);
export interface CSINodeDriver extends Infer<typeof CSINodeDriver> {}

export const CSINodeSpec = object(
  () => ({
    drivers: list(ref<CSINodeDriver>(CSINodeDriver), 1).byKeys('name').mergeBy('name').required(),
  }),
  'io.k8s.api.storage.v1.CSINodeSpec',
);
export interface CSINodeSpec extends Infer<typeof CSINodeSpec> {}

export const CSINode = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  name: 'io.k8s.api.storage.v1.CSINode',
  fields: {
    spec: ref<CSINodeSpec>(CSINodeSpec, 2).alwaysThere().required(),
  },
});
export interface CSINode extends Infer<typeof CSINode> {}

export const CSIStorageCapacity = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  name: 'io.k8s.api.storage.v1.CSIStorageCapacity',
  fields: {
    capacity: quantity(4),
    maximumVolumeSize: quantity(5),
    nodeTopology: ref<LabelSelector>(LabelSelector, 2),
    storageClassName: string(3).required(),
  },
});
export interface CSIStorageCapacity extends Infer<typeof CSIStorageCapacity> {}

export const StorageClass = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  name: 'io.k8s.api.storage.v1.StorageClass',
  fields: {
    allowVolumeExpansion: boolean(6).pointer(),
    allowedTopologies: list(ref<TopologySelectorTerm>(TopologySelectorTerm), 8).atomic(),
    mountOptions: list(string(), 5).atomic(),
    parameters: map(string(), 3),
    provisioner: string(2).required(),
    reclaimPolicy: string(4).pointer().default('Delete'),
    volumeBindingMode: string(7).pointer().default('Immediate'),
  },
});
export interface StorageClass extends Infer<typeof StorageClass> {}

export const VolumeAttachmentSource = object(
  () => ({
    inlineVolumeSpec: ref<PersistentVolumeSpec>(PersistentVolumeSpec, 2),
    persistentVolumeName: string(1).pointer(),
  }),
  'io.k8s.api.storage.v1.VolumeAttachmentSource',
);
export interface VolumeAttachmentSource extends Infer<typeof VolumeAttachmentSource> {}

export const VolumeAttachmentSpec = object(
  () => ({
    attacher: string(1).required(),
    nodeName: string(3).required(),
    source: ref<VolumeAttachmentSource>(VolumeAttachmentSource, 2).alwaysThere().required(),
  }),
  'io.k8s.api.storage.v1.VolumeAttachmentSpec',
);
export interface VolumeAttachmentSpec extends Infer<typeof VolumeAttachmentSpec> {}

export const VolumeError = object(
  () => ({
    errorCode: int32(3).pointer(),
    message: string(2),
    time: time(1).alwaysThere(),
  }),
  'io.k8s.api.storage.v1.VolumeError',
);
export interface VolumeError extends Infer<typeof VolumeError> {}

export const VolumeAttachmentStatus = object(
  () => ({
    attachError: ref<VolumeError>(VolumeError, 3),
    attached: boolean(1).required(),
    attachmentMetadata: map(string(), 2),
    detachError: ref<VolumeError>(VolumeError, 4),
  }),
  'io.k8s.api.storage.v1.VolumeAttachmentStatus',
);
export interface VolumeAttachmentStatus extends Infer<typeof VolumeAttachmentStatus> {}

export const VolumeAttachment = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.storage.v1.VolumeAttachment',
  fields: {
    spec: ref<VolumeAttachmentSpec>(VolumeAttachmentSpec, 2).alwaysThere().required(),
    status: ref<VolumeAttachmentStatus>(VolumeAttachmentStatus, 3).alwaysThere(),
  },
});
export interface VolumeAttachment extends Infer<typeof VolumeAttachment> {}
