/** Objects by key, by namespace and by whatever index functions say: the memory of an informer. */
import { type KubernetesObject, objectKey, parseLabelSelector } from '@pintle/machinery';
import type { IndexFunction, Lister } from './informer.js';

/** An index was asked for that nobody added. */
export class UnknownIndexError extends Error {
  readonly code = 'PINTLE_UNKNOWN_INDEX';
  constructor(readonly index: string) {
    super(`there is no index ${JSON.stringify(index)}; add it with addIndex or in the informer's options`);
    this.name = 'UnknownIndexError';
  }
}

/** What stands under a key: one for the memory and all its indexes, so that a change writes it once. */
interface Entry<T> {
  object: T;
}

interface Index<T> {
  readonly of: IndexFunction<T>;
  /** By value, then by key. */
  readonly values: Map<string, Map<string, Entry<T>>>;
}

const namespaceIndex = 'namespace';

export class ObjectIndex<T extends KubernetesObject> implements Lister<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly indexes = new Map<string, Index<T>>();
  /** Made when asked for, dropped when a key comes or goes. */
  private sortedKeys: readonly string[] | undefined;
  /** In order of keys; made when asked for, dropped with every change. */
  private sorted: readonly T[] | undefined;

  constructor() {
    this.addIndex(namespaceIndex, ({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace]));
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: { readonly name: string; readonly namespace?: string }): T | undefined {
    return this.entries.get(objectKey(key))?.object;
  }

  list({
    namespace,
    labelSelector,
  }: {
    readonly namespace?: string;
    readonly labelSelector?: string;
  } = {}): readonly T[] {
    const all = namespace === undefined ? this.inOrder() : [...this.byIndex(namespaceIndex, namespace)].sort(byKey);
    if (labelSelector === undefined || labelSelector === '') return all;
    const selector = parseLabelSelector(labelSelector);
    return all.filter(({ metadata }) => selector.matches(metadata.labels ?? {}));
  }

  byIndex(index: string, value: string): readonly T[] {
    const objects: T[] = [];
    for (const { object } of this.filed(index, value)?.values() ?? []) objects.push(object);
    return objects;
  }

  countByIndex(index: string, value: string): number {
    return this.filed(index, value)?.size ?? 0;
  }

  private filed(index: string, value: string): ReadonlyMap<string, Entry<T>> | undefined {
    const found = this.indexes.get(index);
    if (found === undefined) throw new UnknownIndexError(index);
    return found.values.get(value);
  }

  hasIndex(name: string): boolean {
    return this.indexes.has(name);
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const index: Index<T> = { of, values: new Map() };
    this.indexes.set(name, index);
    for (const [key, entry] of this.entries) file(index, key, entry);
  }

  keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  byKey(key: string): T | undefined {
    return this.entries.get(key)?.object;
  }

  /** Returns what stood there before. */
  set(key: string, object: T): T | undefined {
    this.sorted = undefined;
    const known = this.entries.get(key);
    if (known === undefined) {
      const entry = { object };
      this.entries.set(key, entry);
      for (const index of this.indexes.values()) file(index, key, entry);
      this.sortedKeys = undefined;
      return undefined;
    }
    const before = known.object;
    known.object = object;
    for (const index of this.indexes.values()) refile(index, key, before, known);
    return before;
  }

  delete(key: string): T | undefined {
    const known = this.entries.get(key);
    if (known === undefined) return undefined;
    this.entries.delete(key);
    for (const index of this.indexes.values()) unfile(index, key, index.of(known.object));
    this.sorted = undefined;
    this.sortedKeys = undefined;
    return known.object;
  }

  private inOrder(): readonly T[] {
    this.sortedKeys ??= [...this.entries.keys()].sort();
    this.sorted ??= this.sortedKeys.map((key) => this.entries.get(key)!.object);
    return this.sorted;
  }
}

function byKey(a: KubernetesObject, b: KubernetesObject): number {
  const [x, y] = [objectKey(a.metadata), objectKey(b.metadata)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const file = <T>(index: Index<T>, key: string, entry: Entry<T>): void =>
  fileUnder(index, index.of(entry.object), key, entry);

function fileUnder<T>({ values }: Index<T>, under: readonly string[], key: string, entry: Entry<T>): void {
  for (const value of under) {
    const entries = values.get(value);
    if (entries === undefined) values.set(value, new Map([[key, entry]]));
    else entries.set(key, entry);
  }
}

/** An object that stays under its value keeps its place there. */
function refile<T>(index: Index<T>, key: string, before: T, entry: Entry<T>): void {
  const [was, is] = [index.of(before), index.of(entry.object)];
  if (was === is || (was.length === 1 && is.length === 1 && was[0] === is[0])) return;
  unfile(
    index,
    key,
    was.filter((value) => !is.includes(value)),
  );
  fileUnder(index, is, key, entry);
}

function unfile<T>({ values }: Index<T>, key: string, gone: readonly string[]): void {
  for (const value of gone) {
    const entries = values.get(value);
    entries?.delete(key);
    if (entries?.size === 0) values.delete(value);
  }
}
