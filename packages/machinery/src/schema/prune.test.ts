import { expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { coerced, pruned, readBack } from './prune.js';
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

it.each<readonly [spec: unknown, kept: unknown]>([
  [{ known: null, nope: 1, many: [null, { a: null }] }, { many: [null, {}] }],
  [{ map: { x: null, y: { a: null } } }, { map: { y: {} } }],
  [
    { free: { other: null, inner: null }, any: { a: null } },
    { free: { other: null }, any: { a: null } },
  ],
  [
    { maybe: null, withDefault: null },
    { maybe: null, withDefault: null },
  ],
])('of %j, which another program made, leaves %j', (spec, kept) => {
  const more = { maybe: { ...text, nullable: true }, withDefault: { ...text, default: 'a' } };
  const of: SchemaNode = {
    ...node.properties!['spec']!,
    properties: { ...node.properties!['spec']!.properties, ...more },
  };
  expect(coerced({ ...node, properties: { spec: of } }, { ...kinds, spec } as object)).toEqual({
    ...kinds,
    spec: kept,
  });
});

it('what is known as a whole is the same', () => {
  const object = deepFreeze({ ...kinds, spec: { known: 'x', many: [{ a: '1' }] } });
  expect(pruned(node, object)).toBe(object);
});

it.each<readonly [spec: unknown, read: unknown]>([
  [{}, { color: 'red', deep: { inner: 3 } }],
  [
    { color: null, none: null, maybe: null },
    { color: 'red', deep: { inner: 3 }, maybe: null },
  ],
  [
    { color: 'blue', deep: {} },
    { color: 'blue', deep: { inner: 3 } },
  ],
  [
    { color: '', deep: { inner: 0 }, nope: 1 },
    { color: '', deep: { inner: 0 } },
  ],
  [{ deep: 'odd' }, { color: 'red', deep: 'odd' }],
  [{ list: [{}, null, 'odd'] }, { color: 'red', deep: { inner: 3 }, list: [{ a: 'A' }, { a: 'A' }, 'odd'] }],
  [{ map: { x: {}, y: null } }, { color: 'red', deep: { inner: 3 }, map: { x: { a: 'A' } } }],
])('%j is read back as %j', (spec, read) => {
  const part: SchemaNode = { type: 'object', properties: { a: { ...text, default: 'A' } } };
  const properties: Record<string, SchemaNode> = {
    color: { ...text, default: 'red' },
    none: text,
    maybe: { ...text, nullable: true },
    deep: { type: 'object', properties: { inner: { type: 'integer', default: 3 } }, default: {} },
    list: { type: 'array', items: { ...part, default: {} } },
    map: { type: 'map', values: part },
  };
  const kind: SchemaNode = { type: 'object', properties: { spec: { type: 'object', properties } } };
  expect(readBack(kind, { ...kinds, spec } as object)).toEqual({ ...kinds, spec: read });
  const again = deepFreeze({ ...kinds, spec: read } as object);
  expect(readBack(kind, again)).toBe(again);
});

it('of objects within an object what cannot be read of their metadata is gone when they are read back, and else they are as they were', () => {
  const pod: SchemaNode = { type: 'object', embeddedResource: true, preserveUnknownFields: true };
  const spec: SchemaNode = { type: 'object', properties: { pod, pods: { type: 'array', items: pod } } };
  const kind: SchemaNode = { type: 'object', properties: { spec } };
  const whole = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { a: 'b' } }, more: { metadata: 7 } };
  const odd = { ...whole, kind: 7, metadata: { name: 'a', labels: { a: 7 }, generation: 'x', other: 1 } };
  const { kind: _kind, ...left } = { ...whole, metadata: { name: 'a' } };
  const object = (inner: object) => deepFreeze({ ...kinds, spec: inner } as object);
  expect(readBack(kind, object({ pod: odd, pods: [whole, odd] }))).toEqual(object({ pod: left, pods: [whole, left] }));
  const again = object({ pod: whole, pods: [whole, { metadata: 'odd' }] });
  expect(readBack(kind, again)).toBe(again);
});
