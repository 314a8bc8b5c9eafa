/** The kinds and types of `coordination/v1alpha2`. */
export * from './coordination.js';
