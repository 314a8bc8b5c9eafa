/** RBAC (rbac.authorization.k8s.io/v1): who may do what by roles and their bindings, as they are now. Pure over getters. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@pintle/api/rbac/v1';
import type { AccessAttributes, Authorizer, UserInfo } from './access.js';

/** The roles and bindings of a cluster, at hand. */
export interface RoleSource {
  role(namespace: string, name: string): Role | undefined;
  clusterRole(name: string): ClusterRole | undefined;
  roleBindings(namespace: string): Iterable<RoleBinding>;
  clusterRoleBindings(): Iterable<ClusterRoleBinding>;
}

export function rbacAuthorizer(source: RoleSource): Authorizer {
  return (attributes) => {
    const namespace = attributes.type === 'resource' ? attributes.namespace : undefined;
    for (const rule of rulesFor(source, attributes.user, namespace)) {
      if (covers(rule.rule, attributes)) return { decision: 'allow', reason: rule.reason };
    }
    return { decision: 'noOpinion' };
  };
}

export interface GrantedRule {
  readonly rule: PolicyRule;
  readonly reason: string;
}

/** Every rule that holds for the user: cluster-wide, and in the namespace where one is given. */
export function* rulesFor(source: RoleSource, user: UserInfo, namespace: string | undefined): Iterable<GrantedRule> {
  for (const { metadata, subjects, roleRef } of source.clusterRoleBindings()) {
    if (!subjects?.some((subject) => isSubject(subject, user, ''))) continue;
    for (const rule of source.clusterRole(roleRef.name)?.rules ?? [])
      yield {
        rule,
        reason: `RBAC: allowed by ClusterRoleBinding ${JSON.stringify(metadata.name)} of ClusterRole ${JSON.stringify(roleRef.name)}`,
      };
  }
  if (namespace === undefined) return;
  for (const { metadata, subjects, roleRef } of source.roleBindings(namespace)) {
    if (!subjects?.some((subject) => isSubject(subject, user, namespace))) continue;
    const role =
      roleRef.kind === 'ClusterRole' ? source.clusterRole(roleRef.name) : source.role(namespace, roleRef.name);
    for (const rule of role?.rules ?? [])
      yield {
        rule,
        reason: `RBAC: allowed by RoleBinding ${JSON.stringify(`${metadata.name}/${namespace}`)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)}`,
      };
  }
}

function isSubject({ kind, name, namespace }: Subject, user: UserInfo, bindingNamespace: string): boolean {
  if (kind === 'User') return user.name === name;
  if (kind === 'Group') return user.groups.includes(name);
  return kind === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

const has = (values: readonly string[] | undefined, wanted: string) =>
  values?.some((value) => value === '*' || value === wanted) ?? false;

/** Whether a rule allows what is asked. */
export function covers(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.type === 'path') {
    return (
      rule.nonResourceURLs?.some(
        (url) =>
          url === '*' || url === attributes.path || (url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))),
      ) ?? false
    );
  }
  const { group, resource, subresource, name = '' } = attributes;
  if (!has(rule.apiGroups, group)) return false;
  const wanted = subresource === undefined ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? [];
  if (
    !resources.some(
      (value) => value === '*' || value === wanted || (subresource !== undefined && value === `*/${subresource}`),
    )
  )
    return false;
  return rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}
