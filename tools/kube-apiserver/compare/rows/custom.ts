/** Definitions and their objects: schemas, rules, defaults, versions, columns, selectable fields, scale; apply and lists. */
import { apply, del, type Group, get, jsonPatch, merge, post, put, type Row, strategic, table, watch } from '../row.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = '/apis/NS.example.com/v1/namespaces/NS/things';
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        ratio: { type: 'number', multipleOf: 0.5 },
        port: { 'x-kubernetes-int-or-string': true },
        list: {
          type: 'array',
          maxItems: 3,
          items: {
            type: 'object',
            required: ['key'],
            properties: { key: { type: 'string' }, value: { type: 'string' } },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['key'],
        },
        set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        nothing: { type: 'string', nullable: true },
        replicas: { type: 'integer' },
        fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is fixed' }] },
        when: { type: 'string', format: 'date-time' },
      },
      'x-kubernetes-validations': [
        {
          rule: "self.size < 9 || self.color == 'green'",
          message: 'large ones are green',
          reason: 'FieldValueForbidden',
          fieldPath: '.color',
        },
        { rule: 'self.size >= oldSelf.size', message: 'it shrinks' },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
};
const parts = {
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'how large' },
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: [{ jsonPath: '.spec.color' }],
};
const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: { openAPIV3Schema: schema },
  ...more,
});
const definition = (
  plural: string,
  kind: string,
  spec: object = {},
  versions: readonly object[] = [version('v1')],
) => ({
  ...{
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.NS.example.com` },
  },
  spec: { group: 'NS.example.com', scope: 'Namespaced', names: { plural, kind }, versions, ...spec },
});
const thing = (name: string, spec: object = {}, rest: object = {}) => ({
  apiVersion: 'NS.example.com/v1',
  kind: 'Thing',
  metadata: { name },
  spec: { size: 1, ...spec },
  ...rest,
});
const time = (name: string): Row => ({
  name,
  method: 'GET',
  path: '/api/v1/namespaces/NS/configmaps?watch=true',
  stream: { lines: 99, waitMs: 1_500 },
  counts: 'status',
});

const badDefinitions: readonly (readonly [string, object])[] = [
  ['no schema', definition('bads', 'Bad', {}, [{ name: 'v1', served: true, storage: true }])],
  ['no storage', definition('bads', 'Bad', {}, [version('v1', { storage: false })])],
  ['two storages', definition('bads', 'Bad', {}, [version('v1'), version('v2', { storage: true })])],
  ['a bad name', { ...definition('bads', 'Bad'), metadata: { name: 'other.example.com' } }],
  ['a bad version', definition('bads', 'Bad', {}, [version('V1', { storage: true })])],
  ['a protected group', { ...definition('bads', 'Bad', { group: 'x.k8s.io' }), metadata: { name: 'bads.x.k8s.io' } }],
  ['a bad scope', definition('bads', 'Bad', { scope: 'Everywhere' })],
  ['a schema of no type', definition('bads', 'Bad', {}, [version('v1', { schema: { openAPIV3Schema: {} } })])],
  [
    'a schema of a bad type',
    definition('bads', 'Bad', {}, [version('v1', { schema: { openAPIV3Schema: { type: 'thing' } } })]),
  ],
  [
    'a schema with $ref',
    definition('bads', 'Bad', {}, [
      version('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { a: { $ref: '#/x' } } } } }),
    ]),
  ],
  [
    'a schema that is not structural',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: { openAPIV3Schema: { type: 'object', properties: { a: { anyOf: [{ type: 'string' }] } } } },
      }),
    ]),
  ],
  [
    'a bad default',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'integer', default: 'x' } } } },
      }),
    ]),
  ],
  [
    'a bad pattern',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'string', pattern: '(' } } } },
      }),
    ]),
  ],
  [
    'a bad rule',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-validations': [{ rule: 'self.nothing == 1' }, { rule: '' }, { rule: '1' }],
          },
        },
      }),
    ]),
  ],
  [
    'a costly rule',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              a: {
                type: 'array',
                items: { type: 'string' },
                'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x == y))' }],
              },
            },
          },
        },
      }),
    ]),
  ],
  [
    'bad columns',
    definition('bads', 'Bad', {}, [
      version('v1', { additionalPrinterColumns: [{ name: '', type: 'thing', jsonPath: 'spec' }] }),
    ]),
  ],
  [
    'bad subresources',
    definition('bads', 'Bad', {}, [
      version('v1', { subresources: { scale: { specReplicasPath: '.x', statusReplicasPath: '.status.x' } } }),
    ]),
  ],
  [
    'bad selectable fields',
    definition('bads', 'Bad', {}, [
      version('v1', { selectableFields: [{ jsonPath: '.spec.nothing' }, { jsonPath: '.metadata.name' }] }),
    ]),
  ],
  ['a bad conversion', definition('bads', 'Bad', { conversion: { strategy: 'Webhook' } })],
  [
    'bad list keys',
    definition('bads', 'Bad', {}, [
      version('v1', {
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } },
          },
        },
      }),
    ]),
  ],
];

const badThings: readonly (readonly [string, object])[] = [
  ['no spec', { apiVersion: 'NS.example.com/v1', kind: 'Thing', metadata: { name: 'bad' } }],
  ['an empty spec', { ...thing('bad'), spec: {} }],
  ['a spec that is a list', { ...thing('bad'), spec: [] }],
  ['too small', thing('bad', { size: 0 })],
  ['too large', thing('bad', { size: 11 })],
  ['a fraction', thing('bad', { size: 1.5 })],
  ['text for a number', thing('bad', { size: '1' })],
  ['a color that is none', thing('bad', { color: 'blue' })],
  ['a name that does not match', thing('bad', { name: 'ABCDEFG' })],
  ['a ratio that is none', thing('bad', { ratio: 0.3 })],
  ['a port that is none', thing('bad', { port: true })],
  ['keys twice', thing('bad', { list: [{ key: 'a' }, { key: 'a' }] })],
  ['a key that is missing', thing('bad', { list: [{ value: 'a' }] })],
  ['too many', thing('bad', { list: ['a', 'b', 'c', 'd'].map((key) => ({ key })) })],
  ['a set that is none', thing('bad', { set: ['a', 'a'] })],
  ['large and red', thing('bad', { size: 9 })],
  ['no time', thing('bad', { when: 'yesterday' })],
  ['null', thing('bad', { color: null, nothing: null, name: null })],
  ['all at once', thing('bad', { size: 99, color: 'blue', name: 'ABCDEFG', ratio: 0.3, set: ['a', 'a'] })],
];

const text = { type: 'string' };
const open = { 'x-kubernetes-preserve-unknown-fields': true };
/** Of places that OpenAPI v2 tells otherwise than v3. */
const toldLess = {
  type: 'object',
  required: ['maybe', 'sure'],
  properties: {
    maybe: { ...text, nullable: true },
    sure: text,
    part: { type: 'object', nullable: true, required: ['a'], properties: { a: text } },
    list: { type: 'array', nullable: true, items: text },
    free: { type: 'object', ...open, required: ['a'], properties: { a: text } },
    any: open,
    anyTitled: { ...open, title: 'any', description: 'd', default: { a: 1 }, properties: { a: { type: 'integer' } } },
    anyMap: { type: 'object', additionalProperties: open },
    openMap: { type: 'object', additionalProperties: true },
    anyList: { type: 'array', items: open, default: [] },
    bare: { 'x-kubernetes-int-or-string': true, pattern: '^1', example: 1 },
    frees: { type: 'array', items: { type: 'object', ...open } },
    number: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    either: { ...text, oneOf: [{ enum: ['a'] }, { pattern: 'b' }], not: { maxLength: 0 } },
    map: { type: 'object', additionalProperties: { ...text, nullable: true } },
    template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: text } },
    freeTemplate: { type: 'object', 'x-kubernetes-embedded-resource': true, ...open },
    withDefault: { ...text, default: 'a' },
  },
};

export const custom: Group = {
  name: 'custom',
  rows: [
    ...badDefinitions.map(([name, body]) => post(name, definitions, body)),
    post(
      'a definition',
      definitions,
      definition(
        'things',
        'Thing',
        { names: { plural: 'things', kind: 'Thing', shortNames: ['th'], categories: ['all'] } },
        [
          version('v1', parts),
          version('v2', { ...parts, deprecated: true, deprecationWarning: 'v2 is old' }),
          version('v3', { ...parts, served: false }),
        ],
      ),
    ),
    time('it is established'),
    get('the definition', `${definitions}/things.NS.example.com`),
    get('the definition as table', `${definitions}/things.NS.example.com`, { headers: table }),
    get('its discovery', '/apis/NS.example.com/v1'),
    get('its group', '/apis/NS.example.com'),
    get('its OpenAPI', '/openapi/v3/apis/NS.example.com/v1', { counts: 'shape' }),
    get('its OpenAPI v2', '/openapi/v2', { counts: 'shape', at: 'definitions/com.example.NS.v1.Thing' }),
    post(
      'a definition of anything',
      definitions,
      definition('anythings', 'Anything', { names: { plural: 'anythings', kind: 'Anything' } }, [
        version('v1', {
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        }),
      ]),
    ),
    post(
      'a definition that v2 tells less of',
      definitions,
      definition('olds', 'Old', { names: { plural: 'olds', kind: 'Old' } }, [
        version('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { spec: toldLess } } } }),
      ]),
    ),
    time('they are served'),
    ...['Anything', 'AnythingList', 'Old'].map((kind) =>
      get(`OpenAPI v2 of ${kind}`, '/openapi/v2', { counts: 'shape', at: `definitions/com.example.NS.v1.${kind}` }),
    ),
    get('OpenAPI v3 of Old', '/openapi/v3/apis/NS.example.com/v1', {
      counts: 'shape',
      at: 'components/schemas/com.example.NS.v1.Old/properties/spec',
    }),
    ...badThings.map(([name, body]) => post(name, things, body)),
    post(
      'a thing',
      things,
      thing('a', {
        replicas: 2,
        list: [{ key: 'x', value: '1' }],
        set: ['s'],
        free: { any: { thing: [1, 'x', null] } },
        fixed: 'f',
        port: 'http',
      }),
      { save: 'a' },
    ),
    post('with unknown fields', things, thing('b', { nonsense: 1 }, { more: 1 })),
    post('with unknown fields, strictly', `${things}?fieldValidation=Strict`, thing('c', { nonsense: 1 }, { more: 1 })),
    post('with a status', things, thing('d', {}, { status: { replicas: 3 } })),
    get('a', `${things}/a`),
    get('a as table', `${things}/a`, { headers: table }),
    get('all as table', things, { headers: table }),
    get('a in the old version', `/apis/NS.example.com/v2/namespaces/NS/things/a`),
    get('a in a version that is not served', `/apis/NS.example.com/v3/namespaces/NS/things/a`),
    get('red ones', `${things}?fieldSelector=spec.color%3Dred`),
    get('by what is no field', `${things}?fieldSelector=spec.size%3D1`),
    merge('larger', `${things}/a`, { spec: { size: 2 } }),
    merge('smaller', `${things}/a`, { spec: { size: 1 } }),
    merge('what is fixed', `${things}/a`, { spec: { fixed: 'g' } }),
    merge('nothing', `${things}/a`, { spec: { size: 2 } }),
    strategic('strategic', `${things}/a`, { spec: { size: 3 } }),
    jsonPatch('JSON patch', `${things}/a`, [{ op: 'add', path: '/spec/set/-', value: 't' }]),
    apply('apply', `${things}/a`, {
      apiVersion: 'NS.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { list: [{ key: 'y' }], set: ['u'] },
    }),
    apply('apply less', `${things}/a`, {
      apiVersion: 'NS.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { list: [] },
    }),
    apply('apply a conflict', `${things}/a`, {
      apiVersion: 'NS.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { size: 5 },
    }),
    apply('apply a new one', `${things}/applied`, {
      apiVersion: 'NS.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'applied' },
      spec: { size: 5 },
    }),
    apply('apply nonsense', `${things}/applied`, {
      apiVersion: 'NS.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'applied' },
      spec: { size: 5, nonsense: 1 },
    }),
    put('put without a version', `${things}/a`, thing('a', { size: 5 })),
    put('put of an old version', `${things}/a`, {
      ...thing('a', { size: 5 }),
      metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' },
    }),
    get('status', `${things}/a/status`),
    merge('a status', `${things}/a/status`, { status: { replicas: 1, selector: 'x=y' }, spec: { size: 7 } }),
    merge('a bad status', `${things}/a/status`, { status: { replicas: 'x' } }),
    get('scale', `${things}/a/scale`),
    merge('scale it', `${things}/a/scale`, { spec: { replicas: 5 } }),
    put('put a scale', `${things}/a/scale`, {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a', namespace: 'NS' },
      spec: { replicas: 6 },
    }),
    merge('scale what it has not', `${things}/a/scale`, { spec: { replicas: 5, size: 1 } }),
    strategic('scale it strategically', `${things}/a/scale`, { spec: { replicas: 5 } }),
    put('put a scale without its name', `${things}/a/scale`, {
      ...{ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 5 } },
    }),
    post('no kind', things, { metadata: { name: 'no-kind' } }),
    merge('scale it to none', `${things}/a/scale`, { spec: { replicas: 0 } }),
    get('the scale of none', `${things}/a/scale`),
    merge('scale it below zero', `${things}/a/scale`, { spec: { replicas: -1 } }),
    watch('watch from then', `${things}?resourceVersion={a.metadata.resourceVersion}`, 2),
    watch(
      'with all first',
      `${things}?sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
      5,
    ),
    del('delete one', `${things}/b`),
    del('delete all', things),
    post('a definition of the same kind', definitions, definition('thingies', 'Thing')),
    time('it is judged'),
    get('its verdict', `${definitions}/thingies.NS.example.com`),
    del('the definition', `${definitions}/things.NS.example.com`),
    time('it goes'),
    get('things without it', things),
  ],
};
