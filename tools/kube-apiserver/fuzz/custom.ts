/** Custom resources of fixed definitions, in two versions, whose objects are bent by their schemas and written in every way. */
import type { Random } from '@pintle/machinery';
import { del, get, post, type Row } from '../compare/row.js';
import { bentFreely, queryOf, someOf, type Words, withQuery } from './bend-freely.js';
import type { Area } from './probe.js';
import { selectors } from './reading-case.js';
import { chance, type Json, pick } from './values.js';

const group = 'fuzz.example.com';
const preserve = { 'x-kubernetes-preserve-unknown-fields': true };

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    small: { type: 'integer', format: 'int32' },
    color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    word: { type: 'string', pattern: '^[a-z]+$', maxLength: 5, minLength: 1 },
    ratio: { type: 'number', multipleOf: 0.5, exclusiveMinimum: true, minimum: 0 },
    port: { 'x-kubernetes-int-or-string': true },
    edge: {
      ...{ 'x-kubernetes-int-or-string': true, minimum: 3, pattern: '^a' },
      anyOf: [{ type: 'integer' }, { type: 'string' }],
    },
    flag: { type: 'boolean', default: true },
    replicas: { type: 'integer', default: 1 },
    list: {
      ...{ type: 'array', maxItems: 3, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key', 'kind'] },
      items: {
        type: 'object',
        required: ['key'],
        properties: {
          key: { type: 'string' },
          kind: { type: 'string', default: 'a' },
          value: { type: 'string', default: 'v' },
        },
      },
    },
    set: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 9 }, 'x-kubernetes-list-type': 'set' },
    atoms: { type: 'array', items: { type: 'integer' }, uniqueItems: false },
    atomic: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
    map: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, maxProperties: 2 },
    free: { type: 'object', ...preserve },
    half: { type: 'object', ...preserve, properties: { known: { type: 'integer', default: 3 } } },
    nothing: { type: 'string', nullable: true },
    nothingElse: { type: 'string', nullable: true, default: 'x' },
    when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    host: { type: 'string', format: 'ipv4' },
    bytes: { type: 'string', format: 'byte' },
    pod: {
      ...{ type: 'object', 'x-kubernetes-embedded-resource': true, ...preserve },
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } },
    },
    inner: {
      type: 'object',
      default: {},
      properties: {
        deep: {
          type: 'object',
          default: { a: 1 },
          properties: { a: { type: 'integer' }, b: { type: 'integer', default: 2 } },
        },
      },
    },
    either: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is fixed' }] },
  },
  'x-kubernetes-validations': [
    {
      rule: "self.size < 9 || self.color == 'green'",
      message: 'large ones are green',
      reason: 'FieldValueForbidden',
      fieldPath: '.color',
    },
    { rule: 'self.size >= oldSelf.size', message: 'it shrinks' },
    { rule: '!has(self.set) || self.set.all(s, s.size() < 6)' },
  ],
};
const schema = {
  openAPIV3Schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 20 } } },
      spec,
      status: {
        type: 'object',
        properties: {
          replicas: { type: 'integer' },
          selector: { type: 'string' },
          phase: { type: 'string', enum: ['A', 'B'] },
        },
      },
    },
  },
};

const columns = [
  { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
  { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
  { name: 'When', type: 'date', jsonPath: '.spec.when' },
  { name: 'List', type: 'string', jsonPath: '.spec.list[*].key' },
];
const version = (name: string, storage: boolean) => ({
  ...{ name, served: true, storage, schema, additionalPrinterColumns: columns },
  selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.size' }, { jsonPath: '.spec.flag' }],
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
});

const definition = (plural: string, kind: string, more: object) => ({
  ...{
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
  },
  spec: { group, scope: 'Namespaced', names: { plural, kind }, ...more },
});

const definitions = [
  definition('things', 'Thing', { versions: [version('v1', true), version('v2', false)] }),
  // Without parts, and of any form below its spec.
  definition('frees', 'Free', {
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', ...preserve }, count: { type: 'integer' } },
          },
        },
      },
    ],
  }),
];

const things = `/apis/${group}/v1/namespaces/NS/things`;
const pathOf = (random: Random) => (chance(random, 0.25) ? things.replace('/v1/', '/v2/') : things);

const words: Words = {
  size: [1, 5, 9, 10, 11, 0, '3', 1.5, 3, -1],
  small: [1, 2_147_483_648, -1, 1.5],
  color: ['red', 'green', 'blue', ''],
  word: ['abc', 'ABC', 'abcdef', ''],
  ratio: [0.5, 1, 1.25, 0, -0.5, '1'],
  port: [80, 'http', 1.5, true, ''],
  edge: [3, 2, 'abc', 'b', 1.5],
  replicas: [0, 1, 3, -1, 'x'],
  set: [['a'], ['a', 'a'], ['a', 'toolong'], [1], []],
  atoms: [[1, 1], [1, 'a'], []],
  map: [{ a: 1 }, { a: -1 }, { a: 1, b: 2, c: 3 }, { a: 'x' }],
  free: [{ a: { b: [1, null] } }, {}, { 'a b': null }],
  half: [{ known: 1, other: 'x' }, { known: 'x' }, {}],
  nothing: [null, 'a', 3],
  nothingElse: [null, 'a', 3],
  when: ['2026-01-01T00:00:00Z', 'yesterday', '2026-01-01'],
  day: ['2026-01-01', '2026-13-01'],
  host: ['192.0.2.1', '010.0.0.1', 'x', '::1'],
  bytes: ['AAEC', 'no base64', ''],
  pod: [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' }, other: 1 }, spec: { x: 1 } },
    { kind: 'Pod' },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'A b' } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'c' }, creationTimestamp: 'x' } },
    {},
  ],
  inner: [{}, { deep: {} }, { deep: { a: 2 } }, { deep: null }],
  either: [{ a: 'x' }, { a: 'x', b: 'y' }, {}],
  fixed: ['a', 'b'],
  list: [
    [{ key: 'a' }, { key: 'a' }],
    [{ key: 'a' }, { key: 'a', kind: 'b' }],
    [{ value: 'x' }],
    [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }],
  ],
  phase: ['A', 'C'],
  selector: ['a=b', 'a in ('],
  name: ['x-ID', 'other', '', 'A b', 'x-ID-which-is-quite-long-for-it'],
  namespace: ['NS', 'other', ''],
  labels: [{ a: 'b' }, { 'a b': 'c' }, { a: 7 }],
  annotations: [{ a: 'b' }, { a: 7 }],
  finalizers: [['example.com/a'], ['a b'], ['x']],
  ownerReferences: [[{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }], [{}]],
  resourceVersion: ['{o.metadata.resourceVersion}', '1', '', 'x'],
  apiVersion: [`${group}/v1`, `${group}/v2`, `${group}/v3`, 'v1', ''],
  kind: ['Thing', 'Free', ''],
};

const optional = Object.keys(spec.properties).filter((name) => name !== 'size');

function objectOf(random: Random, path: string): Json {
  const names = Array.from({ length: pick(random, [0, 1, 2, 3]) }, () => pick(random, optional));
  const fields = Object.fromEntries(
    names.flatMap((name) => (words[name] === undefined ? [] : [[name, words[name]![0]!]])),
  );
  return {
    ...{ apiVersion: path.split('/').slice(2, 4).join('/'), kind: 'Thing', metadata: { name: 'x-ID' } },
    spec: { size: 3, ...fields },
  };
}

const queries: Words = {
  fieldValidation: ['Strict', 'Strict', 'Warn', 'Ignore'],
  dryRun: ['All'],
  fieldManager: ['me', 'you'],
};

const contentTypes: Readonly<Record<string, string>> = {
  merge: 'application/merge-patch+json',
  jsonPatch: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

const operationsOf = (random: Random): Json => {
  const name = pick(random, optional);
  const value = pick(random, words[name] ?? [1]);
  return [
    pick<Json>(random, [
      { op: 'add', path: `/spec/${name}`, value },
      { op: 'replace', path: `/spec/${name}`, value },
      { op: 'remove', path: `/spec/${name}` },
      { op: 'test', path: '/spec/size', value: 3 },
      { op: 'add', path: '/spec/list/-', value: { key: 'z' } },
      { op: 'copy', from: '/spec/size', path: '/spec/small' },
    ]),
  ];
};

function writing(random: Random): Row {
  const path = pathOf(random);
  const verb = pick(random, [
    'create',
    'update',
    'update',
    'merge',
    'merge',
    'jsonPatch',
    'apply',
    'apply',
    'strategic',
  ]);
  const drawn = verb === 'create' ? '' : pick(random, ['', '', '', '/status', '/scale']);
  // What kube-apiserver cannot do (`compare/known.ts`) leaves another object than what is done here.
  const part = verb === 'apply' && drawn === '/scale' ? '' : drawn;
  const query = { ...(verb === 'apply' ? { fieldManager: 'me' } : {}), ...someOf(random, queries, 2) };
  if (verb === 'apply' && chance(random, 0.4)) Object.assign(query, { force: 'true' });
  let body = bentFreely(random, objectOf(random, path), words);
  if (part === '/scale')
    body = bentFreely(
      random,
      { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'x-ID' }, spec: { replicas: 3 } },
      words,
    );
  else if (part === '/status' && chance(random, 0.8))
    body = { ...(body as object), status: bentFreely(random, { replicas: 3, selector: 'a=b', phase: 'A' }, words) };
  if (verb === 'update' && chance(random, 0.8)) {
    const { metadata } = body as { metadata?: Json };
    const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
    body = {
      ...(body as object),
      ...(isObject ? { metadata: { resourceVersion: '{o.metadata.resourceVersion}', ...(metadata as object) } } : {}),
    };
  }
  if (verb === 'merge' && chance(random, 0.5)) body = { spec: bentFreely(random, someOf(random, words, 3), words) };
  if (verb === 'jsonPatch') body = operationsOf(random);
  return {
    ...{ name: `${verb}${part}`, method: verb === 'create' ? 'POST' : verb === 'update' ? 'PUT' : 'PATCH' },
    ...{ path: withQuery(`${path}${verb === 'create' ? '' : `/x-ID${part}`}`, queryOf(query)), body },
    ...(contentTypes[verb] === undefined ? {} : { contentType: contentTypes[verb]! }),
  };
}

const forms = [
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json',
];
const fields = [
  'spec.color=red',
  'spec.color!=red',
  'spec.size=3',
  'spec.flag=true',
  'spec.word=a',
  'metadata.name=x-ID',
  'status.phase=A',
];

function reading(random: Random): Row {
  const path = pathOf(random);
  const draw = random.next();
  const headers = { accept: pick(random, forms) };
  if (draw < 0.5) return get('get', `${path}/x-ID${pick(random, ['', '', '/status', '/scale'])}`, { headers });
  const selector = `labelSelector=case%3DID${chance(random, 0.2) ? `%2C${encodeURIComponent(pick(random, selectors))}` : ''}`;
  const field = chance(random, 0.6) ? `&fieldSelector=${encodeURIComponent(pick(random, fields))}` : '';
  return get('list', `${path}?${selector}${field}`, { headers: { accept: pick(random, [forms[0]!, forms[2]!]) } });
}

function ofThings(random: Random): readonly Row[] {
  const path = pathOf(random);
  const object = objectOf(random, path) as { readonly metadata: object };
  const labelled = { ...object, metadata: { ...object.metadata, labels: { case: 'ID' } } };
  const first = chance(random, 0.75) ? [post('made', path, labelled, { save: 'o' })] : [];
  const steps = Array.from({ length: pick(random, [1, 2, 2, 3]) }, () =>
    chance(random, 0.75) ? writing(random) : reading(random),
  );
  return [...first, ...steps, get('what is left', `${pathOf(random)}/x-ID`), del('gone', `${things}/x-ID`)];
}

const freeWords: Words = {
  spec: [{ a: 1 }, { a: null, b: [null, { c: null }] }, [], null, 'x'],
  count: [1, 'x', 1.5, null, 9_007_199_254_740_991],
  metadata: [{ name: 'x-ID' }, {}, { name: 'x-ID', labels: { a: null } }],
};

const ofFrees = (random: Random): readonly Row[] => {
  const path = things.replace('things', 'frees');
  const body = { apiVersion: `${group}/v1`, kind: 'Free', metadata: { name: 'x-ID' }, spec: { a: { b: 1 } }, count: 1 };
  const query = queryOf(someOf(random, queries, 2));
  const change = bentFreely(random, body, freeWords);
  return [
    post('made', withQuery(path, query), bentFreely(random, body, freeWords), { save: 'o' }),
    {
      ...{ name: 'apply', method: 'PATCH', path: `${path}/x-ID?fieldManager=me&force=true`, body: change },
      contentType: contentTypes['apply']!,
    },
    { name: 'merge', method: 'PATCH', path: `${path}/x-ID`, body: change, contentType: contentTypes['merge']! },
    get('what is left', `${path}/x-ID`),
    get('its status', `${path}/x-ID/status`),
  ];
};

export const custom: Area = {
  name: 'custom',
  opening: [
    ...definitions.map((each) =>
      post(each.spec.names.plural, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', each),
    ),
    ...[things, things.replace('/v1/', '/v2/'), things.replace('things', 'frees')].map((path) => get('served', path)),
  ],
  probe: (random) => (chance(random, 0.85) ? ofThings(random) : ofFrees(random)),
};
