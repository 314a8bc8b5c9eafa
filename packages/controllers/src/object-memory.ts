/**
 * What a controller remembers of objects between two looks. A controller is data, and may be run by two managers: each
 * has a memory of its own, told apart by their informers. A controller that is started anew remembers nothing.
 */
import type { Informers } from '@pintle/watch';

export class ObjectMemory<V> {
  private readonly byManager = new WeakMap<Informers, Map<string, { readonly uid: string; readonly value: V }>>();

  /** Undefined also where another object had the key. */
  get(informers: Informers, key: string, uid = ''): V | undefined {
    const found = this.byManager.get(informers)?.get(key);
    return found?.uid === uid ? found.value : undefined;
  }

  set(informers: Informers, key: string, uid: string | undefined, value: V): void {
    const known = this.byManager.get(informers) ?? new Map<string, { readonly uid: string; readonly value: V }>();
    this.byManager.set(informers, known.set(key, { uid: uid ?? '', value }));
  }

  forget(informers: Informers, key: string): void {
    this.byManager.get(informers)?.delete(key);
  }
}
