/** PodSecurityConfiguration of `pod-security.admission.config.k8s.io`: what holds where a namespace says nothing, and who is exempt. Pure. */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  type FieldError,
  formatFieldError,
  invalidField,
  list,
  object,
  ref,
  string,
} from '@pintle/machinery';
import { readConfiguration } from '../../registry/configuration-document.js';
import type { PodSecurityExemptions } from './pod-security.js';
import { type Policy, policyOf } from './policy.js';

const modes = ['enforce', 'audit', 'warn'] as const;

const Notation = object({
  apiVersion: string(),
  kind: string(),
  defaults: ref(
    object({
      enforce: string(),
      'enforce-version': string(),
      audit: string(),
      'audit-version': string(),
      warn: string(),
      'warn-version': string(),
    }),
  ),
  exemptions: ref(object({ usernames: list(string()), namespaces: list(string()), runtimeClasses: list(string()) })),
});

const group = 'pod-security.admission.config.k8s.io';
const podSecurity = {
  kind: 'PodSecurityConfiguration',
  apiVersions: ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${group}/${version}`),
  notation: Notation,
};

/** The configuration cannot be used; the message names every fault. */
export class PodSecurityConfigurationError extends Error {
  readonly code = 'PINTLE_POD_SECURITY_CONFIGURATION';
  constructor(readonly faults: readonly FieldError[]) {
    super(`invalid Pod Security configuration: ${faults.map(formatFieldError).join(', ')}`);
    this.name = 'PodSecurityConfigurationError';
  }
}

export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly exemptions: PodSecurityExemptions;
}

/** Errors: `PodSecurityConfigurationError`. */
export function podSecurityConfiguration(data: unknown): PodSecurityConfiguration {
  const { value, faults } = readConfiguration(podSecurity, data);
  if (faults.length > 0) throw new PodSecurityConfigurationError(faults);
  const { defaults: said = {}, exemptions = {} } = value;
  const labels: Record<string, string> = {};
  // Without a word each is privileged: that enforcement is warned of, too, is for the labels of namespaces.
  for (const mode of modes)
    for (const field of [mode, `${mode}-version`] as const)
      labels[`pod-security.kubernetes.io/${field}`] = said[field] || (field === mode ? 'privileged' : 'latest');
  const defaults = policyOf(labels);
  const ofDefaults = defaults.errors.map((fault) => ({
    ...fault,
    field: fault.field.replace(/^metadata\.labels\[pod-security\.kubernetes\.io\/(.*)\]$/, 'defaults.$1'),
  }));
  const found = [...ofDefaults, ...exemptionFaults(exemptions)];
  if (found.length > 0) throw new PodSecurityConfigurationError(found);
  return { defaults: defaults.policy, exemptions };
}

function exemptionFaults(exemptions: PodSecurityExemptions): readonly FieldError[] {
  const faults: FieldError[] = [];
  const check = (what: keyof PodSecurityExemptions, isGood: (text: string) => boolean, detail: string) => {
    const seen = new Set<string>();
    for (const [index, text] of (exemptions[what] ?? []).entries()) {
      const path = `exemptions.${what}[${index}]`;
      if (!isGood(text)) faults.push(invalidField(path, text, detail));
      else if (seen.has(text)) faults.push(duplicateField(path, text));
      seen.add(text);
    }
  };
  check('namespaces', (text) => dns1123LabelErrors(text).length === 0, 'must be the name of a namespace');
  check('runtimeClasses', (text) => dns1123SubdomainErrors(text).length === 0, 'must be the name of a runtime class');
  check('usernames', (text) => text !== '', 'username must not be empty');
  return faults;
}
