/** Clusters that listen: TLS, credentials, a kubeconfig. */
export * from './credentials.js';
export * from './kube-config-text.js';
export * from './served-cluster.js';
