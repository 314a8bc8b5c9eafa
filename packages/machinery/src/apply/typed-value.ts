/**
 * Values read with their schema: which parts are merged and which are one piece, by what a list item is known, and
 * which fields a value has (structured-merge-diff `typed`). What has no schema is read by what
 * it is: maps are merged, lists are one piece.
 *
 * `undefined` is an absent value, `null` a given one. Comparing is in `compare-values.ts`, merging and removing in
 * `merge-values.ts`.
 */

import { type Fields, isFields } from '../json/fields.js';
import { stringifyJson } from '../json/json-text.js';
import { ObjectMeta } from '../meta/v1.js';
import { resolve, type SchemaNode, zeroOf } from '../schema/schema.js';
import { emptyTree, type FieldTree, keylessItem, leaf, TreeBuilder, treeOf } from './field-tree.js';

/** The schema of what has none. */
export const unknownNode: SchemaNode = { type: 'any' };

/** What an object within an object has, whatever its schema says. */
const embeddedFields: Readonly<Record<string, SchemaNode>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  // When it was made is not told where nobody says it.
  metadata: {
    ...ObjectMeta.node,
    properties: { ...ObjectMeta.node.properties, creationTimestamp: { type: 'string', format: 'date-time' } },
  },
};

const embeddedField = ({ embeddedResource }: SchemaNode, key: string): SchemaNode | undefined =>
  embeddedResource === true && Object.hasOwn(embeddedFields, key) ? embeddedFields[key] : undefined;

/** Undefined for a field that the schema neither declares nor lets through. */
export function fieldNode(place: SchemaNode, key: string): SchemaNode | undefined {
  const node = resolve(place);
  const embedded = embeddedField(node, key);
  if (embedded !== undefined) return embedded;
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key]!;
  if (node.type === 'map') return node.values ?? unknownNode;
  return node.type === 'any' || node.preserveUnknownFields === true ? unknownNode : undefined;
}

export const childNode = (place: SchemaNode, key: string): SchemaNode => fieldNode(place, key) ?? unknownNode;

/** Whether a field is one of a struct, not an entry of a map. */
export function isDeclared(place: SchemaNode, key: string): boolean {
  const node = resolve(place);
  const { properties } = node;
  return (properties !== undefined && Object.hasOwn(properties, key)) || embeddedField(node, key) !== undefined;
}

/** `atomic`: a scalar, or a list or map that is one piece. */
export type Shape = 'atomic' | 'fields' | 'map-list' | 'set-list';

/** How a place is merged; undefined where that depends on the value, and there is none to tell by. */
export function shapeAt(place: SchemaNode, value: unknown): Shape | undefined {
  const node = resolve(place);
  switch (node.type) {
    case 'any':
      if ((place.mapType ?? node.mapType) === 'atomic') return 'atomic';
      if (value === undefined || value === null) return undefined;
      return isFields(value) ? 'fields' : 'atomic';
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
  if ((place.listType ?? list.listType) === 'set') return `v:${stringifyJson(item)}`;
  const node = list.items === undefined ? unknownNode : resolve(list.items);
  const names = list.listMapKeys ?? noKeys;
  if (names.length === 1) {
    const name = names[0]!;
    const value = keyOf(item, node, name);
    return value === undefined ? keylessItem : `k:{${JSON.stringify(name)}:${stringifyJson(value)}}`;
  }
  const keys: Record<string, unknown> = {};
  for (const key of [...names].sort()) {
    const value = keyOf(item, node, key);
    if (value !== undefined) keys[key] = value;
  }
  return `k:${stringifyJson(keys)}`;
}

/** A null is said, and other than what nobody says. */
const keyOf = (item: unknown, node: SchemaNode, key: string): unknown => {
  const said = isFields(item) ? item[key] : undefined;
  return said === undefined ? keyUnsaid(node, key) : said;
};

/** A key of built-in kinds that Go always writes is empty where nobody says it. */
function keyUnsaid({ name, properties }: SchemaNode, key: string): unknown {
  const place = properties?.[key];
  return (
    place?.default ??
    place?.toldDefault ??
    (place !== undefined && name?.startsWith('io.k8s.') ? zeroOf(place) : undefined)
  );
}

const noKeys: readonly string[] = [];

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
export function asMember(tree: FieldTree): FieldTree {
  return tree.own ? tree : treeOf(true, tree.children);
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
