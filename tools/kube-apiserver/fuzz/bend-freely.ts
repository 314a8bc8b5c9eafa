/** Changes a body without a schema: a field gets a value of its words or of any type, goes, or is written otherwise. */
import { integerBelow, type Random } from '@pintle/machinery';
import { isRecord, withAt } from './mutate.js';
import { chance, type Json, ofAnyType, pick } from './values.js';

/** What is likely, and what is at the edge, for fields of these names. */
export type Words = Readonly<Record<string, readonly Json[]>>;

type Path = readonly (string | number)[];

function placesOf(value: Json, path: Path = []): readonly (readonly [Path, Json])[] {
  const inside: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...value.entries()]
    : isRecord(value)
      ? Object.entries(value)
      : [];
  return inside.flatMap(([key, each]) => [[[...path, key], each] as const, ...placesOf(each, [...path, key])]);
}

/** The field that a place is of: items of lists are of the list's. */
const fieldOf = (path: Path): string => String(path.findLast((part) => typeof part === 'string') ?? '');

function bentOnce(random: Random, body: Json, words: Words): Json {
  const places = placesOf(body);
  if (places.length === 0) return ofAnyType(random);
  const [path, value] = pick(random, places);
  const known = words[fieldOf(path)];
  if (known !== undefined && !isRecord(value) && chance(random, 0.6)) return withAt(body, path, pick(random, known));
  switch (integerBelow(random, 7)) {
    case 0:
    case 1:
      return withAt(body, path, ofAnyType(random));
    case 2:
      return withAt(body, path, undefined);
    case 3:
      return withAt(body, path, null);
    case 4:
      return isRecord(value) ? withAt(body, [...path, 'notAField'], 'a') : { ...(body as object), notAField: 'a' };
    case 5: {
      const key = path.at(-1);
      if (typeof key !== 'string') return withAt(body, path, undefined);
      return withAt(withAt(body, path, undefined), [...path.slice(0, -1), key.toUpperCase()], value);
    }
    default:
      return known === undefined ? withAt(body, path, ofAnyType(random)) : withAt(body, path, pick(random, known));
  }
}

/** As often as not it is bent once; at times not at all. */
export function bentFreely(random: Random, body: Json, words: Words): Json {
  let bent = body;
  for (let left = pick(random, [0, 1, 1, 1, 2]); left > 0; left--) bent = bentOnce(random, bent, words);
  return bent;
}

/** Some of the fields, each with one of its words. */
export function someOf(random: Random, words: Words, countMax: number): Readonly<Record<string, Json>> {
  const names = Array.from({ length: integerBelow(random, countMax + 1) }, () => pick(random, Object.keys(words)));
  return Object.fromEntries([...new Set(names)].map((name) => [name, pick(random, words[name]!)]));
}

/** As a query; what is a list is said several times. */
export const queryOf = (fields: Readonly<Record<string, Json>>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((each: Json) => [name, each] as const) : [[name, value] as const],
    )
    // What is to be filled in stays as it is.
    .map(([name, value]) => `${name}=${/^\{[\w.]+\}$/.test(String(value)) ? value : encodeURIComponent(String(value))}`)
    .join('&');

export const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`);
