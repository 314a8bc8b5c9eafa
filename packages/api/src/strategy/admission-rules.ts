/** Which requests webhooks and policies are for (admissionregistration validation). */
import {
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  pathSegmentErrors,
  qualifiedNameErrors,
  requiredErrors,
  requiredField,
  tooManyField,
} from '@pintle/machinery';
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  RuleWithOperations,
} from '../admissionregistration/v1/admissionregistration.js';
import { listWithStarErrors } from './rule-lists.js';

export const failurePolicies = ['Fail', 'Ignore'];
export const matchPolicies = ['Equivalent', 'Exact'];
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];
const conditionsMax = 64;

export const ruleErrors = (rule: RuleWithOperations | NamedRuleWithOperations, path: string): readonly FieldError[] => [
  ...listWithStarErrors(rule.operations, `${path}.operations`, '', 'operations', 'admissionregistration.OperationType'),
  ...eachErrors(rule.operations, `${path}.operations`, (operation, at) =>
    operations.includes(operation) ? noErrors : [notSupportedField(at, operation, operations)],
  ),
  ...listWithStarErrors(rule.apiGroups, `${path}.apiGroups`, '', 'API groups'),
  ...listWithStarErrors(rule.apiVersions, `${path}.apiVersions`, '', 'API versions'),
  ...eachErrors(rule.apiVersions, `${path}.apiVersions`, (version, at) => requiredErrors(version, at)),
  ...resourceErrors(rule.resources, `${path}.resources`),
  ...(rule.scope === undefined || scopes.includes(rule.scope)
    ? noErrors
    : [notSupportedField(`${path}.scope`, rule.scope, scopes)]),
];

// Resources are as `pods`, `pods/status`, `pods/*`, `*/status`, `*` and `*/*`: none twice in other words.
function resourceErrors(resources: readonly string[] | undefined, path: string): readonly FieldError[] {
  if (resources === undefined || resources.length === 0) return [requiredField(path)];
  const wholes = new Set<string>();
  const everywhere = new Set<string>();
  let isPlain = false;
  const each = eachErrors(resources, path, (resource, at) => {
    if (resource === '') return [requiredField(at)];
    const slash = resource.indexOf('/');
    if (slash < 0) {
      isPlain = resource !== '*';
      return noErrors;
    }
    const [owner, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const covered = (by: string) => invalidField(at, resource, `if '${by}' is present, must not specify ${resource}`);
    const errors = [
      ...(wholes.has(owner) ? [covered(`${owner}/*`)] : noErrors),
      ...(everywhere.has(sub) ? [covered(`*/${sub}`)] : noErrors),
    ];
    if (sub === '*') wholes.add(owner);
    if (owner === '*') everywhere.add(sub);
    return errors;
  });
  return [
    ...each,
    ...(resources.length > 1 && resources.includes('*/*')
      ? [invalidField(path, resources, "if '*/*' is present, must not specify other resources")]
      : noErrors),
    ...(resources.includes('*') && isPlain
      ? [invalidField(path, resources, "if '*' is present, must not specify other resources without subresources")]
      : noErrors),
  ];
}

export function matchResourcesErrors(match: MatchResources | undefined, path: string): readonly FieldError[] {
  if (match === undefined) return noErrors;
  const { matchPolicy, namespaceSelector, objectSelector } = match;
  return [
    ...(matchPolicy === undefined
      ? [requiredField(`${path}.matchPolicy`)]
      : matchPolicies.includes(matchPolicy)
        ? noErrors
        : [notSupportedField(`${path}.matchPolicy`, matchPolicy, matchPolicies)]),
    ...labelSelectorErrors(namespaceSelector, `${path}.namespaceSelector`),
    ...labelSelectorErrors(objectSelector, `${path}.objectSelector`),
    ...eachErrors(match.resourceRules, `${path}.resourceRules`, namedRuleErrors),
    ...eachErrors(match.excludeResourceRules, `${path}.excludeResourceRules`, namedRuleErrors),
  ];
}

const namedRuleErrors = (rule: NamedRuleWithOperations, path: string): readonly FieldError[] => {
  const seen = new Set<string>();
  return [
    ...eachErrors(rule.resourceNames, `${path}.resourceNames`, (name, at) => {
      const again = seen.has(name);
      seen.add(name);
      return [
        ...pathSegmentErrors(name).map((message) => invalidField(at, name, message)),
        ...(again ? [duplicateField(at, name)] : noErrors),
      ];
    }),
    ...ruleErrors(rule, path),
  ];
};

export function matchConditionErrors(
  conditions: readonly MatchCondition[] | undefined,
  path: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return [
    ...((conditions?.length ?? 0) > conditionsMax ? [tooManyField(path, conditions!.length, conditionsMax)] : noErrors),
    ...eachErrors(conditions, path, ({ name = '', expression = '' }, at) => {
      const again = name !== '' && seen.has(name);
      seen.add(name);
      return [
        ...requiredErrors(expression.trim(), `${at}.expression`),
        ...(name === ''
          ? [requiredField(`${at}.name`)]
          : qualifiedNameErrors(name).map((message) => invalidField(`${at}.name`, name, message))),
        ...(again ? [duplicateField(`${at}.name`, name)] : noErrors),
      ];
    }),
  ];
}
