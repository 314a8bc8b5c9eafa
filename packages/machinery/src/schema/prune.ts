/**
 * What is made of a custom object by its structural schema alone, nothing being checked: what the schema does not know is
 * dropped, as when an object comes from a version that knew more; and, of what is read back, defaults are filled in.
 */
import { type Fields, isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';
import { readMetadata } from './normalize.js';
import { resolve, type SchemaNode } from './schema.js';

/** Of what an object is by itself, and no schema says. */
const ofObjects: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The same value where nothing goes. `value` is an object of the kind that the schema is of. */
export const pruned = <T>(node: SchemaNode, value: T): T => prune(node, value, true) as T;

/** What somebody else made, to be of the schema: pruned, and without nulls where none may be and no default is. */
export const coerced = <T>(node: SchemaNode, value: T): T => withoutNulls(node, pruned(node, value), true) as T;

/**
 * An object as it comes from the store under a schema that may be newer than it: pruned, what objects within it say of
 * themselves without what cannot be read, nulls dropped where none may be, defaults filled in (apiextensions-apiserver
 * `defaulting`). The same value where nothing changes: that is why no normalizer does it, which shares with what it made before.
 */
export const readBack = <T>(node: SchemaNode, value: T): T =>
  fill(node, withReadableMetadata(node, pruned(node, value)), true) as T;

function prune(place: SchemaNode, value: unknown, isObject: boolean): unknown {
  const node = resolve(place);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined ? value : eachItem(value, (item) => prune(items, item, false));
  }
  const { preserveUnknownFields, embeddedResource } = node;
  const keepsKinds = isObject || embeddedResource === true;
  return eachField(value as Fields, (key, inner) => {
    if (keepsKinds && ofObjects.has(key)) return inner;
    const child = childOf(node, key);
    if (child !== undefined) return prune(child, inner, false);
    return preserveUnknownFields || node.type === 'any' || node.type === 'map' ? inner : undefined;
  });
}

function withReadableMetadata(place: SchemaNode, value: unknown): unknown {
  const node = resolve(place);
  if (!hasEmbedded(node)) return value;
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined ? value : eachItem(value, (item) => withReadableMetadata(items, item));
  }
  if (!isFields(value)) return value;
  return eachField(value, (key, inner) => {
    if (node.embeddedResource && ofObjects.has(key))
      return key === 'metadata' ? readableMetadata(inner) : textOf(inner);
    const child = childOf(node, key);
    return child === undefined ? inner : withReadableMetadata(child, inner);
  });
}

const textOf = (value: unknown): unknown => (typeof value === 'string' ? value : undefined);

/** Without the fields that cannot be read; as it is where it is no metadata at all. */
function readableMetadata(written: unknown): unknown {
  if (!isFields(written)) return written;
  const entries = Object.entries(written).filter(([key, value]) => readMetadata({ [key]: value }).fault === undefined);
  const { metadata } = readMetadata(Object.fromEntries(entries));
  return deepEqual(metadata, written) ? written : metadata;
}

const embedding = new WeakMap<SchemaNode, boolean>();

/** Whether there may be objects within a value of the schema. */
function hasEmbedded(place: SchemaNode): boolean {
  const node = resolve(place);
  let found = embedding.get(node);
  if (found === undefined) {
    // Of what is recursive the rest decides.
    embedding.set(node, false);
    const { items, values, properties = {}, embeddedResource } = node;
    const parts = [items, values, ...Object.values(properties)];
    found = embeddedResource === true || parts.some((part) => part !== undefined && hasEmbedded(part));
    embedding.set(node, found);
  }
  return found;
}

function withoutNulls(place: SchemaNode, value: unknown, isObject: boolean): unknown {
  const node = resolve(place);
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined ? value : eachItem(value, (item) => withoutNulls(items, item, false));
  }
  if (!isFields(value)) return value;
  return eachField(value, (key, inner) => {
    const child = isObject && ofObjects.has(key) ? undefined : childOf(node, key);
    if (child === undefined) return inner;
    if (inner === null) return child.nullable || child.default !== undefined ? null : undefined;
    return withoutNulls(child, inner, false);
  });
}

function fill(place: SchemaNode, value: unknown, isObject: boolean): unknown {
  const node = resolve(place);
  if (Array.isArray(value)) {
    const { items } = node;
    if (items === undefined) return value;
    return eachItem(value, (item) =>
      fill(items, item === null && !items.nullable ? (items.default ?? null) : item, false),
    );
  }
  if (!isFields(value)) return value;
  const kept = eachField(value, (key, inner) => {
    if (isObject && ofObjects.has(key)) return inner;
    const child = childOf(node, key);
    if (child === undefined) return inner;
    return fill(child, inner === null && !child.nullable ? child.default : inner, false);
  });
  const lacking = Object.entries(node.properties ?? {}).filter(
    ([key, child]) => child.default !== undefined && kept[key] === undefined,
  );
  if (lacking.length === 0) return kept;
  const added = lacking.map(([key, child]) => [key, fill(child, child.default, false)] as const);
  return Object.freeze({ ...kept, ...Object.fromEntries(added) });
}

const childOf = ({ properties = {}, values }: SchemaNode, key: string): SchemaNode | undefined =>
  Object.hasOwn(properties, key) ? properties[key] : values;

/** The same list where each item stays. */
function eachItem(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const made = list.map(change);
  return made.every((item, index) => item === list[index]) ? list : Object.freeze(made);
}

/** The same fields where each stays; what becomes undefined goes. */
function eachField(fields: Fields, change: (key: string, value: unknown) => unknown): Fields {
  let isSame = true;
  const made: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = change(key, fields[key]);
    if (value !== fields[key]) isSame = false;
    if (value !== undefined)
      Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return isSame ? fields : Object.freeze(made);
}
