/** The kinds and types of `certificates/v1`. */
export * from './certificates.js';
