/**
 * What admission plug-ins are told by files, as kube-apiserver reads them: parsed documents in, what the plug-ins take out.
 * Pure: the kubeconfigs that some name are for who reads the files. Errors: `PluginConfigurationError`.
 */
import { Toleration } from '@pintle/api/core/v1';
import { tolerationErrors } from '@pintle/api/pod-spec';
import {
  type AnySchema,
  boolean,
  type FieldError,
  formatFieldError,
  formatGoDuration,
  type Infer,
  int32,
  int64,
  invalidField,
  list,
  map,
  object,
  ref,
  requiredField,
  string,
} from '@pintle/machinery';
import { type ConfigurationKind, readConfiguration } from '../registry/configuration-document.js';
import { type EventRateLimitConfiguration, eventRateLimitFaults } from './optional/event-rate-limit.js';
import type { ImagePolicyConfiguration } from './optional/image-policy.js';
import type { PodNodeSelectorConfiguration } from './optional/pod-node-selector.js';
import type { PodTolerationRestrictionConfiguration } from './optional/pod-toleration-restriction.js';
import { PluginConfigurationError } from './plugin-configuration.js';
import type { ResourceQuotaConfiguration } from './quota/resource-quota.js';

const typeMeta = { apiVersion: string(), kind: string() };

const eventRateLimit = {
  kind: 'Configuration',
  apiVersions: ['eventratelimit.admission.k8s.io/v1alpha1'],
  ignoresUnknownFields: true,
  notation: object({
    ...typeMeta,
    limits: list(ref(object({ type: string(), qps: int32(), burst: int32(), cacheSize: int32() }))),
  }),
};

export function eventRateLimitDocument(data: unknown): EventRateLimitConfiguration {
  const { limits = [] } = read('EventRateLimit', eventRateLimit, data);
  const said = limits.map(({ type = '', qps = 0, burst = 0, cacheSize = 0 }) => ({ type, qps, burst, cacheSize }));
  const configuration = { limits: said } as EventRateLimitConfiguration;
  refuse('EventRateLimit', eventRateLimitFaults(configuration));
  return configuration;
}

const podTolerationRestriction = {
  kind: 'Configuration',
  apiVersions: ['podtolerationrestriction.admission.k8s.io/v1alpha1'],
  ignoresUnknownFields: true,
  notation: object({ ...typeMeta, default: list(ref(Toleration)), whitelist: list(ref(Toleration)) }),
};

export function podTolerationRestrictionDocument(data: unknown): PodTolerationRestrictionConfiguration {
  const { default: given, whitelist } = read('PodTolerationRestriction', podTolerationRestriction, data);
  refuse('PodTolerationRestriction', [
    ...tolerationErrors(given, 'podtolerationrestriction.default'),
    ...tolerationErrors(whitelist, 'podtolerationrestriction.whitelist'),
  ]);
  return { ...(given === undefined ? {} : { default: given }), ...(whitelist === undefined ? {} : { whitelist }) };
}

const scope = object({ scopeName: string(), operator: string(), values: list(string()) });
const resourceQuota = {
  kind: 'ResourceQuotaConfiguration',
  apiVersions: ['apiserver.config.k8s.io/v1'],
  aliases: ['v1beta1', 'v1alpha1'].map((version) => `resourcequota.admission.k8s.io/${version}, Kind=Configuration`),
  notation: object({
    ...typeMeta,
    limitedResources: list(
      ref(
        object({
          apiGroup: string(),
          resource: string(),
          matchContains: list(string()),
          matchScopes: list(ref(scope)),
        }),
      ),
    ),
  }),
};

export function resourceQuotaDocument(data: unknown): ResourceQuotaConfiguration {
  const { limitedResources = [] } = read('ResourceQuota', resourceQuota, data);
  refuse(
    'ResourceQuota',
    limitedResources.flatMap(({ resource }, index) =>
      resource ? [] : [requiredField(`limitedResources[${index}].resource`)],
    ),
  );
  return { limitedResources } as ResourceQuotaConfiguration;
}

/** Without a kind and a version, as it is older than these. */
export function podNodeSelectorDocument(data: unknown): PodNodeSelectorConfiguration {
  const { podNodeSelectorPluginConfig: said } = unversioned(
    'PodNodeSelector',
    object({ podNodeSelectorPluginConfig: map(string()) }),
    data,
  );
  return said ?? {};
}

/** As `ImagePolicyConfiguration`, with the kubeconfig that says where the webhook is. */
export interface ImagePolicyDocument extends Omit<ImagePolicyConfiguration, 'target'> {
  readonly kubeConfigFile: string;
}

const imagePolicy = object({
  imagePolicy: ref(
    object({
      kubeConfigFile: string(),
      allowTTL: int64(),
      denyTTL: int64(),
      retryBackoff: int64(),
      defaultAllow: boolean(),
    }),
  ),
});
const minuteMs = 60_000;

/** Without a kind and a version, as it is older than these. */
export function imagePolicyDocument(data: unknown): ImagePolicyDocument {
  const plugin = 'ImagePolicyWebhook';
  const { imagePolicy: said = {} } = unversioned(plugin, imagePolicy, data);
  const { kubeConfigFile = '', allowTTL, denyTTL, retryBackoff, defaultAllow = false } = said;
  /** -1 is never; nothing, or 0, is the default. */
  const within = (value: number | undefined, unitMs: number, leastMs: number, mostMs: number) => {
    if (!value) return undefined;
    if (value === -1) return 0;
    const ms = value * unitMs;
    if (ms >= leastMs && ms <= mostMs) return ms;
    const least = leastMs === 0 ? '1ns' : formatGoDuration(leastMs);
    throw new PluginConfigurationError(
      plugin,
      `valid value is between ${least} and ${formatGoDuration(mostMs)}, got ${formatGoDuration(ms)}`,
    );
  };
  const retryBackoffMs = within(retryBackoff, 1, 0, 5 * minuteMs);
  const allowMs = within(allowTTL, 1_000, 1_000, 30 * minuteMs);
  const denyMs = within(denyTTL, 1_000, 1_000, 30 * minuteMs);
  return {
    kubeConfigFile,
    ...(allowMs === undefined ? {} : { allowMs }),
    ...(denyMs === undefined ? {} : { denyMs }),
    ...(retryBackoffMs === undefined ? {} : { retryBackoffMs }),
    defaultAllow,
  };
}

const webhookAdmission = {
  kind: 'WebhookAdmissionConfiguration',
  apiVersions: ['apiserver.config.k8s.io/v1'],
  aliases: ['apiserver.config.k8s.io/v1alpha1, Kind=WebhookAdmission'],
  ignoresUnknownFields: true,
  notation: object({ ...typeMeta, kubeConfigFile: string() }),
};

/** The path of the kubeconfig whose users webhooks are asked as. */
export function webhookAdmissionDocument(plugin: string, data: unknown): string {
  const { kubeConfigFile = '' } = read(plugin, webhookAdmission, data);
  if (!kubeConfigFile.startsWith('/'))
    refuse(plugin, [invalidField('kubeConfigFile', kubeConfigFile, 'must be an absolute file path')]);
  return kubeConfigFile;
}

function read<S extends AnySchema>(plugin: string, kind: ConfigurationKind<S>, data: unknown): Infer<S> {
  const { value, faults } = readConfiguration(kind, data);
  refuse(plugin, faults);
  return value;
}

function unversioned<S extends AnySchema>(plugin: string, notation: S, data: unknown): Infer<S> {
  const none = { kind: '', apiVersions: [''], ignoresUnknownFields: true, notation };
  const { kind: _kind, apiVersion: _apiVersion, ...fields } = (data ?? {}) as Record<string, unknown>;
  return read(plugin, none, fields);
}

function refuse(plugin: string, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw new PluginConfigurationError(plugin, faults.map(formatFieldError).join(', '));
}
