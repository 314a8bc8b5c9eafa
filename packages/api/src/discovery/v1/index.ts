/** The kinds and types of `discovery/v1`. */
export * from './discovery.js';
