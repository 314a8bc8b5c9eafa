/** What the command starts, for programs that want the same cluster. */
export { type ServedCluster, startServed } from './served-cluster.js';
export type { UpOptions } from './up.js';
