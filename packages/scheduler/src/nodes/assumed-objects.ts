/**
 * Objects as they will be once what was decided is written: the next decision counts with them already. The API server
 * has the last word: what is assumed of an object ends as soon as another version of it is seen.
 *
 * Invariants: 1. an entry holds as long as the object that the API server shows is the very one that it was made from.
 */
import type { KindRef, KubernetesObject } from '@pintle/machinery';

/** Where what the API server shows is looked up. */
interface ShownObjects {
  get<T extends KubernetesObject>(kind: KindRef<T>, name: string, namespace?: string): T | undefined;
}

interface Assumed {
  readonly base: KubernetesObject;
  readonly object: KubernetesObject;
}

export class AssumedObjects {
  private readonly entries = new Map<string, Assumed>();

  constructor(private readonly objects: ShownObjects) {}

  /** What is assumed of the object, else what the API server shows. */
  get<T extends KubernetesObject>(kind: KindRef<T>, name: string, namespace = ''): T | undefined {
    const base = this.objects.get(kind, name, namespace);
    return base === undefined ? undefined : this.latest(kind, base);
  }

  /** The same, of an object that the API server shows. */
  latest<T extends KubernetesObject>(kind: KindRef<T>, base: T): T {
    if (this.entries.size === 0) return base;
    const key = keyOf(kind, base);
    const found = this.entries.get(key);
    if (found === undefined) return base;
    if (found.base === base) return found.object as T;
    this.entries.delete(key);
    return base;
  }

  /** False where the API server shows no such object. */
  assume<T extends KubernetesObject>(kind: KindRef<T>, object: T): boolean {
    const { name = '', namespace } = object.metadata;
    const base = this.objects.get(kind, name, namespace);
    if (base === undefined) return false;
    this.entries.set(keyOf(kind, object), { base, object });
    return true;
  }

  restore<T extends KubernetesObject>(kind: KindRef<T>, object: T): void {
    this.entries.delete(keyOf(kind, object));
  }
}

const keyOf = ({ group, kind }: KindRef, { metadata }: KubernetesObject) =>
  `${group}/${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
