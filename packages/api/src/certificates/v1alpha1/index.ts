/** The kinds and types of `certificates/v1alpha1`. */
export * from './certificates.js';
