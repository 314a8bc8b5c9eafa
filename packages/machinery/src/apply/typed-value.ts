/**
 * Values read with their schema: which parts are merged and which are one piece, and by what a list item is
 * known (structured-merge-diff v4). Where there is no schema, maps are merged and lists are one piece.
 */
import { deepEqual } from '../meta/frozen.js';
import { resolve, type SchemaNode } from '../schema/schema.js';
import { emptyTree, type FieldTree, leaf } from './field-tree.js';
import { TreeBuilder } from './tree-builder.js';

export type Fields = Readonly<Record<string, unknown>>;

const unknownNode: SchemaNode = { type: 'any' };

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function childNode(place: SchemaNode, key: string): SchemaNode {
  const node = resolve(place);
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key]!;
  return node.values ?? unknownNode;
}

export type Shape = 'atomic' | 'fields' | 'map-list' | 'set-list';

/** How a value at a place is merged. */
export function shapeOf(place: SchemaNode, value: unknown): Shape {
  if (typeof value !== 'object' || value === null) return 'atomic';
  const node = resolve(place);
  if (Array.isArray(value))
    return place.listType === 'map' ? 'map-list' : place.listType === 'set' ? 'set-list' : 'atomic';
  return place.mapType === 'atomic' || node.mapType === 'atomic' ? 'atomic' : 'fields';
}

/** The path element of an item of a list. */
export function itemElement(place: SchemaNode, item: unknown): string {
  if (place.listType === 'set') return `v:${JSON.stringify(item)}`;
  const node = place.items === undefined ? unknownNode : resolve(place.items);
  const keys: Record<string, unknown> = {};
  for (const key of [...(place.listMapKeys ?? [])].sort()) {
    const given = isFields(item) ? item[key] : undefined;
    const value = given ?? node.properties?.[key]?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/**
 * All members of a value. A map and an item of a list are members beside what is in them. `like` is another value at
 * this place and `likeTree` its members: where both have the same, it is not looked at again, and the same tree is
 * returned where nothing differs.
 */
export function fieldTreeOf(
  place: SchemaNode,
  value: unknown,
  whole = true,
  like?: unknown,
  likeTree?: FieldTree,
): FieldTree {
  if (value === undefined) return emptyTree;
  const shape = shapeOf(place, value);
  if (shape === 'atomic') return leaf;
  if (likeTree !== undefined && value === like) return likeTree;
  if (shape === 'fields') return treeOfFields(place, value as Fields, whole, like, likeTree);
  const node = new TreeBuilder();
  for (const [element, item] of itemsByElement(place, value as readonly unknown[]))
    node.add(element, place.listType === 'set' ? leaf : asItem(fieldTreeOf(place.items ?? unknownNode, item, whole)));
  return node.tree(node.isEmpty);
}

function treeOfFields(
  place: SchemaNode,
  value: Fields,
  whole: boolean,
  like: unknown,
  likeTree: FieldTree | undefined,
): FieldTree {
  const before = isFields(like) ? like : undefined;
  const elements: string[] = [];
  const children: FieldTree[] = [];
  let same = likeTree !== undefined;
  for (const key of Object.keys(value)) {
    const element = fieldElement(key);
    const known = likeTree?.children.get(element);
    const child = fieldTreeOf(childNode(place, key), value[key], whole, before?.[key], known);
    if (child.isEmpty) continue;
    elements.push(element);
    children.push(child);
    same &&= child === known;
  }
  const own = elements.length === 0 || (whole && resolve(place).type === 'map');
  if (same && likeTree!.children.size === elements.length && likeTree!.own === own) return likeTree!;
  const node = new TreeBuilder();
  for (let i = 0; i < elements.length; i++) node.add(elements[i]!, children[i]!);
  return node.tree(own);
}

/** `f:KEY`, one text for each key: made texts are slow to look up by. */
function fieldElement(key: string): string {
  let element = elements.get(key);
  if (element === undefined) {
    if (elements.size === elementsMax) elements.clear();
    element = `f:${key}`;
    elements.set(key, element);
  }
  return element;
}

const elements = new Map<string, string>();
const elementsMax = 10_000;

/** Of items that are known by the same keys, the last. */
const itemsByElement = (place: SchemaNode, items: readonly unknown[]): ReadonlyMap<string, unknown> =>
  new Map(items.map((item) => [itemElement(place, item), item]));

/** An item is a member beside what is in it. */
function asItem(tree: FieldTree): FieldTree {
  return tree.own ? tree : tree.union(leaf);
}

export interface Comparison {
  /** Members that are new or have another value. */
  readonly changed: FieldTree;
  readonly removed: FieldTree;
}

const same: Comparison = { changed: emptyTree, removed: emptyTree };

/** What differs from `before` to `after`. Shared parts are passed over at once. */
export function compareValues(place: SchemaNode, before: unknown, after: unknown): Comparison {
  if (before === after) return same;
  if (before === undefined) return { changed: fieldTreeOf(place, after), removed: emptyTree };
  if (after === undefined) return { changed: emptyTree, removed: fieldTreeOf(place, before) };
  const shape = shapeOf(place, after);
  if (shape === 'atomic' || shape !== shapeOf(place, before))
    return deepEqual(before, after) ? same : { changed: leaf, removed: emptyTree };
  const changed = new TreeBuilder();
  const removed = new TreeBuilder();
  const note = (element: string, difference: Comparison) => {
    changed.add(element, difference.changed);
    removed.add(element, difference.removed);
  };
  if (shape === 'fields') {
    const [old, now] = [before as Fields, after as Fields];
    for (const key of Object.keys(now))
      if (now[key] !== old[key]) note(fieldElement(key), compareValues(childNode(place, key), old[key], now[key]));
    for (const key of Object.keys(old))
      if (now[key] === undefined) note(fieldElement(key), compareValues(childNode(place, key), old[key], undefined));
  } else {
    const [old, now] = [
      itemsByElement(place, before as readonly unknown[]),
      itemsByElement(place, after as readonly unknown[]),
    ];
    const items = place.items ?? unknownNode;
    for (const [element, item] of now) {
      if (!old.has(element)) changed.add(element, shape === 'set-list' ? leaf : asItem(fieldTreeOf(items, item)));
      else if (shape === 'map-list') note(element, compareValues(items, old.get(element), item));
    }
    for (const [element, item] of old)
      if (!now.has(element)) removed.add(element, shape === 'set-list' ? leaf : asItem(fieldTreeOf(items, item)));
  }
  return { changed: changed.tree(false), removed: removed.tree(false) };
}

/** `applied` laid over `live`: items keep the order that they have, new ones come after them. */
export function mergeValues(place: SchemaNode, live: unknown, applied: unknown): unknown {
  if (live === undefined || applied === undefined) return applied ?? live;
  const shape = shapeOf(place, applied);
  if (shape === 'atomic' || shape !== shapeOf(place, live)) return applied;
  if (shape === 'fields') {
    const result: Record<string, unknown> = { ...(live as Fields) };
    for (const key of Object.keys(applied as Fields))
      result[key] = mergeValues(childNode(place, key), result[key], (applied as Fields)[key]);
    return result;
  }
  const wished = new Map((applied as readonly unknown[]).map((item) => [itemElement(place, item), item]));
  const items = place.items ?? unknownNode;
  const result: unknown[] = [];
  for (const item of live as readonly unknown[]) {
    const element = itemElement(place, item);
    result.push(wished.has(element) && shape === 'map-list' ? mergeValues(items, item, wished.get(element)) : item);
    wished.delete(element);
  }
  return [...result, ...wished.values()];
}

/** `value` without the members of `gone`. Undefined where nothing is left of what was removed wholly. */
export function removeMembers(place: SchemaNode, value: unknown, gone: FieldTree): unknown {
  if (gone.isEmpty || value === undefined) return value;
  if (gone.children.size === 0) return undefined;
  const shape = shapeOf(place, value);
  if (shape === 'atomic') return gone.own ? undefined : value;
  if (shape === 'fields') {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value as Fields)) {
      const less = gone.children.get(`f:${key}`);
      const kept =
        less === undefined
          ? (value as Fields)[key]
          : removeMembers(childNode(place, key), (value as Fields)[key], less);
      if (kept !== undefined) result[key] = kept;
    }
    return gone.own && Object.keys(result).length === 0 ? undefined : result;
  }
  const items = place.items ?? unknownNode;
  const result = (value as readonly unknown[]).flatMap((item) => {
    const less = gone.children.get(itemElement(place, item));
    if (less === undefined) return [item];
    // An item that its manager gave up goes as a whole, unless others own parts of it: those were taken out of `gone`.
    if (less.own) return [];
    const kept = removeMembers(items, item, less);
    return kept === undefined ? [] : [kept];
  });
  return result.length === 0 ? undefined : result;
}
