/** Which FlowSchema a request falls under, and whose flow it is in it. Pure. */
import type { FlowSchema, NonResourcePolicyRule, ResourcePolicyRule, Subject } from '@pintle/api/flowcontrol/v1';
import type { UserInfo } from '../access/access.js';
import type { RequestInfo, ResourceRequestInfo } from '../requests/request-info.js';

/** Lower precedence first; of equals the name decides. */
export const inMatchingOrder = (schemas: Iterable<FlowSchema>): readonly FlowSchema[] =>
  [...schemas].sort(
    (a, b) =>
      (a.spec?.matchingPrecedence ?? 1000) - (b.spec?.matchingPrecedence ?? 1000) ||
      ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  );

export const schemaMatches = ({ spec }: FlowSchema, user: UserInfo, info: RequestInfo): boolean =>
  spec?.rules?.some(
    ({ subjects, resourceRules = [], nonResourceRules = [] }) =>
      subjects.some((subject) => isSubject(subject, user)) &&
      (info.type === 'resource'
        ? resourceRules.some((rule) => coversResource(rule, info))
        : nonResourceRules.some((rule) => coversPath(rule, info))),
  ) ?? false;

/** What tells flows of one schema apart: the user, the namespace, or nothing. */
export function distinguisherOf({ spec }: FlowSchema, user: UserInfo, info: RequestInfo): string {
  const type = spec?.distinguisherMethod?.type;
  if (type === 'ByUser') return user.name;
  return type === 'ByNamespace' && info.type === 'resource' ? (info.namespace ?? '') : '';
}

function isSubject({ kind, user, group, serviceAccount }: Subject, { name, groups }: UserInfo): boolean {
  if (kind === 'User') return user?.name === '*' || user?.name === name;
  if (kind === 'Group') return group?.name === '*' || groups.includes(group?.name ?? '');
  const prefix = `system:serviceaccount:${serviceAccount?.namespace}:`;
  return serviceAccount?.name === '*' ? name.startsWith(prefix) : name === `${prefix}${serviceAccount?.name}`;
}

const has = (values: readonly string[] | undefined, wanted: string) =>
  values?.some((value) => value === '*' || value === wanted) ?? false;

function coversResource(rule: ResourcePolicyRule, info: ResourceRequestInfo): boolean {
  const { verb, group, resource, subresource, namespace } = info;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    has(rule.resources, full) &&
    (namespace === undefined ? rule.clusterScope === true : has(rule.namespaces, namespace))
  );
}

const coversPath = (rule: NonResourcePolicyRule, { verb, path }: RequestInfo): boolean =>
  has(rule.verbs, verb) &&
  rule.nonResourceURLs.some(
    (url) => url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1))),
  );
