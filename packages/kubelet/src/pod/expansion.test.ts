import { describe, expect, it } from '@jest/globals';
import { expand } from './expansion.js';

describe('expand', () => {
  const values: Record<string, string> = { A: 'a', EMPTY: '', B: '$(A)' };
  const cases: [text: string, result: string][] = [
    ['', ''],
    ['plain', 'plain'],
    ['$(A)', 'a'],
    ['x-$(A)-$(EMPTY)-y', 'x-a--y'],
    ['$(NONE)', '$(NONE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$(B)', '$(A)'],
    ['$(A', '$(A'],
    ['$A $', '$A $'],
    ['$' + '{A}', '$' + '{A}'],
    ['$()', '$()'],
  ];
  for (const [text, result] of cases)
    it(JSON.stringify(text), () => expect(expand(text, (name) => values[name])).toBe(result));
});
