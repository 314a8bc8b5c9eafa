/** Part of `rbac/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, LabelSelector, list, object, ref, string } from '@pintle/machinery';

export const AggregationRule = object(
  () => ({
    clusterRoleSelectors: list(ref<LabelSelector>(LabelSelector), 1).atomic(),
  }),
  'io.k8s.api.rbac.v1.AggregationRule',
);
export interface AggregationRule extends Infer<typeof AggregationRule> {}

export const PolicyRule = object(
  () => ({
    apiGroups: list(string(), 2).atomic(),
    nonResourceURLs: list(string(), 5).atomic(),
    resourceNames: list(string(), 4).atomic(),
    resources: list(string(), 3).atomic(),
    verbs: list(string(), 1).atomic().required(),
  }),
  'io.k8s.api.rbac.v1.PolicyRule',
);
export interface PolicyRule extends Infer<typeof PolicyRule> {}

export const ClusterRole = defineKind({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  name: 'io.k8s.api.rbac.v1.ClusterRole',
  fields: {
    aggregationRule: ref<AggregationRule>(AggregationRule, 3),
    rules: list(ref<PolicyRule>(PolicyRule), 2).atomic().orNull(),
  },
});
export interface ClusterRole extends Infer<typeof ClusterRole> {}

export const RoleRef = object(
  () => ({
    apiGroup: string(1).required(),
    kind: string(2).required(),
    name: string(3).required(),
  }),
  'io.k8s.api.rbac.v1.RoleRef',
).atomic();
export interface RoleRef extends Infer<typeof RoleRef> {}

export const Subject = object(
  () => ({
    apiGroup: string(2),
    kind: string(1).required(),
    name: string(3).required(),
    namespace: string(4),
  }),
  'io.k8s.api.rbac.v1.Subject',
).atomic();
export interface Subject extends Infer<typeof Subject> {}

export const ClusterRoleBinding = defineKind({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  name: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  fields: {
    roleRef: ref<RoleRef>(RoleRef, 3).alwaysThere().required(),
    subjects: list(ref<Subject>(Subject), 2).atomic(),
  },
});
export interface ClusterRoleBinding extends Infer<typeof ClusterRoleBinding> {}

export const Role = defineKind({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  name: 'io.k8s.api.rbac.v1.Role',
  fields: {
    rules: list(ref<PolicyRule>(PolicyRule), 2).atomic().orNull(),
  },
});
export interface Role extends Infer<typeof Role> {}

export const RoleBinding = defineKind({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  name: 'io.k8s.api.rbac.v1.RoleBinding',
  fields: {
    roleRef: ref<RoleRef>(RoleRef, 3).alwaysThere().required(),
    subjects: list(ref<Subject>(Subject), 2).atomic(),
  },
});
export interface RoleBinding extends Infer<typeof RoleBinding> {}
