/** A manager's servers on Node: webhooks over HTTPS, probes and metrics over HTTP. */
export * from './serve-probes.js';
export * from './webhook-server.js';
