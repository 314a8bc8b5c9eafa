import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { applyJsonPatch } from './json-patch.js';
import { jsonPatchBetween } from './json-patch-between.js';

describe('the patch between', () => {
  it.each<readonly [before: unknown, after: unknown, operations: readonly object[]]>([
    [{ a: 1 }, { a: 1 }, []],
    [
      { a: { b: 1, c: 2 } },
      { a: { b: 3 } },
      [
        { op: 'remove', path: '/a/c' },
        { op: 'replace', path: '/a/b', value: 3 },
      ],
    ],
    [{}, { 'x/y~z': null }, [{ op: 'add', path: '/x~1y~0z', value: null }]],
    [
      { l: [1, 2, 3] },
      { l: [0] },
      [
        { op: 'replace', path: '/l/0', value: 0 },
        { op: 'remove', path: '/l/2' },
        { op: 'remove', path: '/l/1' },
      ],
    ],
    [
      { l: [] },
      { l: [1, { a: 2 }] },
      [
        { op: 'add', path: '/l/-', value: 1 },
        { op: 'add', path: '/l/-', value: { a: 2 } },
      ],
    ],
    [{ l: [1] }, { l: { a: 1 } }, [{ op: 'replace', path: '/l', value: { a: 1 } }]],
    [{ a: undefined }, { b: undefined }, []],
  ])('%j and %j', (before, after, operations) => {
    expect(jsonPatchBetween(before, after)).toEqual(operations);
    expect(applyJsonPatch(deepFreeze(before), deepFreeze(operations))).toEqual(after);
  });
});
