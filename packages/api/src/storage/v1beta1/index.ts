/** The kinds and types of `storage/v1beta1`. */
export * from './storage.js';
