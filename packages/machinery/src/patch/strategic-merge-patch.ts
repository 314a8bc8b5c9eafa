/**
 * Strategic merge patch: a merge patch that knows, from the schema, which lists are merged and by which key
 * (apimachinery `strategicpatch`). Directives: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`,
 * `$setElementOrder/…`.
 *
 * **Differs from Kubernetes**: an item whose key is no text is refused, where kube-apiserver breaks the connection off.
 */
import { type Fields, isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';
import { formatGo } from '../schema/decoder-words.js';
import { resolve, type SchemaNode, zeroValues } from '../schema/schema.js';
import { PatchError } from './patch-error.js';

type Mutable = Record<string, unknown>;

const directive = '$patch';
const retainKeys = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** `schema` describes the document. Errors: `PatchError`. */
export function applyStrategicMergePatch(document: unknown, patch: unknown, schema: SchemaNode): unknown {
  if (!isFields(document) || !isFields(patch))
    throw new PatchError('a strategic merge patch and what it is applied to must be JSON objects');
  return mergeObject(document, patch, schema, '');
}

function mergeObject(document: Fields, patch: Fields, place: SchemaNode | undefined, path: string): Fields {
  const node = place === undefined ? undefined : resolve(place);
  const command = patch[directive];
  if (command === 'replace') return withoutDirectives(patch);
  if (command === 'delete') return {};
  if (command !== undefined && command !== 'merge')
    throw new PatchError(`unknown patch type: ${formatGo(command)} in map: ${formatGo(patch)}`);

  const result: Mutable = { ...retained(document, patch, path) };
  for (const key of Object.keys(patch)) {
    if (key === directive || key === retainKeys) continue;
    if (key.startsWith(deletePrefix)) {
      const field = key.slice(deletePrefix.length);
      const present = result[field];
      if (Array.isArray(present))
        result[field] = present.filter(
          (item) => !asList(patch[key], `${path}.${key}`).some((gone) => deepEqual(gone, item)),
        );
      continue;
    }
    if (key.startsWith(orderPrefix)) continue;
    const wished = patch[key];
    if (wished === null) {
      delete result[key];
      continue;
    }
    const child = fieldNode(node, key);
    define(
      result,
      key,
      mergeValue(
        Object.hasOwn(result, key) ? result[key] : undefined,
        wished,
        child,
        `${path}.${key}`,
        Object.hasOwn(patch, `${orderPrefix}${key}`),
      ),
    );
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const field = key.slice(orderPrefix.length);
    const present = result[field];
    if (Array.isArray(present))
      result[field] = inOrder(
        present,
        orderBefore(asPatchList(document[field]), present, asPatchList(patch[field])),
        asList(patch[key], `${path}.${key}`),
        asPatchList(patch[field]),
        fieldNode(node, field)?.mergeKey,
      );
  }
  return result;
}

const define = (target: Mutable, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

function fieldNode(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (node === undefined) return undefined;
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key];
  return node.values;
}

/** `ordersItself`: the patch says the list's order, which is seen to afterwards. */
function mergeValue(
  present: unknown,
  wished: unknown,
  node: SchemaNode | undefined,
  path: string,
  ordersItself: boolean,
): unknown {
  if (isFields(wished)) {
    // What takes the place of all that was there is taken as it is, with its nulls.
    if (node?.patchStrategy?.includes('replace')) return wished;
    return mergeObject(isFields(present) ? present : {}, wished, node, path);
  }
  if (!Array.isArray(wished)) return wished;
  if (!node?.patchStrategy?.includes('merge')) return wished.filter((item) => !isDirective(item));
  // Where there is nothing to merge with, nobody asks for keys: of a list that has to be there, and of which nobody spoke, Go has none.
  if (!Array.isArray(present) || present === zeroValues.array) return bareItems(wished);
  const base = present;
  requireAlike(base, wished);
  if (node.mergeKey === undefined) {
    const merged = mergePrimitives(base, wished);
    return ordersItself ? merged : inOrder(merged, base, wished, [], undefined);
  }
  const merged = mergeByKey(base, wished, node.mergeKey, node.items, path);
  return ordersItself ? merged : inOrder(merged, base, wished, [], node.mergeKey);
}

/** Items of a list that is merged are of one type, and no lists. Errors: `PatchError`. */
function requireAlike(present: readonly unknown[], wished: readonly unknown[]): void {
  const types = new Set([...present, ...wished].map(typeOf));
  if (types.size > 1) throw new PatchError(`list element types are not identical: ${formatGo([present, wished])}`);
  if (types.has('list')) throw new PatchError('lists of lists are not supported');
}

const typeOf = (value: unknown): string =>
  value === null
    ? 'nil'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'number' && !Number.isInteger(value)
        ? 'float'
        : typeof value;

/** What a list begins with: without directives, and without fields that are to go. */
const bareItems = (items: readonly unknown[]): readonly unknown[] =>
  items.filter((item) => !isFields(item) || !Object.hasOwn(item, directive)).map(bare);

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return bareItems(value);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => !key.startsWith('$') && inner !== null && !(isFields(inner) && Object.hasOwn(inner, directive)),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]));
}

function mergePrimitives(present: readonly unknown[], wished: readonly unknown[]): readonly unknown[] {
  const result: unknown[] = [];
  for (const item of [...present, ...wished]) if (!result.some((other) => deepEqual(other, item))) result.push(item);
  return result;
}

const isDirective = (item: unknown): boolean =>
  isFields(item) && Object.hasOwn(item, directive) && Object.keys(item).length === 1;

function mergeByKey(
  present: readonly unknown[],
  wished: readonly unknown[],
  mergeKey: string,
  items: SchemaNode | undefined,
  path: string,
): readonly unknown[] {
  const replaces = wished.some(
    (item) => isFields(item) && item[directive] === 'replace' && !Object.hasOwn(item, mergeKey),
  );
  if (replaces) return wished.filter((item) => !isDirective(item));
  const result: unknown[] = [...present];
  for (const item of wished) {
    if (!isFields(item))
      throw new PatchError(
        `every item of the list at ${path} must be an object with the merge key ${JSON.stringify(mergeKey)}`,
      );
    const key = item[mergeKey];
    if (key === undefined) throw keyless(item, mergeKey);
    if (item[directive] === 'delete') {
      for (let i = result.length - 1; i >= 0; i--)
        if (isFields(result[i]) && deepEqual((result[i] as Fields)[mergeKey], key)) result.splice(i, 1);
      continue;
    }
    const index = result.findIndex((other) => isFields(other) && deepEqual(other[mergeKey], key));
    if (index >= 0)
      result[index] = mergeObject(result[index] as Fields, item, items, `${path}[${JSON.stringify(key)}]`);
    else {
      const made = mergeObject({}, item, items, `${path}[${JSON.stringify(key)}]`);
      result.push(key === null ? { ...made, [mergeKey]: null } : made);
    }
  }
  // What is there already has to say its key, too, as it is put in order.
  for (const item of result) if (isFields(item) && !Object.hasOwn(item, mergeKey)) throw keyless(item, mergeKey);
  return result;
}

const keyless = (item: Fields, mergeKey: string): PatchError =>
  new PatchError(`map: ${formatGo(item)} does not contain declared merge key: ${mergeKey}`);

/**
 * The order that a list had. Where the patch deletes by directive, upstream looks at the list as merging left it, as
 * far as it was long before; clients have come to rely on what follows from that.
 */
function orderBefore(
  original: readonly unknown[],
  merged: readonly unknown[],
  patched: readonly unknown[],
): readonly unknown[] {
  const deletes = patched.some((item) => isFields(item) && item[directive] === 'delete');
  return deletes ? merged.slice(0, original.length) : original;
}

/**
 * Items named in the order (that of the patch itself, where it says no other) come in that order. The others keep their place before whatever stood after them in
 * the list as it was (`before`), as far as the order allows.
 */
function inOrder(
  present: readonly unknown[],
  before: readonly unknown[],
  order: readonly unknown[],
  patched: readonly unknown[],
  mergeKey: string | undefined,
): readonly unknown[] {
  const idOf = (item: unknown) => JSON.stringify(mergeKey !== undefined && isFields(item) ? item[mergeKey] : item);
  const ranks = (items: readonly unknown[]) => {
    const found = new Map<string, number>();
    for (const [index, item] of items.entries()) if (!found.has(idOf(item))) found.set(idOf(item), index);
    return found;
  };
  const rank = ranks(order);
  const place = ranks(before);
  let last = -1;
  for (const item of patched) {
    if (isFields(item) && item[directive] !== undefined) continue;
    const at = rank.get(idOf(item)) ?? -1;
    if (at < last || at < 0)
      throw new PatchError(
        `the order in ${orderPrefix} doesn't match that of the items that the patch changes, at ${idOf(item)}`,
      );
    last = at;
  }
  const ordered = present
    .filter((item) => rank.has(idOf(item)))
    .sort((a, b) => rank.get(idOf(a))! - rank.get(idOf(b))!);
  const others = present.filter((item) => !rank.has(idOf(item)));
  const result: unknown[] = [];
  let next = 0;
  for (const item of ordered) {
    const at = place.get(idOf(item));
    while (next < others.length && at !== undefined && (place.get(idOf(others[next])) ?? Number.POSITIVE_INFINITY) < at)
      result.push(others[next++]);
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function retained(document: Fields, patch: Fields, path: string): Fields {
  const keep = patch[retainKeys];
  if (keep === undefined) return document;
  const keys = new Set(asList(keep, `${path}.${retainKeys}`).map(String));
  for (const key of Object.keys(patch)) {
    if (!key.startsWith('$') && patch[key] !== null && !keys.has(key))
      throw new PatchError(
        `${retainKeys} at ${path || 'the root'} must name ${JSON.stringify(key)}, which the patch sets`,
      );
  }
  return Object.fromEntries(Object.entries(document).filter(([key]) => keys.has(key)));
}

function withoutDirectives(patch: Fields): Fields {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

function asList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new PatchError(`${path.replace(/^\./, '')} must be a list`);
  return value;
}

const asPatchList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
