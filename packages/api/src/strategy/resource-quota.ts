/** ResourceQuotas: known resources, amounts that can be, scopes that fit the resources; scopes never change. */
import {
  deepEqual,
  type FieldError,
  immutableField,
  invalidField,
  requiredField,
  type Strategy,
  shownTexts,
} from '@pintle/machinery';
import type { ResourceQuota, ResourceQuotaSpec } from '../core/v1/policy.js';
import type { ScopedResourceSelectorRequirement } from '../core/v1/reference.js';
import { isStandardQuotaResource, quotaResourceNameErrors, resourceQuantityErrors } from './resource-names.js';

const shownScopes = (scopes: readonly string[] | undefined) => shownTexts(scopes, 'core.ResourceQuotaScope');

const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];
/** Scopes of names, which may be some and not others. */
const named = ['PriorityClass', 'VolumeAttributesClass'];
const ofClaims = ['persistentvolumeclaims', 'requests.storage'];
/** Scopes that no pod is in both of. */
const contrary = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const computed = new Set(['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);

export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  validateCreate: ({ spec }) => specErrors(spec ?? {}),
  validateUpdate(quota, old) {
    const errors = [...specErrors(quota.spec ?? {})];
    const scopesOf = ({ spec }: ResourceQuota) => [...new Set(spec?.scopes)].sort();
    if (!deepEqual(scopesOf(quota), scopesOf(old)))
      errors.push(immutableField('spec.scopes', shownScopes(quota.spec?.scopes)));
    return errors;
  },
  validateStatusUpdate: ({ status }) => [
    ...listErrors(status?.hard, 'status.hard'),
    ...listErrors(status?.used, 'status.used'),
  ],
};

function specErrors(spec: ResourceQuotaSpec): readonly FieldError[] {
  return [...listErrors(spec.hard, 'spec.hard'), ...scopeErrors(spec), ...selectorErrors(spec)];
}

const listErrors = (list: Readonly<Record<string, string>> | undefined, path: string): readonly FieldError[] =>
  Object.entries(list ?? {}).flatMap(([name, amount]) => [
    ...quotaResourceNameErrors(name, `${path}[${name}]`),
    ...resourceQuantityErrors(name, amount, `${path}[${name}]`),
  ]);

function scopeErrors(spec: ResourceQuotaSpec): readonly FieldError[] {
  const given = spec.scopes ?? [];
  const fault = (detail: string) => invalidField('spec.scopes', shownScopes(given), detail);
  return [
    ...given.flatMap((scope) => [
      ...(scopes.includes(scope) ? [] : [fault('unsupported scope')]),
      ...unfit(scope, spec).map(() => fault('unsupported scope applied to resource')),
    ]),
    ...contrary
      .filter(([one, other]) => given.includes(one) && given.includes(other))
      .map(() => fault('conflicting scopes')),
  ];
}

/** The resources bounded by the quota that a scope says nothing of. */
const unfit = (scope: string, { hard }: ResourceQuotaSpec): readonly string[] =>
  Object.keys(hard ?? {})
    .sort()
    .filter((name) => isStandardQuotaResource(name) && !fits(scope, name));

/** A scope that is not known fits all: that it is not known is said already. */
function fits(scope: string, name: string): boolean {
  if (!scopes.includes(scope)) return true;
  if (scope === 'VolumeAttributesClass') return ofClaims.includes(name);
  if (name === 'pods') return true;
  return scope !== 'BestEffort' && computed.has(name);
}

function selectorErrors(spec: ResourceQuotaSpec): readonly FieldError[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const given = expressions.map(({ scopeName }) => scopeName);
  return [
    ...expressions.flatMap((expression) => [
      ...expressionErrors(expression, path),
      ...unfit(expression.scopeName, spec).map(() =>
        invalidField(path, spec.scopeSelector, 'unsupported scope applied to resource'),
      ),
    ]),
    ...contrary
      .filter(([one, other]) => given.includes(one) && given.includes(other))
      .map(() => invalidField(path, shownScopes(spec.scopes), 'conflicting scopes')),
  ];
}

function expressionErrors(expression: ScopedResourceSelectorRequirement, path: string): readonly FieldError[] {
  const { scopeName, operator, values = [] } = expression;
  const errors: FieldError[] = [];
  if (!scopes.includes(scopeName)) errors.push(invalidField(`${path}.scopeName`, scopeName, 'unsupported scope'));
  if (scopes.includes(scopeName) && !named.includes(scopeName) && operator !== 'Exists')
    errors.push(
      invalidField(
        `${path}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ),
    );
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.push(
        requiredField(
          `${path}.values`,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
      );
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(
        invalidField(
          `${path}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      );
  } else errors.push(invalidField(`${path}.operator`, operator, 'not a valid selector operator'));
  return errors;
}
