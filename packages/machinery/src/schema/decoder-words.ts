/**
 * What Go's decoder says of a value of the wrong type: the words that users of Kubernetes know, and find when they look them
 * up. Made from a fault that `normalize.ts` found in a built-in kind.
 *
 * **Differs from Kubernetes**: Go's names of types of texts (as `v1.PullPolicy`) are told as `string`, which the notation
 * knows.
 */

import { isInt64, isNumber, stringifyJson } from '../json/json-text.js';
import { quantityWords } from '../quantity/quantity.js';
import type { TypeFault } from './normalizing-run.js';
import { resolve, type SchemaNode } from './schema.js';

interface Told {
  readonly words: string;
  /** The decoder goes no further. */
  readonly isLast: boolean;
}

/** `root` is the schema of the whole object, `kind` its name. Go tells the first fault, or the first that ends its reading. */
export function decoderWords(root: SchemaNode, kind: string, faults: readonly TypeFault[]): string {
  const told = faults.map((fault) => toldOf(root, kind, fault));
  return (told.find(({ isLast }) => isLast) ?? told[0]!).words;
}

function toldOf(root: SchemaNode, kind: string, fault: TypeFault): Told {
  const { path, found } = fault;
  let node = resolve(root);
  let struct = kind;
  const fields: string[] = [];
  /** What reads itself ends the reading, and is told of where it stands. */
  let readsItself: string | undefined;
  const placeNow = () => `${struct}.${fields.join('.')}`;
  for (const part of path) {
    if (node.choices !== undefined) {
      readsItself ??= placeNow();
      const type = typeof part === 'number' ? 'array' : 'object';
      node = resolve(node.choices.find((choice) => resolve(choice.node).type === type)!.node);
    }
    const isField = node.type === 'object';
    if (isField) {
      struct = typeName(node, kind);
      fields.push(String(part));
    }
    if (node.format === 'byte') {
      const shown = isNumber(found) ? `number ${digitsOf(found)}` : jsonType(found);
      return {
        words: `json: cannot unmarshal ${shown} into Go struct field ${placeNow()} of type uint8`,
        isLast: false,
      };
    }
    const next = isField ? node.properties?.[part] : node.type === 'array' ? node.items : node.values;
    if (next === undefined) return { words: fault.detail, isLast: false };
    node = resolve(next);
  }
  if (node.choices !== undefined) return { words: fault.detail, isLast: true };
  const raw = ownWords(node, found);
  if (raw !== undefined) return { words: raw, isLast: node.format !== 'byte' };
  const type = goType(node);
  const shown = isNumber(found) && node.type === 'integer' ? `number ${digitsOf(found)}` : jsonType(found);
  const place = readsItself ?? placeNow();
  return {
    words: `json: cannot unmarshal ${shown} into Go struct field ${place} of type ${type}`,
    isLast: readsItself !== undefined,
  };
}

/** All of them, where JSON may have had so many. */
const digitsOf = (value: number | bigint): string =>
  Number.isInteger(value) && Math.abs(Number(value)) < 1e21 ? `${BigInt(value)}` : `${value}`;

/** Of a value as a whole, which was to be an object or what `type` says. */
export const unmarshalWords = (found: unknown, type = 'map[string]interface {}'): string =>
  `json: cannot unmarshal ${jsonType(found)} into Go value of type ${type}`;

/** As Go's decoder names the type of a value. */
export const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : isNumber(value) ? 'number' : typeof value;

const typeName = ({ name }: SchemaNode, otherwise: string) => name?.split('.').at(-1) ?? otherwise;

function goType(place: SchemaNode): string {
  const node = resolve(place);
  switch (node.type) {
    case 'string':
      return node.format === 'byte' ? '[]uint8' : node.format === undefined ? 'string' : 'v1.Time';
    case 'integer':
      return node.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'quantity':
      return 'resource.Quantity';
    case 'any':
      return 'interface {}';
    case 'array':
      return `[]${node.items === undefined ? 'interface {}' : goType(node.items)}`;
    case 'map':
      if (node.values === undefined) return 'map[string]interface {}';
      return resolve(node.values).type === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(node.values)}`;
    case 'object': {
      const version = node.name?.split('.').at(-2);
      return `${version === undefined ? '' : `${version}.`}${typeName(node, 'struct')}`;
    }
  }
}

/** Of types that read their JSON themselves, and know nothing of the field that they stand in. */
function ownWords({ type, format }: SchemaNode, found: unknown): string | undefined {
  if (type === 'quantity') return quantityWords(typeof found === 'string' ? found.trim() : stringifyJson(found));
  if (type === 'intOrString')
    return `json: cannot unmarshal ${isNumber(found) ? `number ${digitsOf(found)}` : jsonType(found)} into Go value of type int32`;
  if (type !== 'string' || format === undefined) return undefined;
  if (format === 'byte') return typeof found === 'string' ? base64Words(found) : undefined;
  if (typeof found !== 'string') return `json: cannot unmarshal ${jsonType(found)} into Go value of type string`;
  return timeWords(found, format === 'micro-time');
}

/** Where Go's base64 decoder stops. */
export function base64Words(text: string): string {
  return `illegal base64 data at input byte ${base64Fault(text)}`;
}

function base64Fault(text: string): number {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\n' || character === '\r') continue;
    if (character === '=' && digits % 4 >= 2) {
      const rest = /^[\r\n]*/.exec(text.slice(at + 1))![0].length + at + 1;
      if (digits % 4 === 3) return rest;
      return rest === text.length ? rest : text[rest] === '=' ? rest + 1 : rest - 1;
    }
    if (!/[A-Za-z0-9+/]/.test(character)) return at;
    digits++;
  }
  return text.length - (digits % 4);
}

const timeLayout: readonly (readonly [string, RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
];
const zone = ['Z07:00', /^(?:Z|[+-]\d\d:\d\d)/] as const;
const toTheSecond = [['05', /^\d\d(?:[.,]\d+)?/], zone] as const;
const toTheMicrosecond = [['05', /^\d\d/], ['.000000', /^[.,]\d{6}/], zone] as const;

/** Why a text is no time, in the words of Go's `time.Parse`. */
export function timeWords(text: string, isMicro: boolean): string {
  const pieces = [...timeLayout, ...(isMicro ? toTheMicrosecond : toTheSecond)];
  const layout = pieces.map(([piece]) => piece).join('');
  let rest = text;
  for (const [piece, pattern] of pieces) {
    const match = pattern.exec(rest);
    if (match === null)
      return `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${piece}"`;
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') return `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`;
  const [, month, , hour, minute] = /^\d{4}-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text)!.map(Number);
  const parts: readonly (readonly [part: string, isOut: boolean])[] = [
    ['month', month! < 1 || month! > 12],
    ['hour', hour! > 23],
    ['minute', minute! > 59],
    ['second', /:6\d/.test(text.slice(16))],
    ['day', true],
  ];
  return `parsing time ${JSON.stringify(text)}: ${parts.find(([, isOut]) => isOut)![0]} out of range`;
}

/** As Go's `%+v` shows maps and lists. */
export function formatGo(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatGo).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return value === null ? '<nil>' : String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${formatGo(inner)}`).join(' ')}]`;
}

/** As Go's `%s` shows what JSON holds: what is no text is told with its type. */
export function formatGoAsText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(formatGoAsText).join(' ')}]`;
  if (value === null) return '%!s(<nil>)';
  if (typeof value !== 'object') return `%!s(${unstructuredType(value)}=${value})`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${formatGoAsText(inner)}`).join(' ')}]`;
}

/** What Go holds of such JSON, which is not null, where it knows no more of it. */
export const unstructuredType = (value: unknown): string =>
  typeof value === 'boolean'
    ? 'bool'
    : isNumber(value)
      ? isInt64(value)
        ? 'int64'
        : 'float64'
      : typeof value === 'string'
        ? 'string'
        : Array.isArray(value)
          ? '[]interface {}'
          : 'map[string]interface {}';
