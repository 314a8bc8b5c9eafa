/**
 * Nobody gives what he has not: who writes a role must hold all its rules, or the verb `escalate` on it; who writes a
 * binding all the rules of its role, or the verb `bind`. Runs as a plug-in of admission, since it looks at objects.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@pintle/api/rbac/v1';
import { deepEqual, forbidden, notFound } from '@pintle/machinery';
import type { AdmissionPlugin, AdmissionRequest } from '../admission/admission.js';
import { type Access, mastersGroup } from '../verbs/authorize.js';
import type { UserInfo } from './access.js';
import { type RoleSource, rulesFor } from './rbac.js';
import { compact, describeRule, uncovered } from './rule-cover.js';

const group = 'rbac.authorization.k8s.io';
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export function noEscalation(access: Access, roles: RoleSource): AdmissionPlugin {
  const holds = async (request: AdmissionRequest, verb: 'escalate' | 'bind', resource: string, name: string) => {
    const { user, namespace } = request;
    const { decision } = await access.authorizer({
      type: 'resource',
      user,
      verb,
      group,
      version: 'v1',
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === '' ? {} : { name }),
    });
    return decision === 'allow';
  };

  const confirm = ({ user, namespace, resource, name }: AdmissionRequest, rules: readonly PolicyRule[]) => {
    const missing: string[] = [];
    const owned = rulesFor(roles, user, namespace, missing);
    const lacking = compact(uncovered(owned, rules)).map(describeRule);
    if (lacking.length > 0) throw forbidden(resource.kind, name, attempt(user, lacking, missing));
  };

  const judgeRole = async (request: AdmissionRequest) => {
    const role = request.object as Role | ClusterRole;
    const old = request.old as Role | ClusterRole | undefined;
    const summed = 'aggregationRule' in role ? role.aggregationRule : undefined;
    const oldSummed = old !== undefined && 'aggregationRule' in old ? old.aggregationRule : undefined;
    if (old !== undefined && deepEqual(role.rules, old.rules) && deepEqual(summed, oldSummed)) return;
    if (await holds(request, 'escalate', request.resource.kind.plural, request.name)) return;
    confirm(request, role.rules ?? []);
    if (summed === undefined) return;
    const owned = rulesFor(roles, request.user, undefined);
    if (uncovered(owned, everything).length > 0)
      throw forbidden(
        request.resource.kind,
        request.name,
        'must have cluster-admin privileges to use the aggregationRule',
      );
  };

  const judgeBinding = async (request: AdmissionRequest) => {
    const { roleRef, subjects } = request.object as RoleBinding | ClusterRoleBinding;
    const old = request.old as RoleBinding | ClusterRoleBinding | undefined;
    if (old !== undefined && deepEqual(subjects, old.subjects) && deepEqual(roleRef, old.roleRef)) return;
    const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (await holds(request, 'bind', plural, roleRef.name)) return;
    const role =
      roleRef.kind === 'ClusterRole'
        ? roles.clusterRole(roleRef.name)
        : roles.role(request.namespace ?? '', roleRef.name);
    // It is told of as if it were the binding.
    if (role === undefined) throw notFound(request.resource.kind, roleRef.name);
    confirm(request, role.rules ?? []);
  };

  return {
    name: 'RBACEscalation',
    concerns: ({ operation, resource: { kind } }) =>
      kind.group === group && (operation === 'CREATE' || operation === 'UPDATE'),
    handles: ({ user }) => !user.groups.includes(mastersGroup),
    async validate(request) {
      await (request.resource.kind.plural.endsWith('bindings') ? judgeBinding(request) : judgeRole(request));
    },
  };
}

function attempt({ name, groups }: UserInfo, lacking: readonly string[], missing: readonly string[]): string {
  const shown = `[${groups.map((each) => JSON.stringify(each)).join(' ')}]`;
  const errors = missing.length === 0 ? '' : `; resolution errors: [${missing.join(', ')}]`;
  return `user ${JSON.stringify(name)} (groups=${shown}) is attempting to grant RBAC permissions not currently held:\n${[...lacking].sort().join('\n')}${errors}`;
}
