import { describe, expect, it } from '@jest/globals';
import {
  countCommon,
  countIndexes,
  firstFree,
  formatIndexes,
  hasIndex,
  type IndexSet,
  parseIndexes,
  withIndexes,
} from './indexes.js';

describe('indexes as text', () => {
  // What a status said, how many completions there are, which indexes are new, and what both are together.
  const cases: [before: string, completions: number, more: number[], read: string, after: string][] = [
    ['', 2, [1], '', '1'],
    ['', 11, [5, 5, 10], '', '5,10'],
    ['', 8, [2, 3, 5, 6, 7], '', '2,3,5-7'],
    ['3-5', 4, [0, 1, 2, 2], '3', '0-3'],
    ['0-5,8-10', 8, [], '0-5', '0-5'],
    ['0-5,8-10', 10, [], '0-5,8,9', '0-5,8,9'],
    ['0,4,5,10-12', 13, [2, 7, 8], '0,4,5,10-12', '0,2,4,5,7,8,10-12'],
    ['3,4,6', 9, [2, 7, 8], '3,4,6', '2-4,6-8'],
    ['2,7,8', 9, [3, 4, 6], '2,7,8', '2-4,6-8'],
    ['2-7', 10, [0, 3, 5, 9], '2-7', '0,2-7,9'],
    ['0,1-foo,bar', 4, [3], '0', '0,3'],
  ];
  it.each(cases)('%j of %d, with %j', (before, completions, more, read, after) => {
    const indexes = parseIndexes(before, completions);
    expect(formatIndexes(indexes)).toBe(read);
    expect(formatIndexes(withIndexes(indexes, more))).toBe(after);
    expect(parseIndexes(after, completions)).toEqual(withIndexes(indexes, more));
  });
});

describe('hasIndex', () => {
  const cases: [indexes: string, index: number, has: boolean][] = [
    ['', 4, false],
    ['2-4,5-7', 1, false],
    ['2-4,6-8', 9, false],
    ['2-4,6-8', 5, false],
    ['2-4,6-8', 2, true],
    ['2-4,6-8', 8, true],
  ];
  it.each(cases)('%j has %d: %s', (indexes, index, has) =>
    expect(hasIndex(parseIndexes(indexes, 100), index)).toBe(has),
  );
});

describe('firstFree', () => {
  const cases: [taken: string, count: number, completions: number, free: number[]][] = [
    ['', 5, 3, [0, 1, 2]],
    ['', 2, 5, [0, 1]],
    ['0-1', 3, 10, [2, 3, 4]],
    ['4-6', 6, 6, [0, 1, 2, 3]],
    ['2-5,8-9', 5, 20, [0, 1, 6, 7, 10]],
    ['', 0, 5, []],
  ];
  it.each(cases)('beside %j, %d of %d', (taken, count, completions, free) =>
    expect(firstFree(parseIndexes(taken, 100), count, completions)).toEqual(free),
  );
});

describe('countCommon', () => {
  const cases: [a: IndexSet, b: IndexSet, common: number][] = [
    [[], [[0, 3]], 0],
    [[[1, 3]], [[0, 0]], 0],
    [
      [
        [0, 4],
        [6, 9],
      ],
      [
        [1, 3],
        [7, 8],
      ],
      5,
    ],
    [
      [
        [0, 6],
        [8, 9],
      ],
      [
        [1, 3],
        [5, 9],
      ],
      7,
    ],
    [
      [
        [0, 3],
        [6, 9],
      ],
      [[1, 10]],
      7,
    ],
  ];
  it.each(cases)('%j and %j', (a, b, common) => {
    expect(countCommon(a, b)).toBe(common);
    expect(countCommon(b, a)).toBe(common);
    expect(countCommon(a, a)).toBe(countIndexes(a));
  });
});
