/** The kinds and types of `coordination/v1beta1`. */
export * from './coordination.js';
