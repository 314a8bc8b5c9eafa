/** What `kubectl explain` says of claims on volumes, volumes and their classes. */
import type { FieldDocs } from '@pintle/machinery';
import { conditionFields, kindFields } from './fields.js';

const core = (type: string) => `io.k8s.api.core.v1.${type}`;
const storage = (type: string) => `io.k8s.api.storage.v1.${type}`;

export const volumeDocs: FieldDocs = {
  [core('PersistentVolumeClaim')]: {
    about: 'Asks for storage, and keeps it for pods of its namespace.',
    fields: {
      ...kindFields('v1', 'PersistentVolumeClaim'),
      spec: 'How much storage, of which class.',
      status: 'What it has got.',
    },
  },
  [core('PersistentVolumeClaimSpec')]: {
    about: 'How much storage, of which class.',
    fields: {
      accessModes: 'ReadWriteOnce (one node), ReadOnlyMany, ReadWriteMany or ReadWriteOncePod (one pod).',
      dataSource: 'A snapshot or another claim that it begins as a copy of.',
      dataSourceRef: 'The same, of any kind.',
      resources: 'How much storage; may grow later where the class lets it.',
      selector: 'Labels that the volume must have.',
      storageClassName: 'The StorageClass; an empty text asks for a volume without one. Default: the default class.',
      volumeAttributesClassName: 'The VolumeAttributesClass; may be changed.',
      volumeMode: 'Filesystem (default) or Block.',
      volumeName: 'The volume that it is bound to.',
    },
  },
  [core('VolumeResourceRequirements')]: {
    about: 'How much storage.',
    fields: {
      limits: 'At most, by resource: storage.',
      requests: 'At least, by resource: storage.',
    },
  },
  [core('TypedLocalObjectReference')]: {
    about: 'An object of this namespace.',
    fields: {
      apiGroup: 'Its group; empty for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
    },
  },
  [core('TypedObjectReference')]: {
    about: 'An object, perhaps of another namespace.',
    fields: {
      apiGroup: 'Its group; empty for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
      namespace: 'Its namespace; this one where it is empty.',
    },
  },
  [core('PersistentVolumeClaimStatus')]: {
    about: 'What it has got.',
    fields: {
      accessModes: 'The access modes of the volume.',
      allocatedResourceStatuses: 'How far its growth has come, by resource.',
      allocatedResources: 'The size that it is growing to.',
      capacity: 'The size of the volume.',
      conditions: 'Resizing, FileSystemResizePending and others: whether, since when and why.',
      currentVolumeAttributesClassName: 'The VolumeAttributesClass that is in force.',
      modifyVolumeStatus: 'How far a change of the VolumeAttributesClass has come.',
      phase: 'Pending, Bound or Lost.',
    },
  },
  [core('PersistentVolumeClaimCondition')]: {
    about: 'One thing that is or is not so of a claim.',
    fields: {
      ...conditionFields('Resizing, FileSystemResizePending and others.'),
      lastProbeTime: 'When it was last looked at.',
    },
  },
  [core('ModifyVolumeStatus')]: {
    about: 'How far a change of the VolumeAttributesClass has come.',
    fields: {
      status: 'Pending, InProgress or Infeasible.',
      targetVolumeAttributesClassName: 'The class that it is changing to.',
    },
  },
  [core('PersistentVolume')]: {
    about: 'A piece of storage in the cluster, that one claim can have.',
    fields: {
      ...kindFields('v1', 'PersistentVolume'),
      spec: 'What it is, how large, and for whom.',
      status: 'Whether it is taken.',
    },
  },
  [core('PersistentVolumeStatus')]: {
    about: 'Whether it is taken.',
    fields: {
      lastPhaseTransitionTime: 'When the phase last changed.',
      message: 'Why, for people.',
      phase: 'Pending, Available, Bound, Released or Failed.',
      reason: 'Why, in one word.',
    },
  },
  [core('PersistentVolumeSpec')]: {
    about: 'What it is, how large, and for whom. Exactly one field says what kind of storage it is.',
    fields: {
      accessModes: 'How it can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.',
      awsElasticBlockStore: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      azureDisk: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      azureFile: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      cephfs: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      cinder: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      flexVolume: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      flocker: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      gcePersistentDisk: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      glusterfs: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      photonPersistentDisk: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      portworxVolume: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      quobyte: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      rbd: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      scaleIO: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      storageos: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      vsphereVolume: 'A kind of storage that Kubernetes reaches through CSI now, or no longer.',
      capacity: 'How large it is, by resource: storage.',
      claimRef: 'The claim that has it, or that it is kept for.',
      csi: 'Storage of a CSI driver.',
      fc: 'A disk by Fibre Channel.',
      hostPath: 'A directory of the node. For tests on one node.',
      iscsi: 'A disk by iSCSI.',
      local: 'A disk or directory of one node.',
      mountOptions: 'Options for mounting it.',
      nfs: 'A directory by NFS.',
      nodeAffinity: 'Which nodes it can be reached from.',
      persistentVolumeReclaimPolicy:
        'What becomes of it when its claim goes: Retain, Delete or Recycle (no longer). Default Retain.',
      storageClassName: 'The StorageClass that it is of.',
      volumeAttributesClassName: 'The VolumeAttributesClass that it is of.',
      volumeMode: 'Filesystem (default) or Block.',
    },
  },
  [core('CSIPersistentVolumeSource')]: {
    about: 'Storage of a CSI driver.',
    fields: {
      controllerExpandSecretRef: 'A Secret for growing it from the controller.',
      controllerPublishSecretRef: 'A Secret for attaching it.',
      driver: 'The name of the driver.',
      fsType: 'The file system, as ext4.',
      nodeExpandSecretRef: 'A Secret for growing it on the node.',
      nodePublishSecretRef: 'A Secret for mounting it for a pod.',
      nodeStageSecretRef: 'A Secret for mounting it on the node.',
      readOnly: 'Whether it cannot be written. Default false.',
      volumeAttributes: 'What else the driver wants to know.',
      volumeHandle: 'What the driver knows it by.',
    },
  },
  [core('NFSVolumeSource')]: {
    about: 'A directory by NFS.',
    fields: {
      path: 'The path that the server exports.',
      readOnly: 'Whether it cannot be written. Default false.',
      server: 'The server, by name or address.',
    },
  },
  [core('HostPathVolumeSource')]: {
    about: 'A directory or file of the node.',
    fields: {
      path: 'The path on the node.',
      type: 'What must be there, as Directory or FileOrCreate; nothing is checked where it is empty.',
    },
  },
  [core('LocalVolumeSource')]: {
    about: 'A disk or directory of one node.',
    fields: {
      fsType: 'The file system, of a disk.',
      path: 'The path on the node.',
    },
  },
  [core('VolumeNodeAffinity')]: {
    about: 'Which nodes a volume can be reached from.',
    fields: {
      required: 'What must hold of the node.',
    },
  },
  [core('SecretReference')]: {
    about: 'A Secret.',
    fields: {
      name: 'Its name.',
      namespace: 'Its namespace.',
    },
  },
  [storage('StorageClass')]: {
    about: 'A kind of storage that claims can ask for.',
    fields: {
      ...kindFields('storage.k8s.io/v1', 'StorageClass'),
      allowVolumeExpansion: 'Whether claims may grow. Default false.',
      allowedTopologies: 'Where volumes may be made.',
      mountOptions: 'Options for mounting its volumes.',
      parameters: 'What the provisioner wants to know.',
      provisioner: 'Who makes the volumes.',
      reclaimPolicy: 'What becomes of volumes when their claims go: Delete (default) or Retain.',
      volumeBindingMode:
        'When a volume is made: Immediate (default), or WaitForFirstConsumer: when a pod that uses the claim has a node.',
    },
  },
  [core('TopologySelectorTerm')]: {
    about: 'Where volumes may be made.',
    fields: {
      matchLabelExpressions: 'What must hold of the labels of the node.',
    },
  },
  [core('TopologySelectorLabelRequirement')]: {
    about: 'What must hold of a label.',
    fields: {
      key: 'The label.',
      values: 'One of these values.',
    },
  },
};
