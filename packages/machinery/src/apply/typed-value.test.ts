import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SchemaNode } from '../schema/schema.js';
import { fieldTreeOf } from './typed-value.js';

const text: SchemaNode = { type: 'string' };
const place: SchemaNode = {
  type: 'object',
  properties: {
    name: text,
    labels: { type: 'map', values: text },
    set: { type: 'array', listType: 'set', items: text },
    atomic: { type: 'array', items: text },
    items: {
      type: 'array',
      listType: 'map',
      listMapKeys: ['name'],
      items: { type: 'object', properties: { name: text, value: text, more: { type: 'map', values: text } } },
    },
  },
};

const word = fc.constantFrom('a', 'b', 'c');
const words = fc.dictionary(word, word);
const value = fc.record(
  {
    name: word,
    labels: words,
    set: fc.uniqueArray(word),
    atomic: fc.array(word),
    items: fc.uniqueArray(fc.record({ name: word, value: word, more: words }, { requiredKeys: ['name'] }), {
      selector: ({ name }) => name,
    }),
    unknown: words,
  },
  { requiredKeys: [] },
);

describe('fieldTreeOf', () => {
  it('says the same of a value whatever it is told of another', () => {
    fc.assert(
      fc.property(
        value,
        value,
        fc.array(fc.constantFrom('labels', 'items', 'set'), { maxLength: 2 }),
        (a, b, shared) => {
          const like = Object.fromEntries(Object.entries(b)) as Record<string, unknown>;
          // Parts that both hold, as versions and objects of one template do.
          for (const key of shared) like[key] = (a as Record<string, unknown>)[key] ?? like[key];
          const tree = fieldTreeOf(place, a, true, like, fieldTreeOf(place, like));
          expect(tree.fieldsV1).toEqual(fieldTreeOf(place, a).fieldsV1);
        },
      ),
    );
  });

  it('gives the tree of what it was told of where the members are the same', () => {
    const like = { name: 'a', labels: { x: '1' } };
    const known = fieldTreeOf(place, like);
    expect(fieldTreeOf(place, { name: 'b', labels: { x: '2' } }, true, like, known)).toBe(known);
    expect(fieldTreeOf(place, { name: 'b', labels: { y: '2' } }, true, like, known)).not.toBe(known);
    expect(fieldTreeOf(place, { name: 'b' }, true, like, known).fieldsV1).toEqual({ 'f:name': {} });
  });
});
