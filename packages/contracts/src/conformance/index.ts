/** What implementations of the contracts must do, as cases that any test runner can run. */
export { type ConformanceCase, ConformanceError } from './checks.js';
export * from './cloud-provider.js';
export * from './container-runtime.js';
export * from './store-backend.js';
export * from './volume-driver.js';
