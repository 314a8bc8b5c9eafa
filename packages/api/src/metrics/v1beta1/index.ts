/** The kinds and types of `metrics.k8s.io/v1beta1`. */
export * from './metrics.js';
