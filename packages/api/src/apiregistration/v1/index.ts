/** The kinds and types of `apiregistration/v1`. */
export * from './apiregistration.js';
