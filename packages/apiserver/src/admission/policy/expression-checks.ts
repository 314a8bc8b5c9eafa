/**
 * Refuses policies and configurations of webhooks whose expressions are none. What is wrong with them is told in one with
 * what else is wrong with the object, in the order in which it is written. The language is loaded with the first of them.
 */
import type {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingWebhookConfiguration,
} from '@pintle/api/admissionregistration/v1';
import type { MutatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1alpha1';
import type { FieldError } from '@pintle/machinery';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import { mutatingPolicyFaults, validatingPolicyFaults, webhookConditionFaults } from './expression-faults.js';
import { type PolicyLanguage, policyLanguage } from './policy-language.js';

type Faults = (language: PolicyLanguage, request: AdmissionRequest) => readonly FieldError[];
type WebhookConfiguration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

const ofWebhooks: Faults = (language, { object, old }) =>
  webhookConditionFaults(
    language,
    (object as WebhookConfiguration).webhooks ?? [],
    old === undefined ? undefined : ((old as WebhookConfiguration).webhooks ?? []),
  );

const faultsOf: Readonly<Record<string, Faults>> = {
  validatingadmissionpolicies: (language, { object, old }) =>
    validatingPolicyFaults(language, object as ValidatingAdmissionPolicy, old as ValidatingAdmissionPolicy | undefined),
  mutatingadmissionpolicies: (language, { object, old }) =>
    mutatingPolicyFaults(language, object as MutatingAdmissionPolicy, old as MutatingAdmissionPolicy | undefined),
  validatingwebhookconfigurations: ofWebhooks,
  mutatingwebhookconfigurations: ofWebhooks,
};

export function expressionChecks(): AdmissionPlugin {
  let loaded: PolicyLanguage | undefined;
  const judge = (language: PolicyLanguage, request: AdmissionRequest, own: readonly FieldError[]) => {
    const more = faultsOf[request.resource.kind.plural]!(language, request);
    return more.length === 0 ? own : inWrittenOrder([...own, ...more]);
  };
  return {
    name: 'ExpressionChecks',
    concerns: ({ operation, resource: { kind, custom }, subresource }) =>
      kind.group === 'admissionregistration.k8s.io' &&
      !custom &&
      Object.hasOwn(faultsOf, kind.plural) &&
      subresource === undefined &&
      (operation === 'CREATE' || operation === 'UPDATE'),
    faults(request, own) {
      if (request.object === undefined || !hasExpressions(request.object)) return own;
      if (loaded !== undefined) return judge(loaded, request, own);
      return import('@pintle/cel').then((cel) => {
        loaded = policyLanguage(cel);
        return judge(loaded, request, own);
      });
    },
  };
}

const hasExpressions = (object: object): boolean =>
  !('webhooks' in object) ||
  ((object as WebhookConfiguration).webhooks ?? []).some(({ matchConditions }) => matchConditions?.length);

/** The parts of a policy, and what of each of their items is looked at one after the other. */
const parts: readonly (readonly [part: string, ...fields: readonly string[]])[] = [
  ['failurePolicy'],
  ['paramKind'],
  ['matchConstraints'],
  ['matchConditions', 'expression', 'name'],
  ['variables', 'name', 'expression'],
  ['validations', 'expression', 'messageExpression', 'message', 'reason'],
  ['auditAnnotations', 'key', 'valueExpression'],
  ['mutations'],
  ['reinvocationPolicy'],
];

/** Of the policy's part, the item, and its field; of a webhook the conditions come last. */
function placeOf({ field, type }: FieldError): readonly number[] {
  const [, hook, path = ''] = /^(?:webhooks\[(\d+)\]|spec)\.(.*)$/s.exec(field) ?? [];
  const [, name = '', item = '-1', inner = ''] = /^(\w*)(?:\[(\d+)\])?(?:\.(\w+))?/.exec(path) ?? [];
  const part = parts.findIndex(([each]) => each === name);
  const at = part < 0 ? -1 : parts[part]!.indexOf(inner);
  const isAgain = type === 'FieldValueDuplicate';
  return [Number(hook ?? -1), part, Number(item), isAgain ? parts.length : at];
}

function inWrittenOrder(faults: readonly FieldError[]): readonly FieldError[] {
  const placed = faults.map((fault) => ({ fault, place: placeOf(fault) }));
  placed.sort((a, b) => {
    const differing = a.place.findIndex((each, at) => each !== b.place[at]);
    return differing < 0 ? 0 : a.place[differing]! - b.place[differing]!;
  });
  return placed.map(({ fault }) => fault);
}
