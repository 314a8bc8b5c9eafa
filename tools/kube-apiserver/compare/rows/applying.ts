/** Server-side apply: lists by keys, by value and whole ones, who owns what, what is taken, given up and fought over. */
import { apply, del, type Group, get, jsonPatch, merge, post, put, type Row, strategic } from '../row.js';

const deployments = '/apis/apps/v1/namespaces/NS/deployments';
const services = '/api/v1/namespaces/NS/services';
const maps = '/api/v1/namespaces/NS/configmaps';
const pods = '/api/v1/namespaces/NS/pods';

const as = (path: string, manager: string, more = '') => `${path}?fieldManager=${manager}${more}`;
const deployment = (spec: object, metadata: object = {}) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', ...metadata }, spec },
});
const container = (name: string, more: object = {}) => ({ name, image: `registry.example/${name}:1`, ...more });
const podsOf = (...containers: readonly object[]) => ({ metadata: { labels: { app: 'd' } }, spec: { containers } });
const map = (data: object | null, metadata: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', ...metadata } },
  ...(data === null ? {} : { data }),
});
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec });
const d = `${deployments}/d`;

const workloads: readonly Row[] = [
  apply('a first manager makes it', as(d, 'one'), {
    ...deployment({
      ...{ replicas: 2, selector: { matchLabels: { app: 'd' } } },
      template: podsOf(container('a', { env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] })),
    }),
  }),
  apply('the same again', as(d, 'one'), {
    ...deployment({
      ...{ replicas: 2, selector: { matchLabels: { app: 'd' } } },
      template: podsOf(container('a', { env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] })),
    }),
  }),
  apply('a second one brings a container', as(d, 'two'), deployment({ template: podsOf(container('b')) })),
  apply(
    'and an item of another’s list',
    as(d, 'two'),
    deployment({
      template: podsOf(container('b'), { name: 'a', env: [{ name: 'B', value: '2' }], ports: [{ containerPort: 81 }] }),
    }),
  ),
  apply('a third one wants other replicas', as(d, 'three'), deployment({ replicas: 5 })),
  apply('and another image', as(d, 'three'), deployment({ template: podsOf({ name: 'a', image: 'other' }) })),
  apply(
    'several at once',
    as(d, 'three'),
    deployment({ replicas: 5, template: podsOf({ name: 'a', image: 'other', env: [{ name: 'A', value: '9' }] }) }),
  ),
  apply('the same value is shared', as(d, 'three'), deployment({ replicas: 2 })),
  apply('by force', as(d, 'three', '&force=true'), deployment({ replicas: 5 })),
  apply('what lost it says no more of it', as(d, 'one'), {
    ...deployment({
      selector: { matchLabels: { app: 'd' } },
      template: podsOf(container('a', { env: [{ name: 'A', value: '1' }], ports: [{ containerPort: 80 }] })),
    }),
  }),
  apply('it gives its variable up', as(d, 'one'), {
    ...deployment({
      selector: { matchLabels: { app: 'd' } },
      template: podsOf(container('a', { ports: [{ containerPort: 80 }] })),
    }),
  }),
  apply('the second gives all up', as(d, 'two'), deployment({})),
  merge('a patch takes', d, { spec: { replicas: 3 } }),
  apply('the third is told whose it is', as(d, 'three'), deployment({ replicas: 5 })),
  strategic('a strategic patch of a manager', as(d, 'three'), {
    spec: { template: { spec: { containers: [{ name: 'a', image: 'patched' }] } } },
  }),
  apply('scale is applied', as(`${d}/scale`, 'scaler', '&force=true'), {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'd' },
    spec: { replicas: 7 },
  }),
  apply('scale is applied by another', as(`${d}/scale`, 'four'), {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'd' },
    spec: { replicas: 8 },
  }),
  apply('status is applied', as(`${d}/status`, 'controller'), {
    ...deployment({ replicas: 1 }),
    status: {
      ...{ replicas: 1, observedGeneration: 1 },
      conditions: [{ type: 'Available', status: 'True', reason: 'r', message: 'm' }],
    },
  }),
  apply('another condition', as(`${d}/status`, 'other'), {
    ...deployment({}),
    status: { conditions: [{ type: 'Progressing', status: 'True', reason: 'r', message: 'm' }] },
  }),
  apply('a condition of the other', as(`${d}/status`, 'other'), {
    ...deployment({}),
    status: { conditions: [{ type: 'Available', status: 'False', reason: 'x', message: 'm' }] },
  }),
  apply('a status where it does not count', as(d, 'one'), { ...deployment({}), status: { replicas: 9 } }),
  get('as it is now', d),
  jsonPatch('nobody owns anything', d, [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]),
  apply('a first apply after that', as(d, 'five'), deployment({ replicas: 4 })),
  del('the deployment', d),
];

const odd: readonly Row[] = [
  apply('data', as(`${maps}/m`, 'one'), map({ a: '1', b: '2' })),
  apply('without a manager', `${maps}/m?fieldManager=`, map({ a: '1' })),
  apply('with a null', as(`${maps}/m`, 'one'), map({ a: null, b: '2' })),
  apply('with data that is null', as(`${maps}/m`, 'one'), { ...map(null), data: null }),
  apply('with an empty one', as(`${maps}/m`, 'one'), map({})),
  apply('with managed fields', as(`${maps}/m`, 'one'), map({ a: '1' }, { managedFields: [{ manager: 'x' }] })),
  apply('with no managed fields', as(`${maps}/m`, 'one'), map({ a: '1' }, { managedFields: [] })),
  apply('with a uid of nobody', as(`${maps}/new`, 'one'), map({ a: '1' }, { name: 'new', uid: 'x' })),
  apply('with another uid', as(`${maps}/m`, 'one'), map({ a: '1' }, { uid: 'x' })),
  apply('with an old version', as(`${maps}/m`, 'one'), map({ a: '2' }, { resourceVersion: '1' })),
  apply('with a version, where nothing is', as(`${maps}/new`, 'one'), map({}, { name: 'new', resourceVersion: '1' })),
  apply('under another name', as(`${maps}/m`, 'one'), map({ a: '1' }, { name: 'x' })),
  apply('without a name', as(`${maps}/nameless`, 'one'), { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }),
  apply('with a name made up', as(`${maps}/made`, 'one'), map({}, { name: '', generateName: 'made-' })),
  apply('of another kind', as(`${maps}/m`, 'one'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'm' } }),
  apply('of another version', as(`${maps}/m`, 'one'), { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'm' } }),
  apply('of no kind', as(`${maps}/m`, 'one'), { metadata: { name: 'm' } }),
  apply('of wrong types', as(`${maps}/m`, 'one'), map({ a: 7 })),
  apply('with unknown fields', as(`${maps}/m`, 'one'), { ...map({ a: '1' }), nonsense: 1 }),
  apply('dry', as(`${maps}/dry`, 'one', '&dryRun=All'), map({ a: '1' }, { name: 'dry' })),
  get('what was dry', `${maps}/dry`),
  apply('dry, of what is', as(`${maps}/m`, 'one', '&dryRun=All'), map({ a: '5' })),
  apply('forced with nonsense', as(`${maps}/m`, 'one', '&force=nonsense'), map({ a: '6' })),
  apply('a long manager', as(`${maps}/m`, 'x'.repeat(129)), map({ a: '6' })),
  apply('labels of one', as(`${maps}/m`, 'labels'), map(null, { labels: { a: '1' }, annotations: { b: '2' } })),
  apply('finalizers of one', as(`${maps}/m`, 'finalizers'), map(null, { finalizers: ['example.com/a'] })),
  apply('finalizers of two', as(`${maps}/m`, 'others'), map(null, { finalizers: ['example.com/b'] })),
  apply('finalizers given up', as(`${maps}/m`, 'finalizers'), map(null)),
  apply('an owner', as(`${maps}/m`, 'owner'), {
    ...map(null, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'o-1' }] }),
  }),
  apply('the same owner of another manager', as(`${maps}/m`, 'owner-2'), {
    ...map(null, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'p', uid: 'o-1' }] }),
  }),
  put('a put takes what changes', `${maps}/m?fieldManager=putter`, map({ a: 'put' })),
  get('after it', `${maps}/m`),
  merge('finalizers gone', `${maps}/m`, { metadata: { finalizers: null } }),
  del('the map', `${maps}/m`),
];

const lists: readonly Row[] = [
  apply('ports by two keys', as(`${services}/s`, 'one'), {
    ...service({ selector: { a: 'b' }, ports: [{ name: 'a', port: 80, protocol: 'TCP', targetPort: 8080 }] }),
  }),
  apply('a port without its protocol', as(`${services}/s`, 'two'), service({ ports: [{ name: 'u', port: 53 }] })),
  apply('the same port of another protocol', as(`${services}/s`, 'three'), {
    ...service({ ports: [{ name: 'v', port: 80, protocol: 'UDP' }] }),
  }),
  apply('another name for a port', as(`${services}/s`, 'four'), {
    ...service({ ports: [{ name: 'other', port: 80, protocol: 'TCP' }] }),
  }),
  apply('a port twice', as(`${services}/s`, 'five'), {
    ...service({
      ports: [
        { name: 'x', port: 90, protocol: 'TCP' },
        { name: 'y', port: 90, protocol: 'TCP' },
      ],
    }),
  }),
  apply('an atomic selector', as(`${services}/s`, 'six'), service({ selector: { c: 'd' } })),
  apply('by force', as(`${services}/s`, 'six', '&force=true'), service({ selector: { c: 'd' } })),
  apply('addresses as a set', as(`${services}/s`, 'seven'), service({ externalIPs: ['192.0.2.1'] })),
  get('the service', `${services}/s`),
  apply('a pod', as(`${pods}/p`, 'one'), {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: {
      containers: [
        { name: 'c', image: 'i', ports: [{ containerPort: 1 }], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  }),
  apply('its image by another', as(`${pods}/p`, 'two'), {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: { containers: [{ name: 'c', image: 'j' }] },
  }),
  apply('an ephemeral container', as(`${pods}/p/ephemeralcontainers`, 'debugger'), {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
  }),
  apply('its size', as(`${pods}/p/resize`, 'sizer'), {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
  }),
  apply('its conditions', as(`${pods}/p/status`, 'kubelet'), {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    status: { conditions: [{ type: 'Ready', status: 'True' }], podIP: '192.0.2.7' },
  }),
  get('the pod', `${pods}/p`),
  post('a secret of stringData', '/api/v1/namespaces/NS/secrets', {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { a: 'b' } },
  }),
  apply('stringData is applied', as('/api/v1/namespaces/NS/secrets/x', 'me', '&force=true'), {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { a: 'c' } },
  }),
];

const typo = (fields: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typed' }, ...fields });
const mistakes: readonly Row[] = [
  apply('a field with a typo', as(`${maps}/typed`, 'me'), typo({ dataa: { a: 'b' } })),
  apply('a typo of something in a namespace', as(`${maps}/typed`, 'me'), {
    ...typo({ data: 1 }),
    metadata: { name: 'typed', namespace: 'NS' },
  }),
  apply('a key twice in YAML', as(`${maps}/typed`, 'me'), 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n  a: c\n'),
  apply(
    'a key twice, strictly',
    as(`${maps}/typed`, 'me', '&fieldValidation=Strict'),
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"typed"},"data":{"a":"b","a":"c"}}',
  ),
  apply('another name than the path', as(`${maps}/typed`, 'me'), { ...typo({}), metadata: { name: 'other' } }),
  apply('a time that is none', as('/apis/coordination.k8s.io/v1/namespaces/NS/leases/l', 'me'), {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: { renewTime: 'now' } },
  }),
  apply(
    'a candidate over whatever there is',
    as('/apis/coordination.k8s.io/v1beta1/namespaces/NS/leasecandidates/c', 'me'),
    {
      ...{ apiVersion: 'coordination.k8s.io/v1beta1', kind: 'LeaseCandidate' },
      metadata: { name: 'c', resourceVersion: '' },
      spec: { leaseName: 'l', strategy: 'OldestEmulationVersion', binaryVersion: '1.33.0', emulationVersion: '1.33.0' },
    },
  ),
];

export const applying: Group = { name: 'applying', rows: [...workloads, ...odd, ...lists, ...mistakes] };
