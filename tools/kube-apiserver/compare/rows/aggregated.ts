/** APIs that another server answers: what is told of each, what a request to one is answered, and what of discovery is left. */
import { del, type Group, get, merge, post, put, type Row, table } from '../row.js';

const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const discoveryV2 = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' };

const service = (name: string, spec: object) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec },
});
const outside = { type: 'ExternalName', externalName: '127.0.0.1' };
const port = (number: number, name?: string) => ({ port: number, ...(name === undefined ? {} : { name }) });

interface Behind {
  readonly service?: string;
  readonly port?: number | string;
  readonly spec?: object;
}
const trusted = { caBundle: '{behind.ca}' };

const apiService = (
  group: string,
  { service: name = 'behind', port: at = '{behind.port}', spec = trusted }: Behind,
) => ({
  ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `v1.${group}` } },
  spec: {
    ...{ group, version: 'v1', groupPriorityMinimum: 1_500, versionPriority: 10 },
    ...{ service: { namespace: 'NS', name, port: at }, ...spec },
  },
});

const asked: Readonly<Record<string, Behind>> = {
  'good.example.com': {},
  'unchecked.example.com': { spec: { insecureSkipTLSVerify: true } },
  'mistrusted.example.com': { spec: { caBundle: '{behind.otherCa}' } },
  'untrusted.example.com': { spec: {} },
  'renamed.example.com': { service: 'renamed' },
  'down.example.com': { port: '{behind.closedPort}' },
  'nowhere.example.com': { service: 'nowhere', port: 443 },
  'unported.example.com': { service: 'lonely', port: 444 },
  'lonely.example.com': { service: 'lonely', port: 443 },
  'emptied.example.com': { service: 'emptied', port: 443 },
  'unnamed.example.com': { service: 'misnamed', port: 443 },
  'headless.example.com': { service: 'headless', port: 443 },
  'broken.example.com': {},
  'absent.example.com': {},
  'moved.example.com': {},
  'words.example.com': {},
  'mute.example.com': {},
};

const slice = (name: string, ports: readonly object[], ready: boolean) => ({
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', ports },
  metadata: { name, labels: { 'kubernetes.io/service-name': name } },
  endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready } }],
});

const surroundings: readonly Row[] = [
  post('a service outside', '/api/v1/namespaces/NS/services', service('behind', outside)),
  post('another name of it', '/api/v1/namespaces/NS/services', service('renamed', outside)),
  post('one without endpoints', '/api/v1/namespaces/NS/services', service('lonely', { ports: [port(443)] })),
  post('one whose are not ready', '/api/v1/namespaces/NS/services', service('emptied', { ports: [port(443, 'a')] })),
  post('one of another name', '/api/v1/namespaces/NS/services', service('misnamed', { ports: [port(443, 'a')] })),
  post(
    'one of no address',
    '/api/v1/namespaces/NS/services',
    service('headless', { clusterIP: 'None', ports: [port(443)] }),
  ),
  post(
    'who is not ready',
    '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
    slice('emptied', [{ name: 'a', port: 1 }], false),
  ),
  post(
    'who is called otherwise',
    '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
    slice('misnamed', [{ name: 'b', port: 1 }], true),
  ),
  post(
    'of no address',
    '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
    slice('headless', [{ name: '', port: 1 }], true),
  ),
];

const each = (of: (group: string, how: Behind) => Row): readonly Row[] =>
  Object.entries(asked).map(([group, how]) => of(group, how));

const echoes = (group: string) => `/apis/${group}/v1/namespaces/NS/echoes`;

const found: readonly Row[] = [
  ...each((group, how) => post(`${group}: it is made`, services, apiService(group, how))),
  ...each((group) => get(`${group}: what is told of it`, `${services}/v1.${group}`, { until: '"Available"' })),
  ...each((group) => get(`${group}: as table`, `${services}/v1.${group}`, { headers: table })),
  ...each((group) => get(`${group}: its group`, `/apis/${group}`)),
  ...each((group) => get(`${group}: its version`, `/apis/${group}/v1`)),
  ...each((group) => get(`${group}: an object`, `${echoes(group)}/x`)),
];

const good = echoes('good.example.com');
const passedOn: readonly Row[] = [
  get('who asks', `${good}/x`, { as: 'ann' }),
  get('who asks by a certificate', `${good}/x`, { as: 'certificate' }),
  get('who asks as another', `${good}/x`, {
    headers: {
      ...{ 'impersonate-user': 'eve', 'impersonate-group': 'g', 'impersonate-uid': '9' },
      'impersonate-extra-some%2fthing': 'x y',
    },
  }),
  get('nobody asks', `${good}/x`, { as: 'nobody' }),
  get('with a query', `${good}?b=2&a=1&a=%20&limit=x`),
  get('with headers', `${good}/x`, {
    headers: { 'x-mine': 'a', accept: 'text/html', cookie: 'c', 'x-remote-user': 'eve' },
  }),
  get('with forwarding headers', `${good}/x`, { headers: { 'x-forwarded-for': '1.2.3.4', via: 'x' } }),
  get('an odd path', `${good}/a%2Fb%20c`),
  get('a path with slashes', `/apis/good.example.com/v1//namespaces/NS//echoes/`),
  get('deep below', '/apis/good.example.com/v1/a/b/c/d/e/f'),
  get('its version with a slash', '/apis/good.example.com/v1/'),
  get('another version of it', '/apis/good.example.com/v2'),
  get('an object of another version', '/apis/good.example.com/v2/echoes'),
  post('something is made', good, { a: 1 }),
  post('something in other words', good, 'a: 1', { contentType: 'application/yaml' }),
  put('something is put', `${good}/x`, { a: 2 }),
  merge('something is changed', `${good}/x`, { a: 3 }),
  del('something goes', `${good}/x`, { propagationPolicy: 'Foreground' }),
  { name: 'its head', method: 'HEAD', path: `${good}/x` },
  { name: 'its options', method: 'OPTIONS', path: `${good}/x` },
  get('a status that is none', `${good}/teapot`),
  get('sent elsewhere', `${good}/elsewhere`),
  get('of ann to a version', '/apis/good.example.com/v1', { as: 'ann' }),
  get('of nobody to a version', '/apis/good.example.com/v1', { as: 'nobody' }),
];

const told: readonly Row[] = [
  get('the groups', '/apis', { among: 'example.com' }),
  get('all at once', '/apis', { headers: discoveryV2, until: 'worlds', among: 'example.com' }),
  get('what of OpenAPI there is', '/openapi/v3', { counts: 'status' }),
  post('a local one', services, {
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1.local.example.com' } },
    spec: { group: 'local.example.com', version: 'v1', groupPriorityMinimum: 19_000, versionPriority: 1 },
  }),
  get('what is told of the local one', `${services}/v1.local.example.com`, { until: '"Available"' }),
  get('the local group', '/apis/local.example.com'),
  get('the local version', '/apis/local.example.com/v1'),
  get('an object of the local one', '/apis/local.example.com/v1/namespaces/NS/echoes/x'),
  get('the groups with the local one', '/apis', { among: 'example.com' }),
  post('another version', services, {
    ...apiService('good.example.com', {}),
    metadata: { name: 'v2.good.example.com' },
    spec: { ...apiService('good.example.com', {}).spec, version: 'v2', versionPriority: 5 },
  }),
  get('what is told of that', `${services}/v2.good.example.com`, { until: '"Available"' }),
  get('a group of two', '/apis/good.example.com'),
  merge('the other first', `${services}/v2.good.example.com`, { spec: { versionPriority: 50 } }),
  get('a group of two, turned', '/apis/good.example.com', {
    until: '"preferredVersion":{"groupVersion":"good.example.com/v2"',
  }),
  merge('it moves to the front', `${services}/v2.good.example.com`, { spec: { groupPriorityMinimum: 18_500 } }),
  get('the groups in a new order', '/apis', { until: 'apiregistration.k8s.io/v1","version":"v1"}},{"name":"local' }),
  get('all at once in a new order', '/apis', { headers: discoveryV2, among: 'example.com' }),
];

const changing: readonly Row[] = [
  merge('it is taken elsewhere', `${services}/v1.good.example.com`, { spec: { service: { name: 'nowhere' } } }),
  get('it is not there', `${services}/v1.good.example.com`, { until: 'ServiceNotFound' }),
  get('nor answers', `${good}/x`),
  merge('it is taken back', `${services}/v1.good.example.com`, { spec: { service: { name: 'behind' } } }),
  get('it is there', `${services}/v1.good.example.com`, { until: '"Passed"' }),
  get('and answers', `${good}/x`, { until: '"Echo"' }),
  merge('it becomes local', `${services}/v1.good.example.com`, {
    spec: { service: null, caBundle: null },
  }),
  get('it is local', `${services}/v1.good.example.com`, { until: '"Local"' }),
  get('and nothing is there', `${good}/x`),
  del('a service goes', '/api/v1/namespaces/NS/services/behind', undefined, { counts: 'status' }),
  get('what was outside is not there', `${services}/v1.unchecked.example.com`, { until: 'ServiceNotFound' }),
  get('nor answers that', `${echoes('unchecked.example.com')}/x`),
  ...each((group) => del(`${group}: it goes`, `${services}/v1.${group}`, undefined, { counts: 'status' })),
  ...each((group) => get(`${group}: it is gone`, `/apis/${group}/v1`, { until: 'not' })),
  del('the second version goes', `${services}/v2.good.example.com`, undefined, { counts: 'status' }),
  del('the local one goes', `${services}/v1.local.example.com`, undefined, { counts: 'status' }),
];

export const aggregated: Group = {
  name: 'aggregated',
  rows: [...surroundings, ...found, ...passedOn, ...told, ...changing],
};
