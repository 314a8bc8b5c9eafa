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

/** Names of plugins; there are so few that a list is faster made and searched than a set. */
export class PluginNames {
  private readonly names: string[] = [];

  has(name: string): boolean {
    return this.names.includes(name);
  }

  add(name: string): void {
    if (!this.has(name)) this.names.push(name);
  }

  addAll({ names }: PluginNames): void {
    for (const name of names) this.add(name);
  }
}

export class CycleState {
  /** The values beside their keys' names: a handful, and as many states as attempts. */
  private readonly names: string[] = [];
  private readonly values: unknown[] = [];
  /** Plugins whose PreFilter said Skip: their Filter does not run. */
  readonly skipFilter = new PluginNames();
  /** Plugins whose PreScore said Skip: their Score does not run. */
  readonly skipScore = new PluginNames();

  constructor(
    /** The nodes as this attempt sees them. */
    readonly table: NodeTable,
  ) {}

  read<T>(key: StateKey<T>): T | undefined {
    const known = this.names.indexOf(key.name);
    return known < 0 ? undefined : (this.values[known] as T);
  }

  write<T>(key: StateKey<T>, value: T): void {
    const known = this.names.indexOf(key.name);
    if (known >= 0) {
      this.values[known] = value;
      return;
    }
    this.names.push(key.name);
    this.values.push(value);
  }

  delete(key: StateKey<unknown>): void {
    const known = this.names.indexOf(key.name);
    if (known < 0) return;
    this.names.splice(known, 1);
    this.values.splice(known, 1);
  }

  /** A copy for a what-if run: values with a `clone` are copied, the others shared. */
  clone(): CycleState {
    const copy = new CycleState(this.table);
    for (const [index, value] of this.values.entries()) {
      copy.names.push(this.names[index]!);
      copy.values.push(isCloneable(value) ? value.clone() : value);
    }
    copy.skipFilter.addAll(this.skipFilter);
    copy.skipScore.addAll(this.skipScore);
    return copy;
  }
}

function isCloneable(value: unknown): value is CloneableState {
  return typeof value === 'object' && value !== null && typeof (value as { clone?: unknown }).clone === 'function';
}
