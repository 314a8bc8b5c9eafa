/** The kinds and types of `networking/v1beta1`. */
export * from './networking.js';
