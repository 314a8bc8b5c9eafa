/**
 * Who owns whom, over all kinds, by uid. An owner that was never seen is virtual: it is known only from its
 * dependents, and they are to be checked against the server.
 */
import type { KindRef, KubernetesObject, OwnerReference } from '@pintle/machinery';

export interface GraphNode {
  readonly kind: KindRef;
  readonly object: KubernetesObject;
}

interface Present extends GraphNode {
  object: KubernetesObject;
}

export class OwnerGraph {
  private readonly nodes = new Map<string, Present>();
  private readonly dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  dependentsOf(uid: string): readonly GraphNode[] {
    return [...(this.dependents.get(uid) ?? [])].flatMap((dependent) => this.nodes.get(dependent) ?? []);
  }

  /** Returns what stood there before. */
  set(kind: KindRef, object: KubernetesObject): KubernetesObject | undefined {
    const uid = object.metadata.uid ?? '';
    const node = this.nodes.get(uid);
    const before = node?.object;
    // Told of every change of every object: an update is one look-up.
    if (node === undefined) this.nodes.set(uid, { kind, object });
    else node.object = object;
    if (before?.metadata.ownerReferences === object.metadata.ownerReferences) return before;
    for (const owner of ownersOf(before)) this.unlink(owner.uid, uid);
    for (const owner of ownersOf(object)) this.link(owner.uid, uid);
    return before;
  }

  delete(uid: string): void {
    const node = this.nodes.get(uid);
    if (node === undefined) return;
    this.nodes.delete(uid);
    for (const owner of ownersOf(node.object)) this.unlink(owner.uid, uid);
  }

  private link(owner: string, dependent: string): void {
    const found = this.dependents.get(owner);
    if (found === undefined) this.dependents.set(owner, new Set([dependent]));
    else found.add(dependent);
  }

  private unlink(owner: string, dependent: string): void {
    const found = this.dependents.get(owner);
    found?.delete(dependent);
    if (found?.size === 0) this.dependents.delete(owner);
  }
}

export const ownersOf = (object: KubernetesObject | undefined): readonly OwnerReference[] =>
  object?.metadata.ownerReferences ?? [];
