/**
 * Strategic merge patch: a merge patch that knows, from the schema, which lists are merged and by which key
 * (apimachinery `strategicpatch`). Directives: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`,
 * `$setElementOrder/…`. In which order items come to stand is in `element-order.ts`.
 *
 * Upstream takes the patch apart as it goes, and what is left of it is what its refusals show. Where nothing was there to
 * merge with, a value is taken as it is, but for nulls and for what a directive is in: other directives are then fields.
 *
 * **Differs from Kubernetes**: an item whose key is no text is refused, where kube-apiserver breaks the connection off; a list
 * that is stored empty is empty, where kube-apiserver has none to merge with when it reads it back.
 */

import { type Fields, isFields } from '../json/fields.js';
import { isInt64, isNumber } from '../json/json-text.js';
import { deepEqual } from '../meta/frozen.js';
import { formatGo, formatGoAsText, unstructuredType } from '../schema/decoder-words.js';
import { resolve, type SchemaNode, zeroValues } from '../schema/schema.js';
import { directive, keyless, ordered, requireOrder } from './element-order.js';
import { PatchError } from './patch-error.js';

type Mutable = Record<string, unknown>;
type Items = readonly unknown[];

const retainKeys = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList';
const orderPrefix = '$setElementOrder';

const badRetainKeys = 'invalid patch format of retainKeys';
const badOrder = 'invalid patch format of setElementOrder list';
const badDeletion = 'invalid patch format of primitive list';

/** `schema` describes the document. Errors: `PatchError`. */
export const applyStrategicMergePatch = (document: unknown, patch: unknown, schema: SchemaNode): unknown =>
  mergeStrategically(document, patch, schema).merged;

/** What a patch makes of a document, and what is `left` of the patch then, as refusals show it. Errors: `PatchError`. */
export function mergeStrategically(
  document: unknown,
  patch: unknown,
  schema: SchemaNode,
): { readonly merged: unknown; readonly left: unknown } {
  if (!isFields(document) || !isFields(patch))
    throw new PatchError('a strategic merge patch and what it is applied to must be JSON objects');
  const left = copyOf(patch) as Mutable;
  return { merged: mergeMap(document, left, schema), left };
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  const copy: Mutable = {};
  for (const key of Object.keys(value)) if (value[key] !== undefined) define(copy, key, copyOf(value[key]));
  return copy;
}

const define = (target: Mutable, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

function mergeMap(original: Fields, patch: Mutable, place: SchemaNode): Fields {
  if (Object.hasOwn(patch, directive)) return byDirective(patch);
  const result: Mutable = retained({ ...original }, patch);
  for (const key of Object.keys(patch)) if (key.startsWith(orderPrefix)) mergeOrdered(result, patch, key, place);
  for (const key of Object.keys(patch)) mergeField(result, patch, key, place);
  return result;
}

function byDirective(patch: Mutable): Fields {
  const command = patch[directive];
  if (command === 'delete') return {};
  if (command !== 'replace') throw badDirective(command, patch);
  delete patch[directive];
  return patch;
}

const badDirective = (command: unknown, patch: Fields) =>
  new PatchError(`unknown patch type: ${formatGoAsText(command)} in map: ${formatGo(patch)}`);

/** The fields that stay, of which those are that the patch sets. */
function retained(original: Mutable, patch: Mutable): Mutable {
  if (!Object.hasOwn(patch, retainKeys)) return original;
  const said = patch[retainKeys];
  delete patch[retainKeys];
  if (!Array.isArray(said)) throw new PatchError(badRetainKeys);
  const keys = new Set<unknown>(said);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue;
    if (!keys.has(key)) throw new PatchError(badRetainKeys);
  }
  for (const key of Object.keys(original)) if (!keys.has(key)) delete original[key];
  return original;
}

/** The list whose order the patch says, with what the patch has for it. */
function mergeOrdered(result: Mutable, patch: Mutable, key: string, place: SchemaNode): void {
  const order = asList(patch[key]);
  delete patch[key];
  const name = fieldOf(key, orderPrefix, badOrder);
  const present = Object.hasOwn(result, name) ? asList(told(result[name])) : undefined;
  const wished = Object.hasOwn(patch, name) ? asList(patch[name]) : undefined;
  const { items, mergeKey, isMerged } = listAt(place, name);
  requireOrder(wished ?? [], order, mergeKey);
  if (present === undefined && wished === undefined) return;
  const before = [...(present ?? [])];
  const merged =
    wished === undefined
      ? (present ?? [])
      : present === undefined
        ? (withoutDirectives(wished) as Items)
        : isMerged
          ? mergeSlice(before, wished, items, mergeKey)
          : wished;
  requireElements([present ?? [], wished ?? []]);
  define(result, name, ordered(merged, order, before, mergeKey));
  delete patch[name];
}

function mergeField(result: Mutable, patch: Mutable, key: string, place: SchemaNode): void {
  const isDeletion = key.startsWith(deletePrefix);
  const name = isDeletion ? fieldOf(key, deletePrefix, badDeletion) : key;
  const wished = patch[key];
  if (wished === null) {
    delete result[name];
    return;
  }
  const present = Object.hasOwn(result, name) ? told(result[name]) : null;
  if (typeOf(present) !== typeOf(wished) || (!isFields(wished) && !Array.isArray(wished))) {
    if (!isDeletion || typeOf(present) === typeOf(wished)) take(result, name, wished);
    return;
  }
  if (isFields(wished)) {
    const inner = fieldAt(place, name);
    const isReplaced = inner.patchStrategy?.includes('replace') === true;
    define(result, name, isReplaced ? wished : mergeMap(present as Fields, wished as Mutable, inner));
    return;
  }
  const { items, mergeKey, isMerged } = listAt(place, name);
  if (!isMerged && !isDeletion) define(result, name, wished);
  else define(result, name, mergeSlice([...(present as Items)], wished as Items, items, mergeKey, isDeletion));
}

/** Of a list that has to be there, and of which nobody spoke, Go has none. */
const told = (value: unknown): unknown => (value === zeroValues.array ? null : value);

/** Of a value that is new, nulls say nothing, and what a directive is in is not there. */
function take(result: Mutable, name: string, wished: unknown): void {
  discardNulls(wished);
  const kept = withoutDirectives(wished);
  if (kept === undefined) delete result[name];
  else define(result, name, kept);
}

function discardNulls(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) discardNulls(item);
  if (!isFields(value)) return;
  for (const key of Object.keys(value)) {
    if (value[key] === null) delete (value as Mutable)[key];
    else discardNulls(value[key]);
  }
}

/** Undefined where nothing of it stays. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isFields(value)) return value;
  if (Object.hasOwn(value, directive)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete (value as Mutable)[key];
    else define(value as Mutable, key, kept);
  }
  return value;
}

/** `original` becomes what upstream's merging makes of the list in its place, as far as it was long: the order follows from it. */
function mergeSlice(
  original: unknown[],
  patch: Items,
  items: SchemaNode | undefined,
  mergeKey: string | undefined,
  isDeletion = false,
): Items {
  if (original.length === 0 && patch.length === 0) return original;
  const type = requireElements([original, patch]);
  if (type !== 'map') {
    if (isDeletion) return original.filter((item) => !patch.includes(item));
    return ordered([...new Set([...original, ...patch])], patch, original, undefined);
  }
  if (mergeKey === undefined) throw new PatchError(`cannot merge lists without merge key for ${goKindOf(items)}`);
  const { left, plain, isReplaced } = bySpecialItems(original, patch as readonly Fields[], mergeKey);
  const [present, wished] = isReplaced ? [plain, []] : [left, plain];
  const merged = mergeItems(present, wished, items, mergeKey);
  const result = ordered(merged, wished, isReplaced ? plain : merged.slice(0, present.length), mergeKey);
  // What is added comes to stand behind those that are left, where some are gone.
  if (!isReplaced) for (let at = 0; at < Math.min(original.length, merged.length); at++) original[at] = merged[at];
  return result;
}

/** What is left of the items that are there, which move up, and the items that are to be merged with them, or to take their place. */
function bySpecialItems(original: unknown[], patch: readonly Fields[], mergeKey: string) {
  let size = original.length;
  const plain: Fields[] = [];
  let isReplaced = false;
  for (const item of patch) {
    if (!Object.hasOwn(item, directive)) plain.push(item);
    else if (item[directive] === 'replace') isReplaced = true;
    else if (item[directive] === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch');
    else if (item[directive] !== 'delete') throw badDirective(item[directive], item);
    else if (!Object.hasOwn(item, mergeKey)) throw keyless(item, mergeKey);
    else
      for (let at = 0; at < size; )
        if (hasKey(original[at], mergeKey, item[mergeKey])) original.copyWithin(at, at + 1, size--);
        else at++;
  }
  return { left: original.slice(0, size), plain, isReplaced };
}

const hasKey = (item: unknown, mergeKey: string, key: unknown): boolean =>
  isFields(item) && Object.hasOwn(item, mergeKey) && deepEqual(item[mergeKey], key);

function mergeItems(present: Items, wished: readonly Fields[], items: SchemaNode | undefined, mergeKey: string) {
  const result = [...present];
  for (const item of wished) {
    if (!Object.hasOwn(item, mergeKey)) throw keyless(item, mergeKey);
    const key = item[mergeKey];
    if (typeof key === 'object' && key !== null) throw keyless(item, mergeKey);
    const at = result.findIndex((other) => hasKey(other, mergeKey, key));
    if (at < 0) result.push(item);
    else result[at] = mergeMap(result[at] as Fields, item as Mutable, items ?? anything);
  }
  return result;
}

const anything: SchemaNode = { type: 'any' };

/** The type that all items are of. Errors: `PatchError` where there is none, or they are lists. */
function requireElements(lists: readonly Items[]): string {
  const types = new Set(lists.flat().map(typeOf));
  const [first] = types;
  if (first === undefined) throw new PatchError('no elements in any of the given slices');
  if (first === 'list') throw new PatchError('lists of lists are not supported');
  if (types.size > 1 || first === 'nil')
    throw new PatchError(`list element types are not identical: ${formatGo(lists)}`);
  return first;
}

const typeOf = (value: unknown): string =>
  value === null
    ? 'nil'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'object'
        ? 'map'
        : isNumber(value)
          ? isInt64(value)
            ? 'number'
            : 'float'
          : typeof value;

function asList(value: unknown): Items {
  if (Array.isArray(value)) return value;
  const type = value === null ? '%!s(<nil>)' : unstructuredType(value);
  throw new PatchError(`expected a []interface {}, but received a ${type}`);
}

/** The field that a directive is for. */
function fieldOf(key: string, prefix: string, otherwise: string): string {
  if (!key.startsWith(`${prefix}/`)) throw new PatchError(otherwise);
  return key.slice(prefix.length + 1);
}

interface ListPlace {
  readonly items: SchemaNode | undefined;
  readonly mergeKey: string | undefined;
  readonly isMerged: boolean;
}

/** Errors: `PatchError` where Go's struct has no such list. */
function listAt(place: SchemaNode, name: string): ListPlace {
  const field = fieldAt(place, name);
  const { type, items } = resolve(field);
  if (type !== 'array') throw new PatchError(`expected slice or array type, but got: ${goKindOf(place)}`);
  return { items, mergeKey: field.mergeKey, isMerged: field.patchStrategy?.includes('merge') === true };
}

/** Errors: `PatchError` where Go's struct has no such field. */
function fieldAt(place: SchemaNode, name: string): SchemaNode {
  const node = resolve(place);
  const { properties = {} } = node;
  const found = Object.hasOwn(properties, name)
    ? name
    : Object.keys(properties).find((key) => key.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return properties[found]!;
  const kind = goKindOf(node);
  if (kind !== 'struct')
    throw new PatchError(`merging an object in json but data type is not struct, instead is: ${kind}`);
  const struct = node.name?.split('.').at(-1) ?? 'RawExtension';
  throw new PatchError(`unable to find api field in struct ${struct} for the json field ${JSON.stringify(name)}`);
}

/** What Go has in such a place. */
function goKindOf(place: SchemaNode | undefined): string {
  const { type } = resolve(place ?? anything);
  return type === 'map' ? 'map' : type === 'array' ? 'slice' : type === 'string' ? 'string' : 'struct';
}
