/** A `Client` over HTTP, on any `fetch`. */
export * from './http-client.js';
