/** The words of a CEL expression, with the values of its literals. */
import { CelSyntaxError, type LiteralValue } from './syntax-tree.js';

export type Token =
  | { readonly type: 'literal'; readonly at: number; readonly value: LiteralValue }
  | { readonly type: 'identifier' | 'quoted' | 'punctuation'; readonly at: number; readonly text: string }
  | { readonly type: 'end'; readonly at: number; readonly text: '' };

const space = /(?:\s|\/\/[^\n]*)*/y;
const number = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`([A-Za-z0-9_.\-/ ]+)`/y;
const stringStart = /([rR][bB]?|[bB][rR]?)?("""|'''|"|')/y;
const punctuation = /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y;

export const int64Min = -(2n ** 63n);
export const int64Max = 2n ** 63n - 1n;
export const uint64Max = 2n ** 64n - 1n;

export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found !== null) at += found[0].length;
    return found;
  };
  for (;;) {
    match(space);
    const start = at;
    if (at >= source.length) {
      tokens.push({ type: 'end', at, text: '' });
      return tokens;
    }
    const string = match(stringStart);
    if (string !== null) {
      const [, prefix = '', quote = ''] = string;
      const [value, end] = stringLiteral(source, start, at, prefix.toLowerCase(), quote);
      at = end;
      tokens.push({ type: 'literal', at: start, value });
      continue;
    }
    const literal = match(number);
    if (literal !== null) {
      tokens.push({ type: 'literal', at: start, value: numberLiteral(source, start, literal[0]) });
      continue;
    }
    const word = match(identifier);
    if (word !== null) {
      tokens.push({ type: 'identifier', at: start, text: word[0] });
      continue;
    }
    const escaped = match(quoted);
    if (escaped !== null) {
      tokens.push({ type: 'quoted', at: start, text: escaped[1]! });
      continue;
    }
    const mark = match(punctuation);
    if (mark === null)
      throw new CelSyntaxError(source, at, `Syntax error: token recognition error at: '${source[at]}'`);
    tokens.push({ type: 'punctuation', at: start, text: mark[0] });
  }
}

function numberLiteral(source: string, at: number, text: string): LiteralValue {
  if (/^0[xX]/.test(text) || /^\d+[uU]?$/.test(text)) {
    const unsigned = /[uU]$/.test(text);
    const value = BigInt(unsigned ? text.slice(0, -1) : text);
    if (unsigned && value > uint64Max) throw new CelSyntaxError(source, at, 'invalid uint literal');
    // -9223372036854775808 is a minus and this; the parser refuses it elsewhere.
    if (!unsigned && value > int64Max + 1n) throw new CelSyntaxError(source, at, 'invalid int literal');
    return unsigned ? { uint: value } : value;
  }
  return Number(text);
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

/** The value, and where the literal ends. */
function stringLiteral(
  source: string,
  start: number,
  from: number,
  prefix: string,
  quote: string,
): [string | Uint8Array, number] {
  const raw = prefix.includes('r');
  const bytes = prefix.includes('b');
  /** Of bytes: escapes of one byte are kept apart from text, which is UTF-8. */
  const parts: (string | number)[] = [];
  const fail = (at: number, problem: string): never => {
    throw new CelSyntaxError(source, at, problem);
  };
  let at = from;
  while (!source.startsWith(quote, at)) {
    const char = source[at];
    if (char === undefined || (quote.length === 1 && (char === '\n' || char === '\r')))
      return fail(start, 'Syntax error: the string does not end');
    if (char !== '\\' || raw) {
      parts.push(char);
      at++;
      continue;
    }
    const simple = simpleEscapes[source[at + 1] ?? ''];
    if (simple !== undefined) {
      parts.push(simple);
      at += 2;
      continue;
    }
    const [, hex, short, long, octal] =
      /^\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/.exec(
        source.slice(at, at + 10),
      ) ?? [];
    const digits = hex ?? short ?? long;
    const code = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16);
    if (Number.isNaN(code) || ((short ?? long) !== undefined && bytes)) return fail(at, 'Syntax error: no such escape');
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return fail(at, 'Syntax error: no such character');
    parts.push(bytes ? code : String.fromCodePoint(code));
    at += 2 + (octal === undefined ? digits!.length : 2);
  }
  const end = at + quote.length;
  if (!bytes) return [parts.join(''), end];
  const encoder = new TextEncoder();
  const out: number[] = [];
  let text = '';
  for (const part of [...parts, 0]) {
    if (typeof part === 'string') text += part;
    else {
      out.push(...encoder.encode(text), part);
      text = '';
    }
  }
  return [Uint8Array.from(out.slice(0, -1)), end];
}
