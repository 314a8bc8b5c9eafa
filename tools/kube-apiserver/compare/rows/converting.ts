/** Versions of a kind that a webhook converts, and not without loss: each verb, each patch and each part, by either version. */
import { apply, del, type Group, get, jsonPatch, merge, post, put, type Row, table, watch } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'converting.NS.example.com';
const at = (version: string, rest = '') => `/apis/${group}/${version}/namespaces/NS/gizmos${rest}`;
const [integer, text] = [{ type: 'integer' }, { type: 'string' }];

const version = (name: string, spec: Json, scale: string, more: Json = {}) => ({
  ...{ name, served: true, storage: name === 'v1' },
  subresources: {
    status: {},
    scale: { specReplicasPath: scale, statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
  },
  additionalPrinterColumns: [
    { name: 'Length', type: 'integer', jsonPath: name === 'v1' ? '.spec.size' : '.spec.width' },
  ],
  selectableFields: [{ jsonPath: name === 'v1' ? '.spec.size' : '.spec.width' }],
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', ...spec },
        status: { type: 'object', properties: { replicas: integer, selector: text, odd: { ...integer, maximum: 9 } } },
      },
    },
  },
  ...more,
});
const shared = {
  names: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
  map: { type: 'object', additionalProperties: text },
};
const v1 = version(
  'v1',
  {
    properties: {
      ...shared,
      size: { ...integer, maximum: 100 },
      old: { ...text, default: 'old' },
      replicas: { ...integer, minimum: 0 },
    },
  },
  '.spec.replicas',
);
const v2 = version(
  'v2',
  {
    properties: {
      ...shared,
      width: { ...integer, maximum: 50 },
      note: { ...text, maxLength: 9 },
      fresh: { ...text, default: 'fresh' },
      scale: { type: 'object', properties: { replicas: { ...integer, minimum: 0 } } },
    },
    'x-kubernetes-validations': [
      { rule: "!has(self.note) || self.note != 'rule'", message: 'no rule' },
      { rule: '!has(oldSelf.note) || has(self.note)', message: 'a note stays' },
    ],
  },
  '.spec.scale.replicas',
);
const gizmo = (of: string, name: string, spec: Json, more: Json = {}) => ({
  ...{ apiVersion: `${group}/${of}`, kind: 'Gizmo', metadata: { name }, spec },
  ...more,
});
const time = (name: string, waitMs = 2_500): Row =>
  get(name, '/api/v1/namespaces/NS/configmaps?watch=true', { stream: { lines: 99, waitMs }, counts: 'status' });
const both = (what: string, rest: string, more: Omit<Row, 'name' | 'method' | 'path'> = {}): readonly Row[] =>
  ['v1', 'v2'].map((of) => get(`${what}, in ${of}`, at(of, rest), more));

const creations: readonly (readonly [what: string, of: string, spec: Json])[] = [
  ['all of it', 'v2', { width: 3, names: ['a'], map: { a: 'b' }, scale: { replicas: 2 } }],
  ['all of the other', 'v1', { size: 3, names: ['a'], map: { a: 'b' }, replicas: 2, old: 'x' }],
  ['a note that is lost', 'v2', { width: 3, note: 'lost' }],
  ['a note that is kept', 'v2', { width: 3, note: 'kept!' }],
  ['a note that is too long', 'v2', { width: 3, note: 'much too long' }],
  ['a note that is against a rule', 'v2', { width: 3, note: 'rule' }],
  ['more than one version has', 'v2', { width: 70 }],
  ['more than the other has', 'v1', { size: 70 }],
  ['more than both have', 'v2', { width: 700 }],
  ['another type', 'v2', { width: 'x' }],
  ['fields of the other', 'v2', { size: 4, old: 'x' }],
  ['names twice', 'v2', { names: ['a', 'a'] }],
  ['replicas below zero', 'v2', { scale: { replicas: -1 } }],
  ['nothing', 'v2', {}],
];
const idOf = (index: number) => `g${index}`;

const changes: readonly Row[] = [
  merge('a merge', at('v2', '/g0?fieldManager=a'), { spec: { width: 4 } }),
  merge('a merge in the other', at('v1', '/g0?fieldManager=b'), { spec: { size: 5, map: { c: 'd' } } }),
  merge('a merge of what is lost', at('v2', '/g0?fieldManager=a'), { spec: { note: 'lost' } }),
  merge('the same once more', at('v2', '/g0?fieldManager=a'), { spec: { note: 'lost' } }),
  merge('a merge of what is kept', at('v2', '/g0?fieldManager=a'), { spec: { note: 'kept!' } }),
  merge('what is kept taken away', at('v2', '/g0?fieldManager=a'), { spec: { note: null } }),
  merge('a merge of nothing', at('v2', '/g0?fieldManager=a'), {}),
  merge('a merge that is too long', at('v2', '/g0'), { spec: { note: 'much too long' } }),
  merge('a merge beyond one version', at('v2', '/g0'), { spec: { width: 70 } }),
  merge('a merge beyond the other', at('v1', '/g0?dryRun=All'), { spec: { size: 70 } }),
  merge('a merge of labels', at('v2', '/g0'), { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }),
  merge('a merge that says the other version', at('v2', '/g0'), { apiVersion: `${group}/v1`, spec: { width: 6 } }),
  jsonPatch('operations', at('v2', '/g0'), [
    { op: 'test', path: '/spec/width', value: 5 },
    { op: 'replace', path: '/spec/width', value: 6 },
  ]),
  jsonPatch('operations of the other', at('v2', '/g0'), [{ op: 'test', path: '/spec/size', value: 5 }]),
  merge('unknown fields, strictly', at('v2', '/g0?fieldValidation=Strict'), { spec: { size: 6 } }),
  merge('unknown fields, warned of', at('v2', '/g0?fieldValidation=Warn'), { spec: { size: 6 } }),
  ...both('after all', '/g0'),
];

const puts: readonly Row[] = [
  get('as it is', at('v2', '/g0'), { save: 'g' }),
  put('put back', at('v2', '/g0'), '{g}'),
  put('put back in the other', at('v1', '/g0'), '{g}'),
  put('without its version', at('v2', '/g0'), gizmo('v2', 'g0', { width: 7 })),
  put('put', at('v2', '/g0?fieldManager=put'), {
    ...gizmo('v2', 'g0', { width: 7, note: 'lost', names: ['b'] }),
    metadata: { name: 'g0', resourceVersion: '{g.metadata.resourceVersion}' },
  }),
  put('put once more', at('v2', '/g0'), {
    ...gizmo('v2', 'g0', { width: 8 }),
    metadata: { name: 'g0', resourceVersion: '{g.metadata.resourceVersion}' },
  }),
  ...both('after the puts', '/g0'),
];

const applies: readonly Row[] = [
  apply(
    'applied',
    at('v2', '/applied?fieldManager=a'),
    gizmo('v2', 'applied', { width: 1, note: 'lost', names: ['a'], map: { a: '1' } }),
  ),
  apply(
    'applied by another',
    at('v1', '/applied?fieldManager=b'),
    gizmo('v1', 'applied', { old: 'b', names: ['b'], map: { b: '1' } }),
  ),
  apply('applied in conflict', at('v1', '/applied?fieldManager=b'), gizmo('v1', 'applied', { size: 2 })),
  apply(
    'applied by force',
    at('v1', '/applied?fieldManager=b&force=true'),
    gizmo('v1', 'applied', { size: 2, map: { b: '2' } }),
  ),
  apply(
    'the same again',
    at('v1', '/applied?fieldManager=b&force=true'),
    gizmo('v1', 'applied', { size: 2, map: { b: '2' } }),
  ),
  apply('the first again', at('v2', '/applied?fieldManager=a'), gizmo('v2', 'applied', { names: ['a'] })),
  apply(
    'the first in the other version',
    at('v1', '/applied?fieldManager=a'),
    gizmo('v1', 'applied', { names: ['c'] }),
  ),
  apply('what is too long', at('v2', '/applied?fieldManager=a'), gizmo('v2', 'applied', { note: 'much too long' })),
  apply('what cannot be read', at('v2', '/applied?fieldManager=a'), gizmo('v2', 'applied', { width: 'x' })),
  apply('the status', at('v2', '/applied/status?fieldManager=s'), {
    ...gizmo('v2', 'applied', {}),
    status: { replicas: 1 },
  }),
  ...both('after the applies', '/applied'),
];

const parts: readonly Row[] = [
  merge('a status', at('v2', '/g0/status'), { status: { replicas: 3, selector: 'a=b' } }),
  merge('a status in the other', at('v1', '/g0/status'), { status: { replicas: 4 } }),
  merge('a status that is none', at('v2', '/g0/status'), { status: { odd: 10 } }),
  merge('a status with more', at('v2', '/g0/status'), {
    metadata: { labels: { no: 'no' } },
    spec: { width: 9 },
    status: { odd: 1 },
  }),
  merge('a status of the other version', at('v2', '/g0/status'), { apiVersion: `${group}/v1`, status: { odd: 2 } }),
  get('the one with a status', at('v2', '/g0'), { save: 's' }),
  put('a status put', at('v2', '/g0/status'), {
    ...gizmo('v2', 'g0', { width: 99 }),
    metadata: { name: 'g0', resourceVersion: '{s.metadata.resourceVersion}' },
    status: { replicas: 5 },
  }),
  ...both('its scale', '/g0/scale'),
  merge('a scale', at('v2', '/g0/scale'), { spec: { replicas: 6 } }),
  merge('a scale in the other', at('v1', '/g0/scale'), { spec: { replicas: 7 } }),
  merge('a scale below zero', at('v2', '/g0/scale'), { spec: { replicas: -1 } }),
  ...both('its scale after', '/g0/scale'),
  ...both('after its parts', '/g0'),
];

const reads: readonly Row[] = [
  ...both('a list', ''),
  ...both('a table', '', { headers: table }),
  ...both('by a label', '?labelSelector=a%3Db'),
  get('by a field', at('v1', '?fieldSelector=spec.size%3D7')),
  get('by a field of the other', at('v2', '?fieldSelector=spec.width%3D3')),
  get('by a field that is none', at('v2', '?fieldSelector=spec.size%3D3')),
  get('a page', at('v2', '?limit=2')),
  watch('a watch', at('v2', '?resourceVersion=0'), 4),
  watch('a watch by a field', at('v2', '?fieldSelector=spec.width%3D3'), 2),
];

const hook = (of: string, policy: string, name: string) => ({
  ...{ name: `${name}.example.com`, sideEffects: 'None', admissionReviewVersions: ['v1'], matchPolicy: policy },
  rules: [{ apiGroups: [group], apiVersions: [of], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['gizmos'] }],
  objectSelector: { matchLabels: { hook: name } },
  clientConfig: { url: `{hooks.url}/${name.startsWith('told') ? 'patch-told' : 'echo'}`, caBundle: '{hooks.ca}' },
});
const hooked = (of: string, name: string, label: string, spec: Json, annotations: Json = {}) => ({
  ...gizmo(of, name, spec),
  metadata: { name, labels: { hook: label }, annotations },
});
const patch = (...operations: readonly Json[]) => ({ patch: JSON.stringify(operations) });

const hooks: readonly Row[] = [
  post('webhooks', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
    metadata: { name: 'converting.NS' },
    webhooks: [
      hook('v1', 'Equivalent', 'echo-old'),
      hook('v2', 'Equivalent', 'echo-new'),
      hook('v1', 'Exact', 'echo-exact'),
      hook('v1', 'Equivalent', 'told-old'),
      hook('v2', 'Equivalent', 'told-new'),
    ],
  }),
  time('they are heard of', 3_000),
  ...['echo-old', 'echo-new', 'echo-exact'].map((name) =>
    post(`asked: ${name}`, at('v2', '?dryRun=All'), hooked('v2', 'h', name, { width: 1, note: 'lost' })),
  ),
  post(
    'patched as the other',
    at('v2', '?dryRun=All'),
    hooked('v2', 'h', 'told-old', { width: 1, note: 'lost' }, patch({ op: 'add', path: '/spec/size', value: 9 })),
  ),
  post(
    'patched as it is',
    at('v2', '?dryRun=All'),
    hooked('v2', 'h', 'told-new', { width: 1, note: 'lost' }, patch({ op: 'add', path: '/spec/note', value: 'kept!' })),
  ),
  post(
    'patched as it is not valid',
    at('v2', '?dryRun=All'),
    hooked('v2', 'h', 'told-old', { width: 1 }, patch({ op: 'add', path: '/spec/size', value: 60 })),
  ),
  post(
    'patched as nothing',
    at('v2', '?dryRun=All'),
    hooked('v2', 'h', 'told-old', { width: 1, note: 'lost' }, patch({ op: 'test', path: '/spec/size', value: 1 })),
  ),
  del(
    'the end of the webhooks',
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/converting.NS',
    undefined,
    { counts: 'status' },
  ),
];

const ends: readonly Row[] = [
  merge('held', at('v2', '/g0'), { metadata: { finalizers: ['example.com/hold'] } }),
  del('a deletion of what is held', at('v2', '/g0')),
  ...both('it waits', '/g0'),
  merge('held no more', at('v2', '/g0'), { metadata: { finalizers: null } }),
  ...both('it is gone', '/g0'),
  del('a deletion', at('v2', '/g1')),
  del('a deletion of all', at('v2')),
  ...both('all are gone', ''),
];

export const converting: Group = {
  name: 'converting',
  rows: [
    post('a definition', definitions, {
      ...{
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `gizmos.${group}` },
      },
      spec: {
        ...{ group, scope: 'Namespaced', names: { plural: 'gizmos', kind: 'Gizmo' }, versions: [v1, v2] },
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { url: '{hooks.url}/convert-lossy', caBundle: '{hooks.ca}' },
            conversionReviewVersions: ['v1'],
          },
        },
      },
    }),
    time('it is served', 3_000),
    ...both('its storage begins', '', { until: 'items' }),
    time('it has begun', 2_000),
    ...creations.flatMap(([what, of, spec], index) => [
      post(`made: ${what}`, at(of), gizmo(of, idOf(index), spec)),
      post(`made, dry: ${what}`, at(of, '?dryRun=All'), gizmo(of, `dry-${idOf(index)}`, spec)),
      ...both(`found: ${what}`, `/${idOf(index)}`),
    ]),
    ...[changes, puts, applies, parts, reads, hooks, ends].flat(),
    del('the end of the definition', `${definitions}/gizmos.${group}`, undefined, { counts: 'status' }),
  ],
};
