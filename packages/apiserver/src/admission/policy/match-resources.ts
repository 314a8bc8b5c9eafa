/** Which requests a policy or a webhook is asked about: by operation, resource, version, scope and labels. */
import type { MatchResources, NamedRuleWithOperations } from '@pintle/api/admissionregistration/v1';
import { type KubernetesObject, type LabelSelector, labelSelectorMatcher } from '@pintle/machinery';
import { inOtherVersion, type Resource } from '../../registry/resource.js';
import type { ObjectCache } from '../../storage/object-cache.js';
import type { AdmissionRequest } from '../admission.js';

export interface Match extends Pick<MatchResources, 'namespaceSelector' | 'objectSelector' | 'matchPolicy'> {
  readonly resourceRules?: readonly NamedRuleWithOperations[] | null;
  readonly excludeResourceRules?: readonly NamedRuleWithOperations[] | null;
}

const has = (list: readonly string[] | null | undefined, wanted: string): boolean =>
  list?.some((each) => each === '*' || each === wanted) ?? false;

function resourceMatches(pattern: string, plural: string, subresource: string | undefined): boolean {
  const [resource = '', sub] = pattern.split('/');
  if (resource !== '*' && resource !== plural) return false;
  // `*` is every resource without its subresources; `*/*` has them all.
  return sub === undefined ? subresource === undefined : sub === '*' || sub === subresource;
}

function ruleMatches(rule: NamedRuleWithOperations, request: AdmissionRequest, { kind }: Resource): boolean {
  const { scope = '*' } = rule;
  return (
    has(rule.operations, request.operation) &&
    has(rule.apiGroups, kind.group) &&
    has(rule.apiVersions, kind.version) &&
    (rule.resources?.some((pattern) => resourceMatches(pattern, kind.plural, request.subresource)) ?? false) &&
    (scope === '*' || scope === kind.scope) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(request.name))
  );
}

const labelsMatch = (selector: LabelSelector | null | undefined, object: KubernetesObject | undefined): boolean =>
  object !== undefined && labelSelectorMatcher(selector ?? {}).matches(object.metadata.labels ?? {});

const selectsAll = (selector: LabelSelector | null | undefined): boolean =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length);

/** Of a namespace itself, its own labels; of what has no namespace, everything. */
function namespaceMatches(match: Match, request: AdmissionRequest, namespaces: ObjectCache): boolean {
  const { namespaceSelector } = match;
  if (selectsAll(namespaceSelector)) return true;
  const { kind } = request.resource;
  if (kind.group === '' && kind.plural === 'namespaces')
    return labelsMatch(namespaceSelector, request.object ?? request.old);
  if (request.namespace === undefined) return true;
  return labelsMatch(namespaceSelector, namespaces.get(request.namespace));
}

/** The version in which one of the rules takes the request: the one asked for, else with `Equivalent` any other. */
function versionTaken(
  rules: readonly NamedRuleWithOperations[] | null | undefined,
  request: AdmissionRequest,
  { matchPolicy }: Match,
): Resource | undefined {
  const { resource } = request;
  const others =
    matchPolicy === 'Exact' ? [] : resource.versions.filter((version) => version !== resource && version.isServed);
  return [resource, ...others].find((version) => rules?.some((rule) => ruleMatches(rule, request, version)));
}

/**
 * The version of the resource in which the match takes the request; undefined where it does not. A match without rules takes
 * every request that its selectors take, as a binding's may be.
 */
export function matchedVersion(match: Match, request: AdmissionRequest, namespaces: ObjectCache): Resource | undefined {
  const { resourceRules, excludeResourceRules, objectSelector } = match;
  if (versionTaken(excludeResourceRules, request, match) !== undefined) return undefined;
  const taken = resourceRules?.length ? versionTaken(resourceRules, request, match) : request.resource;
  if (taken === undefined || !namespaceMatches(match, request, namespaces)) return undefined;
  const selected =
    selectsAll(objectSelector) ||
    labelsMatch(objectSelector, request.object) ||
    labelsMatch(objectSelector, request.old);
  return selected ? taken : undefined;
}

/** The request as one who speaks `version` sees it, once the objects can be converted. */
export async function inVersion(request: AdmissionRequest, version: Resource): Promise<AdmissionRequest> {
  if (version === request.resource) return request;
  const [object, old] = await inOtherVersion(request.resource, [request.object, request.old], version);
  return { ...request, object, old, resource: version, requested: request.resource };
}

/** What was made of a request's object by one who saw it otherwise, as the request has it. */
export async function fromVersion(
  request: AdmissionRequest,
  seen: AdmissionRequest,
  made: KubernetesObject,
): Promise<KubernetesObject> {
  if (made === seen.object) return request.object!;
  if (seen.resource === request.resource) return made;
  const [object] = await inOtherVersion(seen.resource, [made], request.resource);
  return object!;
}

const neverAsked = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
]);

/** What guards the guards: no policy and no webhook is asked about them, so that a bad one can be taken away. */
export const isGuarded = ({ resource: { kind } }: AdmissionRequest): boolean =>
  kind.group !== 'admissionregistration.k8s.io' || !neverAsked.has(kind.plural);
