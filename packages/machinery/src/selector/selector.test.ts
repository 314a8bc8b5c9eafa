import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector } from './field-selector.js';
import {
  formatLabelSelector,
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
  it.each(['a', 'a=b=c', 'a=\\x'])('%j is refused', (text) => {
    expect(() => parseFieldSelector(text)).toThrow(SelectorSyntaxError);
  });
});
