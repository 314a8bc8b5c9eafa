/**
 * The words of a CEL expression, with the values of its literals, cut as the lexer of cel-go's grammar cuts them. What is no
 * word is told of and passed over, as that lexer does.
 */
import type { CheckProblem } from './check-problem.js';
import { doubleLiteral, integerLiteral, stringLiteral } from './literals.js';
import type { LiteralValue } from './syntax-tree.js';

interface Place {
  readonly at: number;
  readonly end: number;
  /** As it stands in the source. */
  readonly written: string;
}

export type Token = Place &
  (
    | { readonly type: 'literal'; readonly value: LiteralValue; readonly problem?: string }
    | { readonly type: 'identifier' | 'quoted' | 'punctuation'; readonly text: string }
    | { readonly type: 'end'; readonly text: '' }
    /** Where an operand or the name of a field should be, in what is read on after a mistake. */
    | { readonly type: 'hole'; readonly text: '' }
  );

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly problems: readonly CheckProblem[];
  /** Where the words are that are none. */
  readonly skipped: readonly { readonly at: number; readonly end: number }[];
}

const space = /(?:[\t\n\f\r ]|\/\/[^\n]*)*/y;
const double = /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y;
const integer = /(?:0x[0-9a-fA-F]+|\d+)[uU]?/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`[A-Za-z0-9_.\-/ ]+`/y;
const escaped = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const string = new RegExp(
  String.raw`[bB]?(?:[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')|` +
    String.raw`"""(?:${escaped}|[^\\])*?"""|'''(?:${escaped}|[^\\])*?'''|"(?:${escaped}|[^\\"\n\r])*"|'(?:${escaped}|[^\\'\n\r])*')`,
  'y',
);
const punctuation = /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y;
const literals = [
  { pattern: string, read: stringLiteral },
  { pattern: double, read: doubleLiteral },
  { pattern: integer, read: integerLiteral },
];
const words = [
  { pattern: identifier, type: 'identifier' },
  { pattern: quoted, type: 'quoted' },
  { pattern: punctuation, type: 'punctuation' },
] as const;
/** How far a word can be read that turns out to be none; what comes after it is part of what is told of. */
const begun = new RegExp(
  String.raw`(?:"(?:${escaped}|[^\\"\n\r])*|'(?:${escaped}|[^\\'\n\r])*)` +
    String.raw`(?:\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?)?|` +
    '`[A-Za-z0-9_.\\-/ ]*|[&|=]|',
  'yu',
);

export function tokensOf(source: string): Tokens {
  const tokens: Token[] = [];
  const problems: CheckProblem[] = [];
  const skipped: { at: number; end: number }[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    at += match(space)!.length;
    if (at >= source.length) {
      tokens.push({ type: 'end', at, end: at, text: '', written: '' });
      return { tokens, problems, skipped };
    }
    const token = tokenAt(match);
    if (token === undefined) {
      const length = lengthOfNone(source, at, match(begun)!);
      problems.push({ at, problem: `Syntax error: token recognition error at: '${source.slice(at, at + length)}'` });
      skipped.push({ at, end: at + length });
      at += length;
      continue;
    }
    const end = at + token.written.length;
    tokens.push({ ...token, at, end });
    at = end;
  }
}

type Cut = { readonly written: string } & (
  | { readonly type: 'literal'; readonly value: LiteralValue; readonly problem?: string }
  | { readonly type: 'identifier' | 'quoted' | 'punctuation'; readonly text: string }
);

function tokenAt(match: (pattern: RegExp) => string | undefined): Cut | undefined {
  for (const { pattern, read } of literals) {
    const written = match(pattern);
    if (written !== undefined) return { type: 'literal', written, ...read(written) };
  }
  for (const { pattern, type } of words) {
    const written = match(pattern);
    if (written !== undefined) return { type, written, text: type === 'quoted' ? written.slice(1, -1) : written };
  }
  return undefined;
}

/** With the character that could not follow. */
function lengthOfNone(source: string, at: number, read: string): number {
  const after = source.codePointAt(at + read.length);
  return read.length + (after === undefined ? 0 : String.fromCodePoint(after).length);
}
