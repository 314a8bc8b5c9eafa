/** The kinds and types of `apps/v1`. */
export * from './controller-revision.js';
export * from './daemon-set.js';
export * from './deployment.js';
export * from './replica-set.js';
export * from './stateful-set.js';
