/** What implementations of the contracts must do, as cases that any test runner can run. */
export { type ConformanceCase, ConformanceError } from './checks.js';
export * from './container-runtime.js';
export * from './store-backend.js';
