/** The kinds and types of `storagemigration/v1alpha1`. */
export * from './storagemigration.js';
