/**
 * A set of field paths, as a tree whose edges are the elements of `FieldsV1`: `f:name` a field, `k:{…}` a list
 * item by its keys, `v:…` an item of a set. Immutable; operations share what they can.
 *
 * Objects made from one template have the same fields, so equal members are one tree while it is among the latest
 * (`latest-trees.ts`). A tree remembers its `FieldsV1`; the latest differences and unions are remembered apart from the
 * trees, most of which live as long as their object and are never asked again.
 *
 * Invariants: 1. A node without children is a member itself. 2. `own` on a node with children is the `.` of
 * `FieldsV1`: the node is a member beside its children.
 */

import { parseJson, stringifyJson } from '../json/json-text.js';
import { LatestTrees, signOf } from './latest-trees.js';

export class FieldTree {
  private static made = 0;
  /** Tells trees apart, in the order of their making. */
  readonly serial = FieldTree.made++;
  /** The place in a schema that it was last found to fit. */
  fitted: object | undefined;
  private written: FieldsV1 | undefined;
  private keyless: boolean | undefined;

  constructor(
    readonly own: boolean,
    readonly children: ReadonlyMap<string, FieldTree>,
  ) {}

  get isEmpty(): boolean {
    return !this.own && this.children.size === 0;
  }

  /** Every member of either. */
  union(other: FieldTree): FieldTree {
    if (this === other || other.isEmpty) return this;
    if (this.isEmpty) return other;
    return unions.of(this, other) ?? unions.keep(this, other, this.joined(other));
  }

  private joined(other: FieldTree): FieldTree {
    let children: Map<string, FieldTree> | undefined;
    for (const [key, more] of other.children) {
      const present = this.children.get(key);
      const joined = present === undefined ? more : present.union(more);
      if (joined === present) continue;
      children ??= new Map(this.children);
      children.set(key, joined);
    }
    const own = this.own || other.own;
    return children === undefined && own === this.own ? this : treeOf(own, children ?? this.children);
  }

  /** The members of this one that are not members of the other. */
  minus(other: FieldTree): FieldTree {
    if (this.isEmpty || other.isEmpty) return this;
    return differences.of(this, other) ?? differences.keep(this, other, this.reduced(other));
  }

  private reduced(other: FieldTree): FieldTree {
    let children: Map<string, FieldTree> | undefined;
    for (const [key, less] of other.children) {
      const present = this.children.get(key);
      if (present === undefined) continue;
      const rest = present.minus(less);
      if (rest === present) continue;
      children ??= new Map(this.children);
      if (rest.isEmpty) children.delete(key);
      else children.set(key, rest);
    }
    const own = this.own && !other.own;
    return children === undefined && own === this.own ? this : treeOf(own, children ?? this.children);
  }

  /** The members of this one that are neither members of the other nor below one. */
  outside(other: FieldTree): FieldTree {
    if (this.isEmpty || other.isEmpty) return this;
    let children: Map<string, FieldTree> | undefined;
    for (const [key, less] of other.children) {
      const present = this.children.get(key);
      if (present === undefined) continue;
      const rest = less.own ? emptyTree : present.outside(less);
      if (rest === present) continue;
      children ??= new Map(this.children);
      if (rest.isEmpty) children.delete(key);
      else children.set(key, rest);
    }
    return children === undefined ? this : treeOf(this.own, children);
  }

  /** Whether the member at the end of a path is one of these. */
  has(path: readonly string[]): boolean {
    let at: FieldTree | undefined = this;
    for (const element of path) at = at?.children.get(element);
    return at?.own ?? false;
  }

  /** Whether an item is among these that says none of the keys of its list. */
  get hasKeyless(): boolean {
    this.keyless ??= this.children.has(keylessItem) || [...this.children.values()].some(({ hasKeyless }) => hasKeyless);
    return this.keyless;
  }

  /** As objects carry it in `managedFields`; frozen, made once. */
  get fieldsV1(): FieldsV1 {
    if (this.written === undefined) {
      // Items and values differ from object to object: as fields of plain objects each would leave a trace in the engine.
      const keys = [...this.children.keys()].sort();
      const named = keys.every((key) => key.startsWith('f:'));
      const fields: Record<string, FieldsV1> = named ? {} : Object.create(null);
      if (this.own && keys.length > 0) fields['.'] = noFields;
      for (const key of keys) fields[key] = this.children.get(key)!.fieldsV1;
      this.written = Object.freeze(fields);
    }
    return this.written;
  }
}

/** The element of such an item. */
export const keylessItem = 'k:{}';

export type FieldsV1 = { readonly [key: string]: FieldsV1 };

const noFields: FieldsV1 = Object.freeze({});

interface Result {
  readonly a: FieldTree;
  readonly b: FieldTree;
  readonly result: FieldTree;
}

/** The latest results of an operation on two trees: writes to like objects come one after the other. */
class LatestResults {
  private readonly results: (Result | undefined)[] = [];

  of(a: FieldTree, b: FieldTree): FieldTree | undefined {
    const known = this.results[placeOf(a, b)];
    return known !== undefined && known.a === a && known.b === b ? known.result : undefined;
  }

  keep(a: FieldTree, b: FieldTree, result: FieldTree): FieldTree {
    this.results[placeOf(a, b)] = { a, b, result };
    return result;
  }
}

const resultsMax = 2048;
const placeOf = (a: FieldTree, b: FieldTree): number => (a.serial * 31 + b.serial) % resultsMax;

const unions = new LatestResults();
const differences = new LatestResults();

const noChildren: ReadonlyMap<string, FieldTree> = new Map();

/** One member, with nothing below it. */
export const leaf: FieldTree = new FieldTree(true, noChildren);
/** No member at all. */
export const emptyTree: FieldTree = new FieldTree(false, noChildren);

const trees = new LatestTrees<FieldTree>();

export function treeOf(own: boolean, children: ReadonlyMap<string, FieldTree>): FieldTree {
  const node = new TreeBuilder();
  for (const [element, child] of children) node.add(element, child);
  return node.tree(own);
}

/** One node in the making. */
export class TreeBuilder {
  private readonly elements: string[] = [];
  private readonly children: FieldTree[] = [];
  private sign = 0;

  /** An element is added at most once; an empty child is no child. */
  add(element: string, child: FieldTree): void {
    if (child.isEmpty) return;
    this.elements.push(element);
    this.children.push(child);
    this.sign += signOf(element, child);
  }

  get isEmpty(): boolean {
    return this.elements.length === 0;
  }

  tree(own: boolean): FieldTree {
    if (this.isEmpty) return own ? leaf : emptyTree;
    const sign = this.sign + (own ? 1 : 0);
    const known = trees.find(sign, (tree) => tree.own === own && this.isOf(tree));
    if (known !== undefined) return known;
    const children = new Map<string, FieldTree>();
    for (let i = 0; i < this.elements.length; i++) children.set(this.elements[i]!, this.children[i]!);
    return trees.keep(sign, new FieldTree(own, children));
  }

  private isOf({ children }: FieldTree): boolean {
    if (children.size !== this.elements.length) return false;
    for (let i = 0; i < this.elements.length; i++)
      if (children.get(this.elements[i]!) !== this.children[i]) return false;
    return true;
  }
}

export function intersectionTree(a: FieldTree, b: FieldTree): FieldTree {
  const children = new Map<string, FieldTree>();
  const [small, large] = a.children.size <= b.children.size ? [a, b] : [b, a];
  for (const [key, child] of small.children) {
    const other = large.children.get(key);
    if (other === undefined) continue;
    const common = intersectionTree(child, other);
    if (!common.isEmpty) children.set(key, common);
  }
  return treeOf(a.own && b.own, children);
}

/** Every member as its path elements: those of a node in order, then those below each. */
export function* membersOf(tree: FieldTree, prefix: readonly string[] = []): Iterable<readonly string[]> {
  const children = [...tree.children].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, child] of children) if (child.own) yield [...prefix, key];
  for (const [key, child] of children) yield* membersOf(child, [...prefix, key]);
}

/** As structured-merge-diff shows the value of a key. */
function formatKey(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatKey).join(',')}]`;
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}=${formatKey(inner)}`)
    .join('');
}

/** A member as users read it: `.spec.containers[name="web"].image`. */
export function formatMember(path: readonly string[]): string {
  return path
    .map((element) => {
      const rest = element.slice(2);
      if (element.startsWith('f:')) return `.${rest}`;
      if (element.startsWith('k:')) {
        const keys = parseJson(rest) as Record<string, unknown>;
        return `[${Object.keys(keys)
          .map((key) => `${key}=${formatKey(keys[key])}`)
          .join(',')}]`;
      }
      return element.startsWith('v:') ? `[=${rest}]` : `[${rest}]`;
    })
    .join('');
}
