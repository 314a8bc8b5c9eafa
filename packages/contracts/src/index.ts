/**
 * The interfaces that adapters implement, and their errors. `./conformance` holds a kit for each, as data
 * that any test runner can run.
 */
export * from './cloud-provider.js';
export * from './container-runtime.js';
export * from './network.js';
export * from './node-agent.js';
export * from './store-backend.js';
export * from './volume-driver.js';
