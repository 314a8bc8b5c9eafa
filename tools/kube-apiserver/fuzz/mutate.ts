/** Changes an object at random places of its schema: grown by fields that it may have, or bent so that it is likely to be refused. */
import { type Random, resolve, type SchemaNode } from '@pintle/machinery';
import { chance, type Json, keyOf, ofAnyType, pick, scalarOf, valueFor } from './values.js';

type Path = readonly (string | number)[];

interface Place {
  readonly path: Path;
  readonly key: string;
  readonly node: SchemaNode;
  readonly value: Json;
}

/** All that is there, and what it is by the schema. */
function placesOf(value: Json, node: SchemaNode, path: Path = [], key = ''): readonly Place[] {
  const here: Place = { path, key, node, value };
  const { type, properties, items, values } = resolve(node);
  if (Array.isArray(value) && type === 'array')
    return [here, ...value.flatMap((item: Json, index) => placesOf(item, items!, [...path, index], key))];
  if (!isRecord(value)) return [here];
  const inside = Object.entries(value).flatMap(([name, each]) => {
    const described = type === 'map' ? values : properties?.[name];
    return described === undefined ? [] : placesOf(each, described, [...path, name], type === 'map' ? key : name);
  });
  return [here, ...inside];
}

export const isRecord = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with another at the path; undefined takes it away. */
export function withAt(value: Json, [key, ...rest]: Path, put: Json | undefined): Json {
  if (key === undefined) return put as Json;
  if (Array.isArray(value)) {
    const inner = rest.length === 0 ? put : withAt(value[key as number], rest, put);
    return inner === undefined ? value.toSpliced(key as number, 1) : value.with(key as number, inner);
  }
  const { [key]: before = {}, ...others } = value as { readonly [key: string]: Json };
  const inner = rest.length === 0 ? put : withAt(before, rest, put);
  return inner === undefined ? others : { ...(value as object), [key]: inner };
}

/** A field, an item or an entry more. */
function grownAt(random: Random, { key, node, value }: Place, badShare: number): Json | undefined {
  const { type, properties, items, values } = resolve(node);
  if (type === 'array' && Array.isArray(value)) return [...value, valueFor(random, key, items!, badShare)];
  if (!isRecord(value)) return undefined;
  if (type === 'map') return { ...value, [keyOf(random, badShare)]: valueFor(random, key, values!, badShare) };
  const absent = Object.keys(properties ?? {}).filter((name) => !(name in value));
  if (absent.length === 0) return undefined;
  const name = pick(random, absent);
  return { ...value, [name]: valueFor(random, name, properties![name]!, badShare) };
}

type Bend = (random: Random, place: Place) => Json | undefined;

const empty: Bend = (random, { value }) => pick(random, [null, '', [], {}, isRecord(value) ? {} : []]);
const another: Bend = (random, { key, node, value }) =>
  isRecord(value) || Array.isArray(value) ? valueFor(random, key, node, 0.5) : scalarOf(random, key, node, 0.8);
const doubled: Bend = (random, { value }) =>
  Array.isArray(value) && value.length > 0 ? [...value, pick(random, value)] : undefined;
const unknown: Bend = (_random, { node, value }) =>
  isRecord(value) && resolve(node).type === 'object' ? { ...value, notAField: 'a' } : undefined;
const miscased: Bend = (random, { value }) => {
  if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
  const name = pick(random, Object.keys(value));
  const { [name]: moved, ...others } = value;
  return { ...others, [name.toUpperCase()]: moved! };
};

const bends: readonly Bend[] = [
  ...[another, another, another, another, another, another],
  ...[
    (random: Random, place: Place) => grownAt(random, place, 0.4),
    (random: Random, place: Place) => grownAt(random, place, 0.4),
  ],
  ...[empty, (random: Random) => ofAnyType(random), doubled, unknown, miscased],
];
/** Of what is bent, what is taken away. */
const goneShare = 0.12;
const attemptsMax = 20;

/** Kinds and versions are bent seldom, as nothing else is looked at then. */
const isIdentity = ({ path }: Place) =>
  path.length === 0 || (path.length === 1 && ['apiVersion', 'kind'].includes(String(path[0])));

export function bent(random: Random, object: Json, node: SchemaNode): Json {
  const places = placesOf(object, node);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const place = pick(random, places);
    if (isIdentity(place) && chance(random, 0.9)) continue;
    if (chance(random, goneShare) && !isIdentity(place)) return withAt(object, place.path, undefined);
    const put = pick(random, bends)(random, place);
    if (put !== undefined) return withAt(object, place.path, put);
  }
  return object;
}

export function grown(random: Random, object: Json, node: SchemaNode): Json {
  const places = placesOf(object, node).filter(({ value }) => isRecord(value) || Array.isArray(value));
  if (places.length === 0) return object;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const place = pick(random, places);
    // The metadata of everything is the same: it is looked at enough.
    if (place.path[0] === 'metadata' && chance(random, 0.8)) continue;
    const put = grownAt(random, place, 0.05);
    if (put !== undefined) return withAt(object, place.path, put);
  }
  return object;
}
