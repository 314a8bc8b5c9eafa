/**
 * What the cluster has besides nodes and pods, as far as a plugin declares that it reads it: namespaces, Services,
 * claims and volumes, disruption budgets.
 */
import { apiVersionOf, type KindRef, type KubernetesObject } from '@pintle/machinery';
import { AssumedObjects } from './assumed-objects.js';

/** What keeps something beside the objects of a kind: told of each that changes. */
export interface ObjectObserver<T extends KubernetesObject> {
  /** `before` is absent for an addition, `after` for a deletion. */
  changed(before: T | undefined, after: T | undefined): void;
}

interface OfKind {
  readonly byNamespace: Map<string, Map<string, KubernetesObject>>;
  version: number;
  readonly observers: ObjectObserver<KubernetesObject>[];
}

const kindId = (kind: { readonly apiVersion?: string | undefined; readonly kind?: string | undefined }) =>
  `${kind.apiVersion ?? ''} ${kind.kind ?? ''}`;

export class ClusterObjects {
  /** What was decided and is not written yet. */
  readonly assumed = new AssumedObjects(this);
  private readonly kinds = new Map<string, OfKind>();
  private readonly indexes = new Map<string, unknown>();
  private readonly derivations = new Map<string, { readonly versions: readonly number[]; readonly value: unknown }>();

  set(object: KubernetesObject): void {
    const of = this.of(kindId(object));
    const { namespace = '', name = '' } = object.metadata;
    const objects = of.byNamespace.get(namespace);
    const before = objects?.get(name);
    if (objects === undefined) of.byNamespace.set(namespace, new Map([[name, object]]));
    else objects.set(name, object);
    of.version++;
    for (const observer of of.observers) observer.changed(before, object);
  }

  delete(object: KubernetesObject): void {
    const of = this.of(kindId(object));
    const objects = of.byNamespace.get(object.metadata.namespace ?? '');
    const before = objects?.get(object.metadata.name ?? '');
    if (before === undefined) return;
    objects!.delete(object.metadata.name ?? '');
    of.version++;
    for (const observer of of.observers) observer.changed(before, undefined);
  }

  get<T extends KubernetesObject>(kind: KindRef<T>, name: string, namespace = ''): T | undefined {
    return this.known(kind)?.byNamespace.get(namespace)?.get(name) as T | undefined;
  }

  /** Of one namespace, or of a kind that has none. */
  in<T extends KubernetesObject>(kind: KindRef<T>, namespace = ''): Iterable<T> {
    return (this.known(kind)?.byNamespace.get(namespace)?.values() ?? []) as Iterable<T>;
  }

  *all<T extends KubernetesObject>(kind: KindRef<T>): Iterable<T> {
    for (const objects of this.known(kind)?.byNamespace.values() ?? []) yield* objects.values() as Iterable<T>;
  }

  /** Grows with every change of an object of the kind. */
  version(kind: KindRef): number {
    return this.known(kind)?.version ?? 0;
  }

  /** What follows from all objects of these kinds, computed anew only after one of them changed. */
  derive<T>(name: string, kinds: readonly KindRef[], compute: () => T): T {
    const versions = kinds.map((kind) => this.version(kind));
    const known = this.derivations.get(name);
    if (known?.versions.every((version, i) => version === versions[i])) return known.value as T;
    const value = compute();
    this.derivations.set(name, { versions, value });
    return value;
  }

  /** What is kept beside the objects of a kind, made when it is first asked for; those that are there already count. */
  index<T extends KubernetesObject, I extends ObjectObserver<T>>(name: string, kind: KindRef<T>, make: () => I): I {
    const known = this.indexes.get(name);
    if (known !== undefined) return known as I;
    const made = make();
    this.indexes.set(name, made);
    this.of(kindId({ apiVersion: apiVersionOf(kind), kind: kind.kind })).observers.push(
      made as ObjectObserver<KubernetesObject>,
    );
    for (const object of this.all(kind)) made.changed(undefined, object);
    return made;
  }

  private known(kind: KindRef): OfKind | undefined {
    return this.kinds.get(kindId({ apiVersion: apiVersionOf(kind), kind: kind.kind }));
  }

  private of(id: string): OfKind {
    let of = this.kinds.get(id);
    if (of === undefined) this.kinds.set(id, (of = { byNamespace: new Map(), version: 0, observers: [] }));
    return of;
  }
}
