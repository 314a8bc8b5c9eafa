/** RBAC (rbac.authorization.k8s.io/v1): who may do what by roles and their bindings, as they are now. Pure over getters. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '@pintle/api/rbac/v1';
import { aggregateText } from '@pintle/machinery';
import type { AccessAttributes, AccessDecision, RuledAuthorizer, UserInfo, UserRules } from './access.js';

/** The roles and bindings of a cluster, at hand. */
export interface RoleSource {
  role(namespace: string, name: string): Role | undefined;
  clusterRole(name: string): ClusterRole | undefined;
  /** Those that name one of these subjects, by `subjectKey`. */
  roleBindings(namespace: string, subjects: readonly string[]): Iterable<RoleBinding>;
  clusterRoleBindings(subjects: readonly string[]): Iterable<ClusterRoleBinding>;
}

export function rbacAuthorizer(source: RoleSource): RuledAuthorizer {
  const authorize = (attributes: AccessAttributes): AccessDecision => {
    const { user } = attributes;
    const namespace = attributes.type === 'resource' ? attributes.namespace : undefined;
    const missing: string[] = [];
    const granted = firstRule(source, user, namespace, missing, (rule) => covers(rule, attributes));
    if (granted !== undefined) return new Granted(granted, user);
    if (missing.length === 0) return { decision: 'noOpinion' };
    return { decision: 'noOpinion', reason: `RBAC: ${aggregateText(missing)}` };
  };
  const told = (user: UserInfo, namespace: string): UserRules => {
    const errors: string[] = [];
    const rules = rulesFor(source, user, namespace, errors);
    return {
      resourceRules: rules.flatMap(({ verbs, apiGroups = [], resources, resourceNames }) =>
        resources?.length ? [{ verbs, apiGroups, resources, ...(resourceNames?.length ? { resourceNames } : {}) }] : [],
      ),
      nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
        nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [],
      ),
      errors,
    };
  };
  return Object.assign(authorize, { named: { type: 'RBAC', name: 'rbac' }, rulesFor: told });
}

/** Few ask why something was allowed: the words are found when they do. */
class Granted implements AccessDecision {
  readonly decision = 'allow';

  constructor(
    private readonly by: ClusterRoleBinding | RoleBinding,
    private readonly user: UserInfo,
  ) {}

  get reason(): string {
    return `RBAC: allowed by ${describe(this.by, this.user)}`;
  }
}

/**
 * Every rule that holds for the user: cluster-wide, and in the namespace where one is given. What is wrong with roles
 * that bindings name is added to `missing`.
 */
export function rulesFor(
  source: RoleSource,
  user: UserInfo,
  namespace: string | undefined,
  missing: string[] = [],
): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  firstRule(source, user, namespace, missing, (rule) => {
    rules.push(rule);
    return false;
  });
  return rules;
}

/** Asked for every request: the binding by which the user has the first rule that is `wanted`, in the order of `rulesFor`. */
function firstRule(
  source: RoleSource,
  user: UserInfo,
  namespace: string | undefined,
  missing: string[],
  wanted: (rule: PolicyRule) => boolean,
): ClusterRoleBinding | RoleBinding | undefined {
  const keys = subjectsOf(user);
  for (const binding of source.clusterRoleBindings(keys))
    if (rulesOf(source, binding.roleRef, '', missing).some(wanted)) return binding;
  if (namespace === undefined) return undefined;
  for (const binding of source.roleBindings(namespace, keys))
    if (rulesOf(source, binding.roleRef, namespace, missing).some(wanted)) return binding;
  return undefined;
}

function rulesOf(
  source: RoleSource,
  { kind, name }: RoleRef,
  namespace: string,
  missing: string[],
): readonly PolicyRule[] {
  const role = kind === 'ClusterRole' ? source.clusterRole(name) : source.role(namespace, name);
  if (role === undefined)
    missing.push(`${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`);
  return role?.rules ?? [];
}

function describe({ kind, metadata, roleRef, subjects }: ClusterRoleBinding | RoleBinding, user: UserInfo): string {
  const keys = subjectsOf(user);
  const { name, namespace = '' } = metadata;
  const subject = subjects?.find((each) => keys.includes(subjectKey(each, namespace) ?? ''));
  const place = subject?.kind === 'ServiceAccount' ? `/${subject.namespace || namespace}` : '';
  return `${kind} ${JSON.stringify(namespace === '' ? name : `${name}/${namespace}`)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subject?.kind} ${JSON.stringify(`${subject?.name}${place}`)}`;
}

/** A subject of a binding as one text; the same for a service account and for the user that it is. */
export function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return `user ${name}`;
  if (kind === 'Group') return `group ${name}`;
  if (kind !== 'ServiceAccount' || !(namespace || bindingNamespace)) return undefined;
  return `user system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

const subjects = new WeakMap<UserInfo, readonly string[]>();

/** All that bindings may name a user by. */
function subjectsOf(user: UserInfo): readonly string[] {
  let keys = subjects.get(user);
  if (keys === undefined) {
    keys = [`user ${user.name}`, ...user.groups.map((group) => `group ${group}`)];
    subjects.set(user, keys);
  }
  return keys;
}

const has = (values: readonly string[] | undefined, wanted: string): boolean =>
  values !== undefined && (values.includes(wanted) || values.includes('*'));

/** Whether a rule allows what is asked. */
export function covers(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.type === 'path') return rule.nonResourceURLs?.some((url) => urlCovers(url, attributes.path)) ?? false;
  const { group, resource, subresource, name = '' } = attributes;
  if (!has(rule.apiGroups, group)) return false;
  const wanted = subresource === undefined ? resource : `${resource}/${subresource}`;
  if (!rule.resources?.some((value) => resourceCovers(value, wanted))) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(name);
}

export const urlCovers = (granted: string, wanted: string): boolean =>
  granted === '*' || granted === wanted || (granted.endsWith('*') && wanted.startsWith(granted.slice(0, -1)));

/** `pods/log` is covered by itself, by `*`, and by `*` of its subresource. */
export function resourceCovers(granted: string, wanted: string): boolean {
  if (granted === '*' || granted === wanted) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && granted === `*${wanted.slice(slash)}`;
}
