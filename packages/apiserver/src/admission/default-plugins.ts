/**
 * The plug-ins that kube-apiserver 1.33 has on by default and those that it has for the asking, in its order, with what
 * this server does besides: addresses of Services, rules of custom resources, selectors of devices, the plug-ins of the
 * host application, and NodeRestriction, which kubeadm has on as well.
 */
import { formatFieldError, type World } from '@pintle/machinery';
import type { ApiCore } from '../verbs/api-core.js';
import type { Access } from '../verbs/authorize.js';
import type { AdmissionPlugin } from './admission.js';
import type { AdmissionCaches } from './admission-caches.js';
import type { AdmissionMetrics } from './admission-metrics.js';
import {
  certificateApproval,
  certificateRequestSignature,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from './certificates/certificates.js';
import { defaultIngressClass, defaultStorageClass } from './default-class.js';
import { type DefaultTolerationsOptions, defaultTolerations } from './default-tolerations.js';
import { deviceSelectors } from './device-selectors.js';
import { limitRanger } from './limit-ranger.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeRestriction } from './node-restriction/node-restriction.js';
import { alwaysPullImages } from './optional/always-pull-images.js';
import { eventRateLimit, eventRateLimitFaults } from './optional/event-rate-limit.js';
import { imagePolicyWebhook } from './optional/image-policy.js';
import { namespaceAutoProvision, namespaceExists } from './optional/namespace-plugins.js';
import { ownerReferencesPermissionEnforcement } from './optional/owner-permissions.js';
import { podNodeSelector } from './optional/pod-node-selector.js';
import { podTolerationRestriction } from './optional/pod-toleration-restriction.js';
import {
  alwaysAdmit,
  alwaysDeny,
  denyServiceExternalIps,
  extendedResourceToleration,
  limitPodHardAntiAffinityTopology,
} from './optional/small-plugins.js';
import { PluginConfigurationError, type PluginConfigurations } from './plugin-configuration.js';
import { type PodSecurityOptions, podSecurity } from './pod-security/pod-security.js';
import type { PodSecurityMetrics } from './pod-security/pod-security-metrics.js';
import { podTopologyLabels } from './pod-topology-labels.js';
import { expressionChecks } from './policy/expression-checks.js';
import { mutatingPolicies } from './policy/mutating-policies.js';
import { paramsFrom } from './policy/policy-params.js';
import { validatingPolicies } from './policy/validating-policies.js';
import { priorityAdmission } from './priority.js';
import { resourceQuota } from './quota/resource-quota.js';
import { runtimeClassAdmission } from './runtime-class.js';
import { serviceAccountAdmission } from './service-account.js';
import { storageObjectInUseProtection } from './storage-protection.js';
import { taintNodesByCondition } from './taint-new-nodes.js';
import { persistentVolumeClaimResize } from './volume-resize.js';
import type { WebhookCaller } from './webhook/webhook-caller.js';
import { webhooks } from './webhook/webhooks.js';

export interface DefaultPluginsOptions {
  readonly core: () => ApiCore;
  readonly access: Access;
  readonly caches: AdmissionCaches;
  readonly world: World;
  readonly serviceAddresses: AdmissionPlugin;
  readonly customResourceRules: AdmissionPlugin;
  readonly endingKinds: AdmissionPlugin;
  /** The host application's own. */
  readonly more: readonly AdmissionPlugin[];
  readonly callWebhook: WebhookCaller;
  readonly metrics: Pick<AdmissionMetrics, 'conditions' | 'webhooks' | 'policies'>;
  readonly podSecurity: PodSecurityOptions;
  readonly podSecurityMetrics: PodSecurityMetrics;
  readonly tolerations: DefaultTolerationsOptions;
  readonly configurations: PluginConfigurations;
  readonly requiresDefaultAccounts: boolean;
  /** Whether pods are to say where their nodes are. */
  readonly topologyLabels: boolean;
  /** Of those for the asking, the ones to have. */
  readonly enabled: readonly OptionalPlugin[];
  /** The names of those to leave out. */
  readonly disabled: readonly string[];
}

/** Plug-ins that are there only where they are asked for, as in kube-apiserver. */
export const optionalPlugins = [
  'AlwaysAdmit',
  'AlwaysDeny',
  'AlwaysPullImages',
  'DenyServiceExternalIPs',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'ImagePolicyWebhook',
  'LimitPodHardAntiAffinityTopology',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'OwnerReferencesPermissionEnforcement',
  'PodNodeSelector',
  'PodTolerationRestriction',
] as const;
export type OptionalPlugin = (typeof optionalPlugins)[number];

/** Errors: `PluginConfigurationError`. */
export function defaultPlugins({
  core,
  access,
  caches,
  world,
  configurations,
  ...options
}: DefaultPluginsOptions): readonly AdmissionPlugin[] {
  const absent = new Set<string>([
    ...optionalPlugins.filter((name) => !options.enabled.includes(name)),
    ...(options.topologyLabels ? [] : ['PodTopologyLabels']),
    ...options.disabled,
  ]);
  const users = {
    mutating: configurations.MutatingAdmissionWebhook,
    validating: configurations.ValidatingAdmissionWebhook,
  };
  const call = options.callWebhook;
  const { conditions } = options.metrics;
  const asked = { caches, world, call, access, metrics: options.metrics.webhooks, conditions, users };
  const [mutatingWebhooks, validatingWebhooks] = webhooks(asked);
  const plugins: readonly AdmissionPlugin[] = [
    alwaysAdmit,
    namespaceAutoProvision(core, caches),
    namespaceLifecycle(core, caches),
    namespaceExists(core, caches),
    limitPodHardAntiAffinityTopology,
    limitRanger(caches),
    serviceAccountAdmission(core, caches, { requiresDefault: options.requiresDefaultAccounts }),
    nodeRestriction(core, access),
    taintNodesByCondition,
    alwaysPullImages,
    ...(absent.has('ImagePolicyWebhook') ? [] : [imagePolicy(world, call, configurations)]),
    podSecurity(core, caches, options.podSecurityMetrics, options.podSecurity),
    podNodeSelector(core, caches, configurations.PodNodeSelector),
    priorityAdmission(core, caches),
    defaultTolerations(options.tolerations),
    podTolerationRestriction(core, caches, configurations.PodTolerationRestriction),
    ...(absent.has('EventRateLimit') ? [] : [eventLimits(world, configurations)]),
    extendedResourceToleration,
    defaultStorageClass(caches),
    storageObjectInUseProtection,
    ownerReferencesPermissionEnforcement(core, access),
    persistentVolumeClaimResize(caches),
    runtimeClassAdmission(core, caches),
    certificateApproval(access),
    certificateSigning(access),
    clusterTrustBundleAttest(access),
    certificateSubjectRestriction,
    certificateRequestSignature,
    defaultIngressClass(caches),
    denyServiceExternalIps,
    podTopologyLabels(core),
    ...options.more,
    // So late that webhooks see what the others made, and policies what webhooks made.
    mutatingPolicies({ caches, findParams: paramsFrom(core), access, conditions }),
    mutatingWebhooks,
    // For the Service as all of them made it.
    options.serviceAddresses,
    options.endingKinds,
    options.customResourceRules,
    deviceSelectors(),
    expressionChecks(),
    validatingPolicies({ caches, findParams: paramsFrom(core), access, metrics: options.metrics.policies, conditions }),
    validatingWebhooks,
    // What has been charged should be written, so nothing that may refuse comes after, but for who refuses all.
    resourceQuota(core, caches, configurations.ResourceQuota),
    alwaysDeny,
  ];
  return plugins.filter(({ name }) => !absent.has(name));
}

function eventLimits({ clock }: World, { EventRateLimit: limits }: PluginConfigurations): AdmissionPlugin {
  const faults = eventRateLimitFaults(limits ?? {});
  if (faults.length > 0) throw new PluginConfigurationError('EventRateLimit', faults.map(formatFieldError).join(', '));
  return eventRateLimit(clock, limits!);
}

function imagePolicy(world: World, call: WebhookCaller, configurations: PluginConfigurations): AdmissionPlugin {
  const { ImagePolicyWebhook: policy } = configurations;
  if (policy === undefined) throw new PluginConfigurationError('ImagePolicyWebhook', 'no config specified');
  return imagePolicyWebhook(world, call, policy);
}
