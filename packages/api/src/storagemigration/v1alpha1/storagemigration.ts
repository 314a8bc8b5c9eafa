/** Part of `storagemigration/v1alpha1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, list, object, ref, string, time } from '@pintle/machinery';

export const GroupVersionResource = object(
  () => ({
    group: string(1),
    resource: string(3),
    version: string(2),
  }),
  'io.k8s.api.storagemigration.v1alpha1.GroupVersionResource',
);
export interface GroupVersionResource extends Infer<typeof GroupVersionResource> {}

export const MigrationCondition = object(
  () => ({
    lastUpdateTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.storagemigration.v1alpha1.MigrationCondition',
);
export interface MigrationCondition extends Infer<typeof MigrationCondition> {}

export const StorageVersionMigrationSpec = object(
  () => ({
    continueToken: string(2),
    resource: ref<GroupVersionResource>(GroupVersionResource, 1).alwaysThere().required(),
  }),
  'io.k8s.api.storagemigration.v1alpha1.StorageVersionMigrationSpec',
);
export interface StorageVersionMigrationSpec extends Infer<typeof StorageVersionMigrationSpec> {}

export const StorageVersionMigrationStatus = object(
  () => ({
    conditions: list(ref<MigrationCondition>(MigrationCondition), 1).byKeys('type').mergeBy('type'),
    resourceVersion: string(2),
  }),
  'io.k8s.api.storagemigration.v1alpha1.StorageVersionMigrationStatus',
);
export interface StorageVersionMigrationStatus extends Infer<typeof StorageVersionMigrationStatus> {}

export const StorageVersionMigration = defineKind({
  group: 'storagemigration.k8s.io',
  version: 'v1alpha1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.storagemigration.v1alpha1.StorageVersionMigration',
  fields: {
    spec: ref<StorageVersionMigrationSpec>(StorageVersionMigrationSpec, 2).alwaysThere(),
    status: ref<StorageVersionMigrationStatus>(StorageVersionMigrationStatus, 3).alwaysThere(),
  },
});
export interface StorageVersionMigration extends Infer<typeof StorageVersionMigration> {}
