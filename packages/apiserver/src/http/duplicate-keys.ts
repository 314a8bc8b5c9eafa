/**
 * Keys that stand twice in one object of a body: readers keep the last, and strict validation tells of them. JSON is looked
 * through only where its text has more keys than its value.
 *
 * **Differs from Kubernetes**: of a key that stands twice the last value counts, where Go lays objects over each other.
 */
import { onceForEach } from '@pintle/machinery';
import { type Document, isScalar, type LineCounter, visit } from 'yaml';
import { type DuplicateKey, duplicateField, type StrictFaults, unknownField } from '../verbs/strict-faults.js';

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

/** Of a text that is JSON. `visitKey` is told of every key. */
export function duplicatesInJson(
  text: string,
  visitKey: (path: string, at: number) => void = () => {},
): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const stack: Open[] = [];
  let line = 1;
  /** Where the next value stands. */
  let place = '';
  let awaitsKey = false;
  for (const { 0: part, index: at } of text.matchAll(token)) {
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
      visitKey(place, at);
      if (open.keys.has(key) && found.length < duplicatesMax) found.push({ path: place, key, line, at });
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
          found.push({ path: name, key: name, line: lines.linePos(key.range?.[0] ?? 0).line, at: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return found;
}

/** A fault for each, as the reader of JSON says it: in the order of the text. What is in a field that it does not know it passes over. */
export function saidByJson(text: string): StrictFaults {
  const duplicates = duplicatesInJson(text);
  return {
    duplicates,
    told(unknownFields) {
      const places = unknownFields.length === 0 ? undefined : placesIn(text);
      const isInside = (path: string) =>
        unknownFields.some((field) => path.startsWith(field) && '.['.includes(path.charAt(field.length) || ' '));
      const found = [
        ...duplicates.filter(({ path }) => !isInside(path)).map(({ path, at }) => [at, duplicateField(path)] as const),
        ...unknownFields.map((field) => [places?.get(field) ?? text.length, unknownField(field)] as const),
      ];
      return [...new Set(found.sort(([a], [b]) => a - b).map(([, said]) => said))];
    },
  };
}

/** Where each key stands first. */
function placesIn(text: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  duplicatesInJson(text, (path, at) => {
    if (!places.has(path)) places.set(path, at);
  });
  return places;
}

/** All in one, as the reader of YAML says it. */
export function saidByYaml(duplicates: readonly DuplicateKey[]): StrictFaults {
  const lines = duplicates.map(({ key, line }) => `  line ${line}: key ${JSON.stringify(key)} already set in map`);
  const said = ['yaml: unmarshal errors:', ...lines].join('\n');
  return { duplicates, told: (unknownFields) => [said, ...unknownFields.map(unknownField)] };
}
