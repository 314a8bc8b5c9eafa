/**
 * The labels of all nodes: a column for each key, in it for each row the number of the value, or 0 where the
 * node has no such label. A selector over nodes becomes a look-up in one or a few of these columns.
 */
import { parseInteger } from '@pintle/api/placement';
import { Dictionary } from './dictionary.js';

export interface LabelColumn {
  /** By row; 0: the node has no such label. */
  readonly ids: Int32Array;
  /** The values; each value's number as integer, for `Gt` and `Lt`, is NaN where it is none. */
  readonly values: Dictionary<number>;
}

interface Column {
  ids: Int32Array;
  readonly values: Dictionary<number>;
  rows: number;
}

export class LabelColumns {
  private readonly columns = new Map<string, Column>();

  constructor(private capacity: number) {}

  column(key: string): LabelColumn | undefined {
    return this.columns.get(key);
  }

  grow(capacity: number): void {
    this.capacity = capacity;
    for (const column of this.columns.values()) column.ids = grown(column.ids, capacity);
  }

  /** Makes the row's labels `labels`, given what they were. */
  set(row: number, before: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): void {
    for (const key of Object.keys(before)) if (!Object.hasOwn(labels, key)) this.clear(row, key);
    for (const key of Object.keys(labels)) {
      const value = labels[key]!;
      if (Object.hasOwn(before, key) && before[key] === value) continue;
      let column = this.columns.get(key);
      if (column === undefined) {
        column = { ids: new Int32Array(this.capacity), values: new Dictionary<number>(), rows: 0 };
        this.columns.set(key, column);
      }
      const old = column.ids[row]!;
      column.ids[row] = column.values.acquire(value, () => parseInteger(value));
      if (old === 0) column.rows++;
      else column.values.release(old);
    }
  }

  private clear(row: number, key: string): void {
    const column = this.columns.get(key);
    if (column === undefined || column.ids[row] === 0) return;
    column.values.release(column.ids[row]!);
    column.ids[row] = 0;
    if (--column.rows === 0) this.columns.delete(key);
  }
}

function grown(array: Int32Array, capacity: number): Int32Array {
  const next = new Int32Array(capacity);
  next.set(array);
  return next;
}
