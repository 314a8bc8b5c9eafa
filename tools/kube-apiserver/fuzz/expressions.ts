/** Expressions that make sense, or nearly: in the rules of custom kinds, whose objects are held to them, and in policies, which are judged alone. */
import type { Random } from '@pintle/machinery';
import { del, get, post, type Row } from '../compare/row.js';
import type { Area } from './probe.js';
import { chance, type Json, pick } from './values.js';

type Type = 'bool' | 'int' | 'double' | 'string' | 'list' | 'map' | 'any';

const depthMax = 4;

/** What there is of each type in an object that a rule is about. */
const fields: Readonly<Record<Type, readonly string[]>> = {
  bool: ['SELF.flag', 'has(SELF.word)', 'has(SELF.none)', 'has(SELF.map.a)', 'true', 'false'],
  int: ['SELF.size', 'SELF.map.a', "SELF.map['b']", 'SELF.ints[0]', '0', '1', '-3', '9223372036854775807'],
  double: ['SELF.ratio', '1.5', '0.0', '-2.0', '1e300'],
  string: ['SELF.word', 'SELF.words[0]', "'a'", "''", "'é'", "'a.b'", '"x y"', "'10Gi'", "'192.0.2.1'"],
  list: ['SELF.words', 'SELF.ints', 'SELF.items', "['a', 'b']", '[1, 2]', '[]'],
  map: ['SELF.map', "{'a': 1}", '{}'],
  any: ['SELF.none', 'SELF.free', 'oldSelf', 'null', 'SELF', 'nobody', "'a"],
};

const types: readonly Type[] = ['bool', 'int', 'double', 'string', 'list', 'map'];

const infix: Readonly<Record<string, readonly (readonly [operator: string, of: Type])[]>> = {
  bool: [
    ...([
      ['&&', 'bool'],
      ['||', 'bool'],
      ['==', 'int'],
      ['!=', 'string'],
      ['<', 'int'],
      ['>=', 'string'],
    ] as const),
    ...([
      ['<=', 'double'],
      ['==', 'list'],
      ['in', 'string'],
      ['==', 'map'],
    ] as const),
  ],
  int: [
    ['+', 'int'],
    ['-', 'int'],
    ['*', 'int'],
    ['/', 'int'],
    ['%', 'int'],
  ],
  double: [
    ['+', 'double'],
    ['*', 'double'],
    ['/', 'double'],
  ],
  string: [['+', 'string']],
  list: [['+', 'list']],
};

const macros = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;

function callOf(random: Random, type: Type, depth: number): string {
  const of = (wanted: Type) => expressionOf(random, wanted, depth + 1);
  switch (type) {
    case 'bool':
      return pick(random, [
        () => `!${of('bool')}`,
        () => `${of('string')}.startsWith(${of('string')})`,
        () => `${of('string')}.contains(${of('string')})`,
        () => `${of('string')}.matches(${pick(random, ["'^a'", "'['", "'a+b*'", "'(?i)A'"])})`,
        () =>
          `${of('list')}.${pick(random, macros)}(x, ${pick(random, ['x', "x == 'a'", 'x > 1', 'x.key == 1', 'true'])})`,
        () => `${of('list')}.isSorted()`,
        () => `${of('string')} in ${of('list')}`,
        () => `${of('string')} in ${of('map')}`,
        () => `isQuantity(${of('string')})`,
        () => `isURL(${of('string')})`,
        () => `isIP(${of('string')})`,
        () => `quantity(${of('string')}).isGreaterThan(quantity('1'))`,
        () => `format.dns1123Label().validate(${of('string')}).hasValue()`,
        () => `type(${of('any')}) == ${pick(random, ['int', 'string', 'list', 'null_type'])}`,
        () => `has(${of('any')}.a)`,
        () => `bool(${of('string')})`,
      ])();
    case 'int':
      return pick(random, [
        () => `${of('string')}.size()`,
        () => `size(${of('list')})`,
        () => `int(${of('string')})`,
        () => `int(${of('double')})`,
        () => `${of('string')}.indexOf(${of('string')})`,
        () => `${of('list')}.sum()`,
        () => `-${of('int')}`,
        () => `quantity(${of('string')}).asInteger()`,
        () => `timestamp('2026-01-01T00:00:00Z').getFullYear()`,
        () => `duration(${of('string')}).getSeconds()`,
      ])();
    case 'double':
      return pick(random, [() => `double(${of('string')})`, () => `double(${of('int')})`, () => `-${of('double')}`])();
    case 'string':
      return pick(random, [
        () => `string(${of(pick(random, types))})`,
        () => `${of('string')}.${pick(random, ['lowerAscii', 'upperAscii', 'trim', 'reverse'])}()`,
        () => `${of('string')}.substring(${of('int')})`,
        () => `${of('string')}.replace('a', ${of('string')})`,
        () => `${of('list')}.join(',')`,
        () => `${of('list')}[${of('int')}]`,
        () => `'%s-%d'.format([${of('string')}, ${of('int')}])`,
        () => `url(${of('string')}).getHost()`,
      ])();
    case 'list':
      return pick(random, [
        () => `${of('string')}.split(',')`,
        () => `${of('list')}.filter(x, x ${pick(random, ["== 'a'", '> 1', '!= null'])})`,
        () => `${of('list')}.map(x, ${pick(random, ['x', 'x + 1', "x + 'a'", 'string(x)'])})`,
        () => `[${of('string')}, ${of('string')}]`,
        () => `${of('string')}.findAll('a')`,
        () => `${of('map')}.map(k, k)`,
      ])();
    default:
      return `{${of('string')}: ${of('int')}}`;
  }
}

function expressionOf(random: Random, type: Type, depth = 0): string {
  const wanted = chance(random, 0.02) ? pick(random, [...types, 'any'] as const) : type;
  const draw = random.next();
  if (depth >= depthMax || draw < 0.3) return pick(random, fields[wanted]);
  const operators = infix[wanted];
  if (draw < 0.5 && operators !== undefined) {
    const [operator, of] = pick(random, operators);
    const right = operator === 'in' ? pick(random, ['list', 'map'] as const) : of;
    return `(${expressionOf(random, of, depth + 1)} ${operator} ${expressionOf(random, right, depth + 1)})`;
  }
  if (draw < 0.57)
    return `(${expressionOf(random, 'bool', depth + 1)} ? ${expressionOf(random, wanted, depth + 1)} : ${expressionOf(random, wanted, depth + 1)})`;
  return wanted === 'any' ? pick(random, fields.any) : callOf(random, wanted, depth);
}

const group = 'rules.ID.example.com';
const schema = (rules: readonly object[]): Json => ({
  type: 'object',
  properties: {
    spec: {
      ...{ type: 'object', 'x-kubernetes-validations': rules as unknown as Json },
      properties: {
        ...{
          size: { type: 'integer' },
          ratio: { type: 'number' },
          flag: { type: 'boolean' },
          none: { type: 'string' },
        },
        word: { type: 'string', maxLength: 9 },
        words: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 9 } },
        ints: { type: 'array', maxItems: 5, items: { type: 'integer' } },
        items: {
          ...{ type: 'array', maxItems: 5 },
          items: { type: 'object', properties: { key: { type: 'integer' }, name: { type: 'string', maxLength: 9 } } },
        },
        map: { type: 'object', maxProperties: 5, additionalProperties: { type: 'integer' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
});
const definition = (rules: readonly object[]) => ({
  ...{
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
  },
  spec: {
    ...{ group, scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema(rules) } }],
  },
});

const specs: readonly Json[] = [
  {
    ...{ size: 3, ratio: 1.5, flag: true, word: 'abc', words: ['a', 'b'], ints: [1, 2], map: { a: 1, b: 2 } },
    ...{ items: [{ key: 1, name: 'a' }], free: { a: 1 } },
  },
  { size: 0, ratio: 0, flag: false, word: '', words: [], ints: [], map: {}, items: [], free: {} },
  { size: -1, ratio: -2.5, flag: true, word: 'é', words: ['x', 'a', 'a'], ints: [5], map: { b: 7 } },
];

function inRules(random: Random): readonly Row[] {
  const ruleOf = () => {
    const rule = expressionOf(random, 'bool').replaceAll('SELF', 'self');
    if (chance(random, 0.2))
      return { rule, messageExpression: expressionOf(random, 'string').replaceAll('SELF', 'self') };
    return chance(random, 0.1) ? { rule, optionalOldSelf: true } : { rule };
  };
  const things = `/apis/${group}/v1/namespaces/NS/things`;
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const thing = (name: string, spec: Json) => ({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name }, spec });
  return [
    post('a definition', definitions, definition(Array.from({ length: pick(random, [1, 1, 2]) }, ruleOf))),
    get('it is served', things, { until: 'ThingList' }),
    ...specs.map((spec, index) => post('an object', things, thing(`x-${index}`, spec))),
    del('its end', `${definitions}/things.${group}`, undefined, { counts: 'status' }),
  ];
}

/** What a policy may speak of has the types of no schema, or those of Deployments. */
function inPolicy(random: Random): readonly Row[] {
  const self = pick(random, ['object.spec', 'object.metadata', 'object', 'params.data', 'request', 'variables.v']);
  const said = (type: Type) => expressionOf(random, type).replaceAll('SELF', self);
  const some = (count: number, made: () => Json): Json => Array.from({ length: count }, made);
  const spec: Json = {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] },
      ],
    },
    ...(chance(random, 0.3) ? { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } : {}),
    validations: some(pick(random, [1, 2]), () => ({
      expression: said('bool'),
      ...(chance(random, 0.3) ? { messageExpression: said('string') } : {}),
    })),
    ...(chance(random, 0.3)
      ? { variables: some(1, () => ({ name: 'v', expression: said(pick(random, types)) })) }
      : {}),
    ...(chance(random, 0.2) ? { matchConditions: some(1, () => ({ name: 'm', expression: said('bool') })) } : {}),
    ...(chance(random, 0.2)
      ? { auditAnnotations: some(1, () => ({ key: 'k', valueExpression: said('string') })) }
      : {}),
  };
  const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All';
  return [
    post('a policy', path, {
      ...{
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'x-ID' },
      },
      spec,
    }),
  ];
}

export const expressions: Area = {
  name: 'expressions',
  probesAtOnce: 12,
  probe: (random) => (chance(random, 0.5) ? inRules(random) : inPolicy(random)),
};
