/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, list, map, object, quantity, ref, string, time } from '@pintle/machinery';
import { NodeSelector, ObjectReference } from './reference.js';
import {
  ConfigMapVolumeSource,
  DownwardAPIVolumeSource,
  ProjectedVolumeSource,
  SecretVolumeSource,
} from './volume-projection.js';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFilePersistentVolumeSource,
  AzureFileVolumeSource,
  CephFSPersistentVolumeSource,
  CephFSVolumeSource,
  CinderPersistentVolumeSource,
  CinderVolumeSource,
  CSIPersistentVolumeSource,
  CSIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  FCVolumeSource,
  FlexPersistentVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsPersistentVolumeSource,
  GlusterfsVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  ISCSIPersistentVolumeSource,
  ISCSIVolumeSource,
  LocalVolumeSource,
  NFSVolumeSource,
  PersistentVolumeClaimVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDPersistentVolumeSource,
  RBDVolumeSource,
  ScaleIOPersistentVolumeSource,
  ScaleIOVolumeSource,
  StorageOSPersistentVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './volume-source.js';

export const VolumeNodeAffinity = object(
  () => ({
    required: ref<NodeSelector>(NodeSelector, 1),
  }),
  'io.k8s.api.core.v1.VolumeNodeAffinity',
);
export interface VolumeNodeAffinity extends Infer<typeof VolumeNodeAffinity> {}

export const PersistentVolumeSpec = object(
  () => ({
    accessModes: list(string(), 3).atomic(),
    awsElasticBlockStore: ref<AWSElasticBlockStoreVolumeSource>(AWSElasticBlockStoreVolumeSource, 2).inline(2),
    azureDisk: ref<AzureDiskVolumeSource>(AzureDiskVolumeSource, 16).inline(2),
    azureFile: ref<AzureFilePersistentVolumeSource>(AzureFilePersistentVolumeSource, 13).inline(2),
    capacity: map(quantity(), 1),
    cephfs: ref<CephFSPersistentVolumeSource>(CephFSPersistentVolumeSource, 9).inline(2),
    cinder: ref<CinderPersistentVolumeSource>(CinderPersistentVolumeSource, 8).inline(2),
    claimRef: ref<ObjectReference>(ObjectReference, 4).granular(),
    csi: ref<CSIPersistentVolumeSource>(CSIPersistentVolumeSource, 22).inline(2),
    fc: ref<FCVolumeSource>(FCVolumeSource, 10).inline(2),
    flexVolume: ref<FlexPersistentVolumeSource>(FlexPersistentVolumeSource, 12).inline(2),
    flocker: ref<FlockerVolumeSource>(FlockerVolumeSource, 11).inline(2),
    gcePersistentDisk: ref<GCEPersistentDiskVolumeSource>(GCEPersistentDiskVolumeSource, 1).inline(2),
    glusterfs: ref<GlusterfsPersistentVolumeSource>(GlusterfsPersistentVolumeSource, 4).inline(2),
    hostPath: ref<HostPathVolumeSource>(HostPathVolumeSource, 3).inline(2),
    iscsi: ref<ISCSIPersistentVolumeSource>(ISCSIPersistentVolumeSource, 7).inline(2),
    local: ref<LocalVolumeSource>(LocalVolumeSource, 20).inline(2),
    mountOptions: list(string(), 7).atomic(),
    nfs: ref<NFSVolumeSource>(NFSVolumeSource, 5).inline(2),
    nodeAffinity: ref<VolumeNodeAffinity>(VolumeNodeAffinity, 9),
    persistentVolumeReclaimPolicy: string(5).default('Retain'),
    photonPersistentDisk: ref<PhotonPersistentDiskVolumeSource>(PhotonPersistentDiskVolumeSource, 17).inline(2),
    portworxVolume: ref<PortworxVolumeSource>(PortworxVolumeSource, 18).inline(2),
    quobyte: ref<QuobyteVolumeSource>(QuobyteVolumeSource, 15).inline(2),
    rbd: ref<RBDPersistentVolumeSource>(RBDPersistentVolumeSource, 6).inline(2),
    scaleIO: ref<ScaleIOPersistentVolumeSource>(ScaleIOPersistentVolumeSource, 19).inline(2),
    storageClassName: string(6),
    storageos: ref<StorageOSPersistentVolumeSource>(StorageOSPersistentVolumeSource, 21).inline(2),
    volumeAttributesClassName: string(10).pointer(),
    volumeMode: string(8).pointer().default('Filesystem'),
    vsphereVolume: ref<VsphereVirtualDiskVolumeSource>(VsphereVirtualDiskVolumeSource, 14).inline(2),
  }),
  'io.k8s.api.core.v1.PersistentVolumeSpec',
);
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}

export const PersistentVolumeStatus = object(
  () => ({
    lastPhaseTransitionTime: time(4),
    message: string(2),
    phase: string(1).default('Pending'),
    reason: string(3),
  }),
  'io.k8s.api.core.v1.PersistentVolumeStatus',
);
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolume = defineKind({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.core.v1.PersistentVolume',
  fields: {
    spec: ref<PersistentVolumeSpec>(PersistentVolumeSpec, 2).alwaysThere(),
    status: ref<PersistentVolumeStatus>(PersistentVolumeStatus, 3).alwaysThere(),
  },
});
export interface PersistentVolume extends Infer<typeof PersistentVolume> {}

export const Volume = object(
  () => ({
    awsElasticBlockStore: ref<AWSElasticBlockStoreVolumeSource>(AWSElasticBlockStoreVolumeSource, 4).inline(2),
    azureDisk: ref<AzureDiskVolumeSource>(AzureDiskVolumeSource, 22).inline(2),
    azureFile: ref<AzureFileVolumeSource>(AzureFileVolumeSource, 18).inline(2),
    cephfs: ref<CephFSVolumeSource>(CephFSVolumeSource, 14).inline(2),
    cinder: ref<CinderVolumeSource>(CinderVolumeSource, 13).inline(2),
    configMap: ref<ConfigMapVolumeSource>(ConfigMapVolumeSource, 19).inline(2),
    csi: ref<CSIVolumeSource>(CSIVolumeSource, 28).inline(2),
    downwardAPI: ref<DownwardAPIVolumeSource>(DownwardAPIVolumeSource, 16).inline(2),
    emptyDir: ref<EmptyDirVolumeSource>(EmptyDirVolumeSource, 2).inline(2),
    ephemeral: ref<EphemeralVolumeSource>(EphemeralVolumeSource, 29).inline(2),
    fc: ref<FCVolumeSource>(FCVolumeSource, 17).inline(2),
    flexVolume: ref<FlexVolumeSource>(FlexVolumeSource, 12).inline(2),
    flocker: ref<FlockerVolumeSource>(FlockerVolumeSource, 15).inline(2),
    gcePersistentDisk: ref<GCEPersistentDiskVolumeSource>(GCEPersistentDiskVolumeSource, 3).inline(2),
    gitRepo: ref<GitRepoVolumeSource>(GitRepoVolumeSource, 5).inline(2),
    glusterfs: ref<GlusterfsVolumeSource>(GlusterfsVolumeSource, 9).inline(2),
    hostPath: ref<HostPathVolumeSource>(HostPathVolumeSource, 1).inline(2),
    image: ref<ImageVolumeSource>(ImageVolumeSource, 30).inline(2),
    iscsi: ref<ISCSIVolumeSource>(ISCSIVolumeSource, 8).inline(2),
    name: string(1).required(),
    nfs: ref<NFSVolumeSource>(NFSVolumeSource, 7).inline(2),
    persistentVolumeClaim: ref<PersistentVolumeClaimVolumeSource>(PersistentVolumeClaimVolumeSource, 10).inline(2),
    photonPersistentDisk: ref<PhotonPersistentDiskVolumeSource>(PhotonPersistentDiskVolumeSource, 23).inline(2),
    portworxVolume: ref<PortworxVolumeSource>(PortworxVolumeSource, 24).inline(2),
    projected: ref<ProjectedVolumeSource>(ProjectedVolumeSource, 26).inline(2),
    quobyte: ref<QuobyteVolumeSource>(QuobyteVolumeSource, 21).inline(2),
    rbd: ref<RBDVolumeSource>(RBDVolumeSource, 11).inline(2),
    scaleIO: ref<ScaleIOVolumeSource>(ScaleIOVolumeSource, 25).inline(2),
    secret: ref<SecretVolumeSource>(SecretVolumeSource, 6).inline(2),
    storageos: ref<StorageOSVolumeSource>(StorageOSVolumeSource, 27).inline(2),
    vsphereVolume: ref<VsphereVirtualDiskVolumeSource>(VsphereVirtualDiskVolumeSource, 20).inline(2),
  }),
  'io.k8s.api.core.v1.Volume',
);
export interface Volume extends Infer<typeof Volume> {}
