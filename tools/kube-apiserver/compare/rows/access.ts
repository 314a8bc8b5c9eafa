/** Who one is, what one may, and what one may give to others. */
import { type Asker, del, type Group, get, merge, post, put, type Row } from '../row.js';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const roles = `${rbac}/namespaces/NS/roles`;
const bindings = `${rbac}/namespaces/NS/rolebindings`;
const role = (name: string, rules: readonly object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name },
  rules,
});
const binding = (name: string, to: string, ...subjects: readonly object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: to },
  subjects,
});
const user = (name: string) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' });
const pods = (...verbs: readonly string[]) => ({ apiGroups: [''], resources: ['pods'], verbs });
const review = (kind: string, spec: object, group = 'authorization.k8s.io') => ({
  apiVersion: `${group}/v1`,
  kind,
  spec,
});
const selfAccess = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const access = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const localAccess = '/apis/authorization.k8s.io/v1/namespaces/NS/localsubjectaccessreviews';
const rulesOf = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const tokens = '/apis/authentication.k8s.io/v1/tokenreviews';
const me = review('SelfSubjectReview', {}, 'authentication.k8s.io');
const getPods = { resourceAttributes: { namespace: 'NS', verb: 'get', resource: 'pods' } };

const askers: readonly Asker[] = [
  'admin',
  'ann',
  'bob',
  'nobody',
  'badToken',
  'certificate',
  'proxy',
  'otherProxy',
  'system:node:node-1',
];
const impersonate = (headers: Readonly<Record<string, string>>, as: Asker = 'admin') => ({ headers, as });

const identities: readonly Row[] = [
  ...askers.flatMap((as) => [
    post(`${as}: who am I`, whoAmI, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }, { as }),
    get(`${as}: may I list pods`, '/api/v1/namespaces/NS/pods', { as }),
    get(`${as}: may I get a node`, '/api/v1/nodes/node-1', { as }),
    get(`${as}: may I see /version`, '/version', { as, counts: 'status' }),
    get(`${as}: may I see /metrics`, '/metrics', { as, counts: 'status' }),
    get(`${as}: may I see /readyz`, '/readyz', { as }),
    get(`${as}: may I see nothing`, '/nothing', { as }),
    get(`${as}: may I see /api`, '/api', { as, counts: 'status' }),
  ]),
  post('a proxy speaks for dave', whoAmI, me, {
    as: 'proxy',
    headers: {
      'x-remote-user': 'dave',
      'x-remote-group': 'team',
      'x-remote-extra-scopes': 'one',
      'x-remote-uid': '42',
    },
  }),
  post('a proxy of another name speaks for dave', whoAmI, me, {
    as: 'otherProxy',
    headers: { 'x-remote-user': 'dave' },
  }),
  post('a user speaks for dave', whoAmI, me, { as: 'certificate', headers: { 'x-remote-user': 'dave' } }),
  post('a user acts as dave', whoAmI, me, impersonate({ 'impersonate-user': 'dave' })),
  post(
    'a user acts as dave of a team',
    whoAmI,
    me,
    impersonate({
      'impersonate-user': 'dave',
      'impersonate-group': 'team',
      'impersonate-uid': '9',
      'impersonate-extra-scopes': 'view',
    }),
  ),
  post(
    'a user acts as a service account',
    whoAmI,
    me,
    impersonate({ 'impersonate-user': 'system:serviceaccount:NS:default' }),
  ),
  post('a user acts as nobody of a team', whoAmI, me, impersonate({ 'impersonate-group': 'team' })),
  post('a user acts as anonymous', whoAmI, me, impersonate({ 'impersonate-user': 'system:anonymous' })),
  post('who may not acts as dave', whoAmI, me, impersonate({ 'impersonate-user': 'dave' }, 'bob')),
  post(
    'who may not acts as a group',
    whoAmI,
    me,
    impersonate({ 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' }, 'bob'),
  ),
];

const reviews: readonly Row[] = [
  post(
    'self: all',
    selfAccess,
    review('SelfSubjectAccessReview', { resourceAttributes: { verb: '*', resource: '*', group: '*' } }),
  ),
  post('self: pods', selfAccess, review('SelfSubjectAccessReview', getPods), { as: 'ann' }),
  post(
    'self: a path',
    selfAccess,
    review('SelfSubjectAccessReview', { nonResourceAttributes: { path: '/version', verb: 'get' } }),
    { as: 'ann' },
  ),
  ...[
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  ].map((accept) =>
    post(`self: as ${accept}`, selfAccess, review('SelfSubjectAccessReview', getPods), { headers: { accept } }),
  ),
  post('self: nothing', selfAccess, review('SelfSubjectAccessReview', {})),
  post(
    'self: both',
    selfAccess,
    review('SelfSubjectAccessReview', { ...getPods, nonResourceAttributes: { path: '/x', verb: 'get' } }),
  ),
  post(
    'self: with fields',
    selfAccess,
    review('SelfSubjectAccessReview', {
      resourceAttributes: {
        ...getPods.resourceAttributes,
        verb: 'list',
        fieldSelector: { rawSelector: 'spec.nodeName=a' },
      },
    }),
  ),
  post('self: nobody', selfAccess, review('SelfSubjectAccessReview', getPods), { as: 'nobody' }),
  post('ann', access, review('SubjectAccessReview', { ...getPods, user: 'ann' })),
  post(
    'ann of masters',
    access,
    review('SubjectAccessReview', { ...getPods, user: 'ann', groups: ['system:masters'] }),
  ),
  post('nobody at all', access, review('SubjectAccessReview', getPods)),
  post('asked by who may not', access, review('SubjectAccessReview', { ...getPods, user: 'ann' }), { as: 'bob' }),
  post('local', localAccess, review('LocalSubjectAccessReview', { ...getPods, user: 'ann' })),
  post(
    'local of elsewhere',
    localAccess,
    review('LocalSubjectAccessReview', {
      resourceAttributes: { namespace: 'other', verb: 'get', resource: 'pods' },
      user: 'ann',
    }),
  ),
  post(
    'local of a path',
    localAccess,
    review('LocalSubjectAccessReview', { nonResourceAttributes: { path: '/x', verb: 'get' }, user: 'ann' }),
  ),
  post('rules of ann', rulesOf, review('SelfSubjectRulesReview', { namespace: 'NS' }), { as: 'ann' }),
  post('rules of an administrator', rulesOf, review('SelfSubjectRulesReview', { namespace: 'NS' })),
  post('rules nowhere', rulesOf, review('SelfSubjectRulesReview', {})),
  post('a token', tokens, review('TokenReview', { token: 'token-of-ann' }, 'authentication.k8s.io')),
  post('a token that is none', tokens, review('TokenReview', { token: 'x' }, 'authentication.k8s.io')),
  post('no token', tokens, review('TokenReview', {}, 'authentication.k8s.io')),
  post(
    'a token for others',
    tokens,
    review('TokenReview', { token: 'token-of-ann', audiences: ['elsewhere'] }, 'authentication.k8s.io'),
  ),
];

const giving: readonly Row[] = [
  post('a role that sees pods', roles, role('see', [pods('get', 'list')])),
  post('ann gets it', bindings, binding('see', 'see', user('ann'))),
  get('ann lists pods', '/api/v1/namespaces/NS/pods', { as: 'ann' }),
  get('ann watches no pods', '/api/v1/namespaces/NS/pods?watch=true', { as: 'ann' }),
  get('ann gets no secrets', '/api/v1/namespaces/NS/secrets/x', { as: 'ann' }),
  post('ann makes no roles', roles, role('more', [pods('get')]), { as: 'ann' }),
  post(
    'a role that makes roles',
    roles,
    role('make', [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings'],
        verbs: ['create', 'update', 'patch', 'delete', 'get'],
      },
    ]),
  ),
  post('ann gets that, too', bindings, binding('make', 'make', user('ann'))),
  {
    ...{ name: 'roles are known', method: 'GET', path: '/api/v1/namespaces/NS/configmaps?watch=true' },
    ...{ stream: { lines: 99, waitMs: 1_000 }, counts: 'status' },
  },
  post('ann makes a role of what ann has', roles, role('same', [pods('get')]), { as: 'ann' }),
  post(
    'ann makes a role of more',
    roles,
    role('more', [pods('get', 'delete'), { apiGroups: ['apps'], resources: ['*'], verbs: ['*'] }]),
    { as: 'ann' },
  ),
  put('ann makes it more', `${roles}/same`, role('same', [pods('get', 'delete')]), { as: 'ann' }),
  merge('ann patches it to be more', `${roles}/same`, { rules: [pods('*')] }, { as: 'ann' }),
  post('ann binds what ann has', bindings, binding('mine', 'same', user('bob')), { as: 'ann' }),
  post('a role of all', roles, role('all', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])),
  post('ann binds what ann has not', bindings, binding('all', 'all', user('ann')), { as: 'ann' }),
  post('ann binds what is not', bindings, binding('absent', 'absent', user('ann')), { as: 'ann' }),
  put('a binding to another role', `${bindings}/see`, binding('see', 'make', user('ann'))),
  post(
    'a binding of bad subjects',
    bindings,
    binding('bad', 'see', { kind: 'User' }, { kind: 'ServiceAccount', name: 'x' }, { kind: 'Robot', name: 'r' }),
  ),
  post('a binding without a role', bindings, { ...binding('bad', 'see'), roleRef: {} }),
  post(
    'a role without verbs',
    roles,
    role('bad', [
      { apiGroups: [''], resources: ['pods'], verbs: [] },
      { verbs: ['get'] },
      { nonResourceURLs: ['/x'], verbs: ['get'] },
    ]),
  ),
  get('ann tells of herself', `${roles}/see`, { as: 'ann' }),
  del('ann ends her role', `${roles}/same`, undefined, { as: 'ann' }),
  post('a cluster role that gathers', `${rbac}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'NS-gathers' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { gather: 'NS' } }] },
  }),
];

export const accessGroup: Group = { name: 'access', rows: [...identities, ...reviews, ...giving] };
