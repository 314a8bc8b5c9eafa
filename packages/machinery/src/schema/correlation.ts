/**
 * What a value was before a write, part by part, as far as that can be told (KEP-4008): fields by their names, items of a list
 * by its keys. Faults of what has not changed are let through.
 */
import { isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';
import { resolve, type SchemaNode } from './schema.js';

/** Whether a value is what it was. Items that are known by their keys may stand in another order; what no schema speaks of has no past. */
export function isUnchanged(place: SchemaNode, value: unknown, old: unknown): boolean {
  if (value === old) return true;
  const node = resolve(place);
  if (Array.isArray(value) && Array.isArray(old) && node.listType === 'map') {
    const { items } = node;
    if (value.length !== old.length || items === undefined) return false;
    return value.every((item) => {
      const before = itemBefore(node, item, old);
      return before !== undefined && isUnchanged(items, item, before);
    });
  }
  if (!isFields(value) || !isFields(old)) return deepEqual(value, old);
  const names = Object.keys(value);
  if (names.length !== Object.keys(old).length) return false;
  return names.every((name) => {
    const child = node.properties?.[name] ?? node.values;
    return child !== undefined && Object.hasOwn(old, name) && isUnchanged(child, value[name], old[name]);
  });
}

/** The item of the same keys, in the list as it was. Items of other lists have no past. */
export function itemBefore({ listType, listMapKeys: keys = [] }: SchemaNode, item: unknown, old: unknown): unknown {
  if (listType !== 'map' || keys.length === 0 || !Array.isArray(old)) return undefined;
  const wanted = keyOf(item, keys);
  return wanted === undefined ? undefined : old.find((each) => keyOf(each, keys) === wanted);
}

function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isFields(item)) return undefined;
  const parts = keys.map((key) => item[key]);
  return parts.some((part) => part === undefined || typeof part === 'object') ? undefined : JSON.stringify(parts);
}
