/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, type Infer, int32, list, map, object, quantity, ref, string } from '@pintle/machinery';
import { PersistentVolumeClaimTemplate } from './persistent-volume-claim.js';
import { LocalObjectReference, ObjectReference, SecretReference } from './reference.js';

export const AWSElasticBlockStoreVolumeSource = object(
  () => ({
    fsType: string(2),
    partition: int32(3),
    readOnly: boolean(4),
    volumeID: string(1).required(),
  }),
  'io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource',
);
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof AWSElasticBlockStoreVolumeSource> {}

export const AzureDiskVolumeSource = object(
  () => ({
    cachingMode: string(3).pointer().toldDefault('ReadWrite'),
    diskName: string(1).required(),
    diskURI: string(2).required(),
    fsType: string(4).pointer().toldDefault('ext4'),
    kind: string(6).pointer().toldDefault('Shared'),
    readOnly: boolean(5).pointer().toldDefault(false),
  }),
  'io.k8s.api.core.v1.AzureDiskVolumeSource',
);
export interface AzureDiskVolumeSource extends Infer<typeof AzureDiskVolumeSource> {}

export const AzureFilePersistentVolumeSource = object(
  () => ({
    readOnly: boolean(3),
    secretName: string(1).required(),
    secretNamespace: string(4).pointer(),
    shareName: string(2).required(),
  }),
  'io.k8s.api.core.v1.AzureFilePersistentVolumeSource',
);
export interface AzureFilePersistentVolumeSource extends Infer<typeof AzureFilePersistentVolumeSource> {}

export const AzureFileVolumeSource = object(
  () => ({
    readOnly: boolean(3),
    secretName: string(1).required(),
    shareName: string(2).required(),
  }),
  'io.k8s.api.core.v1.AzureFileVolumeSource',
);
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const CSIPersistentVolumeSource = object(
  () => ({
    controllerExpandSecretRef: ref<SecretReference>(SecretReference, 9),
    controllerPublishSecretRef: ref<SecretReference>(SecretReference, 6),
    driver: string(1).required(),
    fsType: string(4),
    nodeExpandSecretRef: ref<SecretReference>(SecretReference, 10),
    nodePublishSecretRef: ref<SecretReference>(SecretReference, 8),
    nodeStageSecretRef: ref<SecretReference>(SecretReference, 7),
    readOnly: boolean(3),
    volumeAttributes: map(string(), 5),
    volumeHandle: string(2).required(),
  }),
  'io.k8s.api.core.v1.CSIPersistentVolumeSource',
);
export interface CSIPersistentVolumeSource extends Infer<typeof CSIPersistentVolumeSource> {}

export const CSIVolumeSource = object(
  () => ({
    driver: string(1).required(),
    fsType: string(3).pointer(),
    nodePublishSecretRef: ref<LocalObjectReference>(LocalObjectReference, 5),
    readOnly: boolean(2).pointer(),
    volumeAttributes: map(string(), 4),
  }),
  'io.k8s.api.core.v1.CSIVolumeSource',
);
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const CephFSPersistentVolumeSource = object(
  () => ({
    monitors: list(string(), 1).atomic().required(),
    path: string(2),
    readOnly: boolean(6),
    secretFile: string(4),
    secretRef: ref<SecretReference>(SecretReference, 5),
    user: string(3),
  }),
  'io.k8s.api.core.v1.CephFSPersistentVolumeSource',
);
export interface CephFSPersistentVolumeSource extends Infer<typeof CephFSPersistentVolumeSource> {}

export const CephFSVolumeSource = object(
  () => ({
    monitors: list(string(), 1).atomic().required(),
    path: string(2),
    readOnly: boolean(6),
    secretFile: string(4),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 5),
    user: string(3),
  }),
  'io.k8s.api.core.v1.CephFSVolumeSource',
);
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const CinderPersistentVolumeSource = object(
  () => ({
    fsType: string(2),
    readOnly: boolean(3),
    secretRef: ref<SecretReference>(SecretReference, 4),
    volumeID: string(1).required(),
  }),
  'io.k8s.api.core.v1.CinderPersistentVolumeSource',
);
export interface CinderPersistentVolumeSource extends Infer<typeof CinderPersistentVolumeSource> {}

export const CinderVolumeSource = object(
  () => ({
    fsType: string(2),
    readOnly: boolean(3),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 4),
    volumeID: string(1).required(),
  }),
  'io.k8s.api.core.v1.CinderVolumeSource',
);
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const EmptyDirVolumeSource = object(
  () => ({
    medium: string(1),
    sizeLimit: quantity(2),
  }),
  'io.k8s.api.core.v1.EmptyDirVolumeSource',
);
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}

export const EphemeralVolumeSource = object(
  () => ({
    volumeClaimTemplate: ref<PersistentVolumeClaimTemplate>(PersistentVolumeClaimTemplate, 1),
  }),
  'io.k8s.api.core.v1.EphemeralVolumeSource',
);
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const FCVolumeSource = object(
  () => ({
    fsType: string(3),
    lun: int32(2).pointer(),
    readOnly: boolean(4),
    targetWWNs: list(string(), 1).atomic(),
    wwids: list(string(), 5).atomic(),
  }),
  'io.k8s.api.core.v1.FCVolumeSource',
);
export interface FCVolumeSource extends Infer<typeof FCVolumeSource> {}

export const FlexPersistentVolumeSource = object(
  () => ({
    driver: string(1).required(),
    fsType: string(2),
    options: map(string(), 5),
    readOnly: boolean(4),
    secretRef: ref<SecretReference>(SecretReference, 3),
  }),
  'io.k8s.api.core.v1.FlexPersistentVolumeSource',
);
export interface FlexPersistentVolumeSource extends Infer<typeof FlexPersistentVolumeSource> {}

export const FlexVolumeSource = object(
  () => ({
    driver: string(1).required(),
    fsType: string(2),
    options: map(string(), 5),
    readOnly: boolean(4),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 3),
  }),
  'io.k8s.api.core.v1.FlexVolumeSource',
);
export interface FlexVolumeSource extends Infer<typeof FlexVolumeSource> {}

export const FlockerVolumeSource = object(
  () => ({
    datasetName: string(1),
    datasetUUID: string(2),
  }),
  'io.k8s.api.core.v1.FlockerVolumeSource',
);
export interface FlockerVolumeSource extends Infer<typeof FlockerVolumeSource> {}

export const GCEPersistentDiskVolumeSource = object(
  () => ({
    fsType: string(2),
    partition: int32(3),
    pdName: string(1).required(),
    readOnly: boolean(4),
  }),
  'io.k8s.api.core.v1.GCEPersistentDiskVolumeSource',
);
export interface GCEPersistentDiskVolumeSource extends Infer<typeof GCEPersistentDiskVolumeSource> {}

export const GitRepoVolumeSource = object(
  () => ({
    directory: string(3),
    repository: string(1).required(),
    revision: string(2),
  }),
  'io.k8s.api.core.v1.GitRepoVolumeSource',
);
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const GlusterfsPersistentVolumeSource = object(
  () => ({
    endpoints: string(1).required(),
    endpointsNamespace: string(4).pointer(),
    path: string(2).required(),
    readOnly: boolean(3),
  }),
  'io.k8s.api.core.v1.GlusterfsPersistentVolumeSource',
);
export interface GlusterfsPersistentVolumeSource extends Infer<typeof GlusterfsPersistentVolumeSource> {}

export const GlusterfsVolumeSource = object(
  () => ({
    endpoints: string(1).required(),
    path: string(2).required(),
    readOnly: boolean(3),
  }),
  'io.k8s.api.core.v1.GlusterfsVolumeSource',
);
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const HostPathVolumeSource = object(
  () => ({
    path: string(1).required(),
    type: string(2).pointer().default(''),
  }),
  'io.k8s.api.core.v1.HostPathVolumeSource',
);
export interface HostPathVolumeSource extends Infer<typeof HostPathVolumeSource> {}

export const ISCSIPersistentVolumeSource = object(
  () => ({
    chapAuthDiscovery: boolean(8),
    chapAuthSession: boolean(11),
    fsType: string(5),
    initiatorName: string(12).pointer(),
    iqn: string(2).required(),
    iscsiInterface: string(4).toldDefault('default'),
    lun: int32(3).required(),
    portals: list(string(), 7).atomic(),
    readOnly: boolean(6),
    secretRef: ref<SecretReference>(SecretReference, 10),
    targetPortal: string(1).required(),
  }),
  'io.k8s.api.core.v1.ISCSIPersistentVolumeSource',
);
export interface ISCSIPersistentVolumeSource extends Infer<typeof ISCSIPersistentVolumeSource> {}

export const ISCSIVolumeSource = object(
  () => ({
    chapAuthDiscovery: boolean(8),
    chapAuthSession: boolean(11),
    fsType: string(5),
    initiatorName: string(12).pointer(),
    iqn: string(2).required(),
    iscsiInterface: string(4).toldDefault('default'),
    lun: int32(3).required(),
    portals: list(string(), 7).atomic(),
    readOnly: boolean(6),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 10),
    targetPortal: string(1).required(),
  }),
  'io.k8s.api.core.v1.ISCSIVolumeSource',
);
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const ImageVolumeSource = object(
  () => ({
    pullPolicy: string(2),
    reference: string(1),
  }),
  'io.k8s.api.core.v1.ImageVolumeSource',
);
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}

export const LocalVolumeSource = object(
  () => ({
    fsType: string(2).pointer(),
    path: string(1).required(),
  }),
  'io.k8s.api.core.v1.LocalVolumeSource',
);
export interface LocalVolumeSource extends Infer<typeof LocalVolumeSource> {}

export const NFSVolumeSource = object(
  () => ({
    path: string(2).required(),
    readOnly: boolean(3),
    server: string(1).required(),
  }),
  'io.k8s.api.core.v1.NFSVolumeSource',
);
export interface NFSVolumeSource extends Infer<typeof NFSVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = object(
  () => ({
    claimName: string(1).required(),
    readOnly: boolean(2),
  }),
  'io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource',
);
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = object(
  () => ({
    fsType: string(2),
    pdID: string(1).required(),
  }),
  'io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource',
);
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof PhotonPersistentDiskVolumeSource> {}

export const PortworxVolumeSource = object(
  () => ({
    fsType: string(2),
    readOnly: boolean(3),
    volumeID: string(1).required(),
  }),
  'io.k8s.api.core.v1.PortworxVolumeSource',
);
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}

export const QuobyteVolumeSource = object(
  () => ({
    group: string(5),
    readOnly: boolean(3),
    registry: string(1).required(),
    tenant: string(6),
    user: string(4),
    volume: string(2).required(),
  }),
  'io.k8s.api.core.v1.QuobyteVolumeSource',
);
export interface QuobyteVolumeSource extends Infer<typeof QuobyteVolumeSource> {}

export const RBDPersistentVolumeSource = object(
  () => ({
    fsType: string(3),
    image: string(2).required(),
    keyring: string(6).toldDefault('/etc/ceph/keyring'),
    monitors: list(string(), 1).atomic().required(),
    pool: string(4).toldDefault('rbd'),
    readOnly: boolean(8),
    secretRef: ref<SecretReference>(SecretReference, 7),
    user: string(5).toldDefault('admin'),
  }),
  'io.k8s.api.core.v1.RBDPersistentVolumeSource',
);
export interface RBDPersistentVolumeSource extends Infer<typeof RBDPersistentVolumeSource> {}

export const RBDVolumeSource = object(
  () => ({
    fsType: string(3),
    image: string(2).required(),
    keyring: string(6).toldDefault('/etc/ceph/keyring'),
    monitors: list(string(), 1).atomic().required(),
    pool: string(4).toldDefault('rbd'),
    readOnly: boolean(8),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 7),
    user: string(5).toldDefault('admin'),
  }),
  'io.k8s.api.core.v1.RBDVolumeSource',
);
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const ScaleIOPersistentVolumeSource = object(
  () => ({
    fsType: string(9).toldDefault('xfs'),
    gateway: string(1).required(),
    protectionDomain: string(5),
    readOnly: boolean(10),
    secretRef: ref<SecretReference>(SecretReference, 3).required(),
    sslEnabled: boolean(4),
    storageMode: string(7).toldDefault('ThinProvisioned'),
    storagePool: string(6),
    system: string(2).required(),
    volumeName: string(8),
  }),
  'io.k8s.api.core.v1.ScaleIOPersistentVolumeSource',
);
export interface ScaleIOPersistentVolumeSource extends Infer<typeof ScaleIOPersistentVolumeSource> {}

export const ScaleIOVolumeSource = object(
  () => ({
    fsType: string(9).toldDefault('xfs'),
    gateway: string(1).required(),
    protectionDomain: string(5),
    readOnly: boolean(10),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 3).required(),
    sslEnabled: boolean(4),
    storageMode: string(7).toldDefault('ThinProvisioned'),
    storagePool: string(6),
    system: string(2).required(),
    volumeName: string(8),
  }),
  'io.k8s.api.core.v1.ScaleIOVolumeSource',
);
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const StorageOSPersistentVolumeSource = object(
  () => ({
    fsType: string(3),
    readOnly: boolean(4),
    secretRef: ref<ObjectReference>(ObjectReference, 5),
    volumeName: string(1),
    volumeNamespace: string(2),
  }),
  'io.k8s.api.core.v1.StorageOSPersistentVolumeSource',
);
export interface StorageOSPersistentVolumeSource extends Infer<typeof StorageOSPersistentVolumeSource> {}

export const StorageOSVolumeSource = object(
  () => ({
    fsType: string(3),
    readOnly: boolean(4),
    secretRef: ref<LocalObjectReference>(LocalObjectReference, 5),
    volumeName: string(1),
    volumeNamespace: string(2),
  }),
  'io.k8s.api.core.v1.StorageOSVolumeSource',
);
export interface StorageOSVolumeSource extends Infer<typeof StorageOSVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = object(
  () => ({
    fsType: string(2),
    storagePolicyID: string(4),
    storagePolicyName: string(3),
    volumePath: string(1).required(),
  }),
  'io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource',
);
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof VsphereVirtualDiskVolumeSource> {}
