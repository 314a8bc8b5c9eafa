/**
 * Laying one value over another, and taking members out of one, as the schema says (structured-merge-diff `merge`
 * and `remove`). Pure; what does not change is shared. `structured-merge.ts` calls them.
 */
import { type Fields, isFields } from '../json/fields.js';
import { resolve, type SchemaNode } from '../schema/schema.js';
import type { FieldTree } from './field-tree.js';
import { asFields, asItems, childNode, isBare, itemElement, itemNode, shapeAt } from './typed-value.js';

/**
 * `applied` laid over `live`. Items of merged lists that both have come in the order of `applied`; what only one has
 * stays near its neighbours.
 */
export function mergeValues(place: SchemaNode, live: unknown, applied: unknown): unknown {
  if (live === undefined || applied === undefined) return applied === undefined ? live : applied;
  const shape = shapeAt(place, applied);
  // A null without a schema says nothing against a map, and replaces all else.
  if (shape === undefined) return isFields(live) && !isBare(live) ? live : applied;
  if (shape === 'atomic' || (isBare(live) && isBare(applied))) return applied;
  if (shape === 'map-list' || shape === 'set-list') return mergeItems(place, asItems(live), asItems(applied));
  return mergeFields(place, asFields(live), asFields(applied));
}

function mergeFields(place: SchemaNode, live: Fields, applied: Fields): Fields {
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(applied)) {
    const before = Object.hasOwn(live, key) ? live[key] : undefined;
    const merged = mergeValues(childNode(place, key), before, applied[key]);
    if (merged === before) continue;
    result ??= { ...live };
    Object.defineProperty(result, key, { value: merged, enumerable: true, configurable: true, writable: true });
  }
  return result ?? live;
}

function mergeItems(place: SchemaNode, live: readonly unknown[], applied: readonly unknown[]): readonly unknown[] {
  const items = itemNode(place);
  const left = live.map((item) => itemElement(place, item));
  const right = applied.map((item) => itemElement(place, item));
  const liveBy = onlyOnce(left, live);
  const appliedBy = new Map(right.map((element, index) => [element, applied[index]]));
  const shared = right.filter((element) => liveBy.has(element));
  const done = new Set<string>();
  const result: unknown[] = [];
  let next = 0;
  const mergeRight = (element: string) => {
    done.add(element);
    result.push(mergeValues(items, liveBy.get(element), appliedBy.get(element)));
    if (shared[next] === element) next++;
  };
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const [mine, theirs] = [left[l], right[r]];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        mergeRight(theirs);
        l++;
        r++;
        continue;
      }
      // A shared item, yet not the one whose turn it is: it comes when its turn does.
      if (appliedBy.has(mine) && shared[next] !== undefined && shared[next] !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!appliedBy.has(mine)) {
        result.push(live[l]);
        l++;
        continue;
      }
      if (done.has(mine)) l++;
    }
    if (theirs !== undefined) {
      mergeRight(theirs);
      r++;
    }
  }
  return result;
}

/** By element; of those that are there more than once there is none to merge with. */
function onlyOnce(elements: readonly string[], items: readonly unknown[]): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [index, element] of elements.entries()) found.set(element, found.has(element) ? undefined : items[index]);
  return found;
}

/** `value` without the members of `gone`. A list or map of which nothing is left becomes null. */
export function removeMembers(place: SchemaNode, value: unknown, gone: FieldTree): unknown {
  const shape = shapeAt(place, value);
  if (typeof value !== 'object' || value === null) return value;
  // Whoever takes fields out of what is one piece takes the piece.
  if (shape === 'atomic') return isScalar(place) ? value : null;
  if (Array.isArray(value)) return removeItems(place, value, gone);
  return isFields(value) ? removeFields(place, value, gone) : null;
}

const isScalar = (place: SchemaNode): boolean => {
  const { type } = resolve(place);
  return type !== 'object' && type !== 'map' && type !== 'array' && type !== 'any';
};

function removeFields(place: SchemaNode, value: Fields, gone: FieldTree): Fields | null {
  const result: Record<string, unknown> = {};
  let size = 0;
  for (const key of Object.keys(value)) {
    const less = gone.children.get(`f:${key}`);
    if (less?.own) continue;
    const kept = less === undefined ? value[key] : removeMembers(childNode(place, key), value[key], less);
    Object.defineProperty(result, key, { value: kept, enumerable: true, configurable: true, writable: true });
    size++;
  }
  return size === 0 ? null : result;
}

function removeItems(place: SchemaNode, value: readonly unknown[], gone: FieldTree): readonly unknown[] | null {
  const items = itemNode(place);
  const result = value.flatMap((item) => {
    const less = gone.children.get(itemElement(place, item));
    if (less?.own) return [];
    return [less === undefined ? item : removeMembers(items, item, less)];
  });
  return result.length === 0 ? null : result;
}
