/**
 * ValidatingAdmissionPolicies and what binds them (admissionregistration validation).
 * Deliberately not here: whether the expressions compile, which the API server says, as it speaks their language.
 */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  pathSegmentErrors,
  qualifiedNameErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
  type Strategy,
  shownTexts,
  statusMetadata,
} from '@pintle/machinery';
import type {
  AuditAnnotation,
  MatchResources,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
  Variable,
} from '../admissionregistration/v1/admissionregistration.js';
import { failurePolicies, matchConditionErrors, matchResourcesErrors } from './admission-rules.js';
import { specChanged } from './workloads.js';

export const withMatchDefaults = (match: MatchResources): MatchResources => ({
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  ...match,
});

const annotationsMax = 20;
const expressionMaxBytes = 5 * 1024;

function policyErrors({ metadata: { name = '' }, spec }: ValidatingAdmissionPolicy): readonly FieldError[] {
  const { failurePolicy, paramKind, matchConstraints: match, validations = [], auditAnnotations = [] } = spec ?? {};
  const nothing = 'validations or auditAnnotations must contain at least one item';
  const errors = [
    ...requiredChoiceErrors(failurePolicy, 'spec.failurePolicy', failurePolicies),
    ...(paramKind === undefined ? noErrors : paramKindErrors(paramKind, 'spec.paramKind')),
    ...(match === undefined
      ? [requiredField('spec.matchConstraints')]
      : [
          ...matchResourcesErrors(match, 'spec.matchConstraints'),
          ...requiredErrors(match.resourceRules, 'spec.matchConstraints.resourceRules'),
        ]),
    ...matchConditionErrors(spec?.matchConditions, 'spec.matchConditions'),
    ...eachErrors(spec?.variables, 'spec.variables', variableErrors),
  ];
  if (validations.length + auditAnnotations.length === 0)
    return [...errors, requiredField('spec.validations', nothing), requiredField('spec.auditAnnotations', nothing)];
  return [
    ...errors,
    ...eachErrors(validations, 'spec.validations', validationErrors),
    ...(auditAnnotations.length > annotationsMax
      ? [
          invalidField(
            'spec.auditAnnotations',
            auditAnnotations,
            `must not have more than ${annotationsMax} auditAnnotations`,
          ),
        ]
      : noErrors),
    ...eachErrors(auditAnnotations, 'spec.auditAnnotations', (annotation, path, index) => [
      ...annotationErrors(annotation, path, name),
      ...(auditAnnotations.slice(0, index).some(({ key }) => key === annotation.key)
        ? [duplicateField(`${path}.key`, annotation.key)]
        : noErrors),
    ]),
  ];
}

export function paramKindErrors({ apiVersion = '', kind = '' }: ParamKind, path: string): readonly FieldError[] {
  const kindFaults = dns1035LabelErrors(kind.toLowerCase());
  return [
    ...(apiVersion === '' ? [requiredField(`${path}.apiVersion`)] : apiVersionErrors(apiVersion, `${path}.apiVersion`)),
    ...(kind === ''
      ? [requiredField(`${path}.kind`)]
      : kindFaults.length > 0
        ? [
            invalidField(
              `${path}.kind`,
              kind,
              `may have mixed case, but should otherwise match: ${kindFaults.join(',')}`,
            ),
          ]
        : noErrors),
  ];
}

function apiVersionErrors(apiVersion: string, path: string): readonly FieldError[] {
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) return [invalidField(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [version = '', group = ''] = [...parts].reverse();
  const joined = (value: string, messages: readonly string[]) =>
    messages.length === 0 ? noErrors : [invalidField(path, value, messages.join(','))];
  return [
    ...(group === '' ? noErrors : joined(group, dns1123SubdomainErrors(group))),
    ...(version === ''
      ? [invalidField(path, apiVersion, 'version must be specified')]
      : joined(version, dns1035LabelErrors(version))),
  ];
}

// In the grammar of CEL: an identifier, and no word of the language.
const celName = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const celWords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

export const variableErrors = ({ name = '', expression = '' }: Variable, path: string): readonly FieldError[] => [
  ...(name.trim() === ''
    ? [requiredField(`${path}.name`, 'name is not specified')]
    : celName.test(name) && !celWords.has(name)
      ? noErrors
      : [invalidField(`${path}.name`, name, 'name is not a valid CEL identifier')]),
  ...requiredErrors(expression.trim(), `${path}.expression`, 'expression is not specified'),
];

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function validationErrors(validation: Validation, path: string): readonly FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  const text = (detail: string) => [invalidField(`${path}.message`, message, detail)];
  return [
    ...requiredErrors(expression.trim(), `${path}.expression`, 'expression is not specified'),
    ...(messageExpression !== '' && messageExpression.trim() === ''
      ? [invalidField(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified')]
      : noErrors),
    ...(message !== '' && message.trim() === ''
      ? text('message must be non-empty if specified')
      : /[\n\r]/.test(message.trim())
        ? text('message must not contain line breaks')
        : noErrors),
    ...(reason === undefined || reasons.includes(reason)
      ? noErrors
      : [notSupportedField(`${path}.reason`, reason, reasons)]),
  ];
}

function annotationErrors(annotation: AuditAnnotation, path: string, name: string): readonly FieldError[] {
  const { key = '', valueExpression = '' } = annotation;
  const expression = valueExpression.trim();
  const whole = `${name}/${key}`;
  return [
    ...(name === ''
      ? [invalidField(`${path}.key`, key, 'requires metadata.name be non-empty')]
      : qualifiedNameErrors(whole).map((message) => invalidField(`${path}.key`, whole, message))),
    ...(expression.length > expressionMaxBytes
      ? [requiredField(`${path}.valueExpression`, `must not exceed ${expressionMaxBytes} bytes in length`)]
      : requiredErrors(expression, `${path}.valueExpression`, 'valueExpression is not specified')),
  ];
}

interface PolicySpec {
  readonly failurePolicy?: string;
  readonly matchConstraints?: MatchResources;
}

/** Of a policy of either sort; `matched` is what its constraints default to. */
export const withPolicyDefaults = <P extends { readonly spec?: PolicySpec }>(
  policy: P,
  matched: (match: MatchResources) => MatchResources,
): P => ({
  ...policy,
  spec: {
    failurePolicy: 'Fail',
    ...policy.spec,
    ...(policy.spec?.matchConstraints === undefined ? {} : { matchConstraints: matched(policy.spec.matchConstraints) }),
  },
});

export const admissionPolicyStrategy: Strategy<ValidatingAdmissionPolicy> = {
  statusKeeps: statusMetadata,
  defaults: (policy) => withPolicyDefaults(policy, withMatchDefaults),
  validateCreate: policyErrors,
  validateUpdate: policyErrors,
  generationChanged: specChanged,
  validateStatusUpdate: ({ status }) =>
    eachErrors(
      status?.typeChecking?.expressionWarnings,
      'status.typeChecking.expressionWarnings',
      ({ warning, fieldRef = '' }, path) => [
        ...requiredErrors(warning, `${path}.warning`),
        ...requiredErrors(fieldRef.trim(), `${path}.fieldRef`),
      ],
    ),
};

const actions = ['Audit', 'Deny', 'Warn'];

function bindingErrors({ spec }: ValidatingAdmissionPolicyBinding): readonly FieldError[] {
  const { policyName, paramRef, matchResources, validationActions: wanted = [] } = spec ?? {};
  return [
    ...requiredFormatErrors(policyName, 'spec.policyName', dns1123SubdomainErrors),
    ...(paramRef === undefined ? noErrors : paramRefErrors(paramRef, 'spec.paramRef')),
    ...matchResourcesErrors(matchResources, 'spec.matchResources'),
    ...eachErrors(wanted, 'spec.validationActions', (action, path, index) => [
      ...(actions.includes(action) ? noErrors : [notSupportedField(path, action, actions)]),
      ...(wanted.indexOf(action) < index ? [duplicateField(path, action)] : noErrors),
    ]),
    ...(wanted.includes('Deny') && wanted.includes('Warn')
      ? [
          invalidField(
            'spec.validationActions',
            shownTexts(wanted, 'admissionregistration.ValidationAction'),
            'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
          ),
        ]
      : noErrors),
    ...requiredErrors(wanted, 'spec.validationActions', 'at least one validation action is required'),
  ];
}

const notFoundActions = ['Deny', 'Allow'];

export function paramRefErrors(
  { name, selector, parameterNotFoundAction: notFound }: ParamRef,
  path: string,
): readonly FieldError[] {
  const both = name && selector !== undefined;
  const exclusive = (field: string) =>
    both ? [forbiddenField(`${path}.${field}`, 'name and selector are mutually exclusive')] : noErrors;
  return [
    ...formatErrors(name, `${path}.name`, pathSegmentErrors),
    ...exclusive('name'),
    ...labelSelectorErrors(selector, `${path}.selector`),
    ...exclusive('selector'),
    ...(!name && selector === undefined
      ? [requiredField(path, 'one of name or selector must be specified')]
      : noErrors),
    ...requiredChoiceErrors(notFound, `${path}.parameterNotFoundAction`, notFoundActions),
  ];
}

export const admissionPolicyBindingStrategy: Strategy<ValidatingAdmissionPolicyBinding> = {
  defaults: (binding) =>
    binding.spec?.matchResources === undefined
      ? binding
      : { ...binding, spec: { ...binding.spec, matchResources: withMatchDefaults(binding.spec.matchResources) } },
  validateCreate: bindingErrors,
  validateUpdate: bindingErrors,
  generationChanged: specChanged,
};
