/** What rules may cost at most: figures of the apiextensions server of Kubernetes 1.33. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type SchemaNode, schemaFromOpenApi } from '@pintle/machinery';
import { typeOfSchema } from '../check/schema-type.js';
import { celEnvironment } from '../compile.js';
import { kubernetesLibraries } from '../library/kubernetes.js';
import { cardinalityMax, declaredSize } from './declared-sizes.js';

/** A type by its name, `[items]`, `{"*": values}`, `{"items": …, "max": n}`, or the properties of an object. */
type Short = string | readonly [Short] | { readonly [key: string]: Short | number | readonly string[] };

function openApi(short: Short): object {
  if (typeof short === 'string') {
    if (short === 'int-or-string') return { 'x-kubernetes-int-or-string': true };
    return ['byte', 'duration', 'date', 'date-time'].includes(short)
      ? { type: 'string', format: short }
      : { type: short };
  }
  if (Array.isArray(short)) return { type: 'array', items: openApi(short[0]) };
  const { max, items, '*': values, enum: choices, ...properties } = short as Readonly<Record<string, Short>>;
  if (choices !== undefined) return { type: 'string', enum: choices };
  if (items !== undefined)
    return { type: 'array', items: openApi(items), ...(max === undefined ? {} : { maxItems: max }) };
  if (values !== undefined)
    return {
      type: 'object',
      additionalProperties: openApi(values),
      ...(max === undefined ? {} : { maxProperties: max }),
    };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, openApi(property)])),
  };
}

const nodeOf = (schema: object): SchemaNode => schemaFromOpenApi(schema, 'x').node;

function costMax(schema: SchemaNode, rule: string): number {
  const self = typeOfSchema(schema);
  const environment = celEnvironment({ variables: { self, oldSelf: self }, libraries: kubernetesLibraries });
  return environment.compile(rule).costMax(declaredSize(schema)!);
}

function* cases(): Iterable<readonly [string, number, SchemaNode]> {
  let schema: SchemaNode = { type: 'any' };
  for (const line of readFileSync(join(__dirname, 'estimate.cases.txt'), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [first, ...rest] = line.split(' ');
    const text = rest.join(' ');
    if (first === 'schema') schema = nodeOf(openApi(JSON.parse(text) as Short));
    else yield [text, Number(first), schema];
  }
}

describe('a rule costs at most', () => {
  it.each([...cases()])('%s: %d', (rule, cost, schema) => {
    expect(costMax(schema, rule)).toBe(cost);
  });
});

type Bounded = (max: number | undefined) => object;
const list =
  (items: Short): Bounded =>
  (maxItems) => ({ type: 'array', items: openApi(items), ...(maxItems === undefined ? {} : { maxItems }) });
const map =
  (values: Short): Bounded =>
  (maxProperties) => ({
    type: 'object',
    additionalProperties: openApi(values),
    ...(maxProperties === undefined ? {} : { maxProperties }),
  });
const text: Bounded = (maxLength) => ({ type: 'string', ...(maxLength === undefined ? {} : { maxLength }) });
const bytes: Bounded = (maxLength) => ({ ...text(maxLength), format: 'byte' });
const texts: Bounded = (max) => ({ ...list('string')(max), items: text(max) });
const required = {
  type: 'object',
  properties: { required: text(undefined), optional: text(undefined) },
  required: ['required'],
};
const listOfRequired: Bounded = (max) => ({ ...list('string')(max), items: required });
const mapOfRequired: Bounded = (max) => ({ ...map('string')(max), additionalProperties: required });
const nested: Bounded = (max) => ({ ...map('string')(max), additionalProperties: text(max) });
const fields =
  (properties: Readonly<Record<string, Bounded>>): Bounded =>
  (max) => ({
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, of(max)])),
  });

describe('bounds make rules cheaper', () => {
  it.each<readonly [string, Bounded, number, number, number]>([
    ['self.all(x, true)', list('number'), 4718591, 10, 32],
    ['self.all(x, true)', list('string'), 3145727, 20, 62],
    ['self.all(x, true)', list('boolean'), 1887437, 5, 17],
    ['self.all(x, true)', list(['number']), 3145727, 100, 302],
    ['self.all(x, true)', listOfRequired, 555128, 50, 152],
    ['self.all(x, true)', map('number'), 1348169, 10, 32],
    ['self.all(x, true)', map('string'), 1179647, 3, 11],
    ['self.all(x, true)', map('boolean'), 943718, 100, 302],
    ["self.contains('test')", text, 314574, 10, 5],
    ["self.startsWith('test')", text, 2, 15, 2],
    ['size(self + "hello") > size("hello")', text, 314578, 4, 7],
    ['self[1] == 0.0', list('number'), 2, 5000, 2],
    ['self[1] == self[1]', list('string'), 314577, 8, 314577],
    ['self.matches("x")', text, 314574, 50, 22],
    ['"".matches("(((((((((())))))))))[0-9]")', text, 7, 10, 7],
    ['self.matches("")', text, 1, 100, 1],
    ['self.all(x, x.contains(self[x]))', nested, 2752507, 10, 72],
    ['self == "x"', text, 2, 0, 1],
    ['self == b"x"', bytes, 2, 0, 1],
    ['self.all(x, x == 0.0)', list('number'), 6291454, 6291456, 25165826],
    ['self.all(x, true)', list('int-or-string'), 4718591, 10, 32],
    ['self[0] == 5', list('int-or-string'), 3, 10, 3],
    ['self[0] == null', listOfRequired, 2, 422, 2],
    ['self[0][0] == -1.0', list(['number']), 3, 51, 3],
    ['self.all(x, x.y == 25.2)', list({ '*': 'number' }), 6291452, 12, 74],
    ['self[0].x > 2.0', list({ '*': 'number' }), 4, 3000, 4],
    ['self.all(x, true)', list('duration'), 2359295, 5, 17],
    ['self.all(x, true)', list('date'), 725936, 15, 47],
    ['self.all(x, true)', list('date-time'), 428963, 25, 77],
    ['self[2].getMinutes() == 45', list('date-time'), 4, 99, 4],
    ['self.all(x, true)', map('int-or-string'), 1348169, 15, 47],
    ['self.all(x, true)', mapOfRequired, 428963, 20, 62],
    ['self.all(x, true)', map({ '*': 'number' }), 1179647, 10, 32],
    ['self.all(x, true)', map(['number']), 1179647, 25, 77],
    ['self.all(x, true)', map('duration'), 1048577, 5, 17],
    ['self.all(x, true)', map('date'), 524288, 10, 32],
    ['self.all(x, true)', map('date-time'), 349526, 25, 77],
    ["self.find('[0-9]+') == ''", text, 629147, 10, 11],
    ["self.join(' ') == 'aa bb'", texts, 329853068905, 10, 43],
    ['self.isSorted() == true', texts, 329854432052, 10, 52],
    [
      "self.str.replace(self.before, self.after) == 'does not matter'",
      fields({ str: text, before: () => text(2), after: () => text(4) }),
      629154,
      4,
      12,
    ],
    ['self.str.split(self.separator) == []', fields({ str: text, separator: text }), 629160, 10, 22],
    ["self.lowerAscii() == 'lower!'", text, 314575, 10, 6],
    ['oldSelf.size() == self.size()', map('integer'), 5, 10, 5],
    ['self["a"] == self["b"]', map('date-time'), 8, 7, 8],
    ['self["c"] == self["d"]', map('duration'), 8, 42, 8],
    ["self.contains('A')", (max) => ({ ...text(max), enum: ['A', 'B', 'C', 'LongValue'] }), 2, 1000, 401],
  ])('%s', (rule, schema, unbounded, max, bounded) => {
    expect([costMax(nodeOf(schema(undefined)), rule), costMax(nodeOf(schema(max)), rule)]).toEqual([
      unbounded,
      bounded,
    ]);
  });

  it.each([
    ['self.all(x, self.all(y, true))', 352],
    ['self.all(x, self.all(y, self.all(z, true)))', 3552],
  ])('%s, much', (rule, bounded) => {
    expect(costMax(nodeOf(list('number')(undefined)), rule)).toBeGreaterThan(10_000_000);
    expect(costMax(nodeOf(list('number')(10)), rule)).toBe(bounded);
  });
});

it('says how often a value can stand in a request', () => {
  expect(cardinalityMax(declaredSize(nodeOf(required))!)).toBe(Math.floor(3145728 / 17));
});
