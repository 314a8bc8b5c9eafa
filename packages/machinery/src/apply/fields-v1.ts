/**
 * Field trees as objects carry them (meta/v1 `FieldsV1`), read and written. What objects of one template carry is one
 * object in all of them, and is read once.
 */
import { parseJson } from '../json/json-text.js';
import { canonicalJson } from '../meta/frozen.js';
import { emptyTree, type FieldsV1, type FieldTree, leaf, TreeBuilder } from './field-tree.js';

/** The trees of those that were read or written last. A tree takes some kilobytes. */
const lately = new Map<object, FieldTree>();
const latelyMax = 1024;

/** The `fieldsV1` of a whole entry. */
export function writtenTree(tree: FieldTree): FieldsV1 {
  const { fieldsV1 } = tree;
  if (!lately.has(fieldsV1)) remember(fieldsV1, tree);
  return fieldsV1;
}

/** Errors: `SyntaxError` for an item's keys that are no JSON. */
export function treeFromFieldsV1(fields: unknown): FieldTree {
  if (typeof fields !== 'object' || fields === null) return emptyTree;
  const known = lately.get(fields);
  if (known !== undefined) return known;
  const tree = parse(fields as FieldsV1, true);
  remember(fields, tree);
  return tree;
}

function remember(fields: object, tree: FieldTree): void {
  if (lately.size >= latelyMax) lately.delete(lately.keys().next().value!);
  lately.set(fields, tree);
}

function parse(fields: FieldsV1, root: boolean): FieldTree {
  const keys = Object.keys(fields);
  if (keys.length === 0) return root ? emptyTree : leaf;
  const builder = new TreeBuilder();
  const seen = new Set<string>();
  for (const key of keys) {
    const element = canonicalElement(key);
    if (element === undefined || seen.has(element)) continue;
    seen.add(element);
    builder.add(element, parse(fields[key]!, false));
  }
  return builder.tree(Object.hasOwn(fields, '.'));
}

/** Keys of items may be written in any order and spacing. Undefined for an element of a kind not known here. */
function canonicalElement(key: string): string | undefined {
  const kind = key.slice(0, 2);
  if (kind === 'f:' || kind === 'i:') return key;
  if (kind !== 'k:' && kind !== 'v:') return undefined;
  return `${kind}${canonicalJson(parseJson(key.slice(2)))}`;
}
