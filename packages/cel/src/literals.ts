/** The values of literals, as they are written in an expression; what is wrong with one is told in cel-go's words. */
import type { LiteralValue } from './syntax-tree.js';

export interface Literal {
  readonly value: LiteralValue;
  readonly problem?: string;
}

export const int64Min = -(2n ** 63n);
export const int64Max = 2n ** 63n - 1n;
export const uint64Max = 2n ** 64n - 1n;

/** The greatest integer and one more is a problem unless a minus stands before it, which the parser knows. */
export function integerLiteral(text: string): Literal {
  if (!/[uU]$/.test(text)) {
    const value = BigInt(text);
    return value > int64Max ? { value, problem: 'invalid int literal' } : { value };
  }
  const uint = BigInt(text.slice(0, -1));
  return uint > uint64Max ? { value: { uint }, problem: 'invalid uint literal' } : { value: { uint } };
}

export function doubleLiteral(text: string): Literal {
  const value = Number(text);
  return Number.isFinite(value) ? { value } : { value, problem: 'invalid double literal' };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  "'": "'",
  '`': '`',
  '\\': '\\',
  '?': '?',
};
const parts = /\\([xX])([0-9a-fA-F]{2})|\\([uU])([0-9a-fA-F]{4,8})|\\([0-3][0-7]{2})|\\(.)|([^\\]+)/gs;

/** Quotes and prefix included; escapes are such as the language has. */
export function stringLiteral(text: string): Literal {
  const [, prefix = '', quote = ''] = /^([bBrR]*)("""|'''|"|')/.exec(text) ?? [];
  const inner = text.slice(prefix.length + quote.length, -quote.length).replace(/\r\n?/g, '\n');
  const bytes = /[bB]/.test(prefix);
  if (/[rR]/.test(prefix)) return { value: bytes ? new TextEncoder().encode(inner) : inner };
  const made: number[] = [];
  let string = '';
  const add = (more: string) => {
    if (bytes) made.push(...new TextEncoder().encode(more));
    else string += more;
  };
  for (const [, , hex, long, code = '', octal, simple, plain] of inner.matchAll(parts)) {
    if (plain !== undefined) add(plain);
    else if (simple !== undefined) add(simpleEscapes[simple]!);
    else if (long !== undefined) {
      const digits = code.slice(0, long === 'u' ? 4 : 8);
      const point = Number.parseInt(digits, 16);
      if (bytes) return { value: '', problem: 'unable to unescape string' };
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return { value: '', problem: 'invalid unicode code point' };
      add(String.fromCodePoint(point) + code.slice(digits.length));
    } else {
      const byte = hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex, 16);
      if (bytes) made.push(byte);
      else add(String.fromCodePoint(byte));
    }
  }
  return { value: bytes ? Uint8Array.from(made) : string };
}
