/**
 * A set of field paths, as a tree whose edges are the elements of `FieldsV1`: `f:name` a field, `k:{…}` a list
 * item by its keys, `v:…` an item of a set. Immutable; operations share what they can.
 *
 * Invariants: 1. A node without children is a member itself. 2. `own` on a node with children is the `.` of
 * `FieldsV1`: the node is a member beside its children.
 */

export interface FieldTree {
  readonly own: boolean;
  readonly children: ReadonlyMap<string, FieldTree>;
}

const noChildren: ReadonlyMap<string, FieldTree> = new Map();

/** One member, with nothing below it. */
export const leaf: FieldTree = { own: true, children: noChildren };
/** No member at all. */
export const emptyTree: FieldTree = { own: false, children: noChildren };

export const isEmptyTree = (tree: FieldTree): boolean => !tree.own && tree.children.size === 0;

export function treeOf(own: boolean, children: ReadonlyMap<string, FieldTree>): FieldTree {
  if (children.size === 0) return own ? leaf : emptyTree;
  return { own, children };
}

export function unionTree(a: FieldTree, b: FieldTree): FieldTree {
  if (a === b || isEmptyTree(b)) return a;
  if (isEmptyTree(a)) return b;
  let children: Map<string, FieldTree> | undefined;
  for (const [key, more] of b.children) {
    const present = a.children.get(key);
    const joined = present === undefined ? more : unionTree(present, more);
    if (joined === present) continue;
    children ??= new Map(a.children);
    children.set(key, joined);
  }
  const own = a.own || b.own;
  return children === undefined && own === a.own ? a : treeOf(own, children ?? a.children);
}

/** The members of `a` that are not members of `b`. */
export function differenceTree(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmptyTree(a) || isEmptyTree(b)) return a;
  let children: Map<string, FieldTree> | undefined;
  for (const [key, less] of b.children) {
    const present = a.children.get(key);
    if (present === undefined) continue;
    const rest = differenceTree(present, less);
    if (rest === present) continue;
    children ??= new Map(a.children);
    if (isEmptyTree(rest)) children.delete(key);
    else children.set(key, rest);
  }
  const own = a.own && !b.own;
  return children === undefined && own === a.own ? a : treeOf(own, children ?? a.children);
}

export function intersectionTree(a: FieldTree, b: FieldTree): FieldTree {
  const children = new Map<string, FieldTree>();
  const [small, large] = a.children.size <= b.children.size ? [a, b] : [b, a];
  for (const [key, child] of small.children) {
    const other = large.children.get(key);
    if (other === undefined) continue;
    const common = intersectionTree(child, other);
    if (!isEmptyTree(common)) children.set(key, common);
  }
  return treeOf(a.own && b.own, children);
}

/** Every member as its path elements. */
export function* membersOf(tree: FieldTree, prefix: readonly string[] = []): Iterable<readonly string[]> {
  if (tree.own && prefix.length > 0) yield prefix;
  for (const [key, child] of tree.children) yield* membersOf(child, [...prefix, key]);
}

type FieldsV1 = { readonly [key: string]: FieldsV1 };

const parsed = new WeakMap<object, FieldTree>();

/** The tree of a `fieldsV1`, made once for each object. */
export function treeFromFieldsV1(fields: unknown): FieldTree {
  if (typeof fields !== 'object' || fields === null) return emptyTree;
  let tree = parsed.get(fields);
  if (tree === undefined) {
    tree = parse(fields as FieldsV1, true);
    parsed.set(fields, tree);
  }
  return tree;
}

function parse(fields: FieldsV1, root: boolean): FieldTree {
  const keys = Object.keys(fields);
  if (keys.length === 0) return root ? emptyTree : leaf;
  const children = new Map<string, FieldTree>();
  for (const key of keys) if (key !== '.') children.set(key, parse(fields[key]!, false));
  return treeOf(Object.hasOwn(fields, '.'), children);
}

export function fieldsV1Of(tree: FieldTree): FieldsV1 {
  const fields: Record<string, FieldsV1> = {};
  if (tree.own && tree.children.size > 0) fields['.'] = Object.freeze({});
  for (const key of [...tree.children.keys()].sort()) fields[key] = fieldsV1Of(tree.children.get(key)!);
  const frozen = Object.freeze(fields);
  parsed.set(frozen, tree);
  return frozen;
}

/** A member as users read it: `.spec.containers[name="web"].image`. */
export function formatMember(path: readonly string[]): string {
  return path
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      if (element.startsWith('k:')) {
        const keys = JSON.parse(rest) as Record<string, unknown>;
        return `[${Object.keys(keys)
          .map((key) => `${key}=${JSON.stringify(keys[key])}`)
          .join(',')}]`;
      }
      return element.startsWith('v:') ? `[=${rest}]` : `[${rest}]`;
    })
    .join('');
}
