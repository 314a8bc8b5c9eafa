/** The kinds and types of `coordination/v1`. */
export * from './coordination.js';
