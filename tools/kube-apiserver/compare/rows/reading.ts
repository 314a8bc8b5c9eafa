/** Lists, pages, selectors, versions and forms of answers; discovery and what the server tells of itself. */
import { del, type Group, get, metadataOnly, post, type Row, table } from '../row.js';

const maps = '/api/v1/namespaces/NS/configmaps';
const map = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data: { a: '1' },
});

const made: readonly Row[] = ['a', 'b', 'c', 'd', 'e'].map((name, index) =>
  post(`make ${name}`, maps, map(name, { place: name, half: index < 2 ? 'first' : 'second' }), { save: name }),
);

const selectors = [
  ...['half=first', 'half==first', 'half!=first', 'half in (first,second)', 'half notin (first)', 'half', '!half'],
  ...[
    'place>a',
    'half=',
    'half=first,place=a',
    'half in ()',
    '=first',
    'half in first',
    'bad key!=x',
    'a/b/c=d',
    'half=-x-',
  ],
];
const fieldSelectors = [
  ...[
    'metadata.name=a',
    'metadata.name!=a',
    'metadata.namespace=NS',
    'metadata.namespace=other',
    'metadata.name=a,metadata.name=b',
  ],
  ...['data.a=1', 'metadata.labels=x', 'metadata.name', 'metadata.name=a\\,b', 'metadata.name in (a)', '=a'],
];
const versions = [
  ...[
    'resourceVersion=0',
    'resourceVersion=1',
    'resourceVersion={a.metadata.resourceVersion}',
    'resourceVersion=x',
    'resourceVersion=-1',
  ],
  ...[
    'resourceVersion=0&resourceVersionMatch=Exact',
    'resourceVersion={e.metadata.resourceVersion}&resourceVersionMatch=Exact',
  ],
  ...['resourceVersion={e.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan', 'resourceVersionMatch=Exact'],
  ...[
    'resourceVersion=0&resourceVersionMatch=Other',
    'resourceVersion=0&resourceVersionMatch=NotOlderThan',
    'resourceVersion=99999999',
  ],
];

export const reading: Group = {
  name: 'reading',
  rows: [
    ...made,
    get('all', maps),
    get('all as table', maps, { headers: table }),
    get('all as metadata', maps, { headers: metadataOnly }),
    get('all as table without objects', `${maps}?includeObject=None`, { headers: table }),
    get('all as table with objects', `${maps}?includeObject=Object`, { headers: table }),
    get('all as table with nonsense', `${maps}?includeObject=Nonsense`, { headers: table }),
    get('of no type that there is', maps, { headers: { accept: 'text/html' } }),
    get('of an old table', maps, { headers: { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io' } }),
    get('of a table that is none', maps, { headers: { accept: 'application/json;as=Table;v=v2;g=meta.k8s.io' } }),
    get('pretty', `${maps}/a?pretty=true`),
    get('anything', maps, { headers: { accept: '*/*' } }),
    get('yaml', `${maps}/a`, { headers: { accept: 'application/yaml' }, counts: 'status' }),
    get('cbor', `${maps}/a`, { headers: { accept: 'application/cbor' }, counts: 'status' }),
    get('protobuf', `${maps}/a`, { headers: { accept: 'application/vnd.kubernetes.protobuf' }, counts: 'status' }),
    get('gzip', maps, { headers: { 'accept-encoding': 'gzip' }, counts: 'status' }),
    ...selectors.map((each) => get(`labels ${each}`, `${maps}?labelSelector=${encodeURIComponent(each)}`)),
    ...fieldSelectors.map((each) => get(`fields ${each}`, `${maps}?fieldSelector=${encodeURIComponent(each)}`)),
    get('a page', `${maps}?limit=2`, { save: 'page' }),
    get('the next page', `${maps}?limit=2&continue={page.metadata.continue}`, { save: 'page' }),
    get('the last page', `${maps}?limit=2&continue={page.metadata.continue}`),
    get('a page of a selection', `${maps}?limit=1&labelSelector=half%3Dfirst`),
    get(
      'a page at a version',
      `${maps}?limit=1&resourceVersion={e.metadata.resourceVersion}&resourceVersionMatch=Exact`,
    ),
    get('a page of any version', `${maps}?limit=1&resourceVersion=0`),
    get('a page and a version', `${maps}?limit=2&continue={page.metadata.continue}&resourceVersion=5`),
    get('no token', `${maps}?limit=2&continue=nonsense`),
    get('a limit that is none', `${maps}?limit=x`),
    get('a limit below zero', `${maps}?limit=-1`),
    ...versions.map((each) => get(`list ${each}`, `${maps}?${each}`)),
    ...versions.map((each) => get(`get ${each}`, `${maps}/a?${each}`)),
    get('everywhere', `/api/v1/configmaps?fieldSelector=metadata.namespace%3Dc-reading`),
    get('nothing of that name', `${maps}/absent`),
    get('nothing in a namespace that is not', '/api/v1/namespaces/absent/configmaps'),
    get('a timeout', `${maps}?timeoutSeconds=5`),
    get('a timeout that is none', `${maps}?timeoutSeconds=x`),
    get('a timeout of an answer', `${maps}?timeout=5s`),
    get('a timeout of an answer that is none', `${maps}?timeout=x`),
    get('wishes that nobody knows', `${maps}?whatever=1`),
    get('a kind that is not', '/api/v1/namespaces/NS/nothings'),
    get('a version that is not', '/apis/apps/v9/deployments'),
    get('a group that is not', '/apis/nothing.example/v1/things'),
    get('a path that is not', '/nothing'),
    get('a path under a kind', `${maps}/a/nothing`),
    get('a path far under a kind', `${maps}/a/status/more/and/more`),
    post('a post to an object', `${maps}/a`, map('a')),
    { name: 'a put to a collection', method: 'PUT', path: maps, body: map('a') },
    {
      name: 'a patch of a collection',
      method: 'PATCH',
      path: maps,
      body: {},
      contentType: 'application/merge-patch+json',
    },
    { name: 'a method that is none', method: 'BREW', path: maps },
    { name: 'options', method: 'OPTIONS', path: maps },
    { name: 'head', method: 'HEAD', path: `${maps}/a` },
    get('old watch', '/api/v1/watch/namespaces/NS/configmaps/a', { stream: { lines: 1 } }),
    del('delete some', `${maps}?labelSelector=half%3Dfirst`),
    del('delete one of the rest dry', `${maps}?fieldSelector=metadata.name%3Dc&dryRun=All`),
    del('delete the rest', maps),
    del('delete nothing', maps),
    get('none left', maps),
  ],
};

export const selfDescription: Group = {
  name: 'self',
  rows: [
    ...[
      '/version',
      '/api',
      '/apis',
      '/api/v1',
      '/apis/apps',
      '/apis/apps/v1',
      '/apis/batch/v1',
      '/apis/autoscaling',
      '/',
    ].map((path) => get(path, path, path === '/version' ? { counts: 'shape' } : {})),
    ...['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'authentication.k8s.io'].map(
      (group) => get(`/apis/${group}`, `/apis/${group}`),
    ),
    ...['authorization.k8s.io', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io'].map(
      (group) => get(`/apis/${group}`, `/apis/${group}`),
    ),
    ...['flowcontrol.apiserver.k8s.io', 'networking.k8s.io', 'node.k8s.io', 'policy', 'rbac.authorization.k8s.io'].map(
      (group) => get(`/apis/${group}`, `/apis/${group}`),
    ),
    ...['resource.k8s.io', 'scheduling.k8s.io', 'storage.k8s.io', 'autoscaling', 'batch', 'apps'].map((group) =>
      get(`/apis/${group}`, `/apis/${group}`),
    ),
    get('discovery in one', '/apis', {
      headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    }),
    get('discovery of the core in one', '/api', {
      headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    }),
    get('/openapi/v2', '/openapi/v2', { counts: 'status' }),
    get('/openapi/v3', '/openapi/v3', { counts: 'shape' }),
    get('/openapi/v3/api/v1', '/openapi/v3/api/v1', { counts: 'status' }),
    get('/openapi/v3/absent', '/openapi/v3/apis/absent'),
    ...[
      '/livez',
      '/readyz',
      '/healthz',
      '/livez?verbose',
      '/readyz?verbose',
      '/healthz?verbose',
      '/livez/ping',
      '/livez/absent',
    ].map((path) => get(path, path)),
    get('/livez without ping', '/livez?exclude=ping&verbose'),
    get('/livez without nothing', '/livez?exclude=absent'),
    get('/metrics', '/metrics', { counts: 'status' }),
    get('/metrics/slis', '/metrics/slis', { counts: 'status' }),
    get('/logs', '/logs/'),
    get('/debug/pprof', '/debug/pprof/', { counts: 'status' }),
    get('/.well-known', '/.well-known/openid-configuration'),
    get('/openid', '/openid/v1/jwks', { counts: 'shape' }),
    get(
      'the namespaces',
      '/api/v1/namespaces?labelSelector=kubernetes.io%2Fmetadata.name%20notin%20(c-every-kind,c-reading)',
      { counts: 'shape' },
    ),
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) =>
      get(`namespace ${name}`, `/api/v1/namespaces/${name}`),
    ),
    get('the Service kubernetes', '/api/v1/namespaces/default/services/kubernetes'),
    get('its endpoints', '/api/v1/namespaces/default/endpoints/kubernetes', { counts: 'shape' }),
    get('its slice', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes', { counts: 'shape' }),
    get('priority classes', '/apis/scheduling.k8s.io/v1/priorityclasses'),
    get('priority levels', '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations'),
    get('flow schemas', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'),
    get('service ranges', '/apis/networking.k8s.io/v1/servicecidrs'),
    get('roles', '/apis/rbac.authorization.k8s.io/v1/roles'),
    get('role bindings', '/apis/rbac.authorization.k8s.io/v1/rolebindings'),
    get('cluster roles', '/apis/rbac.authorization.k8s.io/v1/clusterroles'),
    get('cluster role bindings', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'),
    get('APIServices', '/apis/apiregistration.k8s.io/v1/apiservices'),
    get('config maps of the system', '/api/v1/namespaces/kube-system/configmaps'),
    get('component statuses', '/api/v1/componentstatuses', { counts: 'status' }),
  ],
};
