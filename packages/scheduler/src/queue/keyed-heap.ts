/**
 * A binary heap whose items are known by key, so that any of them can be replaced or taken out.
 *
 * Invariants: 1. `index` holds the position of every item by its key. 2. no item is before its parent.
 */
export class KeyedHeap<T> {
  private readonly items: T[] = [];
  private readonly index = new Map<string, number>();

  constructor(
    private readonly keyOf: (item: T) => string,
    private readonly before: (a: T, b: T) => boolean,
  ) {}

  get size(): number {
    return this.items.length;
  }

  get(key: string): T | undefined {
    const at = this.index.get(key);
    return at === undefined ? undefined : this.items[at];
  }

  peek(): T | undefined {
    return this.items[0];
  }

  /** Adds the item, or puts it in the place of the one with its key. */
  push(item: T): void {
    const key = this.keyOf(item);
    const known = this.index.get(key);
    const at = known ?? this.items.length;
    this.items[at] = item;
    this.index.set(key, at);
    this.settle(at);
  }

  pop(): T | undefined {
    const top = this.items[0];
    if (top !== undefined) this.delete(this.keyOf(top));
    return top;
  }

  delete(key: string): T | undefined {
    const at = this.index.get(key);
    if (at === undefined) return undefined;
    const item = this.items[at];
    const last = this.items.pop()!;
    this.index.delete(key);
    if (at < this.items.length) {
      this.items[at] = last;
      this.index.set(this.keyOf(last), at);
      this.settle(at);
    }
    return item;
  }

  values(): readonly T[] {
    return this.items;
  }

  private settle(at: number): void {
    if (!this.up(at)) this.down(at);
  }

  private up(at: number): boolean {
    const start = at;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(this.items[at]!, this.items[parent]!)) break;
      this.swap(at, parent);
      at = parent;
    }
    return at !== start;
  }

  private down(at: number): void {
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.items.length) return;
      if (child + 1 < this.items.length && this.before(this.items[child + 1]!, this.items[child]!)) child++;
      if (!this.before(this.items[child]!, this.items[at]!)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private swap(a: number, b: number): void {
    const [x, y] = [this.items[a]!, this.items[b]!];
    this.items[a] = y;
    this.items[b] = x;
    this.index.set(this.keyOf(x), b);
    this.index.set(this.keyOf(y), a);
  }
}
