/**
 * Keys that stand twice in one object of a body: readers keep the last, and strict validation tells of them. JSON is looked
 * through only where its text has more keys than its value.
 */
import { onceForEach } from '@pintle/machinery';
import { type Document, isScalar, type LineCounter, visit } from 'yaml';

export interface DuplicateKey {
  /** As `spec.containers[0].image`. */
  readonly path: string;
  readonly key: string;
  /** Of the text, from 1 on. */
  readonly line: number;
}

/** Told of at most, as apimachinery does. */
const duplicatesMax = 100;

export function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += keysIn(item);
    return count;
  }
  for (const key in value) count += 1 + keysIn((value as Record<string, unknown>)[key]);
  return count;
}

/** As `keysIn`, of an object whose spec others may share. */
export function keysInBody(body: unknown): number {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return keysIn(body);
  const { spec } = body as { readonly spec?: unknown };
  if (typeof spec !== 'object' || spec === null) return keysIn(body);
  let count = keysInSpec(spec);
  for (const key in body) count += key === 'spec' ? 1 : 1 + keysIn((body as Record<string, unknown>)[key]);
  return count;
}

const keysInSpec = onceForEach<object, number>(keysIn);

interface Open {
  readonly path: string;
  /** Of an object. */
  readonly keys?: Set<string>;
  /** Of an array: the item that comes next. */
  index: number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|\n/g;

/** Of a text that is JSON. */
export function duplicatesInJson(text: string): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const stack: Open[] = [];
  let line = 1;
  /** Where the next value stands. */
  let place = '';
  let awaitsKey = false;
  for (const [part] of text.matchAll(token)) {
    const open = stack.at(-1);
    if (part === '\n') line++;
    else if (part === '{' || part === '[') {
      const path = open?.keys === undefined && open !== undefined ? `${open.path}[${open.index}]` : place;
      stack.push({ path, index: 0, ...(part === '{' ? { keys: new Set<string>() } : {}) });
      awaitsKey = part === '{';
    } else if (part === '}' || part === ']') {
      stack.pop();
      awaitsKey = false;
    } else if (part === ',') {
      if (open?.keys === undefined) open!.index++;
      else awaitsKey = true;
    } else if (part === ':') awaitsKey = false;
    else if (awaitsKey && open?.keys !== undefined) {
      const key = JSON.parse(part) as string;
      place = open.path === '' ? key : `${open.path}.${key}`;
      if (open.keys.has(key) && found.length < duplicatesMax) found.push({ path: place, key, line });
      open.keys.add(key);
    }
  }
  return found;
}

export function duplicatesInYaml(document: Document.Parsed, lines: LineCounter): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name) && found.length < duplicatesMax)
          found.push({ path: name, key: name, line: lines.linePos(key.range?.[0] ?? 0).line });
        seen.add(name);
      }
    },
  });
  return found;
}

/** A fault for each, as the reader of JSON says it. */
export const saidByJson = (duplicates: readonly DuplicateKey[]): readonly string[] => [
  ...new Set(duplicates.map(({ path }) => `duplicate field ${JSON.stringify(path)}`)),
];

/** All in one, as the reader of YAML says it. */
export const saidByYaml = (duplicates: readonly DuplicateKey[]): readonly string[] =>
  duplicates.length === 0
    ? []
    : [
        [
          'yaml: unmarshal errors:',
          ...duplicates.map(({ key, line }) => `  line ${line}: key ${JSON.stringify(key)} already set in map`),
        ].join('\n'),
      ];
