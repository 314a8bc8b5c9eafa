/** The kinds and types of `node/v1`. */
export * from './node.js';
