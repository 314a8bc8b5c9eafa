/** What validating and mutating policies share: which of them a request falls under, and with which parameters. */
import type { NamedRuleWithOperations } from '@pintle/api/admissionregistration/v1';
import { type KubernetesObject, type LabelSelector, labelSelectorMatcher } from '@pintle/machinery';
import type { Resource } from '../../registry/resource.js';
import type { ObjectCache } from '../../storage/object-cache.js';
import type { AdmissionRequest } from '../admission.js';
import { type Match, matchedVersion } from './match-resources.js';

/** A policy as far as both kinds look the same. */
export interface AnyPolicy extends KubernetesObject {
  readonly spec?: {
    readonly matchConstraints?: Match & { readonly resourceRules?: readonly NamedRuleWithOperations[] };
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
    readonly failurePolicy?: string;
  };
}

export interface AnyBinding extends KubernetesObject {
  readonly spec?: {
    readonly policyName?: string;
    readonly matchResources?: Match;
    readonly paramRef?: {
      readonly name?: string;
      readonly namespace?: string;
      readonly selector?: LabelSelector;
      readonly parameterNotFoundAction?: string;
    };
  };
}

/** Finds the parameters of a binding: one object by name, or all that a selector takes. Undefined where there is no such kind. */
export type ParamFinder = (
  paramKind: { readonly apiVersion: string; readonly kind: string },
  place: { readonly namespace: string | undefined; readonly name?: string },
) => Promise<readonly KubernetesObject[] | undefined>;

export interface Bound<P, B> {
  readonly policy: P;
  readonly binding: B;
  /** In which the policy sees the request. */
  readonly version: Resource;
}

/** The bindings that put a policy to work on a request, in the order of their names. */
export function bindingsOf<P extends AnyPolicy, B extends AnyBinding>(
  request: AdmissionRequest,
  caches: { readonly policies: ObjectCache; readonly bindings: ObjectCache; readonly namespaces: ObjectCache },
): readonly Bound<P, B>[] {
  const { policies, bindings, namespaces } = caches;
  return ([...bindings.values()] as unknown as B[])
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
    .flatMap((binding) => {
      const policy = policies.get(binding.spec?.policyName ?? '') as unknown as P | undefined;
      if (policy?.spec === undefined) return [];
      const version = matchedVersion(policy.spec.matchConstraints ?? {}, request, namespaces);
      if (version === undefined) return [];
      const isBound = matchedVersion(binding.spec?.matchResources ?? {}, request, namespaces) !== undefined;
      return isBound ? [{ policy, binding, version }] : [];
    });
}

/** The binding wants parameters, there are none, and that is to be a refusal. */
export class ParamsMissingError extends Error {
  readonly code = 'PINTLE_POLICY_PARAMS_MISSING';
  constructor(
    message: string,
    /** What of is to blame. */
    readonly of: 'policy' | 'binding' = 'binding',
  ) {
    super(message);
  }
}

/** One undefined where the policy takes none. Errors: `ParamsMissingError`. */
export async function paramsOf(
  { spec }: AnyPolicy,
  binding: AnyBinding,
  request: AdmissionRequest,
  findParams: ParamFinder,
): Promise<readonly (KubernetesObject | undefined)[]> {
  const ref = binding.spec?.paramRef;
  const { apiVersion, kind } = spec?.paramKind ?? {};
  if (!apiVersion || !kind) return [undefined];
  // Nothing can be read of parameters that nobody named.
  if (ref === undefined || ref === null) return [{} as KubernetesObject];
  const namespace = ref.namespace || request.namespace;
  const found = await findParams({ apiVersion, kind }, { namespace, ...(ref.name ? { name: ref.name } : {}) });
  if (found === undefined)
    throw new ParamsMissingError(
      `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`,
      'policy',
    );
  const { selector } = ref;
  const chosen = selector
    ? found.filter(({ metadata }) => labelSelectorMatcher(selector).matches(metadata.labels ?? {}))
    : found;
  if (chosen.length > 0 || ref.parameterNotFoundAction === 'Allow') return chosen;
  throw new ParamsMissingError(
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  );
}
