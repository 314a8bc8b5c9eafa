/**
 * Values read with their schema: which parts are merged and which are one piece, by what a list item is known, and
 * which fields a value has or a change touches (structured-merge-diff `typed`). What has no schema is read by what
 * it is: maps are merged, lists are one piece.
 *
 * `undefined` is an absent value, `null` a given one. Merging and removing are in `merge-values.ts`.
 */
import { deepEqual } from '../meta/frozen.js';
import { resolve, type SchemaNode } from '../schema/schema.js';
import { emptyTree, type FieldTree, leaf } from './field-tree.js';
import { TreeBuilder } from './tree-builder.js';

export type Fields = Readonly<Record<string, unknown>>;

/** The schema of what has none. */
export const unknownNode: SchemaNode = { type: 'any' };

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined for a field that the schema neither declares nor lets through. */
export function fieldNode(place: SchemaNode, key: string): SchemaNode | undefined {
  const node = resolve(place);
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key]!;
  if (node.type === 'map') return node.values ?? unknownNode;
  return node.type === 'any' || node.preserveUnknownFields === true ? unknownNode : undefined;
}

export const childNode = (place: SchemaNode, key: string): SchemaNode => fieldNode(place, key) ?? unknownNode;

/** Whether a field is one of a struct, not an entry of a map. */
export function isDeclared(place: SchemaNode, key: string): boolean {
  const { properties } = resolve(place);
  return properties !== undefined && Object.hasOwn(properties, key);
}

/** `atomic`: a scalar, or a list or map that is one piece. */
export type Shape = 'atomic' | 'fields' | 'map-list' | 'set-list';

/** How a place is merged; undefined where that depends on the value, and there is none to tell by. */
export function shapeAt(place: SchemaNode, value: unknown): Shape | undefined {
  const node = resolve(place);
  switch (node.type) {
    case 'any':
      if (value === undefined || value === null) return undefined;
      return isFields(value) && (place.mapType ?? node.mapType) !== 'atomic' ? 'fields' : 'atomic';
    case 'object':
    case 'map':
      return (place.mapType ?? node.mapType) === 'atomic' ? 'atomic' : 'fields';
    case 'array': {
      const listType = place.listType ?? node.listType;
      return listType === 'map' ? 'map-list' : listType === 'set' ? 'set-list' : 'atomic';
    }
    default:
      return 'atomic';
  }
}

/** The path element of an item of a list. */
export function itemElement(place: SchemaNode, item: unknown): string {
  const list = resolve(place);
  if ((place.listType ?? list.listType) === 'set') return `v:${JSON.stringify(item)}`;
  const node = list.items === undefined ? unknownNode : resolve(list.items);
  const keys: Record<string, unknown> = {};
  for (const key of [...(list.listMapKeys ?? [])].sort()) {
    const given = isFields(item) ? item[key] : undefined;
    const value = given ?? node.properties?.[key]?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

export const itemNode = (place: SchemaNode): SchemaNode => resolve(place).items ?? unknownNode;

/** A value's items or entries; of anything else, none. */
export const asItems = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const asFields = (value: unknown): Fields => (isFields(value) ? value : noFields);

const noFields: Fields = Object.freeze({});

/** Neither items nor entries: merged as one piece, which keeps apart what is empty and what is null. */
export const isBare = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Array.isArray(value) ? value.length === 0 : !hasKeys(value));

function hasKeys(value: object): boolean {
  for (const _key in value) return true;
  return false;
}

/** A struct with the fields that Go has even where they hold nothing. */
function givenFields(place: SchemaNode, value: unknown): Fields {
  if (!isFields(value)) return noFields;
  let filled: Record<string, unknown> | undefined;
  for (const [key, empty] of emptyFieldsOf(place))
    if (value[key] === undefined) {
      filled ??= { ...value };
      filled[key] = empty;
    }
  return filled ?? value;
}

type EmptyFields = readonly (readonly [key: string, empty: Fields | null])[];

const emptyFields = new WeakMap<SchemaNode, EmptyFields>();

/** Structs that are no pointers, and lists that are written even when they are empty, as Go's null. */
function emptyFieldsOf(place: SchemaNode): EmptyFields {
  const node = resolve(place);
  let found = emptyFields.get(node);
  if (found === undefined) {
    found = Object.entries(node.properties ?? {}).flatMap(([key, child]): EmptyFields => {
      if (child.alwaysThere) return [[key, noFields]];
      return child.required && resolve(child).type === 'array' ? [[key, null]] : [];
    });
    emptyFields.set(node, found);
  }
  return found;
}

/** The members that a wish names. Structs and lists are no members themselves; entries of maps and items of lists are. */
export function fieldTreeOf(place: SchemaNode, value: unknown): FieldTree {
  if (value === undefined) return emptyTree;
  const shape = shapeAt(place, value);
  if (shape === 'atomic') return leaf;
  const node = new TreeBuilder();
  if (shape === undefined || shape === 'fields') {
    for (const [key, child] of Object.entries(asFields(value))) {
      if (child === undefined) continue;
      const tree = fieldTreeOf(childNode(place, key), child);
      const own = child === null || (isFields(child) && isBare(child)) || !isDeclared(place, key);
      node.add(`f:${key}`, own ? asMember(tree) : tree);
    }
    return node.tree(false);
  }
  const items = itemNode(place);
  for (const [element, found] of itemsByElement(place, value))
    node.add(element, found.length > 1 ? leaf : asMember(fieldTreeOf(items, found[0])));
  return node.tree(false);
}

/** Usually one item for each element; more where the list has duplicates. */
export function itemsByElement(place: SchemaNode, value: unknown): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const item of asItems(value)) {
    const element = itemElement(place, item);
    const before = found.get(element);
    if (before === undefined) found.set(element, [item]);
    else before.push(item);
  }
  return found;
}

/** The same members, and the node itself. */
function asMember(tree: FieldTree): FieldTree {
  if (tree.own) return tree;
  if (tree.children.size === 0) return leaf;
  const node = new TreeBuilder();
  for (const [element, child] of tree.children) node.add(element, child);
  return node.tree(true);
}

export interface Comparison {
  /** Added, or there with another value. */
  readonly changed: FieldTree;
  readonly removed: FieldTree;
}

const same: Comparison = Object.freeze({ changed: emptyTree, removed: emptyTree });
const onlyChanged: Comparison = Object.freeze({ changed: leaf, removed: emptyTree });
const onlyRemoved: Comparison = Object.freeze({ changed: emptyTree, removed: leaf });

/** What `now` changes of `old`. Of what comes or goes as a whole, its structs and lists are members too. */
export function compareValues(place: SchemaNode, old: unknown, now: unknown): Comparison {
  if (old === now) return same;
  const before = shapeAt(place, old);
  const after = shapeAt(place, now);
  if (now === undefined) return compareAs(before, place, old, now);
  if (old === undefined && after !== 'atomic') return appearance(after, place, now);
  if (old === undefined || before === after) return compareAs(after, place, old, now);
  // What has no schema may become another kind of value: it is judged both as what it was and as what it is.
  const was = compareAs(before, place, old, now);
  const is = compareAs(after, place, old, now);
  return { changed: was.changed.union(is.changed), removed: was.removed.union(is.removed) };
}

/**
 * What came last at each place, if it was frozen: objects of one template come one after the other and share their
 * parts, which are then not walked again. Nobody can observe it but by the time that it saves.
 */
const lately = new WeakMap<SchemaNode, { readonly value: unknown; readonly comparison: Comparison }>();

function appearance(shape: Shape | undefined, place: SchemaNode, value: unknown): Comparison {
  const known = lately.get(place);
  if (known !== undefined && known.value === value) return known.comparison;
  const comparison = compareAs(shape, place, undefined, value);
  if (Object.isFrozen(value)) lately.set(place, { value, comparison });
  return comparison;
}

function compareAs(shape: Shape | undefined, place: SchemaNode, old: unknown, now: unknown): Comparison {
  if (shape === 'atomic') return compareWhole(old, now);
  const changed = new TreeBuilder();
  const removed = new TreeBuilder();
  const note = (element: string, difference: Comparison) => {
    changed.add(element, difference.changed);
    removed.add(element, difference.removed);
  };
  if (shape === 'map-list' || shape === 'set-list') {
    if (isBare(old) && isBare(now)) return compareWhole(old, now);
    compareItems(place, old, now, note);
  } else {
    const [before, after] = [givenFields(place, old), givenFields(place, now)];
    if (isBare(before) && isBare(after)) return compareWhole(old, now);
    for (const key of Object.keys(after))
      if (after[key] !== before[key])
        note(fieldElement(key), compareValues(childNode(place, key), valueIn(before, key), after[key]));
    for (const key of Object.keys(before))
      if (after[key] === undefined && before[key] !== undefined)
        note(fieldElement(key), compareValues(childNode(place, key), before[key], undefined));
  }
  return { changed: changed.tree(old === undefined), removed: removed.tree(now === undefined) };
}

/** `f:KEY`, one text for each key: texts made anew are slow to look up by. */
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

const valueIn = (fields: Fields, key: string) => (Object.hasOwn(fields, key) ? fields[key] : undefined);

function compareWhole(old: unknown, now: unknown): Comparison {
  if (now === undefined) return old === undefined ? same : onlyRemoved;
  return old === undefined || !deepEqual(old, now) ? onlyChanged : same;
}

/** Items that are there more than once are one piece, known by their element. */
function compareItems(
  place: SchemaNode,
  old: unknown,
  now: unknown,
  note: (element: string, difference: Comparison) => void,
): void {
  const items = itemNode(place);
  const before = itemsByElement(place, old);
  const after = itemsByElement(place, now);
  const judge = (element: string, was: readonly unknown[], is: readonly unknown[]) => {
    if (was.length <= 1 && is.length <= 1) return note(element, compareValues(items, was[0], is[0]));
    if (was.length > 1 && is.length > 1) return deepEqual(was, is) ? undefined : note(element, onlyChanged);
    const alone = compareValues(items, was.length > 1 ? undefined : was[0], is.length > 1 ? undefined : is[0]);
    if (was.length > 1) note(element, { changed: alone.changed, removed: asMember(alone.removed) });
    else note(element, { changed: asMember(alone.changed), removed: alone.removed });
  };
  for (const [element, was] of before) judge(element, was, after.get(element) ?? []);
  for (const [element, is] of after) if (!before.has(element)) judge(element, [], is);
}

/** The members, and every struct and list of declared fields that leads to one. */
export function withNamedFields(place: SchemaNode, tree: FieldTree): FieldTree {
  const node = new TreeBuilder();
  for (const [element, child] of tree.children) {
    const key = element.slice(2);
    if (!element.startsWith('f:')) {
      node.add(element, withNamedFields(itemNode(place), child));
      continue;
    }
    const named = withNamedFields(childNode(place, key), child);
    node.add(element, isDeclared(place, key) ? asMember(named) : named);
  }
  return node.tree(tree.own);
}
