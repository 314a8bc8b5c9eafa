/** Definitions of kinds as they live: names that others have, versions that are stored, rules that grow stricter, and an end with objects that stay. */
import { apply, del, type Group, get, merge, post, put, type Row } from '../row.js';

type Json = Readonly<Record<string, unknown>>;

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'life.NS.example.com';
const definition = (plural: string, names: Json, more: Json = {}, schema: Json = {}) => ({
  ...{
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
  },
  spec: {
    ...{ group, scope: 'Namespaced', names: { plural, ...names } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...schema } } }],
    ...more,
  },
});
const settling = (name: string): Row =>
  get(name, '/api/v1/namespaces/NS/configmaps?watch=true', { stream: { lines: 99, waitMs: 2_500 }, counts: 'status' });
const at = (plural: string, name = '') => `/apis/${group}/v1/namespaces/NS/${plural}${name === '' ? '' : `/${name}`}`;
const object = (kind: string, name: string, more: Json = {}) => ({
  ...{ apiVersion: `${group}/v1`, kind, metadata: { name } },
  ...more,
});
const one = (plural: string) => `${definitions}/${plural}.${group}`;

const names: readonly Row[] = [
  post('a first', definitions, definition('firsts', { kind: 'First', shortNames: ['f', 'ff'], categories: ['all'] })),
  settling('it has its names'),
  // Which of two that wait for one name gets it is anybody's guess.
  post('another of its kind', definitions, definition('seconds', { kind: 'First', singular: 'second' })),
  post('another of its short name', definitions, definition('thirds', { kind: 'Third', shortNames: ['f', 'thi'] })),
  post('another of its singular', definitions, definition('fourths', { kind: 'Fourth', singular: 'first' })),
  post('another of its list', definitions, definition('fifths', { kind: 'Fifth', listKind: 'FirstList' })),
  post('one whose plural is its short name', definitions, definition('ff', { kind: 'Sixth' })),
  settling('who has which'),
  ...['firsts', 'seconds', 'thirds', 'fourths', 'fifths', 'ff'].map((plural) =>
    get(`what is said of ${plural}`, one(plural)),
  ),
  post('one of what is not accepted', at('seconds'), object('First', 'x')),
  get('what is served', `/apis/${group}/v1`),
  merge('the first gives up a short name', one('firsts'), { spec: { names: { shortNames: ['ff'] } } }),
  settling('that is heard of'),
  del('the first goes', one('firsts'), undefined, { counts: 'status' }),
  settling('it is gone'),
  ...['fourths', 'ff'].map((plural) =>
    get(`what is said of ${plural} now`, one(plural), { until: 'InitialNamesAccepted' }),
  ),
  ...['seconds', 'thirds', 'fourths', 'fifths', 'ff'].map((plural) =>
    del(`the end of ${plural}`, one(plural), undefined, { counts: 'status' }),
  ),
];

const loose = {
  properties: {
    spec: {
      type: 'object',
      properties: {
        ...{ a: { type: 'string' }, b: { type: 'integer' }, l: { type: 'array', items: { type: 'string' } } },
        m: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
    status: { type: 'object', properties: { c: { type: 'string' } } },
  },
};
const strict = {
  properties: {
    spec: {
      ...{ type: 'object', required: ['d'] },
      properties: {
        ...{ a: { type: 'string', maxLength: 2 }, b: { type: 'integer', minimum: 5 }, d: { type: 'string' } },
        l: { type: 'array', items: { type: 'string', pattern: '^x' }, maxItems: 1 },
        m: { type: 'object', additionalProperties: { type: 'string', enum: ['x'] } },
      },
      'x-kubernetes-validations': [{ rule: '!has(self.a) || self.a != "long"', message: 'not long' }],
    },
    status: { type: 'object', properties: { c: { type: 'string', maxLength: 1 } } },
  },
};
const withSchema = (schema: Json) => ({
  spec: {
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', ...schema } },
        subresources: { status: {} },
      },
    ],
  },
});
const before = { a: 'long', b: 1, l: ['a', 'b'], m: { k: 'y' } };

const stricter: readonly Row[] = [
  post('a loose kind', definitions, {
    ...definition('rules', { kind: 'Rule' }),
    ...{ spec: { ...definition('rules', { kind: 'Rule' }).spec, ...withSchema(loose).spec } },
  }),
  settling('it is served'),
  ...['one', 'two', 'three'].map((name) =>
    post(`${name} is made`, at('rules'), object('Rule', name, { spec: before })),
  ),
  merge('its status', `${at('rules', 'one')}/status`, { status: { c: 'long' } }),
  apply('two is applied', at('rules', 'two'), object('Rule', 'two', { spec: { a: 'long' } }), {}),
  merge('it grows stricter', one('rules'), withSchema(strict), { counts: 'status' }),
  settling('that is heard of'),
  merge('a label alone', at('rules', 'one'), { metadata: { labels: { a: 'b' } } }),
  merge('what is required comes', at('rules', 'one'), { spec: { d: 'x' } }),
  merge('a wrong value changes to another', at('rules', 'one'), { spec: { b: 2 } }),
  merge('a wrong value becomes right', at('rules', 'one'), { spec: { b: 7 } }),
  merge('an item more', at('rules', 'one'), { spec: { l: ['a', 'b', 'c'] } }),
  merge('a key that is right', at('rules', 'one'), { spec: { m: { n: 'x' } } }),
  merge('the text that is too long', at('rules', 'one'), { spec: { a: 'longer' } }),
  merge('another wrong status', `${at('rules', 'one')}/status`, { status: { c: 'wrong' } }),
  put('all once more', at('rules', 'three'), object('Rule', 'three', { spec: before })),
  put('all with what is required', at('rules', 'three'), object('Rule', 'three', { spec: { ...before, d: 'x' } })),
  apply('an apply of the same', at('rules', 'two'), object('Rule', 'two', { spec: { a: 'long' } }), {}),
  apply(
    'an apply with what is required',
    at('rules', 'two'),
    object('Rule', 'two', { spec: { a: 'long', d: 'x' } }),
    {},
  ),
  post('a new one of old values', at('rules'), object('Rule', 'four', { spec: { ...before, m: {}, d: 'x' } })),
  del('the end of rules', one('rules'), undefined, { counts: 'status' }),
];

const ending: readonly Row[] = [
  post('a kind that will end', definitions, definition('ends', { kind: 'End' })),
  settling('it is served'),
  post('one that stays', at('ends'), {
    ...object('End', 'stays'),
    metadata: { name: 'stays', finalizers: ['a.io/b'] },
  }),
  post('one that goes', at('ends'), object('End', 'goes')),
  del('the kind ends', one('ends'), undefined, { counts: 'status' }),
  settling('as far as it can'),
  get('what is said of it', one('ends')),
  get('what is left', at('ends')),
  post('a new one', at('ends'), object('End', 'late')),
  merge('one that stays changes', at('ends', 'stays'), { spec: { a: 1 } }),
  apply('one is applied', at('ends', 'applied'), object('End', 'applied'), {}),
  merge('the kind changes', one('ends'), { metadata: { labels: { a: 'b' } } }, { counts: 'status' }),
  merge('what kept it goes', at('ends', 'stays'), { metadata: { finalizers: null } }, { counts: 'status' }),
  settling('all of it is gone'),
];

export const lifecycle: Group = { name: 'lifecycle', rows: [...names, ...stricter, ...ending] };
