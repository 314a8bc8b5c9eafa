/** The kinds and types of `storage/v1alpha1`. */
export * from './storage.js';
