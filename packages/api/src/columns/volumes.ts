/** The columns of volumes, claims on them, and of what provides them. */
import type { KubernetesObject, TableColumn } from '@pintle/machinery';
import type { PersistentVolume, PersistentVolumeClaim } from '../core/v1/index.js';
import type { CSIDriver, CSINode, StorageClass, VolumeAttachment } from '../storage/v1/index.js';
import type { VolumeAttributesClass } from '../storage/v1beta1/index.js';
import { type AnyColumns, ageColumn, column, integer, nameColumn, truth, wide } from './column.js';

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
/** Each once, in the order of Kubernetes. */
const accessModes = (modes: readonly string[] | undefined): string =>
  Object.entries(shortModes)
    .flatMap(([mode, short]) => (modes?.includes(mode) ? [short] : []))
    .join(',');

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const classOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '';

const persistentVolume: readonly TableColumn<PersistentVolume>[] = [
  nameColumn,
  column('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  column('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
  column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
  column('Status', ({ status, metadata }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Claim', ({ spec }) =>
    spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
  ),
  column('StorageClass', classOf),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  column('Reason', ({ status }) => status?.reason ?? ''),
  ageColumn,
  wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
];

const persistentVolumeClaim: readonly TableColumn<PersistentVolumeClaim>[] = [
  nameColumn,
  column('Status', ({ status, metadata }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Volume', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', ({ status, spec }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '')),
  column('Access Modes', ({ status, spec }) => (spec?.volumeName ? accessModes(status?.accessModes) : '')),
  column('StorageClass', classOf),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  ageColumn,
  wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
];

const defaultOf = (annotations: readonly string[]): TableColumn => ({
  ...nameColumn,
  cell: ({ metadata }: KubernetesObject) =>
    `${metadata.name ?? ''}${annotations.some((key) => metadata.annotations?.[key] === 'true') ? ' (default)' : ''}`,
});

const storageClass: readonly TableColumn<StorageClass>[] = [
  defaultOf(['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']),
  column('Provisioner', ({ provisioner }) => provisioner),
  column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
  ageColumn,
];

const csiDriver: readonly TableColumn<CSIDriver>[] = [
  nameColumn,
  truth('AttachRequired', ({ spec }) => spec.attachRequired ?? true),
  truth('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount),
  truth('StorageCapacity', ({ spec }) => spec.storageCapacity),
  column('TokenRequests', ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>'),
  truth('RequiresRepublish', ({ spec }) => spec.requiresRepublish),
  column('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
  ageColumn,
];

export const volumeColumns: Readonly<Record<string, AnyColumns>> = {
  '/PersistentVolume': persistentVolume,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  'storage.k8s.io/StorageClass': storageClass,
  'storage.k8s.io/VolumeAttributesClass': [
    defaultOf(['volumeattributesclass.alpha.kubernetes.io/is-default-class']),
    column<VolumeAttributesClass>('DriverName', ({ driverName }) => driverName),
    ageColumn,
  ],
  'storage.k8s.io/VolumeAttachment': [
    nameColumn,
    column<VolumeAttachment>('Attacher', ({ spec }) => spec.attacher),
    column<VolumeAttachment>('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
    column<VolumeAttachment>('Node', ({ spec }) => spec.nodeName),
    truth<VolumeAttachment>('Attached', ({ status }) => status?.attached),
    ageColumn,
  ],
  'storage.k8s.io/CSINode': [nameColumn, integer<CSINode>('Drivers', ({ spec }) => spec.drivers.length), ageColumn],
  'storage.k8s.io/CSIDriver': csiDriver,
};
