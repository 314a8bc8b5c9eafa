/**
 * The plug-ins that kube-apiserver 1.33 has on by default, in its order, with what this server does besides: addresses
 * of Services, rules of custom resources, selectors of devices, the plug-ins of the host application, and NodeRestriction, which kubeadm has
 * on as well.
 */
import type { World } from '@pintle/machinery';
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
} from './certificates/certificates.js';
import { defaultIngressClass, defaultStorageClass } from './default-class.js';
import { defaultTolerations } from './default-tolerations.js';
import { deviceSelectors } from './device-selectors.js';
import { limitRanger } from './limit-ranger.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeRestriction } from './node-restriction/node-restriction.js';
import { type PodSecurityExemptions, podSecurity } from './pod-security/pod-security.js';
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
  /** The host application's own. */
  readonly more: readonly AdmissionPlugin[];
  readonly callWebhook: WebhookCaller;
  readonly metrics: Pick<AdmissionMetrics, 'webhooks' | 'policies'>;
  readonly podSecurityExemptions: PodSecurityExemptions;
  /** The names of those to leave out. */
  readonly disabled: readonly string[];
}

export function defaultPlugins({
  core,
  access,
  caches,
  world,
  ...options
}: DefaultPluginsOptions): readonly AdmissionPlugin[] {
  const plugins: readonly AdmissionPlugin[] = [
    namespaceLifecycle(core, caches),
    limitRanger(caches),
    serviceAccountAdmission(core, caches),
    nodeRestriction(core, access),
    taintNodesByCondition,
    podSecurity(core, caches, options.podSecurityExemptions),
    priorityAdmission(core, caches),
    defaultTolerations,
    defaultStorageClass(caches),
    storageObjectInUseProtection,
    persistentVolumeClaimResize(caches),
    runtimeClassAdmission(core, caches),
    certificateApproval(access),
    certificateSigning(access),
    certificateSubjectRestriction,
    certificateRequestSignature,
    defaultIngressClass(caches),
    ...options.more,
    // So late that webhooks see what the others made, and policies what webhooks made.
    mutatingPolicies({ caches, findParams: paramsFrom(core), access }),
    ...webhooks({ caches, world, call: options.callWebhook, access, metrics: options.metrics.webhooks }),
    // For the Service as all of them made it.
    options.serviceAddresses,
    options.customResourceRules,
    deviceSelectors(),
    validatingPolicies({ caches, findParams: paramsFrom(core), access, metrics: options.metrics.policies }),
    // What has been charged should be written, so nothing that may refuse comes after.
    resourceQuota(core, caches),
  ];
  return plugins.filter(({ name }) => !options.disabled.includes(name));
}
