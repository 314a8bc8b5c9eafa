/**
 * The ordered map under the store: a B+ tree whose copies cost nothing until one of them is written. What is read or
 * written by its key goes past the tree, to the cell that the tree has for it.
 */
import BTreeModule from 'sorted-btree';

// CommonJS under ES modules: the class is the default of the default.
const BTree = ((BTreeModule as unknown as { default?: typeof BTreeModule }).default ??
  BTreeModule) as typeof BTreeModule;

const compareKeys = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** What the tree holds for a key. Only the map of whose era it is may write it: a copy shares the older ones. */
interface Cell<V> {
  value: V;
  readonly era: object;
}

export class OrderedMap<V> {
  private readonly cells = new Map<string, Cell<V>>();
  /** Whether every key is in `cells`: what is not there is then nowhere. */
  private readonly knowsAll: boolean;
  /** From one copy to the next. */
  private era = {};

  private constructor(private readonly tree: InstanceType<typeof BTreeModule<string, Cell<V>>>) {
    this.knowsAll = tree.size === 0;
  }

  static empty<V>(): OrderedMap<V> {
    return new OrderedMap<V>(new BTree<string, Cell<V>>(undefined, compareKeys, 32));
  }

  /** O(1): both share what neither has written since. */
  clone(): OrderedMap<V> {
    this.era = {};
    return new OrderedMap<V>(this.tree.clone());
  }

  get size(): number {
    return this.tree.size;
  }

  get(key: string): V | undefined {
    const known = this.cells.get(key);
    if (known !== undefined || this.knowsAll) return known?.value;
    const found = this.tree.get(key);
    if (found !== undefined) this.cells.set(key, found);
    return found?.value;
  }

  set(key: string, value: V): void {
    const known = this.cells.get(key);
    if (known !== undefined && known.era === this.era) {
      known.value = value;
      return;
    }
    const cell = { value, era: this.era };
    this.tree.set(key, cell, true);
    this.cells.set(key, cell);
  }

  delete(key: string): void {
    this.tree.delete(key);
    this.cells.delete(key);
  }

  /** The values from `start` to before `end` (one key where absent), at most `limit` of them (all where 0). */
  range(start: string, end: string | undefined, limit: number): V[] {
    if (end === undefined) {
      const value = this.get(start);
      return value === undefined ? [] : [value];
    }
    const found: V[] = [];
    this.tree.forRange(start, end, false, (_key, { value }) => {
      found.push(value);
      return limit > 0 && found.length === limit ? { break: true } : undefined;
    });
    return found;
  }

  count(start: string, end: string | undefined): number {
    if (end === undefined) return this.get(start) === undefined ? 0 : 1;
    return this.tree.forRange(start, end, false);
  }
}
