/**
 * Two trees over the places of an order, for questions about a part of it in as many steps as the tree is high: how many
 * places are taken and where the nth of them is; which number is the highest and where the nth place that holds it is.
 *
 * Invariants: 1. node `i` is about the places of nodes `2i` and `2i + 1`; the places themselves begin at `leaves`. 2. a
 * place that was never set, or is beyond the size, counts nothing.
 */

const leavesFor = (size: number): number => 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(size, 2))));

export class CountTree {
  private readonly leaves: number;
  private readonly counts: Int32Array;

  constructor(readonly size: number) {
    this.leaves = leavesFor(size);
    this.counts = new Int32Array(2 * this.leaves);
  }

  get total(): number {
    return this.counts[1]!;
  }

  has(place: number): boolean {
    return this.counts[this.leaves + place] === 1;
  }

  set(place: number, taken: boolean): void {
    let node = this.leaves + place;
    const change = (taken ? 1 : 0) - this.counts[node]!;
    if (change === 0) return;
    for (; node >= 1; node >>= 1) this.counts[node]! += change;
  }

  /** How many of the first `end` places are taken. */
  before(end: number): number {
    if (end >= this.size) return this.total;
    let sum = 0;
    for (let node = this.leaves + end; node > 1; node >>= 1) if ((node & 1) === 1) sum += this.counts[node - 1]!;
    return sum;
  }

  /** The place of the nth that is taken, counted from 0; there must be as many. */
  nth(n: number): number {
    let node = 1;
    let left = n;
    while (node < this.leaves) {
      node *= 2;
      const count = this.counts[node]!;
      if (left >= count) {
        left -= count;
        node++;
      }
    }
    return node - this.leaves;
  }
}

/** The highest number of some places, and how many of them hold it. */
export interface Highest {
  readonly value: number;
  readonly ties: number;
}

export class HighestTree {
  private readonly leaves: number;
  private readonly values: Float64Array;
  private readonly ties: Int32Array;

  constructor(size: number) {
    this.leaves = leavesFor(size);
    this.values = new Float64Array(2 * this.leaves).fill(Number.NEGATIVE_INFINITY);
    this.ties = new Int32Array(2 * this.leaves);
  }

  /** Undefined: the place counts no more. */
  set(place: number, value: number | undefined): void {
    const { values, ties } = this;
    let node = this.leaves + place;
    values[node] = value ?? Number.NEGATIVE_INFINITY;
    ties[node] = value === undefined ? 0 : 1;
    for (node >>= 1; node >= 1; node >>= 1) {
      const left = 2 * node;
      const [a, b] = [values[left]!, values[left + 1]!];
      values[node] = a > b ? a : b;
      ties[node] = (a >= b ? ties[left]! : 0) + (b >= a ? ties[left + 1]! : 0);
    }
  }

  /** Of the places from `start` up to `end`, which is not among them. */
  within(start: number, end: number): Highest {
    let value = Number.NEGATIVE_INFINITY;
    let ties = 0;
    const take = (node: number) => {
      const found = this.values[node]!;
      if (found < value) return;
      ties = found > value ? this.ties[node]! : ties + this.ties[node]!;
      value = found;
    };
    for (let low = this.leaves + start, high = this.leaves + end; low < high; low >>= 1, high >>= 1) {
      if ((low & 1) === 1) take(low++);
      if ((high & 1) === 1) take(--high);
    }
    return { value, ties };
  }

  /** The nth place, counted from 0, from `start` on that holds `value`, where none up to it holds more; there must be as many. */
  nth(value: number, n: number, start: number): number {
    let left = n;
    let node = this.leaves + start;
    // Up and to the right, until the place is below the node; then down to it.
    for (let held = this.held(node, value); left >= held; held = this.held(node, value)) {
      left -= held;
      while ((node & 1) === 1) node >>= 1;
      node++;
    }
    while (node < this.leaves) {
      node *= 2;
      const held = this.held(node, value);
      if (left < held) continue;
      left -= held;
      node++;
    }
    return node - this.leaves;
  }

  /** How often a node holds the value; where it holds more than that, what is looked for comes before it and is here, too. */
  private held(node: number, value: number): number {
    const highest = this.values[node]!;
    return highest > value ? Number.POSITIVE_INFINITY : highest === value ? this.ties[node]! : 0;
  }
}
