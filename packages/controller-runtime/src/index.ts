/** Write a controller, run it with a manager: against Pintle or any Kubernetes cluster, with the same code. */
export * from './controller.js';
export * from './manager.js';
export * from './reconciler.js';
