/** Where values begin and end in a JSON text in UTF-8. It finds; it does not check: what is found is parsed by somebody else. */
import { parseJson } from './json-text.js';

export const marks = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  arrayStart: 0x5b,
  backslash: 0x5c,
  arrayEnd: 0x5d,
  objectStart: 0x7b,
  objectEnd: 0x7d,
} as const;

export const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Whether a number may hold it: digits, sign, point, exponent. */
export const isNumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x45 || byte === 0x65;

/** Behind the last byte of the value that begins at `at`; the end of the text where the value does not end. */
export function endOfValue(text: Uint8Array, at: number): number {
  const first = text[at];
  if (first === marks.quote) return endOfString(text, at);
  if (first === marks.objectStart || first === marks.arrayStart) return endOfContainer(text, at);
  let end = at;
  while (end < text.length && !endsScalar(text[end]!)) end++;
  return end;
}

function endOfString(text: Uint8Array, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const byte = text[i];
    if (byte === marks.quote) return i + 1;
    if (byte === marks.backslash) i++;
  }
  return text.length;
}

function endOfContainer(text: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; ) {
    const byte = text[i];
    if (byte === marks.quote) {
      i = endOfString(text, i);
      continue;
    }
    i++;
    if (byte === marks.objectStart || byte === marks.arrayStart) depth++;
    else if ((byte === marks.objectEnd || byte === marks.arrayEnd) && --depth === 0) return i;
  }
  return text.length;
}

const endsScalar = (byte: number): boolean =>
  byte === marks.comma || byte === marks.objectEnd || byte === marks.arrayEnd || isSpace(byte);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Errors: `SyntaxError`. */
export const valueIn = (text: Uint8Array, start: number, end: number): unknown =>
  parseJson(decoder.decode(text.subarray(start, end)));

/** The value that begins and ends with a quote. Errors: `SyntaxError`. */
export function stringIn(text: Uint8Array, start: number, end: number): string {
  for (let i = start + 1; i < end - 1; i++) {
    const byte = text[i]!;
    if (byte < 0x20 || byte > 0x7e || byte === marks.backslash) return valueIn(text, start, end) as string;
  }
  if (end - start < 2 || text[end - 1] !== marks.quote) throw new SyntaxError('a text in JSON does not end');
  return decoder.decode(text.subarray(start + 1, end - 1));
}
