/** Clients of real clusters: `connect()`. */
export * from './connect.js';
export { ExecPluginError } from './exec-plugin.js';
export {
  type Credentials,
  contextsOf,
  type ExecPlugin,
  type Impersonation,
  type InClusterOptions,
  inClusterConfig,
  type KubeConfig,
  KubeConfigError,
  type KubeConfigOptions,
  kubeConfig,
  kubeConfigUsers,
  type Pem,
} from './kube-config.js';
