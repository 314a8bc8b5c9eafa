export { isExtendedResource } from '../strategy/resource-names.js';
export * from './amounts.js';
export * from './pod-amounts.js';
