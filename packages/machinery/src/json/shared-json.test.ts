/** What was written is read as equal values that share the same parts; what no writer writes is refused. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deepFreeze } from '../meta/frozen.js';
import { SharedJsonReader, SharedJsonWriter } from './shared-json.js';

/** Every object and array in a value, in the order in which they begin. */
function partsOf(value: unknown, parts: object[] = []): readonly object[] {
  if (typeof value !== 'object' || value === null) return parts;
  parts.push(value);
  for (const key in value) partsOf((value as Record<string, unknown>)[key], parts);
  return parts;
}

/** For each part the place of its first appearance. */
const sharingOf = (parts: readonly object[]) => {
  const places = new Map<object, number>();
  return parts.map((part, place) => {
    if (!places.has(part)) places.set(part, place);
    return places.get(part);
  });
};

const template = deepFreeze({ containers: [{ name: 'main', env: [{ name: 'A', value: 'b' }] }], volumes: [] });
const pod = (name: string, spec: object = template) => deepFreeze({ metadata: { name }, spec });

const keys = fc.constantFrom('a', 'b', '__proto__', 'constructor', '1', '');
/** Some of whose parts are the same part. */
const shared = fc.letrec((tie) => ({
  part: fc.oneof(
    { maxDepth: 4 },
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>('', 'text', '\u007f0', 'a\u007f0', 0, 1.5, true, null),
    tie('part'),
    // The same array or object in several places.
    fc.constantFrom<unknown>(template, template.containers, template.volumes),
  ),
}));

describe('SharedJson', () => {
  it('tells a template once', () => {
    const writer = new SharedJsonWriter();
    expect(writer.write(pod('a'))).toBe(JSON.stringify(pod('a')));
    expect(writer.write(pod('b'))).toBe('{"metadata":{"name":"b"},"spec":"\u007f2"}');
  });

  it('reads what is written, as equal values that share as much', () => {
    fc.assert(
      fc.property(fc.array(shared.part, { minLength: 1, maxLength: 6 }), (values) => {
        const [writer, reader] = [new SharedJsonWriter(), new SharedJsonReader()];
        const written = values.map((value) => deepFreeze(value as object));
        const told = written.flatMap((value) => {
          const text = writer.write(value);
          return text === undefined ? [] : [{ value, text }];
        });
        const read = told.map(({ text }) => reader.read(text));
        expect(JSON.stringify(read)).toBe(JSON.stringify(told.map(({ value }) => value)));
        const parts = partsOf(read).slice(1);
        expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
        const expected = partsOf(told.map(({ value }) => value)).slice(1);
        expect(sharingOf(parts)).toEqual(sharingOf(expected));
      }),
      { numRuns: 2_000 },
    );
  });

  it('goes on after thousands of parts, with as much on both sides', () => {
    const [writer, reader] = [new SharedJsonWriter(), new SharedJsonReader()];
    let written = 0;
    for (let i = 0; i < 5_000; i++) {
      const text = writer.write(pod(`pod-${i}`))!;
      written += text.length;
      expect(reader.read(text)).toEqual(pod(`pod-${i}`));
    }
    expect(written).toBeLessThan(5_000 * 50);
  });

  it('does not write a text that begins as the name of a part, and what comes after is read all the same', () => {
    const [writer, reader] = [new SharedJsonWriter(), new SharedJsonReader()];
    reader.read(writer.write(pod('a'))!);
    const odd = pod('b', deepFreeze({ containers: [{ name: '\u007f2' }], like: template }));
    expect(writer.write(odd)).toBeUndefined();
    expect(reader.read(writer.write(pod('c'))!)).toEqual(pod('c'));
    expect(reader.read(writer.write(pod('d', deepFreeze({ of: template })))!)).toEqual(pod('d', { of: template }));
  });

  it.each([
    ['a part that has not stood yet', '{"a":"\u007f7"}'],
    ['a part that holds itself', '{"a":{"b":"\u007f1"}}'],
    ['a number that is none', '{"a":"\u007fx"}'],
    ['a number below zero', '{"a":"\u007f-1"}'],
    ['a name alone', '"\u007f0"'],
    ['a text cut off', '{"a":'],
  ])('refuses %s', (_, text) => {
    expect(() => new SharedJsonReader().read(text)).toThrow(SyntaxError);
  });
});
