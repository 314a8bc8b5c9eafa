/** Clients of real clusters: `connect(kubeConfig())`. */
export * from './connect.js';
export * from './kube-config.js';
