/** Drops what a structural schema does not know, as when an object comes from a version that knew more. Nothing is filled in. */
import { resolve, type SchemaNode } from './schema.js';

type Fields = Readonly<Record<string, unknown>>;

/** Of what an object is by itself, and no schema says. */
const ofObjects: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The same value where nothing goes. `value` is an object of the kind that the schema is of. */
export const pruned = <T>(node: SchemaNode, value: T): T => prune(node, value, true) as T;

function prune(place: SchemaNode, value: unknown, isObject: boolean): unknown {
  const node = resolve(place);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return value;
    const kept = value.map((item) => prune(items, item, false));
    return kept.every((item, index) => item === value[index]) ? value : Object.freeze(kept);
  }
  const { properties = {}, values, preserveUnknownFields, embeddedResource } = node;
  const keepsKinds = isObject || embeddedResource === true;
  const entries = Object.entries(value as Fields);
  const kept = entries.flatMap(([key, inner]): readonly (readonly [string, unknown])[] => {
    if (keepsKinds && ofObjects.has(key)) return [[key, inner]];
    const child = Object.hasOwn(properties, key) ? properties[key] : values;
    if (child !== undefined) return [[key, prune(child, inner, false)]];
    return preserveUnknownFields || node.type === 'any' || node.type === 'map' ? [[key, inner]] : [];
  });
  const isSame = kept.length === entries.length && kept.every(([, inner], index) => inner === entries[index]![1]);
  return isSame ? value : Object.freeze(Object.fromEntries(kept));
}
