/**
 * A binary heap of items that know where in it they are, so that one can be taken out from the middle, or find its new
 * place, without a search.
 *
 * Invariants: 1. `items[i].heapAt` is i, and -1 for an item that is in no heap. 2. no item is before its parent.
 */
export interface HeapItem {
  /** Kept by the heap that holds it; an item is in one heap at a time. */
  heapAt: number;
}

export class ItemHeap<T extends HeapItem> {
  private readonly items: T[] = [];

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  /** Adds the item, or brings it to its place where it is here and has changed. */
  push(item: T): void {
    if (item.heapAt < 0) {
      item.heapAt = this.items.length;
      this.items.push(item);
    }
    this.settle(item);
  }

  pop(): T | undefined {
    const top = this.items[0];
    if (top !== undefined) this.remove(top);
    return top;
  }

  /** The item must be here. */
  remove(item: T): void {
    const at = item.heapAt;
    item.heapAt = -1;
    const last = this.items.pop()!;
    if (last === item) return;
    last.heapAt = at;
    this.items[at] = last;
    this.settle(last);
  }

  values(): Iterable<T> {
    return this.items;
  }

  private settle(item: T): void {
    const start = item.heapAt;
    this.up(item);
    if (item.heapAt === start) this.down(item);
  }

  private up(item: T): void {
    const { items } = this;
    let at = item.heapAt;
    while (at > 0) {
      const parent = items[(at - 1) >> 1]!;
      if (!this.before(item, parent)) break;
      const free = parent.heapAt;
      parent.heapAt = at;
      items[at] = parent;
      at = free;
    }
    item.heapAt = at;
    items[at] = item;
  }

  private down(item: T): void {
    const { items } = this;
    let at = item.heapAt;
    for (;;) {
      const left = 2 * at + 1;
      let child = items[left];
      if (child === undefined) break;
      const right = items[left + 1];
      if (right !== undefined && this.before(right, child)) child = right;
      if (!this.before(child, item)) break;
      const free = child.heapAt;
      child.heapAt = at;
      items[at] = child;
      at = free;
    }
    item.heapAt = at;
    items[at] = item;
  }
}
