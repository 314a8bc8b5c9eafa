/** Nodes and pods at random for property tests with fast-check, which the test brings along. */
export * from './arbitrary-nodes.js';
export * from './arbitrary-pods.js';
