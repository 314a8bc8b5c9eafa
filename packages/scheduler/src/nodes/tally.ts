/**
 * How much of something there is in each domain of a topology (a zone, a host): kept as pods come and go, and summed
 * anew only when nodes change.
 */
import type { NodeTable } from './node-table.js';
import type { PodInfo } from './pod-info.js';

const nowhere: Int32Array = new Int32Array(0);

export class Tally {
  /** By the number of the topology value. May be replaced: read it each time. */
  counts = new Float64Array(0);
  /** The sum over the domains. */
  total = 0;
  private column = nowhere;
  private topologyVersion = -1;

  constructor(
    private readonly table: NodeTable,
    readonly topologyKey: string,
  ) {}

  /** By row the number of the topology value; 0: the node has none. */
  get ids(): Int32Array {
    // Looked up for every node: the column stays the same as long as no node changes its labels.
    if (this.topologyVersion !== this.table.topologyVersion) {
      this.topologyVersion = this.table.topologyVersion;
      this.column = this.table.labels.column(this.topologyKey)?.ids ?? nowhere;
    }
    return this.column;
  }

  add(row: number, amount: number): void {
    const id = this.ids[row] ?? 0;
    if (id === 0) return;
    if (id >= this.counts.length) {
      const counts = new Float64Array(Math.max(id + 1, 2 * this.counts.length, 8));
      counts.set(this.counts);
      this.counts = counts;
    }
    this.counts[id]! += amount;
    this.total += amount;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }

  /** What is counted in the domain of a row; 0 where it is in none. */
  at(row: number): number {
    const id = this.ids[row] ?? 0;
    return id === 0 ? 0 : (this.counts[id] ?? 0);
  }
}

/** Every pod on every node, for counting anew. */
export function eachPod(table: NodeTable, visit: (row: number, pod: PodInfo) => void): void {
  for (const row of table.rows()) for (const pod of table.podsAt(row)) visit(row, pod);
}
