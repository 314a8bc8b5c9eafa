/** JSON with whole numbers of 64 bits: exact where a number of JavaScript is not, and plain JSON everywhere else. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson, stringifyJson } from './json-text.js';

describe('parseJson', () => {
  it.each<readonly [text: string, value: unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    // What does not fit into 64 bits, Go holds as a fraction.
    ['9223372036854775808', 2 ** 63],
    ['12345678901234567890123', 1.2345678901234568e22],
    ['9007199254740993.0', 9007199254740992],
    ['9007199254740993e0', 9007199254740992],
    [
      '{"a":["9007199254740993",9007199254740993,"#0#9007199254740993"]}',
      { a: ['9007199254740993', 9007199254740993n, '#0#9007199254740993'] },
    ],
    [
      '{"9007199254740993":"\\"9007199254740993","b":"\\u00230#1"}',
      { '9007199254740993': '"9007199254740993', b: '#0#1' },
    ],
    ['{"a":"#0#1","a":9007199254740993}', { a: 9007199254740993n }],
  ])('reads %s', (text, value) => expect(parseJson(text)).toEqual(value));

  it('refuses what JSON.parse refuses', () => {
    for (const text of ['{"a":09007199254740993}', '9007199254740993x', '[9007199254740993'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe('stringifyJson', () => {
  it('writes lines, and leaves out what JSON has not', () =>
    expect(stringifyJson({ a: 9007199254740993n, b: undefined, c: ['#0#1', '#1#2'] }, 1)).toBe(
      '{\n "a": 9007199254740993,\n "c": [\n  "#0#1",\n  "#1#2"\n ]\n}',
    ));

  it('refuses a value that holds itself', () => {
    const value: Record<string, unknown> = { a: 9007199254740993n };
    value['self'] = value;
    expect(() => stringifyJson(value)).toThrow(TypeError);
  });
});

const beyond = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const text = fc.oneof(fc.string(), fc.constantFrom('#0#', '#1#', '#01#', '#0#9007199254740993', '"#0#1', '\\"#1#2'));
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...[beyond, text, fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()],
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

it('what was written is read again as it was', () => {
  fc.assert(
    fc.property(anyValue, fc.constantFrom(undefined, 2), (value, indent) => {
      const written = stringifyJson(value, indent);
      expect(stringifyJson(parseJson(written), indent)).toBe(written);
    }),
    { numRuns: 500 },
  );
});
