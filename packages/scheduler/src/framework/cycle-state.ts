/**
 * What plugins remember from one extension point to the next while one pod is being placed. A new one is made
 * for every attempt; nothing of it outlives the attempt.
 */
import type { NodeTable } from '../nodes/node-table.js';

/** Names a value in a cycle state and carries its type. Two keys of one name are the same key. */
export interface StateKey<T> {
  readonly name: string;
  /** Carries the type only; never set. */
  readonly T?: T;
}

export function stateKey<T>(name: string): StateKey<T> {
  return { name };
}

/** A value that changes within a cycle says how to copy itself, so that what-if runs do not leak into it. */
export interface CloneableState {
  clone(): this;
}

export class CycleState {
  private readonly values = new Map<string, unknown>();
  /** Plugins whose PreFilter said Skip: their Filter does not run. */
  readonly skipFilter = new Set<string>();
  /** Plugins whose PreScore said Skip: their Score does not run. */
  readonly skipScore = new Set<string>();

  constructor(
    /** The nodes as this attempt sees them. */
    readonly table: NodeTable,
  ) {}

  read<T>(key: StateKey<T>): T | undefined {
    return this.values.get(key.name) as T | undefined;
  }

  write<T>(key: StateKey<T>, value: T): void {
    this.values.set(key.name, value);
  }

  delete(key: StateKey<unknown>): void {
    this.values.delete(key.name);
  }

  /** A copy for a what-if run: values with a `clone` are copied, the others shared. */
  clone(): CycleState {
    const copy = new CycleState(this.table);
    for (const [name, value] of this.values) {
      copy.values.set(name, isCloneable(value) ? value.clone() : value);
    }
    for (const plugin of this.skipFilter) copy.skipFilter.add(plugin);
    for (const plugin of this.skipScore) copy.skipScore.add(plugin);
    return copy;
  }
}

function isCloneable(value: unknown): value is CloneableState {
  return typeof value === 'object' && value !== null && typeof (value as { clone?: unknown }).clone === 'function';
}
