/** Places of custom schemas that OpenAPI v2 tells otherwise than v3, as apiextensions-apiserver 0.33 does (its `openapi/v2`). */
import { expect, it } from '@jest/globals';
import { customInV2 } from './custom-in-v2.js';

const text = { type: 'string' };
const open = { 'x-kubernetes-preserve-unknown-fields': true };
const embedded = { 'x-kubernetes-embedded-resource': true };
const kind = { 'x-kubernetes-group-version-kind': [{ group: 'a', kind: 'B', version: 'v1' }] };

it.each<readonly [v3: object, v2: object]>([
  [
    { ...kind, ...open, properties: { spec: text }, type: 'object', description: 'd' },
    { type: 'object', ...kind },
  ],
  [
    { type: 'object', required: ['a', 'b'], properties: { a: { ...text, nullable: true }, b: text } },
    { type: 'object', required: ['b'], properties: { a: {}, b: text } },
  ],
  [
    { properties: { a: { type: 'object', nullable: true, required: ['b'], properties: { b: text } } } },
    { properties: { a: { required: ['b'] } } },
  ],
  [{ items: { type: 'array', nullable: true, items: text } }, { items: {} }],
  [{ items: { type: 'array', ...open, items: text } }, { items: open }],
  [{ items: { type: 'object', ...open, properties: { a: text } } }, { items: open }],
  [{ items: { ...text, ...open } }, { items: { ...text, ...open } }],
  [
    { items: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, text] } },
    { items: { 'x-kubernetes-int-or-string': true } },
  ],
  [{ items: { ...text, oneOf: [{ enum: ['a'] }], not: { maxLength: 0 }, allOf: [{ maxLength: 1 }] } }, { items: text }],
  [{ required: ['a'], additionalProperties: { ...text, nullable: true } }, { additionalProperties: {} }],
  [{ additionalProperties: true }, { additionalProperties: true }],
  [
    { properties: { default: { ...text, default: 'a' }, b: { type: 'object', default: { type: 'a' } } } },
    { properties: { default: text, b: { type: 'object' } } },
  ],
  [
    {
      properties: { a: { ...embedded, ...open, required: ['kind', 'apiVersion', 'spec'], properties: { kind: text } } },
    },
    { properties: { a: { ...embedded, ...open, required: ['spec'] } } },
  ],
  [
    { properties: { metadata: { allOf: [{ $ref: '#/components/schemas/Meta' }], description: 'd' } } },
    { properties: { metadata: { $ref: '#/definitions/Meta', description: 'd' } } },
  ],
])('%j', (v3, v2) => expect(customInV2(v3 as Readonly<Record<string, unknown>>)).toEqual(v2));
