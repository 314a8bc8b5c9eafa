/** The kinds and types of `scheduling/v1`. */
export * from './scheduling.js';
