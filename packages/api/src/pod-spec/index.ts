/** What is asked of pods' specs beside their validation: admission plug-ins go through containers as it does. */
export { containersOf, type PlacedContainer } from '../strategy/pod/containers-of.js';
export { tolerationErrors } from '../strategy/pod/tolerations.js';
export { type QosClass, qosClassOf } from '../strategy/pod-qos.js';
export * from './merge-tolerations.js';
export * from './pod-log-options.js';
export * from './pod-references.js';
