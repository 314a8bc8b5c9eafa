/**
 * MutatingAdmissionPolicies and their bindings (admissionregistration validation). What their mutations must be is said where
 * these are compiled, in the API server's admission.
 */
import {
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  noErrors,
  notSupportedField,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
  type Strategy,
} from '@pintle/machinery';
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from '../admissionregistration/v1alpha1/admissionregistration.js';
import {
  paramKindErrors,
  paramRefErrors,
  variableErrors,
  withMatchDefaults,
  withPolicyDefaults,
} from './admission-policies.js';
import { failurePolicies, matchConditionErrors, matchResourcesErrors } from './admission-rules.js';
import { specChanged } from './workloads.js';

const operations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

const withDefaults = (match: MatchResources): MatchResources => {
  const scoped = (rules: MatchResources['resourceRules']) => rules?.map((rule) => ({ scope: '*', ...rule }));
  const { resourceRules, excludeResourceRules, ...rest } = withMatchDefaults(match);
  return {
    ...rest,
    ...(resourceRules === undefined ? {} : { resourceRules: scoped(resourceRules)! }),
    ...(excludeResourceRules === undefined ? {} : { excludeResourceRules: scoped(excludeResourceRules)! }),
  };
};

/** What is deleted cannot be changed. */
const operationErrors = (match: MatchResources | undefined, path: string): readonly FieldError[] =>
  (match?.resourceRules ?? []).flatMap((rule) =>
    (rule.operations ?? [])
      .filter((operation) => !operations.includes(operation))
      .map((operation) => notSupportedField(`${path}.resourceRules.operations`, operation, operations)),
  );

function policyErrors({ spec }: MutatingAdmissionPolicy): readonly FieldError[] {
  const { failurePolicy, paramKind, matchConstraints: match } = spec ?? {};
  return [
    ...requiredChoiceErrors(failurePolicy, 'spec.failurePolicy', failurePolicies),
    ...(paramKind === undefined ? noErrors : paramKindErrors(paramKind, 'spec.paramKind')),
    ...(match === undefined
      ? [requiredField('spec.matchConstraints')]
      : [
          ...matchResourcesErrors(match, 'spec.matchConstraints'),
          ...requiredErrors(match.resourceRules, 'spec.matchConstraints.resourceRules'),
          ...operationErrors(match, 'spec.matchConstraints'),
        ]),
    ...matchConditionErrors(spec?.matchConditions, 'spec.matchConditions'),
    ...eachErrors(spec?.variables, 'spec.variables', variableErrors),
    ...requiredErrors(spec?.mutations, 'spec.mutations', 'mutations must contain at least one item'),
    ...requiredChoiceErrors(spec?.reinvocationPolicy, 'spec.reinvocationPolicy', ['IfNeeded', 'Never']),
  ];
}

export const mutatingPolicyStrategy: Strategy<MutatingAdmissionPolicy> = {
  defaults: (policy) => withPolicyDefaults(policy, withDefaults),
  validateCreate: policyErrors,
  validateUpdate: policyErrors,
  generationChanged: specChanged,
};

const bindingErrors = ({ spec }: MutatingAdmissionPolicyBinding): readonly FieldError[] => [
  ...requiredFormatErrors(spec?.policyName, 'spec.policyName', dns1123SubdomainErrors),
  ...(spec?.paramRef === undefined ? noErrors : paramRefErrors(spec.paramRef, 'spec.paramRef')),
  ...matchResourcesErrors(spec?.matchResources, 'spec.matchResources'),
  ...operationErrors(spec?.matchResources, 'spec.matchResources'),
];

export const mutatingPolicyBindingStrategy: Strategy<MutatingAdmissionPolicyBinding> = {
  defaults(binding) {
    const { matchResources: match, paramRef } = binding.spec ?? {};
    if (match === undefined && paramRef === undefined) return binding;
    return {
      ...binding,
      spec: {
        ...binding.spec,
        ...(match === undefined ? {} : { matchResources: withDefaults(match) }),
        ...(paramRef === undefined ? {} : { paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } }),
      },
    };
  },
  validateCreate: bindingErrors,
  validateUpdate: bindingErrors,
  generationChanged: specChanged,
};
