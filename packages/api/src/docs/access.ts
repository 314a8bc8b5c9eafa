/** What `kubectl explain` says of roles and their bindings. */
import type { FieldDocs } from '@pintle/machinery';
import { kindFields } from './fields.js';

const rbac = (type: string) => `io.k8s.api.rbac.v1.${type}`;

export const accessDocs: FieldDocs = {
  [rbac('Role')]: {
    about: 'Rights within a namespace.',
    fields: {
      ...kindFields('rbac.authorization.k8s.io/v1', 'Role'),
      rules: 'What may be done with what.',
    },
  },
  [rbac('ClusterRole')]: {
    about: 'Rights in the whole cluster, or in each namespace that a RoleBinding gives them for.',
    fields: {
      ...kindFields('rbac.authorization.k8s.io/v1', 'ClusterRole'),
      aggregationRule: 'ClusterRoles whose rules make up those of this one.',
      rules: 'What may be done with what. With an aggregationRule, written by the server.',
    },
  },
  [rbac('AggregationRule')]: {
    about: 'ClusterRoles whose rules are taken together.',
    fields: {
      clusterRoleSelectors: 'Which, by their labels; those of any selector.',
    },
  },
  [rbac('PolicyRule')]: {
    about: 'What may be done with what.',
    fields: {
      apiGroups: 'Groups of the resources; an empty text is the core group, * is every one.',
      nonResourceURLs: 'Paths that are no resources, as /healthz or /metrics/*. Of ClusterRoles only.',
      resourceNames: 'Names of the objects; every one where it is empty.',
      resources: 'Resources, as pods or pods/log; * is every one.',
      verbs: 'What may be done, as get, list, watch, create, update, patch, delete; * is everything.',
    },
  },
  [rbac('RoleBinding')]: {
    about: 'Gives rights within a namespace.',
    fields: {
      ...kindFields('rbac.authorization.k8s.io/v1', 'RoleBinding'),
      roleRef: 'The Role of this namespace, or the ClusterRole. Cannot be changed.',
      subjects: 'Who has the rights.',
    },
  },
  [rbac('ClusterRoleBinding')]: {
    about: 'Gives rights in the whole cluster.',
    fields: {
      ...kindFields('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'),
      roleRef: 'The ClusterRole. Cannot be changed.',
      subjects: 'Who has the rights.',
    },
  },
  [rbac('RoleRef')]: {
    about: 'The role whose rights are given.',
    fields: {
      apiGroup: 'Its group: rbac.authorization.k8s.io.',
      kind: 'Role or ClusterRole.',
      name: 'Its name.',
    },
  },
  [rbac('Subject')]: {
    about: 'Who has the rights.',
    fields: {
      apiGroup: 'The group: empty for a ServiceAccount, else rbac.authorization.k8s.io.',
      kind: 'User, Group or ServiceAccount.',
      name: 'The name.',
      namespace: 'The namespace, of a ServiceAccount.',
    },
  },
};
