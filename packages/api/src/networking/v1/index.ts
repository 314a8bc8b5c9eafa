/** The kinds and types of `networking/v1`. */
export * from './networking.js';
