/** Webhooks of admission: whom the server asks about requests (admissionregistration validation). */
import {
  choiceErrors,
  deepEqual,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../admissionregistration/v1/admissionregistration.js';
import { failurePolicies, matchConditionErrors, matchPolicies, ruleErrors } from './admission-rules.js';
import { reviewVersionErrors, reviewVersions, webhookClientErrors } from './webhook-client.js';

type Webhook = MutatingWebhook | ValidatingWebhook;
interface Configuration {
  readonly webhooks?: readonly Webhook[];
}

/** What older objects may keep, as nothing asked it of them when they were made. */
interface Demands {
  readonly noSideEffects: boolean;
  readonly knownVersion: boolean;
  readonly uniqueNames: boolean;
}

const harmless = ['None', 'NoneOnDryRun'];
const sideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

function configurationErrors({ webhooks }: Configuration, demands: Demands): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(webhooks, 'webhooks', (hook, path) => {
    const again = demands.uniqueNames && seen.has(hook.name);
    if (hook.name) seen.add(hook.name);
    return [
      ...webhookErrors(hook, path, demands),
      ...reviewVersionErrors(hook.admissionReviewVersions ?? [], `${path}.admissionReviewVersions`, {
        isKnown: demands.knownVersion,
        needed: `must specify one of ${reviewVersions.join(', ')}`,
      }),
      ...(again ? [duplicateField(`${path}.name`, hook.name)] : noErrors),
    ];
  });
}

/** A name of at least three segments. */
function nameErrors(name: string | undefined, path: string): readonly FieldError[] {
  if (!name) return [requiredField(path)];
  const messages = dns1123SubdomainErrors(name);
  if (messages.length > 0) return [invalidField(path, name, messages.join(','))];
  return name.split('.').length < 3
    ? [invalidField(path, name, 'should be a domain with at least three segments separated by dots')]
    : noErrors;
}

function webhookErrors(hook: Webhook, path: string, { noSideEffects }: Demands): readonly FieldError[] {
  const { timeoutSeconds: timeout } = hook;
  const effects = noSideEffects ? harmless : sideEffects;
  return [
    ...nameErrors(hook.name, `${path}.name`),
    ...eachErrors(hook.rules, `${path}.rules`, ruleErrors),
    ...choiceErrors(hook.failurePolicy, `${path}.failurePolicy`, failurePolicies),
    ...choiceErrors(hook.matchPolicy, `${path}.matchPolicy`, matchPolicies),
    ...(hook.sideEffects === undefined
      ? [requiredField(`${path}.sideEffects`, `must specify one of ${effects.join(', ')}`)]
      : effects.includes(hook.sideEffects)
        ? noErrors
        : [notSupportedField(`${path}.sideEffects`, hook.sideEffects, effects)]),
    ...(timeout === undefined || (timeout >= 1 && timeout <= 30)
      ? noErrors
      : [invalidField(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')]),
    ...labelSelectorErrors(hook.namespaceSelector, `${path}.namespaceSelector`),
    ...labelSelectorErrors(hook.objectSelector, `${path}.objectSelector`),
    ...('reinvocationPolicy' in hook
      ? choiceErrors(hook.reinvocationPolicy, `${path}.reinvocationPolicy`, ['IfNeeded', 'Never'])
      : noErrors),
    ...webhookClientErrors(hook.clientConfig ?? {}, `${path}.clientConfig`),
    ...matchConditionErrors(hook.matchConditions, `${path}.matchConditions`),
  ];
}

function demandsAfter({ webhooks = [] }: Configuration): Demands {
  return {
    noSideEffects: webhooks.every((hook) => harmless.includes(hook.sideEffects)),
    knownVersion: webhooks.every(
      ({ admissionReviewVersions: versions = [] }) =>
        versions.length === 0 || versions.some((version) => reviewVersions.includes(version)),
    ),
    uniqueNames: new Set(webhooks.map(({ name }) => name)).size === webhooks.length,
  };
}

const allDemands: Demands = { noSideEffects: true, knownVersion: true, uniqueNames: true };

export const webhookConfigurationStrategy: Strategy<MutatingWebhookConfiguration | ValidatingWebhookConfiguration> = {
  validateCreate: (configuration) => configurationErrors(configuration, allDemands),
  validateUpdate: (configuration, old) => configurationErrors(configuration, demandsAfter(old)),
  generationChanged: ({ webhooks }, old) => !deepEqual(webhooks, old.webhooks),
};
