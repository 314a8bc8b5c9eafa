/** Who may what, further: roles that escalate, bindings, impersonation by every header; configurations of admission, of flows and of services. */
import { apply, del, type Group, get, merge, post, put, type Row, table } from '../row.js';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const roles = `${rbac}/namespaces/NS/roles`;
const bindings = `${rbac}/namespaces/NS/rolebindings`;
const rule = (resources: readonly string[], verbs: readonly string[], more: object = {}) => ({
  ...{ apiGroups: [''], resources, verbs },
  ...more,
});
const role = (name: string, rules: readonly object[] | null, kind = 'Role') => ({
  ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name } },
  ...(rules === null ? {} : { rules }),
});
const binding = (name: string, roleRef: object, subjects: readonly object[]) => ({
  ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name }, roleRef, subjects },
});
const ref = (name: string, kind = 'Role') => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
const user = (name: string) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' });

const roleRows: readonly Row[] = [
  post('a role of no rules', roles, role('none', null)),
  post('a role of an empty rule', roles, role('bad', [{}])),
  post('a role without verbs', roles, role('bad', [rule(['pods'], [])])),
  post('a role of paths', roles, role('bad', [{ nonResourceURLs: ['/x'], verbs: ['get'] }])),
  post('a role of both', roles, role('bad', [rule(['pods'], ['get'], { nonResourceURLs: ['/x'] })])),
  post('a role without resources', roles, role('bad', [{ apiGroups: [''], verbs: ['get'] }])),
  post('a role without groups', roles, role('bad', [{ resources: ['pods'], verbs: ['get'] }])),
  post(
    'a cluster role of paths',
    `${rbac}/clusterroles?dryRun=All`,
    role('c-NS', [{ nonResourceURLs: ['/x', '*'], verbs: ['get'] }], 'ClusterRole'),
  ),
  post('a cluster role that sums up', `${rbac}/clusterroles?dryRun=All`, {
    ...role('c-NS', null, 'ClusterRole'),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
  }),
  post('a cluster role that sums up nonsense', `${rbac}/clusterroles?dryRun=All`, {
    ...role('c-NS', null, 'ClusterRole'),
    aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'X' }] }] },
  }),
  post('a role', roles, role('reader', [rule(['pods'], ['get', 'list'])])),
  post('a name with a colon', roles, role('a:b', [rule(['pods'], ['get'])])),
  post('a name with a slash', roles, role('a/b', [rule(['pods'], ['get'])])),
  get('as table', roles, { headers: table }),
  post('a binding', bindings, binding('reads', ref('reader'), [user('ann')])),
  post('a binding of nobody', bindings, binding('nobody', ref('reader'), [])),
  post('a binding to what is no role', bindings, binding('bad', { ...ref('x'), kind: 'Pod' }, [user('ann')])),
  post('a binding without a role', bindings, binding('bad', {}, [user('ann')])),
  post('a binding of bad subjects', bindings, binding('bad', ref('reader'), [{ kind: 'X' }, { kind: 'User' }, {}])),
  post('a binding of an account', bindings, binding('bad', ref('reader'), [{ kind: 'ServiceAccount', name: 'a' }])),
  post(
    'a binding of a bad account',
    bindings,
    binding('bad', ref('reader'), [{ kind: 'ServiceAccount', name: 'A B', namespace: 'x', apiGroup: 'y' }]),
  ),
  merge('another role', `${bindings}/reads`, { roleRef: ref('other') }),
  merge('other subjects', `${bindings}/reads`, { subjects: [user('bob'), { kind: 'Group', name: 'g' }] }),
  get('bindings as table', bindings, { headers: table }),
  apply('an applied role', `${roles}/applied`, role('applied', [rule(['pods'], ['get'])])),
  apply('an applied conflict', `${roles}/applied?fieldManager=other`, role('applied', [rule(['pods'], ['list'])])),
  ...(['ann', 'nobody'] as const).flatMap((as) => [
    post(`${as} makes a role`, roles, role(`of-${as}`, [rule(['secrets'], ['get'])]), { as }),
    merge(`${as} widens a role`, `${roles}/reader`, { rules: [rule(['*'], ['*'])] }, { as }),
    post(`${as} binds`, bindings, binding(`of-${as}`, ref('reader'), [user('ann')]), { as }),
    get(`${as} reads pods`, '/api/v1/namespaces/NS/pods', { as }),
    get(`${as} reads one`, '/api/v1/namespaces/NS/pods/x', { as }),
    get(`${as} watches`, '/api/v1/namespaces/NS/pods?watch=true&timeoutSeconds=1', { as, stream: { lines: 1 } }),
    post(`${as} makes one`, '/api/v1/namespaces/NS/pods', {}, { as }),
    del(`${as} deletes all`, '/api/v1/namespaces/NS/pods', undefined, { as }),
    get(`${as} reads a log`, '/api/v1/namespaces/NS/pods/x/log', { as }),
    get(`${as} reads all`, '/api/v1/pods', { as }),
    get(`${as} reads an unknown kind`, '/apis/nope.example.com/v1/things', { as }),
    get(`${as} reads a path`, '/metrics', { as }),
    get(`${as} reads an unknown path`, '/nope', { as }),
    get(`${as} reads health`, '/healthz', { as }),
    get(`${as} reads versions`, '/version', { as, counts: 'status' }),
    get(`${as} reads discovery`, '/apis', { as, counts: 'status' }),
  ]),
];

const acting: readonly Row[] = (
  [
    ['a user', { 'impersonate-user': 'ann' }],
    ['a group alone', { 'impersonate-group': 'g' }],
    ['a uid alone', { 'impersonate-uid': 'u' }],
    ['an extra alone', { 'impersonate-extra-scopes': 's' }],
    [
      'all of it',
      { 'impersonate-user': 'ann', 'impersonate-uid': 'u', 'impersonate-group': 'g', 'impersonate-extra-a%2fb': 'c' },
    ],
    ['a service account', { 'impersonate-user': 'system:serviceaccount:NS:default' }],
    ['a bad service account', { 'impersonate-user': 'system:serviceaccount:NS' }],
    ['nobody', { 'impersonate-user': 'system:anonymous' }],
    ['a node', { 'impersonate-user': 'system:node:n', 'impersonate-group': 'system:nodes' }],
    ['an empty user', { 'impersonate-user': '' }],
  ] as const
).flatMap(([name, headers]) => [
  post(
    `as ${name}: who am I`,
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    {},
    { headers: headers as Record<string, string> },
  ),
  get(`as ${name}: pods`, '/api/v1/namespaces/NS/pods', { headers: headers as Record<string, string> }),
  get(`ann as ${name}`, '/api/v1/namespaces/NS/pods', { headers: headers as Record<string, string>, as: 'ann' }),
]);

const admission = '/apis/admissionregistration.k8s.io/v1';
const webhook = (more: object) => ({
  ...{ name: 'a.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'] },
  clientConfig: { url: 'https://127.0.0.1:1/x' },
  ...more,
});
const webhooks = (kind: string, ...hooks: readonly object[]) => ({
  ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'NS' }, webhooks: hooks },
});
const everything = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];

const configurations: readonly Row[] = (
  [
    ['nothing', {}],
    ['rules', { rules: everything }],
    ['a name that is none', { name: 'a' }],
    ['no side effects told', { sideEffects: undefined }],
    ['some side effects', { sideEffects: 'Some' }],
    ['no versions', { admissionReviewVersions: [] }],
    ['unknown versions', { admissionReviewVersions: ['v9'] }],
    ['a bad url', { clientConfig: { url: 'http://x' } }],
    ['both ways', { clientConfig: { url: 'https://x', service: { name: 'a', namespace: 'b' } } }],
    ['neither way', { clientConfig: {} }],
    ['a service', { clientConfig: { service: { name: 'a', namespace: 'b', path: 'x' } } }],
    ['a bad service', { clientConfig: { service: { name: '', namespace: '', port: 99_999 } } }],
    ['a bad policy', { failurePolicy: 'X', matchPolicy: 'Y' }],
    ['a long timeout', { timeoutSeconds: 31 }],
    [
      'bad rules',
      {
        rules: [
          { apiGroups: [], apiVersions: ['*', 'v1'], operations: ['X'], resources: ['a/b/c', '*', 'b'], scope: 'Z' },
        ],
      },
    ],
    ['a bad selector', { objectSelector: { matchExpressions: [{ key: '!', operator: 'X' }] } }],
    [
      'bad conditions',
      {
        matchConditions: [
          { name: '', expression: '' },
          { name: 'a', expression: '1' },
          { name: 'a', expression: 'x' },
        ],
      },
    ],
    ['conditions', { rules: everything, matchConditions: [{ name: 'a', expression: 'object.metadata.name != "x"' }] }],
  ] as const
).flatMap(([name, more]) => [
  post(
    `a webhook of ${name}`,
    `${admission}/validatingwebhookconfigurations?dryRun=All`,
    webhooks('ValidatingWebhookConfiguration', webhook(more)),
  ),
  post(
    `a changing one of ${name}`,
    `${admission}/mutatingwebhookconfigurations?dryRun=All`,
    webhooks('MutatingWebhookConfiguration', webhook({ reinvocationPolicy: 'Never', ...more })),
  ),
]);

const flows = '/apis/flowcontrol.apiserver.k8s.io/v1';
const level = (spec: object) => ({
  ...{
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'NS' },
    spec,
  },
});
const schema = (spec: object) => ({
  ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'NS' }, spec },
});
const service = (spec: object, name = 'v1.NS.example.net') => ({
  ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec },
});

const others: readonly Row[] = [
  ...(
    [
      ['limited', { type: 'Limited' }],
      ['limited to reject', { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } }],
      ['limited to queue', { type: 'Limited', limited: { limitResponse: { type: 'Queue' } } }],
      [
        'limited badly',
        {
          type: 'Limited',
          limited: { nominalConcurrencyShares: -1, lendablePercent: 101, limitResponse: { type: 'X' } },
        },
      ],
      [
        'queues that are too many',
        {
          type: 'Limited',
          limited: { limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 9, queueLengthLimit: 0 } } },
        },
      ],
      ['exempt', { type: 'Exempt' }],
      ['exempt and limited', { type: 'Exempt', limited: {} }],
      ['of no type', {}],
    ] as const
  ).map(([name, spec]) => post(`a level ${name}`, `${flows}/prioritylevelconfigurations?dryRun=All`, level(spec))),
  ...(
    [
      ['of nothing', {}],
      ['of a level', { priorityLevelConfiguration: { name: 'x' } }],
      ['of a bad order', { priorityLevelConfiguration: { name: 'x' }, matchingPrecedence: 10_001 }],
      ['of a bad way', { priorityLevelConfiguration: { name: 'x' }, distinguisherMethod: { type: 'X' } }],
      [
        'of bad rules',
        { priorityLevelConfiguration: { name: 'x' }, rules: [{}, { subjects: [{ kind: 'X' }], resourceRules: [{}] }] },
      ],
    ] as const
  ).map(([name, spec]) => post(`a schema ${name}`, `${flows}/flowschemas?dryRun=All`, schema(spec))),
  ...(
    [
      ['of nothing', {}],
      ['that is local', { group: 'NS.example.net', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 }],
      [
        'with a certificate and none',
        {
          group: 'NS.example.net',
          version: 'v1',
          groupPriorityMinimum: 1,
          versionPriority: 1,
          caBundle: 'eA==',
          insecureSkipTLSVerify: true,
          service: { name: 'a', namespace: 'b' },
        },
      ],
      [
        'without a certificate',
        {
          group: 'NS.example.net',
          version: 'v1',
          groupPriorityMinimum: 1,
          versionPriority: 1,
          service: { name: 'a', namespace: 'b' },
        },
      ],
      ['of another name', { group: 'other.example.net', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 }],
      [
        'of bad priorities',
        { group: 'NS.example.net', version: 'v1', groupPriorityMinimum: 20_001, versionPriority: 1_001 },
      ],
    ] as const
  ).map(([name, spec]) =>
    post(`an API service ${name}`, '/apis/apiregistration.k8s.io/v1/apiservices?dryRun=All', service(spec)),
  ),
  post('one that is nowhere', '/apis/apiregistration.k8s.io/v1/apiservices', {
    ...service({
      group: 'NS.example.net',
      version: 'v1',
      groupPriorityMinimum: 1,
      versionPriority: 1,
      insecureSkipTLSVerify: true,
      service: { name: 'a', namespace: 'NS' },
    }),
  }),
  get('what it would serve', '/apis/NS.example.net/v1/things'),
  get('its version', '/apis/NS.example.net/v1'),
  get('its group', '/apis/NS.example.net'),
  del('it goes', '/apis/apiregistration.k8s.io/v1/apiservices/v1.NS.example.net', undefined, { counts: 'status' }),
  put('a role that is not there', `${roles}/late`, role('late', [rule(['pods'], ['get'])])),
  del('all roles', roles),
];

export const guarding: Group = { name: 'guarding', rows: [...roleRows, ...acting, ...configurations, ...others] };
