/** Roles and bindings: names of any path segment, the defaults of subjects, and what upstream refuses in them. */
import {
  deepEqual,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  invalidField,
  labelSelectorErrors,
  notSupportedField,
  pathSegmentErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../rbac/v1/index.js';

const group = 'rbac.authorization.k8s.io';

/** A prefix is judged as if it were the name. */
const nameErrors = (name: string) => pathSegmentErrors(name);

function ruleErrors(rule: PolicyRule, namespaced: boolean, path: string): readonly FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (!verbs?.length) errors.push(requiredField(`${path}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const refuse = (detail: string) => errors.push(invalidField(`${path}.nonResourceURLs`, nonResourceURLs, detail));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0)
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    return errors;
  }
  if (apiGroups.length === 0)
    errors.push(requiredField(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0)
    errors.push(requiredField(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function roleStrategy<R extends Role | ClusterRole>(namespaced: boolean): Strategy<R> {
  const errorsOf = (role: R): readonly FieldError[] => {
    const selectors = 'aggregationRule' in role ? role.aggregationRule?.clusterRoleSelectors : undefined;
    return [
      ...(role.rules ?? []).flatMap((rule, index) => ruleErrors(rule, namespaced, `rules[${index}]`)),
      ...('aggregationRule' in role && role.aggregationRule !== undefined && !selectors?.length
        ? [
            requiredField(
              'aggregationRule.clusterRoleSelectors',
              'at least one clusterRoleSelector required if aggregationRule is non-nil',
            ),
          ]
        : eachErrors(selectors, 'aggregationRule.clusterRoleSelectors', (selector, path) => {
            const errors = labelSelectorErrors(selector, path);
            return errors.length === 0 ? errors : [...errors, invalidField(path, null, 'invalid label selector.')];
          })),
    ];
  };
  return { nameErrors, validateCreate: errorsOf, validateUpdate: errorsOf };
}

function subjectErrors(
  { kind, name, namespace, apiGroup = '' }: Subject,
  namespaced: boolean,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(requiredField(`${path}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name)
        for (const message of dns1123SubdomainErrors(name)) errors.push(invalidField(`${path}.name`, name, message));
      if (apiGroup !== '') errors.push(notSupportedField(`${path}.apiGroup`, apiGroup, ['']));
      if (!namespaced && !namespace) errors.push(requiredField(`${path}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== group) errors.push(notSupportedField(`${path}.apiGroup`, apiGroup, [group]));
      break;
    default:
      errors.push(notSupportedField(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

/** As Go shows its own form of it. */
const inGo = ({ apiGroup, kind, name }: RoleRef) => ({ APIGroup: apiGroup, Kind: kind, Name: name });

function roleRefErrors({ apiGroup, kind, name }: RoleRef, kinds: readonly string[]): readonly FieldError[] {
  return [
    ...(apiGroup === group ? [] : [notSupportedField('roleRef.apiGroup', apiGroup, [group])]),
    ...(kinds.includes(kind) ? [] : [notSupportedField('roleRef.kind', kind, kinds)]),
    ...(name
      ? pathSegmentErrors(name).map((message) => invalidField('roleRef.name', name, message))
      : [requiredField('roleRef.name')]),
  ];
}

const withGroup = (subject: Subject): Subject =>
  !subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')
    ? { ...subject, apiGroup: group }
    : subject;

function bindingStrategy<B extends RoleBinding | ClusterRoleBinding>(namespaced: boolean): Strategy<B> {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errorsOf = ({ roleRef, subjects = [] }: B): readonly FieldError[] => [
    ...roleRefErrors(roleRef, kinds),
    ...subjects.flatMap((subject, index) => subjectErrors(subject, namespaced, `subjects[${index}]`)),
  ];
  return {
    nameErrors,
    defaults(binding) {
      const { roleRef, subjects } = binding;
      const lacks = (subjects ?? []).some((subject) => withGroup(subject) !== subject);
      if (roleRef?.apiGroup && !lacks) return binding;
      return {
        ...binding,
        ...(roleRef === undefined ? {} : { roleRef: { ...roleRef, apiGroup: roleRef.apiGroup || group } }),
        ...(subjects === undefined ? {} : { subjects: subjects.map(withGroup) }),
      };
    },
    validateCreate: errorsOf,
    validateUpdate: (binding, old) => [
      ...errorsOf(binding),
      ...(deepEqual(binding.roleRef, old.roleRef)
        ? []
        : [invalidField('roleRef', inGo(binding.roleRef), 'cannot change roleRef')]),
    ],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: each strategy is of its own kind.
export const rbacStrategies: Readonly<Record<string, Strategy<any>>> = {
  [`${group}/Role`]: roleStrategy<Role>(true),
  [`${group}/ClusterRole`]: roleStrategy<ClusterRole>(false),
  [`${group}/RoleBinding`]: bindingStrategy<RoleBinding>(true),
  [`${group}/ClusterRoleBinding`]: bindingStrategy<ClusterRoleBinding>(false),
};
