/**
 * What is so of claims and volumes, whoever asks: the scheduler before it places a pod, the controllers that bind and
 * provision, the kubelet that mounts. Follows k8s.io/component-helpers/storage and k8s.io/csi-translation-lib.
 */
export * from './annotations.js';
export * from './binding.js';
export * from './csi-migration.js';
export * from './find-volume.js';
export * from './pod-claims.js';
export * from './storage-classes.js';
