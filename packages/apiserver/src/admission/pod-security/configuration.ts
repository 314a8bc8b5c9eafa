/** PodSecurityConfiguration of `pod-security.admission.config.k8s.io`: what holds where a namespace says nothing, and who is exempt. Pure. */
import {
  compileNormalizer,
  duplicateField,
  type FieldError,
  formatFieldError,
  type Infer,
  invalidField,
  list,
  object,
  ref,
  string,
} from '@pintle/machinery';
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
type Configuration = Infer<typeof Notation>;

const group = 'pod-security.admission.config.k8s.io';
const apiVersions: readonly string[] = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${group}/${version}`);

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
  const { value, errors, unknownFields } = compileNormalizer(Notation.node, { mode: 'typed' })(data, undefined);
  const { apiVersion = '', kind = '' } = (data ?? {}) as Configuration;
  const faults: FieldError[] = [
    ...(apiVersions.includes(apiVersion) && kind === 'PodSecurityConfiguration'
      ? []
      : [invalidField('apiVersion', `${apiVersion}, Kind=${kind}`, 'no kind of that version is known here')]),
    ...errors.map((fault) => invalidField(fault.field, fault.found, fault.detail)),
    ...unknownFields.map((field) => invalidField(field, '', 'unknown field')),
  ];
  if (faults.length > 0) throw new PodSecurityConfigurationError(faults);
  const { defaults: said = {}, exemptions = {} } = value as Configuration;
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

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const namespaceName = new RegExp(`^(?=.{1,63}$)${label}$`);
const subdomain = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`);

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
  check('namespaces', (text) => namespaceName.test(text), 'must be the name of a namespace');
  check('runtimeClasses', (text) => subdomain.test(text), 'must be the name of a runtime class');
  check('usernames', (text) => text !== '', 'username must not be empty');
  return faults;
}
