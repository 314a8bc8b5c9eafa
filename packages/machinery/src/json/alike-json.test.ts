/** Texts read one after the other give what `JSON.parse` gives of each, frozen; what is alike is the same value. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AlikeJson } from './alike-json.js';
import { parseJson, stringifyJson } from './json-text.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A parser that has read this before. */
function after(...texts: readonly string[]): AlikeJson {
  const json = new AlikeJson();
  for (const text of texts) json.parse(bytes(text));
  return json;
}

type Outcome = { readonly value: unknown } | 'malformed';

function outcome(parse: () => unknown): Outcome {
  try {
    return { value: parse() };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return 'malformed';
  }
}

/** In the order of fields too, and with those that objects have by nature (`constructor`). */
const expectSame = (value: unknown, expected: unknown) => expect(stringifyJson(value)).toBe(stringifyJson(expected));

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value)).toBe(true);
  for (const part of Object.values(value)) expectFrozen(part);
}

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'name', '__proto__', 'constructor', '1', 'ü', 'line\n"break"'),
  fc.string({ maxLength: 3 }),
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    12,
    1.5,
    15,
    -1,
    1e21,
    9007199254740993n,
    true,
    false,
    null,
    '',
    'a',
    'ab',
    'ü',
    '\u2028',
    '\ud800',
    '\\"',
  ),
  fc.integer(),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const indent = fc.constantFrom(0, 1, 2);

/** A text that differs little from another: a piece of it is taken out, put in twice, or replaced. */
const edit = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 8 }),
  text: fc.constantFrom('', '1', '"', ',', '{}', '"a":', ' '),
});
const edited = (text: string, { at, length, text: instead }: { at: number; length: number; text: string }) => {
  const from = at % (text.length + 1);
  // Half a character is none in UTF-8.
  return new TextDecoder().decode(bytes(text.slice(0, from) + instead + text.slice(from + length)));
};

describe('AlikeJson', () => {
  it('gives what JSON.parse gives, whatever was read before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyValue, indent), { minLength: 1, maxLength: 4 }), (values) => {
        const json = new AlikeJson();
        for (const [value, spaces] of values) {
          const text = stringifyJson(value, spaces);
          const parsed = json.parse(bytes(text));
          expectSame(parsed, parseJson(text));
          expectFrozen(parsed);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes and refuses the same texts as JSON.parse, after ones that differ little from them', () => {
    fc.assert(
      fc.property(anyValue, fc.array(edit, { minLength: 1, maxLength: 6 }), (value, edits) => {
        const json = after(stringifyJson(value));
        let text = stringifyJson(value);
        for (const one of edits) {
          const next = edited(text, one);
          const expected = outcome(() => parseJson(next));
          expectSame(
            outcome(() => json.parse(bytes(next))),
            expected,
          );
          if (expected !== 'malformed') text = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads what comes after a malformed text as if that had not come', () => {
    const json = after('[[10],20]');
    // It fails while items are compared with one another.
    expect(() => json.parse(bytes('[[77],20,"x'))).toThrow(SyntaxError);
    expectSame(json.parse(bytes('[[77],20]')), [[77], 20]);
  });

  const pod = (name: string, value: string) => ({
    metadata: { name, labels: { app: 'web' } },
    spec: {
      volumes: [{ name: 'data' }],
      containers: [
        {
          env: [
            { name: 'A', value },
            { name: 'B', value: 'same' },
          ],
        },
      ],
    },
  });
  type Pod = ReturnType<typeof pod>;

  it('shares what is the same in one text and the next', () => {
    const json = new AlikeJson();
    const [one, two] = ['1', '2'].map((n) => json.parse(bytes(JSON.stringify(pod(`pod-${n}`, n)))) as Pod) as [
      Pod,
      Pod,
    ];
    expect(two).toEqual(pod('pod-2', '2'));
    expect(two.metadata.labels).toBe(one.metadata.labels);
    expect(two.spec.volumes).toBe(one.spec.volumes);
    expect(two.spec.containers[0]!.env[1]).toBe(one.spec.containers[0]!.env[1]);
    expect(two.spec.containers[0]!.env[0]).not.toBe(one.spec.containers[0]!.env[0]);
  });

  it('compares the items of an array with one another', () => {
    const json = after('{"items":[{}]}');
    const items = Array.from({ length: 100 }, (_, n) => pod(`pod-${n}`, 'x'));
    const parsed = json.parse(bytes(JSON.stringify({ kind: 'PodList', items }))) as { items: Pod[] };
    expect(parsed.items).toEqual(items);
    for (const item of parsed.items) expect(item.spec).toBe(parsed.items[0]!.spec);
  });

  it('lets a field come and go, and be there twice', () => {
    const texts = [
      '{"a":{"x":1},"b":2}',
      '{"a":{"x":1},"c":3,"b":2}',
      '{"b":2,"a":{"x":1}}',
      '{"a":1,"a":{"x":1}}',
      '{"a":{"x":1}}',
      '{"a":2,"a":{"x":1}}',
      '{"__proto__":1,"__proto__":2}',
      '{"a":1,"__proto__":{},"__proto__":{"x":1}}',
      '{}',
    ];
    const json = new AlikeJson();
    for (const text of texts) expectSame(json.parse(bytes(text)), parseJson(text));
  });

  it('does not take a longer number for the one that it begins with', () => {
    for (const text of ['[12]', '[1.5]', '[1e3]', '12', '1'])
      expect(after('[1]', '1').parse(bytes(text))).toEqual(parseJson(text));
  });
});
