/** How much of a request an audit policy wants recorded (audit.k8s.io/v1 Policy). The first rule that fits decides. Pure. */
import type { UserInfo } from '../access/access.js';
import type { RequestInfo } from '../requests/request-info.js';

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly {
    readonly group?: string;
    /** `pods`, `pods/log`, `pods/*`, `*`, `*` of one subresource; all where there is none. */
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
  }[];
  /** The empty text stands for what is in no namespace. */
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: readonly AuditStage[];
  readonly omitManagedFields: boolean;
}

/** `user`: undefined of who was not let in. */
export function auditDecision(policy: AuditPolicy, user: UserInfo | undefined, info: RequestInfo): AuditDecision {
  const rule = policy.rules.find((each) => ruleFits(each, user, info));
  return {
    level: rule?.level ?? 'None',
    omitStages: [...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function ruleFits(rule: AuditRule, user: UserInfo | undefined, info: RequestInfo): boolean {
  const { users, userGroups, verbs } = rule;
  if (users?.length && (user === undefined || !users.includes(user.name))) return false;
  if (userGroups?.length && !userGroups.some((group) => user?.groups.includes(group))) return false;
  if (verbs?.length && !verbs.includes(info.verb)) return false;
  if (rule.namespaces?.length || rule.resources?.length) return info.type === 'resource' && resourceFits(rule, info);
  if (rule.nonResourceURLs?.length)
    return info.type === 'path' && rule.nonResourceURLs.some((url) => pathFits(url, info.path));
  return true;
}

function pathFits(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

function resourceFits({ namespaces, resources }: AuditRule, info: Extract<RequestInfo, { type: 'resource' }>): boolean {
  const { group, resource, subresource, name } = info;
  if (namespaces?.length && !namespaces.includes(info.namespace ?? '')) return false;
  if (!resources?.length) return true;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return resources.some((each) => {
    if ((each.group ?? '') !== group) return false;
    if (each.resourceNames?.length && (name === undefined || !each.resourceNames.includes(name))) return false;
    if (!each.resources?.length) return true;
    return each.resources.some(
      (pattern) =>
        pattern === '*' ||
        pattern === full ||
        (subresource !== undefined && (pattern === `${resource}/*` || pattern === `*/${subresource}`)),
    );
  });
}
