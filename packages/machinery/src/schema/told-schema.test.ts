/** Schemas of definitions as documents tell them, after apiextensions-apiserver 0.33 (`apiserver/schema`, `controller/openapi`). */
import { expect, it } from '@jest/globals';
import { toldSchema } from './told-schema.js';

const text = { type: 'string' };
const open = { 'x-kubernetes-preserve-unknown-fields': true };
const either = { 'x-kubernetes-int-or-string': true };
const embedded = { 'x-kubernetes-embedded-resource': true };
const whole = { apiVersion: text, kind: text, metadata: { $ref: 'm' } };

const alike: readonly object[] = [
  open,
  { type: 'object', additionalProperties: open },
  { type: 'object', additionalProperties: true },
  { type: 'object', additionalProperties: false },
  { type: 'array', items: open, default: [] },
  { ...open, title: 'any', description: 'd', default: { a: 1 }, properties: { a: text }, required: ['a', 'b'] },
  { ...text, minLength: 0, default: '', enum: ['', 'a'], nullable: true },
  { type: 'boolean', default: false },
  { ...either, anyOf: [{ type: 'integer' }, text] },
  { ...either, allOf: [{ anyOf: [{ type: 'integer' }, text] }, { minimum: 1 }] },
  { type: 'object', oneOf: [{ required: ['a'] }, { properties: { b: { not: { maxLength: 1 } } } }] },
  { type: 'object', 'x-kubernetes-map-type': 'atomic', 'x-kubernetes-validations': [{ rule: 'true' }] },
  { type: 'array', items: text, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] },
];

it.each(alike)('%j', (written) => expect(toldSchema(written, whole)).toEqual(written));

it.each<readonly [written: object, told: object]>([
  [{ ...text, example: 'a', externalDocs: { url: 'u' }, description: '', uniqueItems: false }, text],
  [{ type: 'object', properties: {}, required: [], allOf: [], enum: [] }, { type: 'object' }],
  [
    { type: 'object', ...embedded, properties: { spec: text, kind: { enum: ['A'] } }, required: ['kind', 'spec'] },
    { type: 'object', ...embedded, properties: { spec: text, ...whole }, required: ['kind', 'spec', 'apiVersion'] },
  ],
  [
    { ...either, pattern: '^1' },
    { ...either, pattern: '^1', anyOf: [{ type: 'integer' }, text] },
  ],
  [
    { ...either, anyOf: [{ minimum: 1 }], allOf: [{ maximum: 2 }] },
    { ...either, anyOf: [{ minimum: 1 }], allOf: [{ anyOf: [{ type: 'integer' }, text] }, { maximum: 2 }] },
  ],
  [
    { ...open, ...embedded },
    { ...open, ...embedded, properties: whole, required: ['kind', 'apiVersion'] },
  ],
])('%j is told as %j', (written, told) => expect(toldSchema(written, whole)).toEqual(told));
