/** The kinds and types of `v1`. */
export * from './affinity.js';
export * from './config.js';
export * from './container.js';
export * from './container-status.js';
export * from './event.js';
export * from './mirror-pod.js';
export * from './namespace.js';
export * from './node.js';
export * from './persistent-volume.js';
export * from './persistent-volume-claim.js';
export * from './pod.js';
export * from './policy.js';
export * from './reference.js';
export * from './replication.js';
export * from './service.js';
export * from './volume-projection.js';
export * from './volume-source.js';
