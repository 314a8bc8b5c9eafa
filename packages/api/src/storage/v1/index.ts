/** The kinds and types of `storage/v1`. */
export * from './storage.js';
