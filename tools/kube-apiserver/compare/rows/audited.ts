/** What is noted in the audit log, by levels of the policy (`started.ts`): of objects and lists, of who asks, of what is refused. */
import { apply, del, type Group, get, merge, post, put, type Row, strategic, table, watch } from '../row.js';

const core = '/api/v1/namespaces/NS';
const maps = `${core}/configmaps`;
const audited = { audited: true } as const;
const map = (name: string, more: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } },
  ...more,
});
const pod = (name: string, spec: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  spec: { containers: [{ name: 'main', image: 'main' }], ...spec },
});
const deployment = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'main', image: 'main' }] } },
  },
};
const job = {
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' } },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'main' }] } } },
};
const access = '/apis/authorization.k8s.io/v1';
const asking = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
};

const whole: readonly Row[] = [
  post('made', maps, map('a'), audited),
  post('made again', maps, map('a'), audited),
  post('made with a random name', maps, { ...map(''), metadata: { generateName: 'echo-' } }, audited),
  post('made in vain', `${maps}?dryRun=All`, map('b'), audited),
  post('not valid', maps, map('A B'), audited),
  post('no object', maps, '{', audited),
  post('of another kind', maps, pod('x'), audited),
  post('in yaml', maps, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n', {
    ...audited,
    contentType: 'application/yaml',
  }),
  post('with an unknown field', `${maps}?fieldValidation=Warn`, map('w', { unknown: 1 }), audited),
  get('read', `${maps}/a`, audited),
  get('read as table', `${maps}/a`, { ...audited, headers: table }),
  get('read what is not there', `${maps}/absent`, audited),
  get('listed', `${maps}?limit=2&labelSelector=a%3Db`, audited),
  get('listed everywhere', '/api/v1/configmaps?fieldSelector=metadata.name%3Dnone', audited),
  put('put', `${maps}/a`, map('a', { data: { a: 'c' } }), audited),
  merge('changed', `${maps}/a`, { data: { d: 'e' } }, audited),
  strategic('changed in vain', `${maps}/a?dryRun=All`, { data: { d: 'f' } }, audited),
  merge('changed badly', `${maps}/a`, { data: { d: 1 } }, audited),
  apply('applied', `${maps}/applied`, map('applied'), audited),
  del('deleted', `${maps}/a`, { propagationPolicy: 'Background' }, audited),
  del('all deleted', `${maps}?labelSelector=none%3Dof`, undefined, audited),
  { ...watch('watched', `${maps}?timeoutSeconds=1`, 99, { stream: { lines: 99, waitMs: 2_000 } }), ...audited },
  { ...watch('watched badly', `${maps}?resourceVersion=x`, 1), ...audited },
];
const pods: readonly Row[] = [
  post('a pod', `${core}/pods`, pod('p'), audited),
  post(
    'a pod that is warned of',
    `${core}/pods`,
    pod('q', {
      containers: [
        { name: 'main', image: 'main' },
        { name: 'other', image: 'i', ports: [{ containerPort: 1, hostPort: 1 }] },
      ],
    }),
    audited,
  ),
  merge(
    'its level',
    '/api/v1/namespaces/NS',
    {
      metadata: {
        labels: {
          'pod-security.kubernetes.io/enforce': 'baseline',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    },
    { counts: 'status' },
  ),
  // Of another level it is heard a while later.
  get('time goes by', `${maps}?watch=true`, { stream: { lines: 99, waitMs: 2_000 }, counts: 'status' }),
  post('a pod that is noted', `${core}/pods`, pod('r'), audited),
  post('a pod that is refused', `${core}/pods`, pod('s', { hostNetwork: true }), audited),
  get('its log', `${core}/pods/p/log`, audited),
  get('its part', `${core}/pods/p/status`, audited),
  post(
    'it is bound',
    `${core}/pods/p/binding`,
    { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } },
    audited,
  ),
  post(
    'it is evicted',
    `${core}/pods/p/eviction`,
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
    audited,
  ),
  get('it is proxied to', `${core}/pods/absent/proxy/x?a=b`, audited),
];
const levels: readonly Row[] = [
  post(
    'a secret',
    `${core}/secrets`,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' } },
    audited,
  ),
  post(
    'an account',
    `${core}/serviceaccounts`,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } },
    audited,
  ),
  get('the accounts', `${core}/serviceaccounts`, audited),
  post('a deployment', '/apis/apps/v1/namespaces/NS/deployments', deployment, audited),
  get('the scale of it', '/apis/apps/v1/namespaces/NS/deployments/d/scale', audited),
  merge('another scale', '/apis/apps/v1/namespaces/NS/deployments/d/scale', { spec: { replicas: 0 } }, audited),
  post('a job', '/apis/batch/v1/namespaces/NS/jobs', job, audited),
  {
    ...watch('jobs', '/apis/batch/v1/namespaces/NS/jobs?timeoutSeconds=1', 99, {
      stream: { lines: 99, waitMs: 2_000 },
    }),
    ...audited,
  },
  get('by bob', `${core}/services`, { ...audited, as: 'bob' }),
  get('by ann', `${core}/services`, { ...audited, as: 'ann' }),
  get('by a certificate', `${core}/services`, { ...audited, as: 'certificate' }),
  get('by nobody', `${core}/services`, { ...audited, as: 'nobody' }),
  get('by a token that is none', `${core}/services`, { ...audited, as: 'badToken' }),
  get('for another', `${core}/services`, {
    ...audited,
    headers: { 'impersonate-user': 'eve', 'impersonate-group': 'g', 'impersonate-extra-a': 'b' },
  }),
  get('for another, who may not', `${core}/services`, {
    ...audited,
    as: 'ann',
    headers: { 'impersonate-user': 'eve' },
  }),
  get('through proxies', `${core}/services`, {
    ...audited,
    headers: { 'x-forwarded-for': '1.2.3.4, 10.0.0.1', 'x-real-ip': '9.9.9.9' },
  }),
  get('with an id', `${core}/services`, { ...audited, headers: { 'audit-id': 'mine-NS' } }),
  get('by a browser of many words', `${core}/services`, { ...audited, headers: { 'user-agent': 'x'.repeat(1_100) } }),
  get('health', '/healthz', audited),
  get('readiness', '/readyz', audited),
  get('a version', '/version', audited),
  get('what is not there', '/nowhere', audited),
  get('a path that one may not', '/metrics', { ...audited, as: 'ann' }),
  get('a kind that is none', '/api/v1/nones', audited),
  get('a group that is none', '/apis/none.example.com/v1/nones', audited),
  get('discovery', '/apis', audited),
  { name: 'options', method: 'OPTIONS', path: `${core}/services`, ...audited },
  { name: 'a head', method: 'HEAD', path: `${core}/services`, ...audited },
  get('endpoints, which are not', `${core}/endpoints/x`, audited),
  get('all endpoints, which are', `${core}/endpoints`, audited),
  post('what one may', `${access}/selfsubjectaccessreviews`, asking, audited),
  post(
    'a token',
    `${core}/serviceaccounts/x/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    audited,
  ),
  post(
    'a deprecated one',
    `${core}/endpoints`,
    { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } },
    audited,
  ),
];

export const auditedGroup: Group = {
  name: 'audited',
  servers: 'audited',
  rows: [...whole, ...pods, ...levels, get('all metrics', '/metrics', { metrics: 'all' })],
};
