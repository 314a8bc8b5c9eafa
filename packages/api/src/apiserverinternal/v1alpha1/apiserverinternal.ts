/** Part of `apiserverinternal/v1alpha1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int64, list, object, ref, string, time } from '@pintle/machinery';

export const ServerStorageVersion = object(
  () => ({
    apiServerID: string(1),
    decodableVersions: list(string(), 3).asSet(),
    encodingVersion: string(2),
    servedVersions: list(string(), 4).asSet(),
  }),
  'io.k8s.api.apiserverinternal.v1alpha1.ServerStorageVersion',
);
export interface ServerStorageVersion extends Infer<typeof ServerStorageVersion> {}

export const StorageVersionSpec = object({}, 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec');
export interface StorageVersionSpec extends Infer<typeof StorageVersionSpec> {}

export const StorageVersionCondition = object(
  () => ({
    lastTransitionTime: time(4).alwaysThere(),
    message: string(6).omittedWhenUnsaid().required(),
    observedGeneration: int64(3),
    reason: string(5).required(),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionCondition',
);
export interface StorageVersionCondition extends Infer<typeof StorageVersionCondition> {}

export const StorageVersionStatus = object(
  () => ({
    commonEncodingVersion: string(2).pointer(),
    conditions: list(ref<StorageVersionCondition>(StorageVersionCondition), 3).byKeys('type'),
    storageVersions: list(ref<ServerStorageVersion>(ServerStorageVersion), 1).byKeys('apiServerID'),
  }),
  'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionStatus',
);
export interface StorageVersionStatus extends Infer<typeof StorageVersionStatus> {}

export const StorageVersion = defineKind({
  group: 'internal.apiserver.k8s.io',
  version: 'v1alpha1',
  kind: 'StorageVersion',
  plural: 'storageversions',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersion',
  fields: {
    spec: ref<StorageVersionSpec>(StorageVersionSpec, 2).alwaysThere().required(),
    status: ref<StorageVersionStatus>(StorageVersionStatus, 3).alwaysThere().required(),
  },
});
export interface StorageVersion extends Infer<typeof StorageVersion> {}
