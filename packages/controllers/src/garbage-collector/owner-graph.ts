/**
 * Who owns whom, over all kinds, by uid. An owner that was never seen is virtual: it is known only from its
 * dependents, and they are to be checked against the server.
 */
import type { KindRef, KubernetesObject, OwnerReference } from '@pintle/machinery';

export interface GraphNode {
  readonly kind: KindRef;
  readonly object: KubernetesObject;
}

export class OwnerGraph {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  dependentsOf(uid: string): readonly GraphNode[] {
    return [...(this.dependents.get(uid) ?? [])].flatMap((dependent) => this.nodes.get(dependent) ?? []);
  }

  set(kind: KindRef, object: KubernetesObject): void {
    const uid = object.metadata.uid ?? '';
    const before = this.nodes.get(uid)?.object;
    this.nodes.set(uid, { kind, object });
    if (before?.metadata.ownerReferences === object.metadata.ownerReferences) return;
    for (const owner of ownersOf(before)) this.unlink(owner.uid, uid);
    for (const owner of ownersOf(object)) this.link(owner.uid, uid);
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
