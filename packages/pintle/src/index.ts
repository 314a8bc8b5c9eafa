/** What the command starts, for programs that want the same cluster. */
export { type ServedCluster, startServed, type UpOptions } from './served-cluster.js';
