/** What kube-apiserver tells of values that do not fit their schema, as its own answers have it. */
import { expect, it } from '@jest/globals';
import { formatFieldError } from '../status/status-error.js';
import { schemaFromOpenApi } from './from-openapi.js';
import { compileNormalizer } from './normalize.js';
import { embeddedFaults, itemFaults } from './structural-faults.js';
import { faultsUnder, validateSchema } from './validate.js';

const nodeOf = (schema: object) => schemaFromOpenApi(schema, 's').node;
const told = (schema: object, value: unknown, old?: unknown) =>
  validateSchema(nodeOf(schema), value, old).map(formatFieldError);

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const text = { type: 'string' };
const integer = { type: 'integer' };
const either = { 'x-kubernetes-int-or-string': true };
const of = (schema: object) => object({ a: schema });
const mistyped = (type: string, found: string, path = 'a') =>
  `${path}: Invalid value: "${found}": ${path} in body must be of type ${type}: "${found}"`;
const invalid = (value: string, words: string) => `a: Invalid value: ${value}: ${words}`;
const whole = (words: string) => `<nil>: Invalid value: "": "a" must ${words}`;

it.each<readonly [schema: object, value: unknown, faults: readonly string[]]>([
  // Types.
  [integer, 'x', [mistyped('integer', 'string')]],
  [integer, 1.5, [mistyped('integer', 'number')]],
  [{ type: 'number' }, 1, []],
  [text, null, [mistyped('string', 'null')]],
  [{ ...text, nullable: true }, null, []],
  [{ ...text, nullable: true, enum: ['x'] }, null, ['a: Unsupported value: "null": supported values: "x"']],
  [either, true, [mistyped('integer,string', 'boolean')]],
  [object({}), [], [mistyped('object', 'array')]],
  // A format takes the place of the type, but for texts and lists.
  [{ ...text, format: 'date-time' }, true, [mistyped('date-time', '')]],
  [{ ...text, format: 'date-time' }, 7, [mistyped('date-time', 'int64')]],
  [{ ...text, format: 'date-time' }, [], []],
  [{ ...text, format: 'date-time' }, '2026-01-02', [mistyped('date-time', '2026-01-02')]],
  [{ ...text, format: 'date-time' }, '2026-01-02t03:04:05.6z', []],
  [{ ...text, format: 'byte' }, '', [mistyped('byte', '')]],
  [{ ...text, format: 'nothing' }, 'x', []],
  // Numbers: integers are held against bounds cut to integers.
  [{ type: 'number', multipleOf: 0.5 }, 1, [invalid('0', 'factor MultipleOf declared for a must be positive: 0')]],
  [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
  [{ type: 'number', multipleOf: 0.5 }, 0.3, [invalid('0.3', 'a in body should be a multiple of 0.5')]],
  [{ type: 'number', minimum: 1.5 }, 1, []],
  [{ type: 'number', minimum: 1.5 }, 0, [invalid('0', 'a in body should be greater than or equal to 1')]],
  [
    { type: 'number', maximum: 0.00001, exclusiveMaximum: true },
    0.5,
    [invalid('0.5', 'a in body should be less than 1e-05')],
  ],
  [{ ...integer, minimum: 1 }, 'x', [mistyped('integer', 'string')]],
  [
    { ...text, minimum: 3 },
    2,
    [mistyped('string', 'integer'), invalid('2', 'a in body should be greater than or equal to 3')],
  ],
  // What stands below, whatever the type.
  [
    { type: 'object', additionalProperties: integer },
    { 'x.y': 'z' },
    ['a.x.y: Invalid value: "string": a.x.y in body must be of type integer: "string"'],
  ],
  [
    { type: 'array', items: text, maxItems: 1 },
    ['x', 2],
    [mistyped('string', 'integer', 'a[1]'), 'a: Too many: 2: must have at most 1 items'],
  ],
  [object({}, { required: ['b'] }), {}, ['a.b: Required value']],
  [object({}, { minProperties: 1 }), {}, [invalid('0', 'a in body should have at least 1 properties')]],
  // Several schemas.
  [{ ...either, anyOf: [integer, text] }, 'x', []],
  [
    { ...either, anyOf: [integer, text] },
    true,
    [
      mistyped('integer,string', 'boolean'),
      whole('validate at least one schema (anyOf)'),
      mistyped('integer', 'boolean'),
    ],
  ],
  [
    object({ b: text, c: text }, { oneOf: [{ required: ['b'] }, { required: ['c'] }] }),
    { b: 'x', c: 'y' },
    [whole('validate one and only one schema (oneOf). Found 2 valid alternatives')],
  ],
  [
    object({ b: text, c: text }, { oneOf: [{ required: ['b'] }, { required: ['c'] }] }),
    {},
    [whole('validate one and only one schema (oneOf). Found none valid'), 'a.b: Required value'],
  ],
  [
    { ...integer, allOf: [{ minimum: 2 }, { maximum: 5 }] },
    1,
    [invalid('1', 'a in body should be greater than or equal to 2'), whole('validate all the schemas (allOf)')],
  ],
  [{ ...integer, not: { minimum: 2 } }, 3, [whole('not validate the schema (not)')]],
])('%j of %j', (schema, value, faults) => {
  expect(told(of(schema), { a: value })).toEqual(faults);
});

it('a value as a whole has no name, but where it stands', () => {
  expect(told(integer, 'x')).toEqual(['<nil>: Invalid value: "string":  in body must be of type integer: "string"']);
  expect(told(object({}, { required: ['b'] }), {})).toEqual(['b: Required value']);
  const faults = faultsUnder('status', validateSchema(nodeOf(of(integer)), { a: 'x' }));
  expect(faults.map(formatFieldError)).toEqual([
    'status.a: Invalid value: "string": a in body must be of type integer: "string"',
  ]);
});

it('what has not changed may stay', () => {
  const schema = of({ type: 'array', items: object({ k: text, v: integer }), ...keyed('k') });
  const before = {
    a: [
      { k: 'x', v: 'bad' },
      { k: 'y', v: 1 },
    ],
  };
  expect(
    told(
      schema,
      {
        a: [
          { k: 'y', v: 2 },
          { k: 'x', v: 'bad' },
        ],
      },
      before,
    ),
  ).toEqual([]);
  expect(told(schema, { a: [{ k: 'x', v: 'worse' }] }, before)).toEqual([mistyped('integer', 'string', 'a[0].v')]);
});

const keyed = (...keys: readonly string[]) => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
const set = { type: 'array', items: text, 'x-kubernetes-list-type': 'set' };
const map = { type: 'array', items: object({ k: text, l: text }), ...keyed('k', 'l') };

it.each<readonly [schema: object, value: unknown, faults: readonly string[]]>([
  [set, ['x', 'y', 'x', 'x'], ['a[2]: Duplicate value: "x"']],
  [map, [{ k: 'x' }, { k: 'x', l: 'y' }], []],
  [map, [{ k: 'x' }, { k: 'x', v: 1 }], ['a[1]: Duplicate value: map[string]interface {}{"k":"x"}']],
  [map, [null, {}], ['a[1]: Duplicate value: map[string]interface {}{}']],
  [map, ['x'], ['a[0]: Invalid value: "x": must be an object for an array of list-type map']],
  [map, 'x', []],
  [{ type: 'object', additionalProperties: set }, { k: ['x', 'x'] }, ['a[k][1]: Duplicate value: "x"']],
])('items of %j of %j', (schema, value, faults) => {
  const node = nodeOf(of(schema));
  expect(itemFaults(node, { a: value }).map(formatFieldError)).toEqual(faults);
  // What was wrong before may stay.
  expect(itemFaults(node, { a: value }, { a: value })).toEqual([]);
});

const embedded = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};

it.each<readonly [value: unknown, faults: readonly string[]]>([
  [{ apiVersion: 'v1', kind: 'Pod' }, []],
  [{}, ['a.apiVersion: Required value: must not be empty', 'a.kind: Required value: must not be empty']],
  [
    { apiVersion: '', kind: 7 },
    ['a.apiVersion: Invalid value: "": must not be empty', 'a.kind: Invalid value: 7: must be a string'],
  ],
  [
    { apiVersion: 'a/b/c', kind: 'A b' },
    [
      'a.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      expect.stringMatching(
        /^a\.kind: Invalid value: "A b": may have mixed case, but should otherwise match: a DNS-1035/,
      ),
    ] as readonly string[],
  ],
  [
    { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 7 } } },
    [
      'a.metadata: Invalid value: map[string]interface {}{"labels":map[string]interface {}{"a":7}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    ],
  ],
  ['x', []],
])('an object within an object: %j', (value, faults) => {
  expect(embeddedFaults(nodeOf(of(embedded)), { a: value }).map(formatFieldError)).toEqual(faults);
});

it.each<readonly [schema: object, value: unknown, left: unknown, unknownFields: readonly string[]]>([
  // What is of another type than it should be stays, without what no schema speaks of.
  [text, { x: 1 }, {}, ['a.x']],
  [object({ b: integer }), [{ b: 1, c: 2 }], [{}], ['a[0].b', 'a[0].c']],
  [{ type: 'array', items: object({ b: { ...integer, default: 3 } }) }, [{}], [{ b: 3 }], []],
  [{ type: 'array', items: { ...text, default: 'x' } }, [null], ['x'], []],
  [{ type: 'array', items: text }, [null], [null], []],
  [{ type: 'object', additionalProperties: { ...text, default: 'x' } }, { b: null }, { b: 'x' }, []],
  [{ type: 'object', additionalProperties: text }, { b: null }, {}, []],
  [{ type: 'object', additionalProperties: true }, { b: { c: 1 }, d: 2 }, { b: {}, d: 2 }, ['a.b.c']],
  [{ ...text, format: 'date-time' }, '2026-01-01T01:00:00+01:00', '2026-01-01T01:00:00+01:00', []],
  [embedded, { kind: 'x', metadata: { name: 'y', z: 1 } }, { kind: 'x', metadata: { name: 'y' } }, ['a.metadata.z']],
  [embedded, { metadata: null }, { metadata: {} }, []],
])('read by %j, %j is %j', (schema, value, left, unknownFields) => {
  const read = compileNormalizer(nodeOf(of(schema)), { mode: 'structural' })({ a: value });
  expect([read.value, read.unknownFields, read.errors]).toEqual([{ a: left }, unknownFields, []]);
});

it.each<readonly [value: unknown, words: string]>([
  [{ apiVersion: null }, 'a.apiVersion: Invalid value: "null": must be a string'],
  [{ metadata: 7 }, 'a.metadata: Invalid value: 7: json: cannot unmarshal number into Go value of type v1.ObjectMeta'],
])('%j is no object within an object', (value, words) => {
  const { errors } = compileNormalizer(nodeOf(of(embedded)), { mode: 'structural' })({ a: value });
  expect(errors.map(({ detail }) => detail)).toEqual([words]);
});
