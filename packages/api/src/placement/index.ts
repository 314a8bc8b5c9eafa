/** Where pods may run: what the scheduler asks of nodes, and the DaemonSet controller of each by itself. */
export * from './node-selector.js';
export * from './tolerations.js';
