import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deepFreeze } from '../meta/frozen.js';
import type { SchemaNode } from '../schema/schema.js';
import { compareValues } from './compare-values.js';

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

describe('compareValues', () => {
  it('says the same of what comes, whatever came before and is shared with it', () => {
    fc.assert(
      fc.property(value, value, fc.subarray(['labels', 'items', 'set', 'unknown']), (a, b, shared) => {
        const before = deepFreeze({ ...b }) as Record<string, unknown>;
        const fresh = a as Record<string, unknown>;
        // As objects of one template do.
        const now = deepFreeze({ ...fresh, ...Object.fromEntries(shared.map((key) => [key, before[key]])) });
        compareValues(place, undefined, before);
        // Not frozen, and so not remembered.
        const alone = compareValues(place, undefined, structuredClone(now));
        expect(compareValues(place, undefined, now).changed.fieldsV1).toEqual(alone.changed.fieldsV1);
      }),
    );
  });

  it('a time that nobody spoke of is null where it is a struct in Go, and whoever makes it so has changed it', () => {
    const time = (alwaysThere: boolean): SchemaNode => ({ type: 'string', format: 'date-time', alwaysThere });
    const times: SchemaNode = { type: 'object', properties: { struct: time(true), pointer: time(false) } };
    const at = '2026-01-01T00:00:00Z';
    expect(compareValues(times, undefined, {}).changed.fieldsV1).toEqual({ '.': {}, 'f:struct': {} });
    const { changed, removed } = compareValues(times, { struct: at, pointer: at }, {});
    expect([changed.fieldsV1, removed.fieldsV1]).toEqual([{ 'f:struct': {} }, { 'f:pointer': {} }]);
  });

  it('looks again at what may have changed', () => {
    const labels: Record<string, string> = { a: '1' };
    expect(compareValues(place, undefined, { labels }).changed.fieldsV1).toEqual({
      '.': {},
      'f:labels': { '.': {}, 'f:a': {} },
    });
    labels['b'] = '2';
    expect(compareValues(place, undefined, { labels }).changed.fieldsV1).toMatchObject({ 'f:labels': { 'f:b': {} } });
  });
});
