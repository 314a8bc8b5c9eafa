/** Many at once and parts of many: selectors of every kind that has fields, pages, deletions of collections, options of writes. */
import { del, type Group, get, merge, metadataOnly, post, put, type Row, table, watch } from '../row.js';

const maps = '/api/v1/namespaces/NS/configmaps';
const map = (name: string, labels: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } },
});

const fields: readonly (readonly [path: string, selectors: readonly string[]])[] = [
  [
    '/api/v1/namespaces/NS/pods',
    [
      ...['spec.nodeName=', 'spec.restartPolicy=Always', 'spec.schedulerName=x', 'spec.serviceAccountName=default'],
      ...['spec.hostNetwork=true', 'status.phase!=Running', 'status.podIP=192.0.2.1', 'status.podIPs=192.0.2.1'],
      ...['status.nominatedNodeName=', 'spec.nope=1', 'metadata.uid=1', 'metadata.labels.a=b'],
    ],
  ],
  ['/api/v1/pods', ['metadata.namespace=NS', 'metadata.name=x,metadata.namespace=NS']],
  ['/api/v1/nodes', ['spec.unschedulable=true', 'spec.podCIDR=', 'metadata.name=x']],
  ['/api/v1/namespaces', ['status.phase=Active,metadata.name=NS', 'name=x', 'spec.x=1']],
  ['/api/v1/namespaces/NS/secrets', ['type=Opaque', 'type!=Opaque', 'data=1']],
  [
    '/api/v1/namespaces/NS/events',
    [
      ...['involvedObject.kind=Pod', 'involvedObject.name=a', 'involvedObject.namespace=NS', 'involvedObject.uid=1'],
      ...['involvedObject.apiVersion=v1', 'involvedObject.resourceVersion=1', 'involvedObject.fieldPath=a'],
      ...['reason=x', 'reportingComponent=x', 'source=x', 'type=Normal', 'source.component=x'],
    ],
  ],
  ['/apis/events.k8s.io/v1/namespaces/NS/events', ['regarding.kind=Pod', 'involvedObject.kind=Pod', 'type=Normal']],
  ['/api/v1/namespaces/NS/services', ['spec.clusterIP=None', 'spec.type=ClusterIP', 'spec.nope=1']],
  ['/api/v1/namespaces/NS/replicationcontrollers', ['status.replicas=0', 'spec.replicas=0']],
  ['/api/v1/persistentvolumes', ['name=x', 'metadata.name=x', 'spec.x=1']],
  ['/api/v1/namespaces/NS/persistentvolumeclaims', ['name=x', 'status.phase=Bound']],
  ['/apis/apps/v1/namespaces/NS/replicasets', ['status.replicas=0', 'spec.replicas=0']],
  ['/apis/apps/v1/namespaces/NS/deployments', ['metadata.name=x', 'status.replicas=0']],
  ['/apis/batch/v1/namespaces/NS/jobs', ['status.successful=0', 'status.active=1']],
  ['/apis/certificates.k8s.io/v1/certificatesigningrequests', ['spec.signerName=a', 'spec.username=b']],
  ['/apis/certificates.k8s.io/v1beta1/clustertrustbundles', ['spec.signerName=a']],
  ['/apis/resource.k8s.io/v1beta2/resourceslices', ['spec.nodeName=a', 'spec.driver=b', 'spec.pool=c']],
  ['/apis/coordination.k8s.io/v1/namespaces/NS/leases', ['metadata.name=x', 'spec.holderIdentity=x']],
  ['/apis/networking.k8s.io/v1/ipaddresses', ['spec.parentRef=x', 'metadata.name=x']],
  ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', ['metadata.name=x', 'spec.group=x']],
  ['/apis/apiregistration.k8s.io/v1/apiservices', ['metadata.name=x', 'spec.service=x']],
];

const selected: readonly Row[] = fields.flatMap(([path, selectors]) =>
  selectors.map((selector) => get(`${path} by ${selector}`, `${path}?fieldSelector=${encodeURIComponent(selector)}`)),
);

const pages: readonly Row[] = [
  ...['a', 'b', 'c', 'd', 'e'].map((name) => post(`map ${name}`, maps, map(name, { odd: String(name < 'c') }))),
  get('two of them', `${maps}?limit=2`, { save: 'first' }),
  get('two more', `${maps}?limit=2&continue={first.metadata.continue}`, { save: 'second' }),
  get('the last', `${maps}?limit=2&continue={second.metadata.continue}`),
  get('a page with a version', `${maps}?limit=2&continue={first.metadata.continue}&resourceVersion=1`),
  get('a page with version 0', `${maps}?limit=2&continue={first.metadata.continue}&resourceVersion=0`),
  get('a page with a match', `${maps}?continue={first.metadata.continue}&resourceVersionMatch=Exact`),
  get('a page of another kind', `/api/v1/namespaces/NS/secrets?limit=2&continue={first.metadata.continue}`),
  get('one by label', `${maps}?limit=1&labelSelector=odd%3Dtrue`, { save: 'odd' }),
  get('the next by label', `${maps}?limit=1&labelSelector=odd%3Dtrue&continue={odd.metadata.continue}`),
  get('one by field', `${maps}?limit=1&fieldSelector=metadata.name%21%3Da`),
  get('a negative page', `${maps}?limit=-1`),
  get('a page as a table', `${maps}?limit=2`, { headers: table }),
  get('a page as metadata', `${maps}?limit=2`, {
    headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
  }),
  get('at the version of the first page', `${maps}?resourceVersion={first.metadata.resourceVersion}`),
  get('exactly there', `${maps}?resourceVersion={first.metadata.resourceVersion}&resourceVersionMatch=Exact`),
  get('not older', `${maps}?resourceVersion={first.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`),
  get(
    'exactly there, in pages',
    `${maps}?limit=1&resourceVersion={first.metadata.resourceVersion}&resourceVersionMatch=Exact`,
  ),
  get('not older than none', `${maps}?resourceVersion=0&resourceVersionMatch=NotOlderThan`),
  get('exactly none', `${maps}?resourceVersion=0&resourceVersionMatch=Exact`),
  get('a match without a version', `${maps}?resourceVersionMatch=Exact`),
  get('of the future', `${maps}?resourceVersion=999999999&timeoutSeconds=1`),
  get('one of the future', `${maps}/a?resourceVersion=999999999`),
  get('metadata of one', `${maps}/a`, { headers: metadataOnly }),
];

const selectors = [
  ...['odd', '!odd', 'odd in (true)', 'odd notin (true)', 'odd=true,odd!=false', 'odd==true', 'odd>1', 'odd<1'],
  ...['odd in ()', 'odd in (true', 'odd=a=b', '=a', 'a b', 'odd in (true,)', 'x in (a),!y', 'odd=', 'odd in (,)'],
  ...['bad key=1', 'a=-', 'a.b/c=d', '/c=d', 'a/b/c=d', `${'k'.repeat(64)}=1`, `k=${'v'.repeat(64)}`, ',', 'odd,', '%'],
].map((selector) => get(`labels ${selector}`, `${maps}?labelSelector=${encodeURIComponent(selector)}`));

const deletions: readonly Row[] = [
  del('a collection, dry', `${maps}?dryRun=All&labelSelector=odd%3Dtrue`),
  del('a collection by label', `${maps}?labelSelector=odd%3Dtrue`),
  get('what is left', maps),
  del('a collection by field', `${maps}?fieldSelector=metadata.name%3Dc`),
  del('a collection by a bad selector', `${maps}?labelSelector=%21`),
  del('a collection of the future', `${maps}?resourceVersion=999999999&timeoutSeconds=1`),
  del('a page of a collection', `${maps}?limit=1`),
  del('a collection with preconditions', maps, { preconditions: { resourceVersion: '1' } }),
  del('a collection with a policy that is none', maps, { propagationPolicy: 'X' }),
  del('a collection as a table', `${maps}?labelSelector=x`, undefined, { headers: table }),
  del('all services', '/api/v1/namespaces/NS/services'),
  del('all of every namespace', '/api/v1/configmaps'),
  post('one with a finalizer', maps, { ...map('held'), metadata: { name: 'held', finalizers: ['example.com/a'] } }),
  del('by a version that it is not, in the query', `${maps}/held?resourceVersion=1`),
  del('by a uid that it is not, in the query', `${maps}/held?uid=x`),
  del('by a policy of nothing', `${maps}/held?propagationPolicy=`),
  del('by two faults', `${maps}/held`, { propagationPolicy: 'X', dryRun: ['Some'] }),
  del('by seconds that are none', `${maps}/held`, { gracePeriodSeconds: 'x' }),
  del('it is held', `${maps}/held`),
  del('it is held, again', `${maps}/held`),
  del('its collection', maps),
  merge('a label while it goes', `${maps}/held`, { metadata: { labels: { a: 'b' } } }),
  merge('a finalizer more', `${maps}/held`, { metadata: { finalizers: ['example.com/a', 'example.com/b'] } }),
  put('without finalizers', `${maps}/held`, map('held')),
  get('it is gone', `${maps}/held`),
];

const policies: readonly Row[] = (
  [
    ['Foreground', { propagationPolicy: 'Foreground' }],
    ['Background', { propagationPolicy: 'Background' }],
    ['Orphan', { propagationPolicy: 'Orphan' }],
    ['orphans of old', { orphanDependents: true }],
    ['no orphans of old', { orphanDependents: false }],
    ['seconds', { gracePeriodSeconds: 5 }],
    ['no seconds', { gracePeriodSeconds: 0 }],
    ['a version', { preconditions: { resourceVersion: '1' } }],
    ['a dry run', { dryRun: ['All'] }],
    ['a dry run of nonsense', { dryRun: ['Some'] }],
    ['a version of its own', { apiVersion: 'v1', kind: 'DeleteOptions' }],
    ['the version of the group', { apiVersion: 'apps/v1', kind: 'DeleteOptions' }],
    ['the version of meta', { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' }],
    ['a version that is none', { apiVersion: 'nope/v1', kind: 'DeleteOptions' }],
    ['what ignores errors', { ignoreStoreReadErrorWithClusterBreakingPotential: true }],
  ] as const
).flatMap(([name, options], index) => [
  post(`for ${name}`, maps, map(`p-${index}`)),
  del(`with ${name}`, `${maps}/p-${index}`, options),
  get(`after ${name}`, `${maps}/p-${index}`),
]);

const optionRows: readonly Row[] = [
  post('dry as nonsense', `${maps}?dryRun=Some`, map('o')),
  post('dry twice', `${maps}?dryRun=All&dryRun=All`, map('o')),
  post('validated as nonsense', `${maps}?fieldValidation=Some`, map('o')),
  post('strict', `${maps}?fieldValidation=Strict`, { ...map('o'), nope: 1, metadata: { name: 'o', nope: 2 } }),
  post('warned', `${maps}?fieldValidation=Warn`, { ...map('o'), nope: 1, metadata: { name: 'o', nope: 2 } }),
  put('strict put', `${maps}/o?fieldValidation=Strict`, { ...map('o'), nope: 1 }),
  merge('strict merge', `${maps}/o?fieldValidation=Strict`, { nope: 1 }),
  post('a manager with a tab', `${maps}?fieldManager=a%09b`, map('t')),
  put('dry put of nothing', `${maps}/absent?dryRun=All`, map('absent')),
  put('dry put', `${maps}/o?dryRun=All`, { ...map('o'), data: { a: 'b' } }),
  merge('dry merge', `${maps}/o?dryRun=All`, { data: { a: 'b' } }),
  get('pretty', `${maps}/o?pretty=true`),
  get('exported', `${maps}/o?export=true`),
  get('with unknown options', `${maps}/o?nonsense=1`),
  post('posted to a name', `${maps}/o`, map('o')),
  put('put to a list', maps, map('o')),
  merge('patched as a list', maps, {}),
  get('a name of dots', `${maps}/..`, { counts: 'status' }),
  get('a name with a slash', `${maps}/a%2Fb`, { counts: 'status' }),
  get('a namespace that is none', '/api/v1/namespaces/absent-NS/configmaps'),
  post('in a namespace that is none', '/api/v1/namespaces/absent-NS/configmaps', map('x')),
];

const watches: readonly Row[] = [
  post('watched', maps, map('w', { in: 'yes' }), { save: 'w' }),
  merge('leaves the selection', `${maps}/w`, { metadata: { labels: { in: 'no' } } }),
  merge('comes back', `${maps}/w`, { metadata: { labels: { in: 'yes' } } }),
  merge('changes', `${maps}/w`, { data: { a: '1' } }),
  del('goes', `${maps}/w`),
  watch('all of it by label', `${maps}?labelSelector=in%3Dyes&resourceVersion={w.metadata.resourceVersion}`, 4),
  watch('all of it', `${maps}?resourceVersion={w.metadata.resourceVersion}&fieldSelector=metadata.name%3Dw`, 4),
  watch('as metadata', `${maps}?resourceVersion={w.metadata.resourceVersion}&fieldSelector=metadata.name%3Dw`, 4, {
    headers: metadataOnly,
  }),
  watch('as tables', `${maps}?resourceVersion={w.metadata.resourceVersion}&fieldSelector=metadata.name%3Dw`, 4, {
    headers: table,
  }),
  get('by the old path', `/api/v1/watch/namespaces/NS/configmaps/w?resourceVersion={w.metadata.resourceVersion}`, {
    stream: { lines: 4 },
  }),
  watch('a bad version', `${maps}?resourceVersion=-5`, 1),
  watch('a match that is exact', `${maps}?resourceVersion=1&resourceVersionMatch=Exact`, 1),
  watch('first state that is old', `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`, 1),
  watch('first state without a match', `${maps}?sendInitialEvents=true`, 1),
  watch(
    'no first state',
    `${maps}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    1,
  ),
  watch('a bad selector', `${maps}?labelSelector=%21`, 1),
  watch('an unknown field', `${maps}?fieldSelector=a%3Db`, 1),
  watch('a timeout of text', `${maps}?timeoutSeconds=x`, 1),
];

export const collections: Group = {
  name: 'collections',
  rows: [...selected, ...pages, ...selectors, ...deletions, ...policies, ...optionRows, ...watches],
};
