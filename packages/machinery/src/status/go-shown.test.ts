import { describe, expect, test } from '@jest/globals';
import { duplicateField, invalidField, notSupportedField } from './field-errors.js';
import { shownBytes, shownSelector, shownTextMap, shownTexts, shownUntyped } from './go-shown.js';
import { fieldErrorBody } from './status-error.js';

describe('values that are at fault', () => {
  test.each<[string, unknown, string]>([
    ['nothing', null, '"null"'],
    ['what is not there', undefined, '"null"'],
    ['a text', 'a"b', '"a\\"b"'],
    ['a number', 1.5, '1.5'],
    ['texts', ['a', 'b'], '[]string{"a", "b"}'],
    ['no texts', shownTexts(undefined), '[]string(nil)'],
    ['texts of a type', shownTexts(['a'], 'core.IPFamily'), '[]core.IPFamily{"a"}'],
    ['labels, by their names', shownTextMap({ b: '2', a: '1' }), 'map[string]string{"a":"1", "b":"2"}'],
    ['no labels', shownTextMap(undefined), 'map[string]string(nil)'],
    ['bytes', shownBytes('LQA='), '[]byte{0x2d, 0x0}'],
    ['no bytes', shownBytes(undefined), '[]byte(nil)'],
    ['no selector', shownSelector(undefined), '"null"'],
    [
      'a selector',
      shownSelector({ matchLabels: { a: 'b' } }),
      'v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}',
    ],
    [
      'a selector by expressions',
      shownSelector({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }),
      'v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"Exists", Values:[]string(nil)}}}',
    ],
    ['a text of a custom object', shownUntyped('a'), '"a"'],
    ['null in a custom object', shownUntyped(null), '"null"'],
    [
      'a map of a custom object',
      shownUntyped({ b: [1, 'x', null, true], a: {} }),
      'map[string]interface {}{"a":map[string]interface {}{}, "b":[]interface {}{1, "x", interface {}(nil), true}}',
    ],
  ])('%s', (_, value, shown) => {
    expect(fieldErrorBody(invalidField('spec', value, 'no'))).toBe(`Invalid value: ${shown}: no`);
    expect(fieldErrorBody(duplicateField('spec', value))).toBe(`Duplicate value: ${shown}`);
    expect(fieldErrorBody(notSupportedField('spec', value, ['a']))).toBe(
      `Unsupported value: ${shown}: supported values: "a"`,
    );
  });
});
