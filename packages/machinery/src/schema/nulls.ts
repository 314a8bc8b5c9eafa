/**
 * The nulls of JSON that Go writes: for a time, a list or a pointer of which nobody spoke, where its struct does not say
 * `omitempty` or cannot be empty. Objects are held without them, and told with them: the API server asks as it
 * answers over HTTP. See `docs/decisions/0015-null-is-told-and-not-held.md`.
 */
import { isHandedOn, isNullUnsaid, resolve, type SchemaNode } from './schema.js';

/** Of a place in a schema: which of its fields are told as null, and where below it others are. */
interface Place {
  readonly nulls: readonly string[];
  readonly fields: readonly (readonly [key: string, place: Place])[];
  /** Of each item of a list, or each value of a map. */
  readonly each?: Place;
  /** What was told of values that objects hand on, as a template: their text is worth remembering, too. */
  readonly told?: WeakMap<object, unknown>;
}

type Values = Readonly<Record<string, unknown>>;

type Tell = <T>(value: T) => T;

/** How values of a schema are told; undefined where none of them has anything to tell as null. */
export function nullsOf(schema: SchemaNode): Tell | undefined {
  if (!tellers.has(schema)) {
    const place = placeOf(schema, new Set());
    tellers.set(schema, place && (<T>(value: T): T => tell(place, value) as T));
  }
  return tellers.get(schema);
}

const tellers = new WeakMap<SchemaNode, Tell | undefined>();

const places = new WeakMap<SchemaNode, Place>();
const without = new WeakSet<SchemaNode>();

/** `above`: the types that are being looked through, as one that holds itself has nothing to add. */
function placeOf(schema: SchemaNode, above: Set<SchemaNode>): Place | undefined {
  const type = resolve(schema);
  const known = places.get(type);
  if (known !== undefined || without.has(type) || above.has(type)) return known;
  above.add(type);
  const { items, values, properties = {} } = type;
  const below = items ?? values;
  const each = below && placeOf(below, above);
  const nulls: string[] = [];
  const fields: [string, Place][] = [];
  for (const [key, field] of Object.entries(properties)) {
    if (isNullUnsaid(field)) nulls.push(key);
    const place = placeOf(field, above);
    if (place !== undefined) fields.push([key, place]);
  }
  above.delete(type);
  if (nulls.length + fields.length === 0 && each === undefined) {
    without.add(type);
    return undefined;
  }
  const place: Place = {
    ...{ nulls, fields },
    ...(each === undefined ? {} : { each }),
    ...(isHandedOn(type) ? { told: new WeakMap() } : {}),
  };
  places.set(type, place);
  return place;
}

function tell(place: Place, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = place.told?.get(value);
  if (known !== undefined) return known;
  const told = Array.isArray(value) ? toldItems(place, value) : toldFields(place, value as Values);
  if (Object.isFrozen(value)) place.told?.set(value, told);
  return told;
}

function toldItems({ each }: Place, items: readonly unknown[]): readonly unknown[] {
  if (each === undefined) return items;
  const told = items.map((item) => tell(each, item));
  return told.every((item, index) => item === items[index]) ? items : told;
}

function toldFields({ nulls, fields, each }: Place, value: Values): Values {
  let told: Record<string, unknown> | undefined;
  for (const key of nulls)
    if (value[key] === undefined) {
      told ??= { ...value };
      told[key] = null;
    }
  for (const [key, place] of each === undefined ? fields : Object.keys(value).map((key) => [key, each] as const)) {
    const inner = tell(place, value[key]);
    if (inner === value[key]) continue;
    told ??= { ...value };
    told[key] = inner;
  }
  return told ?? value;
}
