/** Clients in front of a client, and faults on the way to it. */
export { type FaultOptions, faults } from './faults.js';
export { type ClientRequest, changesSomething, type Interceptor, intercept, type Verb } from './intercept.js';
