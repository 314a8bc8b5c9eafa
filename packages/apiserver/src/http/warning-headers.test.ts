/** Warnings as headers: what is left out of them, and what is cut. */
import { expect, it } from '@jest/globals';
import { warningHeaders } from './warning-headers.js';

it.each<readonly [string, readonly string[], readonly string[]]>([
  ['each text once', ['a', 'b', 'a'], ['299 - "a"', '299 - "b"']],
  ['none that is empty or breaks a line', ['', 'a\nb', 'c'], ['299 - "c"']],
  ['quotes and wide letters as they are', ['"ü"'], ['299 - "\\"ü\\""']],
  ['what is long, where all of it fits', ['x'.repeat(4_096)], [`299 - "${'x'.repeat(4_096)}"`]],
  ['what is long cut, where it does not fit', ['x'.repeat(5_000), 'y'], [`299 - "${'x'.repeat(256)}"`, '299 - "y"']],
])('tell %s', (_what, texts, headers) => {
  expect(warningHeaders(texts)).toEqual(headers);
});

it('end where there is too much even when all are cut', () => {
  const texts = Array.from({ length: 40 }, (_, at) => `${String(at).padStart(2, '0')}${'y'.repeat(300)}`);
  expect(warningHeaders(texts)).toHaveLength(16);
});
