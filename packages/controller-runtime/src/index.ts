/** Write a controller, run it with a manager: against Pintle or any Kubernetes cluster, with the same code. */
export * from './controller.js';
export * from './events/event-correlator.js';
export * from './events/event-recorder.js';
export * from './events/event-writer.js';
export * from './manager.js';
export * from './predicates.js';
export * from './reconciler.js';
export * from './recording-client.js';
export * from './work-queue.js';
export * from './work-queue-metrics.js';
