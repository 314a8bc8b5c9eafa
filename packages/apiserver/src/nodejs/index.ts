/** The API server on sockets: TLS, its certificate authority, and listening. */
export * from './audit-log.js';
export * from './certificate-authority.js';
export * from './listen.js';
export * from './oidc-keys.js';
export * from './process-metrics.js';
export * from './service-caller.js';
export * from './token-keys.js';
export * from './webhook-caller.js';
