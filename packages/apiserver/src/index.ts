/** The API server without a socket: `createApiServer()`. `./nodejs` makes it listen. */
export * from './access/abac.js';
export * from './access/access.js';
export * from './access/authenticators.js';
export type {
  AuthorizationMode,
  AuthorizerChoice,
  AuthorizerSource,
} from './access/authorizer-choice.js';
export * from './access/configuration/authentication-configuration.js';
export * from './access/configuration/authorization-configuration.js';
export * from './access/first-opinion.js';
export * from './access/node-authorizer.js';
export * from './access/node-relations.js';
export * from './access/rbac.js';
export * from './access/request-headers.js';
export * from './access/stored-roles.js';
export * from './access/tokens/oidc.js';
export * from './access/tokens/service-account-tokens.js';
export * from './access/tokens/token-file.js';
export * from './access/webhook-access.js';
export * from './admission/admission.js';
export { type OptionalPlugin, optionalPlugins } from './admission/default-plugins.js';
export type { DefaultTolerationsOptions } from './admission/default-tolerations.js';
export type { EventRateLimitConfiguration } from './admission/optional/event-rate-limit.js';
export type { ImagePolicyConfiguration } from './admission/optional/image-policy.js';
export type { PodNodeSelectorConfiguration } from './admission/optional/pod-node-selector.js';
export type { PodTolerationRestrictionConfiguration } from './admission/optional/pod-toleration-restriction.js';
export * from './admission/plugin-configuration.js';
export * from './admission/plugin-documents.js';
export * from './admission/pod-security/configuration.js';
export type { ResourceQuotaConfiguration } from './admission/quota/resource-quota.js';
export * from './admission/webhook/webhook-caller.js';
export type { WebhookUsers } from './admission/webhook/webhook-credentials.js';
export type { RemoteKind, RemoteKinds } from './aggregation/remote-client.js';
export * from './aggregation/service-caller.js';
export type { VirtualResource } from './aggregation/virtual-resources.js';
export * from './audit/audit.js';
export * from './audit/audit-policy.js';
export * from './bootstrap/policy.js';
export * from './health/health-checks.js';
export * from './http/message.js';
export type { ServerVersion } from './http/server-version.js';
export * from './registry/resource.js';
export * from './server.js';
export type * from './server-options.js';
export * from './storage/object-cache.js';
export * from './storage/stored-object.js';
export * from './streams/stream-session.js';
export * from './subresources/pod-log.js';
export { PortForwardError } from './subresources/pod-streams.js';
export * from './subresources/subresource.js';
export * from './verbs/authorize.js';
