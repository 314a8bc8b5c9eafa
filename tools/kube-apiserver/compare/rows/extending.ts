/** Custom kinds further: what is pruned, filled in and refused by each word of a schema; versions, conversion, scopes, and the kinds’ end. */
import {
  apply,
  del,
  type Group,
  get,
  jsonPatch,
  merge,
  metadataOnly,
  post,
  put,
  type Row,
  strategic,
  table,
  watch,
} from '../row.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const of = (plural: string) => `/apis/ext.NS.example.com/v1/namespaces/NS/${plural}`;
const definition = (plural: string, kind: string, spec: object, versions: readonly object[]) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: `${plural}.ext.NS.example.com` },
  spec: { group: 'ext.NS.example.com', scope: 'Namespaced', names: { plural, kind }, versions, ...spec },
});
const version = (name: string, properties: object, more: object = {}) => ({
  ...{ name, served: true, storage: name === 'v1' },
  schema: { openAPIV3Schema: { type: 'object', properties } },
  ...more,
});
const object = (kind: string, name: string, more: object = {}, apiVersion = 'ext.NS.example.com/v1') => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...more,
});

/** kube-apiserver serves a new kind a while after it is defined. */
const settling = (name: string): Row =>
  get(name, '/api/v1/namespaces/NS/configmaps?watch=true', { stream: { lines: 99, waitMs: 3_000 }, counts: 'status' });

const words = {
  spec: {
    type: 'object',
    properties: {
      ...{ int: { type: 'integer', format: 'int32' }, long: { type: 'integer', format: 'int64' } },
      ...{ number: { type: 'number', exclusiveMinimum: true, minimum: 0 }, flag: { type: 'boolean' } },
      ...{ text: { type: 'string', minLength: 2, maxLength: 4 }, many: { type: 'array', items: { type: 'string' } } },
      unique: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      few: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'integer' } },
      map: { type: 'object', additionalProperties: { type: 'integer' }, maxProperties: 2 },
      nested: {
        type: 'object',
        default: {},
        properties: {
          a: { type: 'string', default: 'x' },
          b: { type: 'object', properties: { c: { type: 'integer' } } },
        },
      },
      nothing: { type: 'string', nullable: true, default: 'd' },
      either: { 'x-kubernetes-int-or-string': true },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      raw: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
      template: {
        ...{ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      },
      one: {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        oneOf: [{ required: ['a'] }, { required: ['b'] }],
      },
      ...{ date: { type: 'string', format: 'date' }, duration: { type: 'string', format: 'duration' } },
      ...{ ip: { type: 'string', format: 'ipv4' }, email: { type: 'string', format: 'email' } },
      ...{
        uuid: { type: 'string', format: 'uuid' },
        uri: { type: 'string', format: 'uri' },
        byte: { type: 'string', format: 'byte' },
      },
      atomic: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
      },
    },
  },
};

const cases: readonly (readonly [name: string, spec: unknown])[] = [
  ...([
    ['empty', {}],
    ['an integer with a fraction', { int: 1.5 }],
    ['an integer of zero fraction', { int: 1.0 }],
    ['an integer too large', { int: 3_000_000_000 }],
    ['text for an integer', { int: '1' }],
    ['a number at its bound', { number: 0 }],
    ['a flag that is text', { flag: 'true' }],
    ['text too short', { text: 'a' }],
    ['text too long', { text: 'abcde' }],
    ['text of wide letters', { text: '\u{1F600}\u{1F600}' }],
    ['a list of mixed things', { many: ['a', 1, null] }],
    ['a set with a double', { unique: ['a', 'a'] }],
    ['a list too short', { few: [] }],
    ['a list too long', { few: [1, 2, 3] }],
    ['a map too large', { map: { a: 1, b: 2, c: 3 } }],
    ['a map of text', { map: { a: 'x' } }],
    ['unknown fields', { nope: 1, nested: { nope: 2, b: { nope: 3 } } }],
    ['null for what has a default', { nested: null, nothing: null }],
    ['null for what is no null', { text: null }],
    ['either of two', { either: 'a' }],
    ['either, as a number', { either: 5 }],
    ['neither', { either: 1.5 }],
    ['anything', { any: [1, { a: null }] }],
    ['raw with a wrong known field', { raw: { known: 'x', other: 1 } }],
    ['a template', { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { x: 1 } } }],
    ['a template without a kind', { template: { apiVersion: 'v1' } }],
    [
      'a template with bad metadata',
      { template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'c' } } } },
    ],
    ['a template with unknown metadata', { template: { apiVersion: 'v1', kind: 'Pod', metadata: { nope: 1 } } }],
    ['both of one', { one: { a: 'x', b: 'y' } }],
    ['none of one', { one: {} }],
    ['bad formats', { date: 'x', duration: 'x', ip: 'x', email: 'x', uuid: 'x', uri: '::' }],
    ['bytes that are none', { byte: '!' }],
    ['good formats', { date: '2026-01-02', duration: '1h', ip: '192.0.2.1', email: 'a@example.com', byte: 'YQ==' }],
  ] as const),
  ['a list', []],
  ['text', 'x'],
  ['null', null],
];

const schemas: readonly Row[] = [
  post('words', definitions, definition('words', 'Word', {}, [version('v1', words)])),
  settling('words are served'),
  ...cases.flatMap(([name, spec], index) => [
    post(`made of ${name}`, of('words'), object('Word', `w-${index}`, { spec })),
    post(
      `strictly of ${name}`,
      `${of('words')}?fieldValidation=Strict&dryRun=All`,
      object('Word', `s-${index}`, { spec }),
    ),
  ]),
  get('as table', of('words'), { headers: table }),
  merge('a field removed', `${of('words')}/w-0`, { spec: { nested: { a: null } } }),
  merge('with nulls', `${of('words')}/w-0`, { spec: { any: { a: null, b: [null] } } }),
  jsonPatch('add to a list', `${of('words')}/w-0`, [{ op: 'add', path: '/spec/many', value: ['x'] }]),
  strategic('strategically', `${of('words')}/w-0`, { spec: {} }),
  apply(
    'an atomic map',
    `${of('words')}/w-0?fieldManager=one`,
    object('Word', 'w-0', { spec: { atomic: { a: '1' } } }),
  ),
  apply('of another', `${of('words')}/w-0?fieldManager=two`, object('Word', 'w-0', { spec: { atomic: { b: '1' } } })),
  apply('a set', `${of('words')}/w-0?fieldManager=one`, object('Word', 'w-0', { spec: { unique: ['a', 'b'] } })),
  apply('more of it', `${of('words')}/w-0?fieldManager=two`, object('Word', 'w-0', { spec: { unique: ['b', 'c'] } })),
  apply('less of it', `${of('words')}/w-0?fieldManager=one`, object('Word', 'w-0', { spec: { unique: ['a'] } })),
  apply('unknown fields', `${of('words')}/w-0?fieldManager=one`, object('Word', 'w-0', { spec: { nope: 1 } })),
  apply('wrong types', `${of('words')}/w-0?fieldManager=one`, object('Word', 'w-0', { spec: { int: 'x' } })),
  apply('a new one', `${of('words')}/applied?fieldManager=one`, object('Word', 'applied', { spec: { int: 1 } })),
  get('as it is', `${of('words')}/w-0`),
  get('its metadata', `${of('words')}/w-0`, { headers: metadataOnly }),
  get('no status', `${of('words')}/w-0/status`),
  get('no scale', `${of('words')}/w-0/scale`),
  put('without a version', `${of('words')}/w-0`, object('Word', 'w-0', { spec: {} })),
  put('of nothing that is', `${of('words')}/absent`, object('Word', 'absent', { spec: {} })),
  post('of another kind', of('words'), object('Sentence', 'x')),
  post('of another group', of('words'), object('Word', 'x', {}, 'example.org/v1')),
  post('with a bad name', of('words'), object('Word', 'Not A Name')),
  post('with a name made up', of('words'), { ...object('Word', ''), metadata: { generateName: 'made-' } }),
  get('as protobuf', of('words'), { headers: { accept: 'application/vnd.kubernetes.protobuf' } }),
  get('as yaml', `${of('words')}/w-0`, { headers: { accept: 'application/yaml' }, counts: 'status' }),
  get('by an unknown field', `${of('words')}?fieldSelector=spec.int%3D1`),
  get('by name', `${of('words')}?fieldSelector=metadata.name%3Dw-0`),
  del('delete by another uid', `${of('words')}/w-0`, { preconditions: { uid: 'x' } }),
  del('delete', `${of('words')}/w-0`),
  del('delete again', `${of('words')}/w-0`),
];

const rules = {
  spec: {
    type: 'object',
    properties: {
      ...{
        min: { type: 'integer' },
        max: { type: 'integer' },
        names: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 9 } },
      },
      kept: { type: 'string', maxLength: 20, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
      amount: {
        type: 'string',
        maxLength: 20,
        'x-kubernetes-validations': [{ rule: 'isQuantity(self)', message: 'no amount' }],
      },
      told: {
        type: 'integer',
        'x-kubernetes-validations': [
          { rule: 'self < 5', messageExpression: '"it is " + string(self)', reason: 'FieldValueForbidden' },
        ],
      },
      optional: {
        type: 'string',
        maxLength: 20,
        'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true }],
      },
    },
    'x-kubernetes-validations': [
      {
        rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
        message: 'min is above max',
        fieldPath: '.min',
      },
      {
        rule: '!has(self.names) || self.names.all(n, n.startsWith("a"))',
        messageExpression: '"names: " + self.names.join(",")',
      },
      { rule: 'has(oldSelf.kept) == has(self.kept)', message: 'kept comes and goes' },
    ],
  },
};

const judged: readonly Row[] = [
  post('rules', definitions, definition('laws', 'Law', {}, [version('v1', rules)])),
  settling('rules are served'),
  post('lawful', of('laws'), object('Law', 'a', { spec: { min: 1, max: 2, names: ['ab'], kept: 'x', amount: '1Gi' } })),
  post('min above max', of('laws'), object('Law', 'b', { spec: { min: 3, max: 2 } })),
  post('a bad name', of('laws'), object('Law', 'b', { spec: { names: ['ab', 'b'] } })),
  post('no amount', of('laws'), object('Law', 'b', { spec: { amount: 'x' } })),
  post('told', of('laws'), object('Law', 'b', { spec: { told: 7 } })),
  post('several', of('laws'), object('Law', 'b', { spec: { told: 7, amount: 'x', min: 2, max: 1 } })),
  post('first', of('laws'), object('Law', 'b', { spec: { optional: 'second' } })),
  merge('kept changes', `${of('laws')}/a`, { spec: { kept: 'y' } }),
  merge('kept goes', `${of('laws')}/a`, { spec: { kept: null } }),
  merge('nothing changes', `${of('laws')}/a`, { metadata: { labels: { a: 'b' } } }),
  ...(
    [
      ['self.nope', 'self.nope == 1'],
      ['no bool', '1'],
      ['a syntax error', 'self ==='],
      ['too much', 'self.names.all(a, self.names.all(b, self.names.all(c, self.names.all(d, a == d))))'],
      ['empty', ''],
      ['lines', 'self.min == 1\n'],
    ] as const
  ).map(([name, rule]) =>
    post(`a rule of ${name}`, `${definitions}?dryRun=All`, {
      ...definition('bads', 'Bad', {}, [
        version('v1', {
          spec: {
            type: 'object',
            properties: { min: { type: 'integer' }, names: { type: 'array', items: { type: 'string' } } },
            'x-kubernetes-validations': [{ rule }],
          },
        }),
      ]),
    }),
  ),
];

const two = [
  version('v1', { spec: { type: 'object', properties: { a: { type: 'string' } } } }, { deprecated: true }),
  version(
    'v2',
    { spec: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string', default: 'two' } } } },
    { deprecated: true, deprecationWarning: 'use v3' },
  ),
];
const v2 = '/apis/ext.NS.example.com/v2/namespaces/NS/twins';

const versions: readonly Row[] = [
  post('two versions', definitions, definition('twins', 'Twin', {}, two)),
  settling('both are served'),
  post('in the one', of('twins'), object('Twin', 'a', { spec: { a: '1', b: '2' } })),
  get('in the other', `${v2}/a`),
  post('in the other, too', v2, object('Twin', 'b', { spec: { a: '1', b: '2' } }, 'ext.NS.example.com/v2')),
  get('back in the one', `${of('twins')}/b`),
  get('the list of the one', of('twins')),
  get('the list of the other', v2),
  put('put by the other', `${v2}/b`, object('Twin', 'b', { spec: { a: '2' } }, 'ext.NS.example.com/v2')),
  merge('patched by the other', `${v2}/b`, { spec: { b: '3' } }),
  apply('applied by the one', `${of('twins')}/b?fieldManager=one`, object('Twin', 'b', { spec: { a: '9' } })),
  apply('applied by the other', `${v2}/b?fieldManager=two`, {
    ...object('Twin', 'b', { spec: { b: '9' } }, 'ext.NS.example.com/v2'),
  }),
  get('who owns it', `${v2}/b`),
  watch('the one is watched', `${of('twins')}?resourceVersion=0`, 2),
  merge('the other is stored', `${definitions}/twins.ext.NS.example.com`, {
    spec: {
      versions: [
        { ...two[0], storage: false },
        { ...two[1], storage: true },
      ],
    },
  }),
  get('what is stored', `${definitions}/twins.ext.NS.example.com`, { counts: 'status' }),
  merge('the one is not served', `${definitions}/twins.ext.NS.example.com`, {
    spec: {
      versions: [
        { ...two[0], storage: false, served: false },
        { ...two[1], storage: true },
      ],
    },
  }),
  settling('that is heard of'),
  get('the one is gone', `${of('twins')}/b`),
  merge('the one is not known', `${definitions}/twins.ext.NS.example.com`, {
    spec: { versions: [{ ...two[1], storage: true }] },
  }),
  merge('the stored versions are told', `${definitions}/twins.ext.NS.example.com/status`, {
    status: { storedVersions: ['v2'] },
  }),
  merge('another scope', `${definitions}/twins.ext.NS.example.com`, { spec: { scope: 'Cluster' } }),
  merge('another plural', `${definitions}/twins.ext.NS.example.com`, { spec: { names: { plural: 'others' } } }),
  post('a cluster’s', definitions, definition('skies', 'Sky', { scope: 'Cluster' }, [version('v1', {})])),
  settling('it is served'),
  post('one of a cluster', '/apis/ext.NS.example.com/v1/skies', object('Sky', 'blue')),
  post('one in a namespace', of('skies'), object('Sky', 'blue')),
  post('one with a namespace', '/apis/ext.NS.example.com/v1/skies', {
    ...object('Sky', 'grey'),
    metadata: { name: 'grey', namespace: 'NS' },
  }),
  settling('all is told'),
  get('the group', '/apis/ext.NS.example.com'),
  get('the version', '/apis/ext.NS.example.com/v1'),
  get('an unknown kind', of('nopes')),
  get('an unknown version', '/apis/ext.NS.example.com/v9/skies'),
  ...['words', 'laws', 'twins', 'skies'].map((plural) =>
    del(`the end of ${plural}`, `${definitions}/${plural}.ext.NS.example.com`, undefined, { counts: 'status' }),
  ),
];

export const extending: Group = { name: 'extending', rows: [...schemas, ...judged, ...versions] };
