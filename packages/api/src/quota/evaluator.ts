/**
 * How the objects of one resource count against a ResourceQuota. What admission charges and what the ResourceQuota
 * controller recounts come from here, so that they agree.
 */
import type { KubernetesObject } from '@pintle/machinery';
import type { ResourceQuota, ResourceQuotaSpec } from '../core/v1/policy.js';
import type { ScopedResourceSelectorRequirement } from '../core/v1/reference.js';
import { maskAmounts, type ResourceAmounts, sumAmounts } from '../resource-list/index.js';

export type QuotaScope = ScopedResourceSelectorRequirement;

/** Which resource objects are of. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

export interface QuotaEvaluator<in T extends KubernetesObject = KubernetesObject> {
  readonly resource: ResourceName;
  /** Whether such a request can change what is used. */
  handles(operation: string, subresource: string | undefined): boolean;
  /** Of requests that are handled, whether this one can: asked of updates. All unless given. */
  mayChange?(object: T, old: T, subresource: string | undefined): boolean;
  /** Of these names, those that objects of this resource count against. */
  matching(names: Iterable<string>): readonly string[];
  isInScope(scope: QuotaScope, object: T): boolean;
  /** What the object fails to say, where quota on these names wants it said. */
  missing(names: readonly string[], object: T): string | undefined;
  usage(object: T, nowMs: number): ResourceAmounts;
}

/** The scopes of a quota, in both notations; all of them must fit. */
export function scopesOf({ scopes, scopeSelector }: ResourceQuotaSpec): readonly QuotaScope[] {
  return [
    ...(scopes ?? []).map((scopeName): QuotaScope => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
}

/** Whether one of the names that an object has of what the scope is about, as its class, is one that the scope is for. */
export function isNameInScope({ operator, values = [] }: QuotaScope, names: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name));
    default:
      return false;
  }
}

export const isInScopes = (evaluator: QuotaEvaluator, spec: ResourceQuotaSpec, object: KubernetesObject): boolean =>
  scopesOf(spec).every((scope) => evaluator.isInScope(scope, object));

/** All that the objects use of what the quota bounds, and 0 of what they use nothing of. */
export function usageWithin(
  quota: ResourceQuota,
  evaluator: QuotaEvaluator,
  objects: readonly KubernetesObject[],
  nowMs: number,
): ResourceAmounts {
  const spec = quota.spec ?? {};
  const names = evaluator.matching(Object.keys(spec.hard ?? {}));
  const zero: ResourceAmounts = new Map(names.map((name) => [name, { nano: 0n, format: 'DecimalSI' }]));
  if (names.length === 0) return zero;
  const counted = objects.filter((object) => isInScopes(evaluator, spec, object));
  return sumAmounts([zero, ...counted.map((object) => maskAmounts(evaluator.usage(object, nowMs), names))]);
}
