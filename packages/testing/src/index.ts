/** Test anything that speaks Kubernetes, in milliseconds and without a cluster. */
export * from './builders.js';
export * from './test-cluster.js';
