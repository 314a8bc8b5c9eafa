/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, type Infer, int32, int64, LabelSelector, list, object, ref, string } from '@pintle/machinery';
import { DownwardAPIVolumeFile, KeyToPath } from './reference.js';

export const ClusterTrustBundleProjection = object(
  () => ({
    labelSelector: ref<LabelSelector>(LabelSelector, 3),
    name: string(1).pointer(),
    optional: boolean(5).pointer(),
    path: string(4).required(),
    signerName: string(2).pointer(),
  }),
  'io.k8s.api.core.v1.ClusterTrustBundleProjection',
);
export interface ClusterTrustBundleProjection extends Infer<typeof ClusterTrustBundleProjection> {}

export const ConfigMapProjection = object(
  () => ({
    items: list(ref<KeyToPath>(KeyToPath), 2).atomic(),
    name: string(1).inline(1),
    optional: boolean(4).pointer(),
  }),
  'io.k8s.api.core.v1.ConfigMapProjection',
);
export interface ConfigMapProjection extends Infer<typeof ConfigMapProjection> {}

export const ConfigMapVolumeSource = object(
  () => ({
    defaultMode: int32(3).pointer().default(420),
    items: list(ref<KeyToPath>(KeyToPath), 2).atomic(),
    name: string(1).inline(1),
    optional: boolean(4).pointer(),
  }),
  'io.k8s.api.core.v1.ConfigMapVolumeSource',
);
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const DownwardAPIProjection = object(
  () => ({
    items: list(ref<DownwardAPIVolumeFile>(DownwardAPIVolumeFile), 1).atomic(),
  }),
  'io.k8s.api.core.v1.DownwardAPIProjection',
);
export interface DownwardAPIProjection extends Infer<typeof DownwardAPIProjection> {}

export const DownwardAPIVolumeSource = object(
  () => ({
    defaultMode: int32(2).pointer().default(420),
    items: list(ref<DownwardAPIVolumeFile>(DownwardAPIVolumeFile), 1).atomic(),
  }),
  'io.k8s.api.core.v1.DownwardAPIVolumeSource',
);
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const SecretProjection = object(
  () => ({
    items: list(ref<KeyToPath>(KeyToPath), 2).atomic(),
    name: string(1).inline(1),
    optional: boolean(4).pointer(),
  }),
  'io.k8s.api.core.v1.SecretProjection',
);
export interface SecretProjection extends Infer<typeof SecretProjection> {}

export const ServiceAccountTokenProjection = object(
  () => ({
    audience: string(1),
    expirationSeconds: int64(2).pointer().default(3600),
    path: string(3).required(),
  }),
  'io.k8s.api.core.v1.ServiceAccountTokenProjection',
);
export interface ServiceAccountTokenProjection extends Infer<typeof ServiceAccountTokenProjection> {}

export const VolumeProjection = object(
  () => ({
    clusterTrustBundle: ref<ClusterTrustBundleProjection>(ClusterTrustBundleProjection, 5),
    configMap: ref<ConfigMapProjection>(ConfigMapProjection, 3),
    downwardAPI: ref<DownwardAPIProjection>(DownwardAPIProjection, 2),
    secret: ref<SecretProjection>(SecretProjection, 1),
    serviceAccountToken: ref<ServiceAccountTokenProjection>(ServiceAccountTokenProjection, 4),
  }),
  'io.k8s.api.core.v1.VolumeProjection',
);
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const ProjectedVolumeSource = object(
  () => ({
    defaultMode: int32(2).pointer().default(420),
    sources: list(ref<VolumeProjection>(VolumeProjection), 1).atomic().orNull(),
  }),
  'io.k8s.api.core.v1.ProjectedVolumeSource',
);
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const SecretVolumeSource = object(
  () => ({
    defaultMode: int32(3).pointer().default(420),
    items: list(ref<KeyToPath>(KeyToPath), 2).atomic(),
    optional: boolean(4).pointer(),
    secretName: string(1),
  }),
  'io.k8s.api.core.v1.SecretVolumeSource',
);
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}
