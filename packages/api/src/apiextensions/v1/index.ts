/** The kinds and types of `apiextensions/v1`. */
export * from './apiextensions.js';
