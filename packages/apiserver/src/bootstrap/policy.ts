/** The roles that every cluster begins with, and who has them (upstream's bootstrap policy, the parts in use here). */
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '@pintle/api/rbac/v1';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const rule = (verbs: readonly string[], apiGroups: readonly string[], resources: readonly string[]): PolicyRule => ({
  verbs,
  apiGroups,
  resources,
});
const paths = (...nonResourceURLs: readonly string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs });

const workloads: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    [''],
    [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
    ],
  ],
  [
    ['apps'],
    [
      'controllerrevisions',
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  ],
  [['autoscaling'], ['horizontalpodautoscalers']],
  [['batch'], ['cronjobs', 'jobs']],
  [['networking.k8s.io'], ['ingresses', 'networkpolicies']],
  [['policy'], ['poddisruptionbudgets']],
];
const viewed: readonly PolicyRule[] = [
  ...workloads.map(([groups, resources]) => rule(read, groups, resources)),
  rule(
    read,
    [''],
    [
      'bindings',
      'events',
      'limitranges',
      'namespaces',
      'namespaces/status',
      'pods/log',
      'pods/status',
      'resourcequotas',
    ],
  ),
  rule(read, ['discovery.k8s.io'], ['endpointslices']),
];
const edited: readonly PolicyRule[] = [
  ...viewed,
  ...workloads.map(([groups, resources]) => rule(write, groups, resources)),
  rule(
    [...read, ...write],
    [''],
    ['secrets', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'],
  ),
  rule(['create'], [''], ['pods/eviction', 'serviceaccounts/token']),
  rule([...read, ...write], ['coordination.k8s.io'], ['leases']),
];

/** Who approves automatically, and who may approve for which signer. */
const certificateRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  ...Object.fromEntries(
    ['nodeclient', 'selfnodeclient'].map((flow) => [
      `system:certificates.k8s.io:certificatesigningrequests:${flow}`,
      [rule(['create'], ['certificates.k8s.io'], [`certificatesigningrequests/${flow}`])],
    ]),
  ),
  ...Object.fromEntries(
    ['legacy-unknown', 'kubelet-serving', 'kube-apiserver-client', 'kube-apiserver-client-kubelet'].map((signer) => [
      `system:certificates.k8s.io:${signer}-approver`,
      [{ ...rule(['approve'], ['certificates.k8s.io'], ['signers']), resourceNames: [`kubernetes.io/${signer}`] }],
    ]),
  ),
};

const roles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [rule(['*'], ['*'], ['*']), { verbs: ['*'], nonResourceURLs: ['*'] }],
  admin: [
    ...edited,
    rule([...read, ...write], ['rbac.authorization.k8s.io'], ['rolebindings', 'roles']),
    rule(['create'], ['authorization.k8s.io'], ['localsubjectaccessreviews']),
  ],
  edit: edited,
  view: viewed,
  'system:basic-user': [
    rule(['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
    rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
  ],
  'system:discovery': [
    paths(
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ),
  ],
  'system:monitoring': [
    paths('/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*'),
  ],
  ...certificateRoles,
  'system:public-info-viewer': [paths('/healthz', '/livez', '/readyz', '/version', '/version/')],
};

const bindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:monitoring': ['system:monitoring'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
};

const apiVersion = 'rbac.authorization.k8s.io/v1';
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

export function bootstrapPolicy(): readonly (ClusterRole | ClusterRoleBinding)[] {
  return [
    ...Object.entries(roles).map(
      ([name, rules]): ClusterRole => ({ apiVersion, kind: 'ClusterRole', metadata: { name, labels }, rules }),
    ),
    ...Object.entries(bindings).map(
      ([name, groups]): ClusterRoleBinding => ({
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: { name, labels },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: groups.map((group) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group })),
      }),
    ),
  ];
}
