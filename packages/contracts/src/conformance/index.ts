/** What implementations of the contracts must do, as cases that any test runner can run. */
export * from './container-runtime.js';
