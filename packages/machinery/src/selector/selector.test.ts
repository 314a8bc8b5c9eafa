import { describe, expect, it } from '@jest/globals';
import type { LabelSelector } from '../meta/v1.js';
import { parseFieldSelector } from './field-selector.js';
import {
  formatLabelSelector,
  labelSelectorFault,
  labelSelectorMatcher,
  parseLabelSelector,
  SelectorSyntaxError,
} from './label-selector.js';

const labels = { app: 'web', tier: 'front', size: '5' };

describe('label selectors', () => {
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app!=web', false],
    ['missing!=web', true],
    ['app in (web,db)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['size>4,size<6', true],
    ['size>5', false],
    ['app=web,tier in (front)', true],
    ['app=', false],
    ['constructor', false],
  ])('%j: %s', (text, expected) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(expected);
  });

  it.each(['a=(', ',', 'a in b', 'a,', '=', 'a in (b', 'a b', 'A B=c', 'size>x', `${'x'.repeat(64)}=1`, 'a=-'])(
    '%j is refused',
    (text) => {
      expect(() => parseLabelSelector(text)).toThrow(SelectorSyntaxError);
    },
  );

  it('of objects: absent matches nothing, empty matches everything', () => {
    expect(labelSelectorMatcher(undefined).matches(labels)).toBe(false);
    expect(labelSelectorMatcher({}).matches(labels)).toBe(true);
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }],
    };
    expect(labelSelectorMatcher(selector).matches(labels)).toBe(true);
    expect(formatLabelSelector(selector)).toBe('app=web,tier in (back,front)');
  });
});

describe('field selectors', () => {
  it('reads terms and escapes', () => {
    expect(parseFieldSelector('a=b,c!=d,e==f\\,g').requirements).toEqual([
      { field: 'a', operator: '=', value: 'b' },
      { field: 'c', operator: '!=', value: 'd' },
      { field: 'e', operator: '=', value: 'f,g' },
    ]);
  });
  it('a term of no field and no value asks for nothing', () => {
    expect(parseFieldSelector('=,a=,!=').requirements).toEqual([{ field: 'a', operator: '=', value: '' }]);
  });
  it.each(['a', 'a=b=c', 'a=\\x'])('%j is refused', (text) => {
    expect(() => parseFieldSelector(text)).toThrow(SelectorSyntaxError);
  });
});

describe('what keeps the selector of an object from meaning anything', () => {
  const expression = (key: string, operator: string, values?: readonly string[]): LabelSelector =>
    ({ matchExpressions: [{ key, operator, ...(values && { values }) }] }) as LabelSelector;
  it.each<[LabelSelector, string | undefined]>([
    [{}, undefined],
    [{ matchLabels: { a: 'b' }, ...expression('a/b', 'NotIn', ['', 'c']) }, undefined],
    [expression('a', 'Exists'), undefined],
    [
      expression('a', 'In', []),
      "values: Invalid value: []string{}: for 'in', 'notin' operators, values set can't be empty",
    ],
    [
      expression('a', 'Exists', ['b']),
      'values: Invalid value: []string{"b"}: values set must be empty for exists and does not exist',
    ],
  ])('%j', (selector, expected) => expect(labelSelectorFault(selector)).toBe(expected));

  it('names keys and values that no label has', () => {
    expect(labelSelectorFault({ matchLabels: { a: '-' } })).toMatch(
      /^values\[0\]\[a\]: Invalid value: "-": a valid label/,
    );
    expect(labelSelectorFault(expression('a', 'In', ['b', '-']))).toMatch(/^values\[1\]\[a\]: Invalid value: "-"/);
    expect(labelSelectorFault(expression('-', 'Exists'))).toMatch(/^key: Invalid value: "-": name part must/);
    expect(labelSelectorFault(expression('-', 'In', ['-']))).toMatch(/^\[key: .*, values\[0\]\[-\]: .*\]$/);
  });
});
