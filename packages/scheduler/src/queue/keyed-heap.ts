/**
 * A binary heap whose items are known by key, so that any of them can be replaced or taken out.
 *
 * Invariants: 1. `index` holds the entry of every item by its key, and each entry knows its position. 2. no item is before
 * its parent.
 */
interface Entry<T> {
  readonly key: string;
  item: T;
  at: number;
}

export class KeyedHeap<T> {
  private readonly entries: Entry<T>[] = [];
  private readonly index = new Map<string, Entry<T>>();

  constructor(
    private readonly keyOf: (item: T) => string,
    private readonly before: (a: T, b: T) => boolean,
  ) {}

  get size(): number {
    return this.entries.length;
  }

  get(key: string): T | undefined {
    return this.index.get(key)?.item;
  }

  peek(): T | undefined {
    return this.entries[0]?.item;
  }

  /** Adds the item, or puts it in the place of the one with its key. */
  push(item: T): void {
    const key = this.keyOf(item);
    let entry = this.index.get(key);
    if (entry === undefined) {
      entry = { key, item, at: this.entries.length };
      this.index.set(key, entry);
      this.entries.push(entry);
    } else entry.item = item;
    this.settle(entry);
  }

  pop(): T | undefined {
    const top = this.entries[0];
    if (top !== undefined) this.remove(top);
    return top?.item;
  }

  delete(key: string): T | undefined {
    const entry = this.index.get(key);
    if (entry !== undefined) this.remove(entry);
    return entry?.item;
  }

  *values(): Iterable<T> {
    for (const { item } of this.entries) yield item;
  }

  private remove(entry: Entry<T>): void {
    this.index.delete(entry.key);
    const last = this.entries.pop()!;
    if (last === entry) return;
    last.at = entry.at;
    this.entries[last.at] = last;
    this.settle(last);
  }

  private settle(entry: Entry<T>): void {
    const start = entry.at;
    this.up(entry);
    if (entry.at === start) this.down(entry);
  }

  private up(entry: Entry<T>): void {
    const { entries } = this;
    let { at } = entry;
    while (at > 0) {
      const parent = entries[(at - 1) >> 1]!;
      if (!this.before(entry.item, parent.item)) break;
      const free = parent.at;
      parent.at = at;
      entries[at] = parent;
      at = free;
    }
    entry.at = at;
    entries[at] = entry;
  }

  private down(entry: Entry<T>): void {
    const { entries } = this;
    let { at } = entry;
    for (;;) {
      const left = 2 * at + 1;
      let child = entries[left];
      if (child === undefined) break;
      const right = entries[left + 1];
      if (right !== undefined && this.before(right.item, child.item)) child = right;
      if (!this.before(child.item, entry.item)) break;
      const free = child.at;
      child.at = at;
      entries[at] = child;
      at = free;
    }
    entry.at = at;
    entries[at] = entry;
  }
}
