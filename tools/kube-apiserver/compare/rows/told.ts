/** Webhooks that tell who asks and what they may do, at work: what they may say, and what comes of it where they say nothing of use. */
import { judgements } from '../access-hooks.js';
import { type Group, get, post, type Row } from '../row.js';

const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
const access = '/apis/authorization.k8s.io/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const maps = '/api/v1/namespaces/NS/configmaps';
const server = 'https://kubernetes.default.svc.cluster.local';

const review = (name: string, audiences?: readonly string[]) => ({
  ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' },
  spec: { token: `hook-${name}`, ...(audiences === undefined ? {} : { audiences }) },
});
const self = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const by = (name: string) => ({ as: 'nobody', headers: { authorization: `Bearer hook-${name}` } }) as const;

const tokens = [...judgements.identities, ...judgements.failing, 'unheard'].flatMap((name): readonly Row[] => [
  post(`token ${name}: is used`, '/apis/authentication.k8s.io/v1/selfsubjectreviews', self, by(name)),
  post(`token ${name}: is reviewed`, reviews, review(name)),
]);
const audiences = ['ann', 'elsewhere', 'both', 'refused', 'explained', 'status-500'].flatMap((name): readonly Row[] => [
  post(`token ${name}: is reviewed for the server`, reviews, review(name, [server])),
  post(`token ${name}: is reviewed for others`, reviews, review(name, ['elsewhere'])),
  post(`token ${name}: is reviewed for two`, reviews, review(name, [server, 'elsewhere', 'x'])),
]);

const acting = (user: string) => ({ headers: { 'impersonate-user': user } });
const question = (user: string, more: object = {}) => ({
  ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' },
  spec: { user, resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'NS', name: 'x' }, ...more },
});

/** What the roles allow, whatever webhooks say that have no opinion: maps of the namespace are read by these. */
const trusted = [
  'lenient:no-opinion',
  'lenient:status-500',
  'strict:status-500',
  'lenient:deny',
  'lenient-down:x',
  'strict-down:x',
];
const surroundings: readonly Row[] = [
  post('a role', `${rbac}/namespaces/NS/roles`, {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader' } },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  }),
  post('a binding', `${rbac}/namespaces/NS/rolebindings`, {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'readers' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: trusted.map((name) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' })),
  }),
];

const ways = [
  ...['lenient', 'strict'].flatMap((where) =>
    [...judgements.opinions, ...judgements.failing].map((name) => `${where}:${name}`),
  ),
  ...['lenient-down:x', 'strict-down:x', 'lenient-unsure:allow', 'strict-unsure:allow', 'nobody'],
];
const decisions = ways.flatMap((user): readonly Row[] => [
  get(`${user}: reads`, `${maps}/x`, acting(user)),
  get(`${user}: reads a path`, '/metrics', { ...acting(user), counts: 'status' }),
  post(`${user}: is asked of`, `${access}/subjectaccessreviews`, question(user)),
]);
const others: readonly Row[] = [
  ...trusted.map((user) => get(`${user}: reads what roles allow`, '/api/v1/namespaces/NS/secrets', acting(user))),
  post(
    'lenient:deny: makes',
    maps,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
    acting('lenient:deny'),
  ),
  get('strict:status-500: lists', `${maps}?limit=1`, acting('strict:status-500')),
  get('lenient:status-500: watches', `${maps}?watch=true`, acting('lenient:status-500')),
  ...['strict:echo', 'lenient:echo'].flatMap((user) => [
    get(`${user}: an object`, `${maps}/x`, acting(user)),
    get(
      `${user}: a list`,
      `${maps}?fieldSelector=metadata.name%3Dx&labelSelector=a%3Db,c!%3Dd,e,!f,g in (h,i)`.replaceAll(' ', '%20'),
      acting(user),
    ),
    get(`${user}: a part`, '/api/v1/namespaces/NS/pods/x/log', acting(user)),
    get(`${user}: a path`, '/nowhere', acting(user)),
    get(`${user}: of a user with more`, `${maps}/x`, {
      headers: {
        ...{ 'impersonate-user': user, 'impersonate-group': 'g', 'impersonate-uid': '9' },
        'impersonate-extra-a%2fb': 'x',
      },
    }),
  ]),
  post(
    'rules',
    `${access}/selfsubjectrulesreviews`,
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'NS' } },
    acting('lenient:allow'),
  ),
  post(
    'oneself',
    `${access}/selfsubjectaccessreviews`,
    {
      ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
      spec: { resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'NS' } },
    },
    acting('lenient:allow'),
  ),
];

export const told: Group = {
  name: 'told',
  servers: 'told',
  rows: [
    ...tokens,
    ...audiences,
    ...surroundings,
    ...decisions,
    ...others,
    get('all metrics', '/metrics', { metrics: 'all' }),
  ],
};
