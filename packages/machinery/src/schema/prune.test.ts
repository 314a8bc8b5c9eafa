import { expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { pruned } from './prune.js';
import type { SchemaNode } from './schema.js';

const text: SchemaNode = { type: 'string' };
const node: SchemaNode = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        known: text,
        many: { type: 'array', items: { type: 'object', properties: { a: text } } },
        map: { type: 'map', values: { type: 'object', properties: { a: text } } },
        free: {
          type: 'object',
          preserveUnknownFields: true,
          properties: { inner: { type: 'object', properties: {} } },
        },
        any: { type: 'any' },
        template: { type: 'object', embeddedResource: true, properties: { spec: { type: 'object', properties: {} } } },
      },
    },
  },
};
const kinds = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a', nope: 1 } };

it.each<readonly [spec: unknown, kept: unknown]>([
  [{ known: 'x', nope: 1 }, { known: 'x' }],
  [{ many: [{ a: '1', b: '2' }, 'odd', null] }, { many: [{ a: '1' }, 'odd', null] }],
  [{ map: { x: { a: '1', b: '2' } } }, { map: { x: { a: '1' } } }],
  [{ free: { other: { deep: 1 }, inner: { b: 1 } } }, { free: { other: { deep: 1 }, inner: {} } }],
  [{ any: { a: [{ b: 1 }] } }, { any: { a: [{ b: 1 }] } }],
  [{ template: { ...kinds, other: 1, spec: { b: 1 } } }, { template: { ...kinds, spec: {} } }],
  [{ toString: 1 }, {}],
])('of %j leaves %j', (spec, kept) => {
  expect(pruned(node, { ...kinds, nope: 1, spec } as object)).toEqual({ ...kinds, spec: kept });
});

it('what is known as a whole is the same', () => {
  const object = deepFreeze({ ...kinds, spec: { known: 'x', many: [{ a: '1' }] } });
  expect(pruned(node, object)).toBe(object);
});
