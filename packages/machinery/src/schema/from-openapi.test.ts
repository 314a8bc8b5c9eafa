/** Which schemas of CustomResourceDefinitions are refused: cases of upstream's tests of structural schemas, and of its validation. */
import { describe, expect, it } from '@jest/globals';
import { formatFieldError } from '../status/status-error.js';
import { defaultErrors } from './default-errors.js';
import { schemaFromOpenApi } from './from-openapi.js';

const text = { type: 'string' };
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const faults = (schema: object) => schemaFromOpenApi(schema, 's').errors.map(formatFieldError);
const preserving = { 'x-kubernetes-preserve-unknown-fields': true };
const embedded = { 'x-kubernetes-embedded-resource': true };
const either = { 'x-kubernetes-int-or-string': true };
const intOrText = { anyOf: [{ type: 'integer' }, text] };

const forbidden = { type: 'string', additionalProperties: true, title: 'a', description: 'b', nullable: true };
const told = (at: string) => [
  `${at}.additionalProperties: Forbidden: must be undefined to be structural`,
  `${at}.description: Forbidden: must be empty to be structural`,
  `${at}.nullable: Forbidden: must be false to be structural`,
  `${at}.title: Forbidden: must be empty to be structural`,
  `${at}.type: Forbidden: must be empty to be structural`,
];
const missing = (at: string, by: string) => `s.${at}: Required value: because it is defined in s.${by}`;
const untyped = (at: string, what = 'object fields') =>
  `${at}.type: Required value: must not be empty for specified ${what}`;
const restricted =
  's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified';

describe('a schema that is not structural', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['has nothing', {}, ['s.type: Required value: must not be empty at the root']],
    ['is another type', { type: 'integer' }, ['s.type: Invalid value: "integer": must be object at the root']],
    [
      'says more than values where values are judged',
      object(
        { foo: text },
        {
          not: forbidden,
          allOf: [{ properties: { foo: forbidden } }],
          anyOf: [{ items: forbidden }],
          oneOf: [{ properties: { foo: forbidden } }],
        },
      ),
      [
        ...told('s.allOf[0].properties[foo]'),
        ...told('s.anyOf[0].items'),
        missing('items', 'anyOf[0].items'),
        ...told('s.not'),
        ...told('s.oneOf[0].properties[foo]'),
      ],
    ],
    [
      'has extensions where values are judged',
      object(
        { a: either, b: { type: 'object', ...embedded, ...preserving } },
        { not: { properties: { a: either, b: { ...embedded, ...preserving } } } },
      ),
      [
        's.not.properties[a].x-kubernetes-int-or-string: Forbidden: must be false to be structural',
        's.not.properties[b].x-kubernetes-embedded-resource: Forbidden: must be false to be structural',
        's.not.properties[b].x-kubernetes-preserve-unknown-fields: Forbidden: must be false to be structural',
      ],
    ],
    [
      'has kinds of lists and maps, defaults and rules where values are judged',
      object(
        { a: text },
        {
          allOf: [
            {
              properties: {
                a: {
                  default: 1,
                  'x-kubernetes-list-map-keys': ['k'],
                  'x-kubernetes-list-type': 'map',
                  'x-kubernetes-map-type': 'atomic',
                  'x-kubernetes-validations': [{ rule: 'true' }],
                },
              },
            },
          ],
        },
      ),
      expect.arrayContaining(
        [
          'default: Forbidden: must be undefined',
          'x-kubernetes-list-map-keys: Forbidden: must be empty',
          'x-kubernetes-list-type: Forbidden: must be undefined',
          'x-kubernetes-map-type: Forbidden: must be undefined',
          'x-kubernetes-validations: Forbidden: must be empty',
        ].map((end) => `s.allOf[0].properties[a].${end} to be structural`),
      ) as never,
    ],
    [
      'has no types',
      {
        properties: {
          foo: { properties: { a: {} } },
          bar: { items: { additionalProperties: { properties: { a: {} }, items: {} } } },
          json: { ...preserving, properties: { a: {} } },
          either: { ...either, properties: { a: {} } },
        },
      },
      [
        untyped('s.properties[bar].items.additionalProperties.items', 'array items'),
        untyped('s.properties[bar].items.additionalProperties.properties[a]'),
        untyped('s.properties[bar].items.additionalProperties'),
        untyped('s.properties[bar].items', 'array items'),
        untyped('s.properties[bar]'),
        untyped('s.properties[either].properties[a]'),
        untyped('s.properties[foo].properties[a]'),
        untyped('s.properties[foo]'),
        untyped('s.properties[json].properties[a]'),
        's.type: Required value: must not be empty at the root',
      ],
    ],
    [
      'is a map',
      { type: 'object', additionalProperties: false },
      ['s.additionalProperties: Forbidden: must not be used at the root'],
    ],
    [
      'judges what is not there',
      object(
        {
          b: object({ b: { type: 'array', items: text } }),
          c: { type: 'array', items: { type: 'object' } },
          d: { type: 'array', items: text },
        },
        {
          not: {
            properties: {
              a: {},
              b: { not: { properties: { a: {}, b: { items: {} } } } },
              c: { items: { not: { items: { properties: { a: {} } } } } },
              d: { items: {} },
            },
          },
          allOf: [{ properties: { e: {} } }],
          anyOf: [{ properties: { f: {} } }],
          oneOf: [{ properties: { g: {} } }],
        },
      ),
      [
        missing('properties[a]', 'not.properties[a]'),
        missing('properties[b].properties[a]', 'not.properties[b].not.properties[a]'),
        missing('properties[c].items.items', 'not.properties[c].items.not.items'),
        missing('properties[e]', 'allOf[0].properties[e]'),
        missing('properties[f]', 'anyOf[0].properties[f]'),
        missing('properties[g]', 'oneOf[0].properties[g]'),
      ],
    ],
    [
      'bounds metadata',
      object({ metadata: { minimum: 42 } }),
      ['s.properties[metadata].type: Invalid value: "": must be object', untyped('s.properties[metadata]'), restricted],
    ],
    [
      'bounds labels',
      object({ metadata: object({ name: text, labels: { type: 'object' } }), kind: { type: 'integer' } }),
      ['s.properties[kind].type: Invalid value: "integer": must be string', restricted],
    ],
    [
      'judges metadata',
      object(
        { metadata: object({ name: { ...text, pattern: '^[a-z]+$' } }) },
        { allOf: [{ properties: { metadata: {} } }] },
      ),
      ['s.allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context'],
    ],
    [
      'has a list of nothing',
      object({ slice: { type: 'array' } }),
      ['s.properties[slice].items: Required value: must be specified'],
    ],
    [
      'is everything at once',
      object({ a: { ...either, ...preserving }, b: { type: 'object', ...either, ...embedded } }),
      [
        's.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
        's.properties[b].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
        's.properties[b].x-kubernetes-embedded-resource: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
      ],
    ],
    [
      'embeds what is no object',
      object({ a: { type: 'array', items: text, ...embedded, ...preserving }, b: { ...embedded, ...preserving } }),
      [
        's.properties[a].type: Invalid value: "array": must be object if x-kubernetes-embedded-resource is true',
        's.properties[b].type: Required value: must be object if x-kubernetes-embedded-resource is true',
      ],
    ],
    [
      'says in other ways that it is an integer or a string',
      object({
        a: either,
        b: { ...either, ...intOrText, allOf: [{ pattern: 'abc' }] },
        c: { ...either, allOf: [intOrText, { pattern: 'abc' }] },
        d: { ...either, anyOf: [{ type: 'integer' }, { ...text, pattern: 'abc' }] },
        e: { ...either, allOf: [{ anyOf: [text, { type: 'integer' }] }] },
      }),
      ['d].anyOf[0]', 'd].anyOf[1]', 'e].allOf[0].anyOf[0]', 'e].allOf[0].anyOf[1]'].map(
        (at) => `s.properties[${at}.type: Forbidden: must be empty to be structural`,
      ),
    ],
    [
      'has no pattern',
      object({ foo: { ...text, pattern: '+' } }),
      [
        expect.stringMatching(
          /^s\.properties\[foo\]\.pattern: Invalid value: "\+": must be a valid regular expression, but isn't: /,
        ) as never,
      ],
    ],
  ])('%s', (_what, schema, expected) => {
    expect(faults(schema)).toEqual(expected);
  });
});

const keyed = (items: object, more: object = {}) =>
  object({
    a: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items, ...more },
  });
const ruled = (...rules: readonly object[]) =>
  object({ a: object({ b: text }, { 'x-kubernetes-validations': rules }) });
const ruleAt = 's.properties[a].x-kubernetes-validations';

describe('a schema that is refused', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['nullable root', object({}, { nullable: true }), ['s.nullable: Forbidden: nullable cannot be true at the root']],
    [
      'foreign words',
      object({ a: { ...text, $ref: '#/x', id: 'x', definitions: {}, uniqueItems: true } }),
      [
        's.properties[a].id: Forbidden: id is not supported',
        's.properties[a].definitions: Forbidden: definitions is not supported',
        's.properties[a].$ref: Forbidden: $ref is not supported',
        's.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ],
    ],
    [
      'foreign words in schemas by name',
      object({ a: { ...text, definitions: { d: { id: 'x' } }, dependencies: { e: { id: 'x' }, f: ['a'] } } }),
      [
        's.properties[a].definitions: Forbidden: definitions is not supported',
        's.properties[a].dependencies: Forbidden: dependencies is not supported',
        's.properties[a].definitions[d].id: Forbidden: id is not supported',
        's.properties[a].dependencies[e].id: Forbidden: id is not supported',
      ],
    ],
    ['a dialect', object({}, { $schema: 'x' }), [`s: Invalid value: "": OpenAPIV3Schema 'schema' is not supported`]],
    [
      'a list of types',
      object({ a: { type: 'array', items: [text] } }),
      ['s.properties[a].items: Forbidden: items must be a schema object and not an array'],
    ],
    [
      'a type that there is not',
      object({ a: { type: 'null' } }),
      [
        's.properties[a].type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"',
        's.properties[a].type: Forbidden: type cannot be set to null, use nullable as an alternative',
      ],
    ],
    [
      'fields and a map',
      object({ a: object({ b: text }, { additionalProperties: text }) }),
      ['s.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
    ],
    [
      'not preserving',
      object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false } }),
      ['s.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
    ],
    [
      'a default of metadata',
      object({ metadata: object({ name: { ...text, default: 'x' } }) }),
      ['s.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata'],
    ],
    [
      'kinds of lists and maps on others',
      object({ a: { ...text, 'x-kubernetes-map-type': 'x', 'x-kubernetes-list-type': 'y' } }),
      [
        's.properties[a].type: Invalid value: "string": must be object if x-kubernetes-map-type is specified',
        's.properties[a].x-kubernetes-map-type: Unsupported value: "x": supported values: "atomic", "granular"',
        's.properties[a].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified',
        's.properties[a].x-kubernetes-list-type: Unsupported value: "y": supported values: "atomic", "set", "map"',
      ],
    ],
    [
      'a set of what is no whole',
      object({ a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object', nullable: true } } }),
      [
        's.properties[a].items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set',
        's.properties[a].items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set',
      ],
    ],
    [
      'keys without a map',
      object({ a: { type: 'array', items: text, 'x-kubernetes-list-map-keys': ['k'] } }),
      [
        's.properties[a].x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty',
      ],
    ],
    [
      'a map without keys',
      keyed(object({ k: text }), { 'x-kubernetes-list-map-keys': [] }),
      [
        's.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      ],
    ],
    [
      'a key that may be missing',
      keyed(object({ k: { ...text, nullable: true } })),
      [
        's.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        's.properties[a].items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
      ],
    ],
    [
      'a key that is no property',
      keyed(object({ x: text })),
      [
        's.properties[a].x-kubernetes-list-map-keys: Invalid value: []string{"k"}: entries must all be names of item properties',
      ],
    ],
    [
      'a key that is an object',
      keyed(object({ k: { type: 'object' } }, { required: ['k'] })),
      [
        `s.properties[a].items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
      ],
    ],
    [
      'a map of what is no object',
      keyed(text),
      [
        `s.properties[a].items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
      ],
    ],
    [
      'rules without words',
      ruled({ rule: ' ' }, { rule: 'true', message: ' ' }, { rule: 'true', message: 'a\nb' }, { rule: 'a\nb' }),
      [
        `${ruleAt}[0].rule: Required value: rule is not specified`,
        `${ruleAt}[1].message: Invalid value: " ": message must be non-empty if specified`,
        `${ruleAt}[2].message: Invalid value: "a\\nb": message must not contain line breaks`,
        `${ruleAt}[3].message: Required value: message must be specified if rule contains line breaks`,
      ],
    ],
    [
      'rules with reasons and paths that there are not',
      ruled(
        { rule: 'true', reason: 'x', messageExpression: ' ' },
        { rule: 'true', fieldPath: '.c' },
        { rule: 'true', fieldPath: ".b['x']" },
        { rule: 'true', fieldPath: '.b' },
        { rule: 'true', fieldPath: "['b']" },
      ),
      [
        `${ruleAt}[0].messageExpression: Required value: messageExpression must be non-empty if specified`,
        `${ruleAt}[0].reason: Unsupported value: "x": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
        `${ruleAt}[1].fieldPath: Invalid value: ".c": fieldPath must be a valid path`,
        `${ruleAt}[2].fieldPath: Invalid value: ".b['x']": fieldPath must be a valid path`,
      ],
    ],
    [
      'a rule whose path cannot be followed',
      object({
        a: object(
          { b: text },
          {
            'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.c' }],
            'x-kubernetes-preserve-unknown-fields': false,
          },
        ),
      }),
      ['s.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
    ],
  ])('%s', (_what, schema, expected) => {
    expect(faults(schema)).toEqual(expected);
  });
});

it('takes what is structural', () => {
  const nested = { not: { properties: { a: {}, b: { items: {} } } } };
  const schema = object(
    {
      metadata: object({ name: { ...text, pattern: '^[a-z]+$' }, generateName: text }),
      b: object({ a: text, b: { type: 'array', items: text } }),
      labels: { type: 'object', additionalProperties: text },
      embedded: { type: 'object', ...embedded, properties: { apiVersion: text, kind: text, metadata: object({}) } },
      json: preserving,
    },
    { not: { properties: { b: nested } }, allOf: [{ properties: { b: {} } }], required: ['b'] },
  );
  expect(faults(schema)).toEqual([]);
});

describe('a default', () => {
  const of = (schema: object) => defaultErrors(schemaFromOpenApi(schema, 's').node, 's').map(formatFieldError);
  it.each<readonly [object, readonly string[]]>([
    [
      object({ a: { ...text, default: 'x' }, b: { type: 'array', items: object({ c: text }), default: [{ c: 'x' }] } }),
      [],
    ],
    [
      object({ a: { type: 'integer', default: 'x' } }),
      ['s.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"'],
    ],
    [
      object({ a: object({ b: object({ c: text }) }, { default: { b: { d: 1 } } }) }),
      [
        's.properties[a].default: Invalid value: map[string]interface {}{"b":map[string]interface {}{"d":1}}: must not have unknown fields',
      ],
    ],
    [
      object({ a: { type: 'array', items: { ...text, maxLength: 1, default: 'xy' } } }),
      ['s.properties[a].items.default: Too long: may not be more than 1 bytes'],
    ],
    [
      object({ a: object({ b: { ...text, default: 'x' } }, { required: ['b'], default: {} }) }),
      ['s.properties[a].default.b: Required value'],
    ],
    [
      object({ a: { ...text, enum: ['x'], default: 'y' } }),
      ['s.properties[a].default: Unsupported value: "y": supported values: "x"'],
    ],
    [object({ a: { ...either, default: 1 }, b: { ...preserving, default: { c: [1] } } }), []],
  ])('%j', (schema, expected) => {
    expect(of(schema)).toEqual(expected);
  });
});
