/** Patches with directives, of several operations, and in other versions than the path's; and what is sent in versions that are no more. */
import { apply, type Group, get, jsonPatch, merge, post, type Row, strategic } from '../row.js';

const maps = '/api/v1/namespaces/NS/configmaps';
const services = '/api/v1/namespaces/NS/services';
const scalers = (version: string) => `/apis/autoscaling/${version}/namespaces/NS/horizontalpodautoscalers`;
const claims = (version: string) => `/apis/resource.k8s.io/${version}/namespaces/NS/resourceclaims`;
const deployments = '/apis/apps/v1/namespaces/NS/deployments';
const http = { name: 'http', port: 80 };
const https = { name: 'https', port: 443 };

const directives: readonly Row[] = [
  post('a service', services, { metadata: { name: 's', finalizers: ['a.io/b'] }, spec: { ports: [http, https] } }),
  ...(
    [
      ['an order', { spec: { '$setElementOrder/ports': [{ port: 443 }, { port: 80 }] } }],
      [
        'an order of what is changed otherwise',
        { spec: { '$setElementOrder/ports': [https, http], ports: [http, https] } },
      ],
      ['an order of what is no list', { spec: { '$setElementOrder/type': [] } }],
      ['an order of nothing', { spec: { '$setElementOrder/nothing': [] } }],
      ['an order that is none', { spec: { '$setElementOrder/ports': 'x' } }],
      ['all but one field', { spec: { $retainKeys: ['ports'] } }],
      ['a field that is not to stay', { spec: { $retainKeys: ['ports'], type: 'NodePort' } }],
      ['fields that are no list', { spec: { $retainKeys: 'ports' } }],
      ['an item less', { spec: { ports: [{ port: 443, $patch: 'delete' }] } }],
      ['other items', { spec: { ports: [{ $patch: 'replace' }, http] } }],
      ['items merged by a word', { spec: { ports: [{ $patch: 'merge', port: 80 }] } }],
      ['an item without its key', { spec: { ports: [{ name: 'x' }] } }],
      ['a directive that is none', { metadata: { labels: { $patch: 7 } } }],
      ['labels that take the place of others', { metadata: { labels: { $patch: 'replace', a: 'b' } } }],
      ['a finalizer less', { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.io/b'] } }],
      ['a finalizer less, by text', { metadata: { '$deleteFromPrimitiveList/finalizers': 'a.io/b' } }],
    ] as const
  ).map(([what, patch]) => strategic(what, `${services}/s?dryRun=All`, patch)),
];

const operations: readonly Row[] = [
  post('a map', maps, { metadata: { name: 'm', labels: { a: 'b' } }, data: { x: 'y' } }),
  ...(
    [
      ['no value', [{ op: 'add', path: '/data/z' }]],
      ['a test of what is not there', [{ op: 'test', path: '/data/z', value: null }]],
      ['a test without a value', [{ op: 'test', path: '/metadata/name' }]],
      ['a path that begins with anything', [{ op: 'add', path: 'x/data/z', value: 'z' }]],
      ['a copy of nothing', [{ op: 'copy', from: '/nothing', path: '/data/z' }]],
      ['a move of nothing', [{ op: 'move', from: '/nothing', path: '/data/z' }]],
      ['an item from the end', [{ op: 'remove', path: '/metadata/managedFields/-1' }]],
      ['no object', ['x']],
      ['an operation that is a number', [{ op: 7, path: '/data' }]],
    ] as const
  ).map(([what, patch]) => jsonPatch(what, `${maps}/m?dryRun=All`, patch)),
  merge('a kind in capitals', `${maps}/m`, { KIND: 'Pod', data: { z: '1' } }),
  merge('the same, twice said', `${maps}/m`, '{"kind":"ConfigMap","kind":"ConfigMap"}'),
];

const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
const scaler = (version: string, more: object) => ({
  ...{ apiVersion: `autoscaling/${version}`, kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } },
  ...more,
});
const claim = (version: string, more: object) => ({
  ...{ apiVersion: `resource.k8s.io/${version}`, kind: 'ResourceClaim', metadata: { name: 'c' } },
  ...more,
});

const versions: readonly Row[] = [
  apply('a scaler', `${scalers('v2')}/h`, scaler('v2', { spec })),
  merge('patched as of the older version', `${scalers('v2')}/h`, {
    apiVersion: 'autoscaling/v1',
    spec: { maxReplicas: 4 },
  }),
  merge('patched as of one that is no more', `${scalers('v2')}/h`, { apiVersion: 'autoscaling/v2beta2' }),
  apply('nothing is applied any more, in the older version', `${scalers('v1')}/h`, scaler('v1', {})),
  get('the scaler', `${scalers('v2')}/h`),
  apply('a claim', `${claims('v1beta2')}/c`, {
    ...claim('v1beta2', { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'd' } }] } } }),
  }),
  apply('nothing is applied any more of it', `${claims('v1beta1')}/c`, claim('v1beta1', {})),
  get('the claim', `${claims('v1beta1')}/c`),
  post('in the older version of the group', scalers('v2'), scaler('v1', { spec: { metrics: [] } })),
  ...['apps/v1beta1', 'extensions/v1beta1', 'apps/v9'].map((apiVersion) =>
    post(`a deployment of ${apiVersion}`, deployments, {
      ...{ apiVersion, kind: 'Deployment', metadata: { name: 'd' }, spec: { nothing: 1 } },
    }),
  ),
  apply('a map with a label', `${maps}/n`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'n', labels: { a: 'b' } },
  }),
  apply('without metadata', `${maps}/n`, { apiVersion: 'v1', kind: 'ConfigMap' }),
];

const selections: readonly Row[] = [
  ...['b,a,metadata.name=a', 'a===1', 'a=\\x', ' metadata.name=m', '='].map((selector) =>
    get(`by the field ${selector}`, `${maps}?fieldSelector=${encodeURIComponent(selector)}&limit=1`, {
      counts: 'status',
    }),
  ),
  ...['é)', 'a>\\', 'a,b=', ' '].map((selector) =>
    get(`by the label ${selector}`, `${maps}?labelSelector=${encodeURIComponent(selector)}&limit=1`, {
      counts: 'status',
    }),
  ),
];

export const patched: Group = { name: 'patched', rows: [...directives, ...operations, ...versions, ...selections] };
