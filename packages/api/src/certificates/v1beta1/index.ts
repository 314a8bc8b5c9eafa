/** The kinds and types of `certificates/v1beta1`. */
export * from './certificates.js';
