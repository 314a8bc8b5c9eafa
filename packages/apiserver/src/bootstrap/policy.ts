/** The default RBAC policy as objects: cluster roles, those of controllers, roles in namespaces, and who has them. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from '@pintle/api/rbac/v1';
import { clusterRoles, type RoleFacts } from './cluster-roles.js';
import { controllerRoles } from './controller-roles.js';
import { namespaceRoles } from './namespace-roles.js';

export interface Policy {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;
const metadata = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};
const aggregationLabel = (role: string) => `${group}/aggregate-to-${role}`;

const users = (names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ apiGroup: group, kind: 'User', name }));
const groups = (names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ apiGroup: group, kind: 'Group', name }));
const accounts = (names: readonly string[]): readonly Subject[] =>
  names.map((name) => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' }));

/** Who has which cluster role. */
const bindings: Readonly<Record<string, readonly Subject[]>> = {
  'cluster-admin': groups(['system:masters']),
  'system:basic-user': groups(['system:authenticated']),
  'system:cluster-trust-bundle-discovery': groups(['system:serviceaccounts']),
  'system:discovery': groups(['system:authenticated']),
  'system:kube-controller-manager': users(['system:kube-controller-manager']),
  'system:kube-dns': accounts(['kube-dns']),
  'system:kube-scheduler': users(['system:kube-scheduler']),
  'system:monitoring': groups(['system:monitoring']),
  // Nodes are judged by the node authorizer; the binding stays, for clusters that fill it themselves.
  'system:node': [],
  'system:node-proxier': users(['system:kube-proxy']),
  'system:public-info-viewer': groups(['system:authenticated', 'system:unauthenticated']),
  'system:service-account-issuer-discovery': groups(['system:serviceaccounts']),
  'system:volume-scheduler': users(['system:kube-scheduler']),
};

function clusterRole(name: string, { rules, sumOf, into }: RoleFacts): ClusterRole {
  const labels = { ...metadata.labels, ...(into === undefined ? {} : { [aggregationLabel(into)]: 'true' }) };
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, ...metadata, labels },
    ...(sumOf === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(sumOf)]: 'true' } }] } }),
    ...(rules === undefined ? {} : { rules }),
  };
}

const clusterRoleBinding = (name: string, subjects: readonly Subject[]): ClusterRoleBinding => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name, ...metadata },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name },
  ...(subjects.length === 0 ? {} : { subjects }),
});

export function bootstrapPolicy(): Policy {
  const ofController = (name: string) => `system:controller:${name}`;
  return {
    clusterRoles: [
      ...Object.entries(clusterRoles).map(([name, facts]) => clusterRole(name, facts)),
      ...Object.entries(controllerRoles).map(([name, rules]) => clusterRole(ofController(name), { rules })),
    ],
    clusterRoleBindings: [
      ...Object.entries(bindings).map(([name, subjects]) => clusterRoleBinding(name, subjects)),
      ...Object.keys(controllerRoles).map((name) => clusterRoleBinding(ofController(name), accounts([name]))),
    ],
    roles: namespaceRoles.map(({ namespace, name, rules }) => ({
      apiVersion,
      kind: 'Role',
      metadata: { name, namespace, ...metadata },
      rules,
    })),
    roleBindings: namespaceRoles.map(({ namespace, name, binding }) => ({
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: binding.name ?? name, namespace, ...metadata },
      roleRef: { apiGroup: group, kind: 'Role', name },
      subjects: [...users(binding.users ?? []), ...accounts(binding.accounts ?? [])],
    })),
  };
}
