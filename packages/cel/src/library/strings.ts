/** The extension library of strings, as version 2 of it has them. Places are counted in characters, not bytes. */
import { type Library, type Overload, traversal, wholeTraversal } from '../functions.js';
import { CelError, codePoints, noSuchOverload, type Value } from '../values.js';
import { format } from './format.js';

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
  cost: (text: string, ...rest: never[]) => number = (text) => traversal(text.length),
): Overload => ({ name, as: 'method', params: ['string', ...params], result, run, cost });

function place(at: bigint, length: number): number {
  if (at < 0n || at > BigInt(length)) throw new CelError(`index out of range: ${at}`);
  return Number(at);
}

function indexOf(text: string, part: string, from: bigint): bigint {
  const [characters, wanted] = [codePoints(text), codePoints(part)];
  if (part === '') return from;
  const start = place(from < BigInt(characters.length) ? from : 0n, characters.length);
  if (from >= BigInt(characters.length)) return -1n;
  const last = characters.length - wanted.length;
  for (let at = start; at <= last; at++)
    if (wanted.every((character, i) => character === characters[at + i])) return BigInt(at);
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const [characters, wanted] = [codePoints(text), codePoints(part)];
  if (from !== undefined && from >= BigInt(characters.length)) return -1n;
  const start = from === undefined ? characters.length : place(from, characters.length);
  for (let at = Math.min(start, characters.length - wanted.length); at >= 0; at--)
    if (wanted.every((character, i) => character === characters[at + i])) return BigInt(at);
  return -1n;
}

function substring(text: string, from: bigint, to?: bigint): string {
  const characters = codePoints(text);
  const start = place(from, characters.length);
  const end = to === undefined ? characters.length : place(to, characters.length);
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return characters.slice(start, end).join('');
}

function replace(text: string, old: string, by: string, count: bigint): string {
  if (count < 0n) return text.replaceAll(old, () => by);
  if (count === 0n) return text;
  const parts = old === '' ? codePoints(text) : text.split(old);
  const limit = Number(count);
  if (old === '') return by + parts.map((part, at) => (at + 1 < limit ? part + by : part)).join('');
  if (parts.length <= limit + 1) return parts.join(by);
  return [parts.slice(0, limit + 1).join(by), ...parts.slice(limit + 1)].join(old);
}

function split(text: string, by: string, count: bigint): readonly string[] {
  if (count === 0n) return [];
  const parts = by === '' ? codePoints(text) : text.split(by);
  if (count < 0n || BigInt(parts.length) <= count) return parts;
  const limit = Number(count);
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(by)];
}

function joined(list: readonly Value[], by: string): string {
  if (!list.every((item) => typeof item === 'string')) throw noSuchOverload('join', [list, by]);
  return list.join(by);
}

const asciiOnly = (text: string, pattern: RegExp, change: (letter: string) => string) => text.replace(pattern, change);

const quoteEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** White space as Unicode has it; a byte order mark is none, whatever `\s` says. */
const spaces = /^(?:(?!\ufeff)[\s\u0085])+|(?:(?!\ufeff)[\s\u0085])+$/g;

const twice = (text: string): number => traversal(2 * text.length);

export const stringLibrary: Library = {
  overloads: [
    method(
      'charAt',
      ['int'],
      'string',
      (text: string, at: bigint) => {
        const characters = codePoints(text);
        return characters[place(at, characters.length)] ?? '';
      },
      () => 1,
    ),
    method('indexOf', ['string'], 'int', (text: string, part: string) => indexOf(text, part, 0n), wholeTraversal),
    method('indexOf', ['string', 'int'], 'int', indexOf, wholeTraversal),
    method('lastIndexOf', ['string'], 'int', (text: string, part: string) => lastIndexOf(text, part), wholeTraversal),
    method(
      'lastIndexOf',
      ['string', 'int'],
      'int',
      (text: string, part: string, from: bigint) => (part === '' ? from : lastIndexOf(text, part, from)),
      wholeTraversal,
    ),
    method('lowerAscii', [], 'string', (text: string) =>
      asciiOnly(text, /[A-Z]+/g, (letters) => letters.toLowerCase()),
    ),
    method('upperAscii', [], 'string', (text: string) =>
      asciiOnly(text, /[a-z]+/g, (letters) => letters.toUpperCase()),
    ),
    method(
      'replace',
      ['string', 'string'],
      'string',
      (text: string, old: string, by: string) => replace(text, old, by, -1n),
      twice,
    ),
    method('replace', ['string', 'string', 'int'], 'string', replace, twice),
    method('split', ['string'], 'list(string)', (text: string, by: string) => split(text, by, -1n), twice),
    method('split', ['string', 'int'], 'list(string)', split, twice),
    method('substring', ['int'], 'string', (text: string, from: bigint) => substring(text, from)),
    method('substring', ['int', 'int'], 'string', substring),
    method('trim', [], 'string', (text: string) => text.replace(spaces, '')),
    method('format', ['list(dyn)'], 'string', (text: string, args: readonly Value[]) => format(text, args)),
    {
      name: 'strings.quote',
      params: ['string'],
      result: 'string',
      run: (text: string) =>
        `"${codePoints(text)
          .map((character) => quoteEscapes[character] ?? character)
          .join('')}"`,
      cost: (text: string) => traversal(text.length),
    },
    {
      name: 'join',
      as: 'method',
      params: ['list(string)'],
      result: 'string',
      run: (list: readonly Value[]) => joined(list, ''),
      cost: joinCost,
    },
    { name: 'join', as: 'method', params: ['list(string)', 'string'], result: 'string', run: joined, cost: joinCost },
  ],
};

function joinCost(list: readonly Value[], between = ''): number {
  const length = list.reduce<number>((sum, item) => sum + (typeof item === 'string' ? item.length : 0), 0);
  return traversal(2 * (length + between.length * Math.max(0, list.length - 1)));
}
