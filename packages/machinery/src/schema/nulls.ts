/**
 * The nulls of JSON that Go writes: for a time, a list or a pointer of which nobody spoke, where its struct does not say
 * `omitempty` or cannot be empty. Objects are held without them, and told with them: the API server asks as it
 * answers over HTTP. See `docs/decisions/0015-null-is-told-and-not-held.md`.
 */
import type { Fields } from '../json/fields.js';
import { isHandedOn, isNullUnsaid, resolve, type SchemaNode } from './schema.js';

type Tell = <T>(value: T) => T;

/** Of a place in a schema: which of its fields are told as null, and where below it others are. */
interface Place {
  readonly nulls: readonly string[];
  readonly fields: readonly (readonly [key: string, place: Place])[];
  /** Of each item of a list, or each value of a map. */
  readonly each: Place | undefined;
  /** What was told of values that objects hand on, as a template: their text is worth remembering, too. */
  readonly told: WeakMap<object, unknown> | undefined;
  readonly tell: Tell;
}

/** How values of a schema are told; undefined where none of them has anything to tell as null. */
export const nullsOf = (schema: SchemaNode): Tell | undefined => placeOf(schema)?.tell;

/** By type. Undefined: there is nothing to tell; so it is also of one that is being looked through, within itself. */
const places = new WeakMap<SchemaNode, Place | undefined>();

function placeOf(schema: SchemaNode): Place | undefined {
  const type = resolve(schema);
  if (places.has(type)) return places.get(type);
  places.set(type, undefined);
  const { items, values, properties = {} } = type;
  const below = items ?? values;
  const each = below && placeOf(below);
  const nulls = Object.keys(properties).filter((key) => isNullUnsaid(properties[key]!));
  const fields = Object.entries(properties).flatMap(([key, field]) => {
    const inner = placeOf(field);
    return inner === undefined ? [] : [[key, inner] as const];
  });
  if (nulls.length + fields.length === 0 && each === undefined) return undefined;
  const place: Place = {
    ...{ nulls, fields, each },
    told: isHandedOn(type) ? new WeakMap() : undefined,
    tell: <T>(value: T): T => tell(place, value) as T,
  };
  places.set(type, place);
  return place;
}

function tell(place: Place, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = place.told?.get(value);
  if (known !== undefined) return known;
  const told = Array.isArray(value) ? toldItems(place, value) : toldFields(place, value as Fields);
  if (Object.isFrozen(value)) place.told?.set(value, told);
  return told;
}

function toldItems({ each }: Place, items: readonly unknown[]): readonly unknown[] {
  if (each === undefined) return items;
  const told = items.map((item) => tell(each, item));
  return told.every((item, index) => item === items[index]) ? items : told;
}

function toldFields({ nulls, fields, each }: Place, value: Fields): Fields {
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
