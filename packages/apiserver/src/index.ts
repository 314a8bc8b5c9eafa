/** The API server without a socket: `createApiServer()`. `./nodejs` makes it listen. */
export * from './access/access.js';
export * from './access/authenticators.js';
export * from './access/rbac.js';
export * from './access/service-account-tokens.js';
export * from './access/stored-roles.js';
export * from './admission/admission.js';
export * from './admission/webhook/webhook-caller.js';
export * from './bootstrap/policy.js';
export * from './http/message.js';
export * from './registry/resource.js';
export * from './server.js';
export * from './storage/object-cache.js';
export * from './storage/stored-object.js';
export * from './streams/stream-session.js';
export * from './subresources/pod-log.js';
export { PortForwardError } from './subresources/pod-streams.js';
export * from './subresources/subresource.js';
export * from './verbs/authorize.js';
