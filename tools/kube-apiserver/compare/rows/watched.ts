/** What operators watch: every family of metrics after some of everything, what flow control holds, checks by name, and the documents of OpenAPI that are of no version. */
import { apply, del, type Group, get, merge, post, type Row } from '../row.js';

const core = '/api/v1/namespaces/NS';
const maps = `${core}/configmaps`;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const admission = '/apis/admissionregistration.k8s.io/v1';
const unseen = { counts: 'status' } as const;

const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } });
const rule = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];

/** Some of everything, so that there are series to look at. */
const traffic: readonly Row[] = [
  ...['a', 'b'].map((name) => post(`make ${name}`, maps, map(name), unseen)),
  merge('change one', `${maps}/a`, { data: { a: '2' } }, unseen),
  apply('apply one', `${maps}/c`, map('c'), unseen),
  get('a page', `${maps}?limit=1`, { save: 'page' }),
  get('the next', `${maps}?limit=1&continue={page.metadata.continue}`, unseen),
  get('from memory', `${maps}?resourceVersion=0`, unseen),
  { ...get('a watch', `${maps}?watch=true&timeoutSeconds=1`, unseen), stream: { lines: 1, waitMs: 1_500 } },
  {
    ...get(
      'a watch of all',
      `${maps}?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      unseen,
    ),
    stream: { lines: 4, waitMs: 1_500 },
  },
  post('a Service', `${core}/services`, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  }),
  post(
    'one whose address is named',
    `${core}/services`,
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'named' } },
      spec: { type: 'NodePort', clusterIP: '10.96.77.7', ports: [{ port: 80, nodePort: 31_777 }] },
    },
    unseen,
  ),
  post(
    'one whose address is taken',
    `${core}/services`,
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'taken' } },
      spec: { clusterIP: '10.96.77.7', ports: [{ port: 80 }] },
    },
    unseen,
  ),
  post(
    'a policy',
    `${admission}/validatingadmissionpolicies`,
    {
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' },
      metadata: { name: 'c-watched' },
      spec: {
        matchConstraints: { resourceRules: rule },
        validations: [{ expression: 'object.metadata.name != "unwanted"' }],
      },
    },
    unseen,
  ),
  del('it goes', `${admission}/validatingadmissionpolicies/c-watched`, undefined, unseen),
  post(
    'a webhook with conditions that do not hold',
    `${admission}/validatingwebhookconfigurations`,
    {
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
      metadata: { name: 'c-watched' },
      webhooks: [
        {
          ...{ name: 'watched.example.com', rules: rule, sideEffects: 'None', admissionReviewVersions: ['v1'] },
          clientConfig: { url: 'https://127.0.0.1:1' },
          matchConditions: [
            { name: 'none', expression: 'object.nothing == 1' },
            { name: 'not', expression: 'object.metadata.name == "never"' },
          ],
        },
      ],
    },
    unseen,
  ),
  { ...get('it is heard of', `${maps}?watch=true`, unseen), stream: { lines: 99, waitMs: 2_500 } },
  post('one more', maps, map('conditioned'), unseen),
  del('it goes, too', `${admission}/validatingwebhookconfigurations/c-watched`, undefined, unseen),
  post(
    'a definition',
    definitions,
    {
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
      metadata: { name: 'sights.NS.example.com' },
      spec: {
        ...{ group: 'NS.example.com', scope: 'Namespaced', names: { plural: 'sights', kind: 'Sight' } },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    unseen,
  ),
  get('it is established', `${definitions}/sights.NS.example.com`, { ...unseen, until: '"Established"' }),
  del('it goes as well', `${definitions}/sights.NS.example.com`, undefined, unseen),
  merge(
    'pods are held to a level',
    '/api/v1/namespaces/NS',
    { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
    unseen,
  ),
  post(
    'a pod that is not of it',
    `${core}/pods`,
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      spec: { hostNetwork: true, containers: [{ name: 'c', image: 'i' }] },
    },
    unseen,
  ),
  get('nobody', maps, { as: 'nobody', ...unseen }),
  get('who is not known', maps, { as: 'badToken', ...unseen }),
  get('by certificate', maps, { as: 'certificate', ...unseen }),
  get('what one may not', maps, { as: 'ann', ...unseen }),
  get('health', '/readyz', unseen),
];

const tables: readonly Row[] = (
  [
    ['dump_priority_levels', ['PriorityLevelName', 'ActiveQueues', 'IsQuiescing', 'WaitingRequests']],
    ['dump_queues', ['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse']],
    ['dump_requests', ['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'InitialSeats', 'FinalSeats']],
    [
      'dump_requests?includeRequestDetails=1',
      [
        'FlowSchemaName',
        'AdditionalLatency',
        'UserName',
        'Verb',
        'APIPath',
        'Namespace',
        'Name',
        'APIVersion',
        'Resource',
      ],
    ],
  ] as const
).flatMap(([name, columns]) => {
  const path = `/debug/api_priority_and_fairness/${name}`;
  return [get(name, path, { table: columns }), get(`ann: ${name}`, path, { as: 'ann' })];
});
const paths: readonly Row[] = [
  ...['', '/', '/dump', '/dump_queues/', '/dump_queues/x'].map((path) => `/debug/api_priority_and_fairness${path}`),
  ...['/debug', '/configz', '/statusz', '/flagz', '/logs', '/metrics/reset'],
].map((path) => get(`the path ${path}`, path));

const checks: readonly Row[] = [
  ...['start-apiserver-admission-initializer', 'priority-and-fairness-filter', 'rbac/bootstrap-roles'],
  ...['bootstrap-controller', 'start-kubernetes-service-cidr-controller', 'apiservice-openapiv3-controller'],
  'start-legacy-token-tracking-controller',
].map((name) => get(`the check ${name}`, `/livez/poststarthook/${name}`));

const documents: readonly Row[] = [
  ...['api', 'apis', 'version', '.well-known/openid-configuration', 'openid/v1/jwks', 'logs'],
  ...['apis/apps', 'apis/flowcontrol.apiserver.k8s.io', 'apis/rbac.authorization.k8s.io', 'apis/events.k8s.io'],
  ...['apis/apps/v1', 'api/v1', 'apis/NS.example.com'],
].map((path) => get(`the document of ${path}`, `/openapi/v3/${path}`, { counts: 'operations' }));

export const watched: Group = {
  name: 'watched',
  rows: [
    get('the checks', '/livez?verbose'),
    get('the checks of readiness', '/readyz?verbose'),
    get('the checks but one', '/readyz?exclude=etcd&verbose'),
    get('autoregister-completion', '/livez/autoregister-completion'),
    ...checks,
    get(
      'since when the use of tokens is noted',
      '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking',
      { counts: 'shape' },
    ),
    get('the paths', '/'),
    get('the version', '/version'),
    get('the documents', '/openapi/v3', { at: 'paths', counts: 'shape' }),
    ...documents,
    get('the document of v2', '/openapi/v2', { counts: 'operations' }),
    ...tables,
    ...paths,
    ...traffic,
    get('all metrics', '/metrics', { metrics: 'all' }),
    get('the metrics of checks', '/metrics/slis', { metrics: 'all' }),
  ],
};
