/** What admission plug-ins are told by who makes the server, by their names. */
import type { EventRateLimitConfiguration } from './optional/event-rate-limit.js';
import type { ImagePolicyConfiguration } from './optional/image-policy.js';
import type { PodNodeSelectorConfiguration } from './optional/pod-node-selector.js';
import type { PodTolerationRestrictionConfiguration } from './optional/pod-toleration-restriction.js';
import type { ResourceQuotaConfiguration } from './quota/resource-quota.js';
import type { WebhookUsers } from './webhook/webhook-credentials.js';

/** What plug-ins are told beside that they are there, as the files of kube-apiserver's AdmissionConfiguration have it. */
export interface PluginConfigurations {
  /** Without it there is none. */
  readonly EventRateLimit?: EventRateLimitConfiguration;
  /** Without it there is none. */
  readonly ImagePolicyWebhook?: ImagePolicyConfiguration;
  readonly MutatingAdmissionWebhook?: WebhookUsers;
  readonly PodNodeSelector?: PodNodeSelectorConfiguration;
  readonly PodTolerationRestriction?: PodTolerationRestrictionConfiguration;
  readonly ResourceQuota?: ResourceQuotaConfiguration;
  readonly ValidatingAdmissionWebhook?: WebhookUsers;
}

/** A plug-in was asked for that cannot be without a configuration, or the one given cannot be used. */
export class PluginConfigurationError extends Error {
  readonly code = 'PINTLE_PLUGIN_CONFIGURATION';
  constructor(plugin: string, why: string) {
    super(`admission plug-in ${JSON.stringify(plugin)} cannot be configured: ${why}`);
    this.name = 'PluginConfigurationError';
  }
}
