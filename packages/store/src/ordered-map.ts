/** The ordered map under the store: a B+ tree whose copies cost nothing until one of them is written. */
import BTreeModule from 'sorted-btree';

// CommonJS under ES modules: the class is the default of the default.
const BTree = ((BTreeModule as unknown as { default?: typeof BTreeModule }).default ??
  BTreeModule) as typeof BTreeModule;

const compareKeys = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export class OrderedMap<V> {
  private constructor(private readonly tree: InstanceType<typeof BTreeModule<string, V>>) {}

  static empty<V>(): OrderedMap<V> {
    return new OrderedMap<V>(new BTree<string, V>(undefined, compareKeys, 32));
  }

  /** O(1): both share what neither has written since. */
  clone(): OrderedMap<V> {
    return new OrderedMap<V>(this.tree.clone());
  }

  get size(): number {
    return this.tree.size;
  }

  get(key: string): V | undefined {
    return this.tree.get(key);
  }

  set(key: string, value: V): void {
    this.tree.set(key, value, true);
  }

  delete(key: string): void {
    this.tree.delete(key);
  }

  /** The values from `start` to before `end` (one key where absent), at most `limit` of them (all where 0). */
  range(start: string, end: string | undefined, limit: number): V[] {
    if (end === undefined) {
      const value = this.tree.get(start);
      return value === undefined ? [] : [value];
    }
    const found: V[] = [];
    this.tree.forRange(start, end, false, (_key, value) => {
      found.push(value);
      return limit > 0 && found.length === limit ? { break: true } : undefined;
    });
    return found;
  }

  count(start: string, end: string | undefined): number {
    if (end === undefined) return this.tree.has(start) ? 1 : 0;
    return this.tree.forRange(start, end, false);
  }
}
