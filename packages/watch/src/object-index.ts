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

interface Index<T> {
  readonly of: IndexFunction<T>;
  /** By value, then by key. */
  readonly values: Map<string, Map<string, T>>;
}

const namespaceIndex = 'namespace';

export class ObjectIndex<T extends KubernetesObject> implements Lister<T> {
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<string, Index<T>>();
  /** Made when asked for, dropped when a key comes or goes. */
  private sortedKeys: readonly string[] | undefined;
  /** In order of keys; made when asked for, dropped with every change. */
  private sorted: readonly T[] | undefined;

  constructor() {
    this.addIndex(namespaceIndex, ({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace]));
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: { readonly name: string; readonly namespace?: string }): T | undefined {
    return this.objects.get(objectKey(key));
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
    const found = this.indexes.get(index);
    if (found === undefined) throw new UnknownIndexError(index);
    const objects = found.values.get(value);
    return objects === undefined ? [] : [...objects.values()];
  }

  hasIndex(name: string): boolean {
    return this.indexes.has(name);
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const index: Index<T> = { of, values: new Map() };
    this.indexes.set(name, index);
    for (const [key, object] of this.objects) file(index, key, object);
  }

  keys(): IterableIterator<string> {
    return this.objects.keys();
  }

  byKey(key: string): T | undefined {
    return this.objects.get(key);
  }

  /** Returns what stood there before. */
  set(key: string, object: T): T | undefined {
    const before = this.objects.get(key);
    this.objects.set(key, object);
    for (const index of this.indexes.values()) {
      if (before === undefined) file(index, key, object);
      else refile(index, key, before, object);
    }
    this.sorted = undefined;
    if (before === undefined) this.sortedKeys = undefined;
    return before;
  }

  delete(key: string): T | undefined {
    const before = this.objects.get(key);
    if (before === undefined) return undefined;
    this.objects.delete(key);
    for (const index of this.indexes.values()) unfile(index, key, index.of(before));
    this.sorted = undefined;
    this.sortedKeys = undefined;
    return before;
  }

  private inOrder(): readonly T[] {
    this.sortedKeys ??= [...this.objects.keys()].sort();
    this.sorted ??= this.sortedKeys.map((key) => this.objects.get(key)!);
    return this.sorted;
  }
}

function byKey(a: KubernetesObject, b: KubernetesObject): number {
  const [x, y] = [objectKey(a.metadata), objectKey(b.metadata)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const file = <T>(index: Index<T>, key: string, object: T): void => fileUnder(index, index.of(object), key, object);

function fileUnder<T>({ values }: Index<T>, under: readonly string[], key: string, object: T): void {
  for (const value of under) {
    const objects = values.get(value);
    if (objects === undefined) values.set(value, new Map([[key, object]]));
    else objects.set(key, object);
  }
}

/** An object that stays under its value keeps its place there. */
function refile<T>(index: Index<T>, key: string, before: T, object: T): void {
  const [was, is] = [index.of(before), index.of(object)];
  if (was !== is)
    unfile(
      index,
      key,
      was.filter((value) => !is.includes(value)),
    );
  fileUnder(index, is, key, object);
}

function unfile<T>({ values }: Index<T>, key: string, gone: readonly string[]): void {
  for (const value of gone) {
    const objects = values.get(value);
    objects?.delete(key);
    if (objects?.size === 0) values.delete(value);
  }
}
