/** createCluster(): a whole cluster out of parts. */
export * from './cluster.js';
export * from './node.js';
