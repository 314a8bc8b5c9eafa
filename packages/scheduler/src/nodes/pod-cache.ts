/**
 * Which pod holds room on which node: what the API server says, and before it says so, what the scheduler decided.
 * An assumed pod counts as if it ran there until it is confirmed, forgotten or expired.
 *
 * Invariants: 1. a pod, by key, is on at most one node. 2. every pod here is in its node's row, or waits in
 * `homeless` for a node that is not known. 3. only assumed pods expire.
 */
import type { Node } from '@pintle/api/core/v1';
import { deepEqual } from '@pintle/machinery';
import type { NodeTable } from './node-table.js';
import type { PodInfo } from './pod-info.js';

interface Held {
  info: PodInfo;
  nodeName: string;
  assumed: boolean;
  expiresMs: number | undefined;
}

export class PodCache {
  private readonly held = new Map<string, Held>();
  private readonly homeless = new Map<string, Set<string>>();
  /** How many are assumed and not confirmed. */
  assumedSize = 0;

  constructor(readonly table: NodeTable) {}

  get size(): number {
    return this.held.size;
  }

  isAssumed(key: string): boolean {
    return this.held.get(key)?.assumed === true;
  }

  nodeOf(key: string): string | undefined {
    return this.held.get(key)?.nodeName;
  }

  /** Counts the pod on the node from now on. False where the pod has a place already. */
  assume(info: PodInfo, nodeName: string): boolean {
    if (this.held.has(info.key)) return false;
    this.place({ info, nodeName, assumed: true, expiresMs: undefined });
    this.assumedSize++;
    return true;
  }

  /** The bind was acknowledged: unless confirmed by `expiresMs`, the pod is dropped. Absent: never. */
  finishBinding(info: PodInfo, expiresMs: number | undefined): void {
    const held = this.held.get(info.key);
    if (held?.assumed === true && held.info.uid === info.uid) held.expiresMs = expiresMs;
  }

  /** Gives up an assumed pod. False where it is confirmed, or another of the same name has the place. */
  forget(info: PodInfo): boolean {
    const held = this.held.get(info.key);
    if (held === undefined || !held.assumed || held.info.uid !== info.uid) return false;
    this.remove(held);
    return true;
  }

  /** What the API server says: the pod is on that node. */
  set(info: PodInfo, nodeName: string): void {
    const held = this.held.get(info.key);
    if (held?.nodeName === nodeName && countsAlike(held.info, info)) {
      const row = this.table.rowOf(nodeName);
      if (row !== undefined) this.table.replacePod(row, held.info, info);
      if (held.assumed) this.assumedSize--;
      held.info = info;
      held.assumed = false;
      held.expiresMs = undefined;
      return;
    }
    if (held !== undefined) this.remove(held);
    this.place({ info, nodeName, assumed: false, expiresMs: undefined });
  }

  /** The pod is gone, or ended. */
  delete(key: string): boolean {
    const held = this.held.get(key);
    if (held === undefined) return false;
    this.remove(held);
    return true;
  }

  /** Drops assumed pods whose time is over. */
  expire(nowMs: number): readonly PodInfo[] {
    const expired: PodInfo[] = [];
    if (this.assumedSize === 0) return expired;
    for (const held of this.held.values()) {
      if (!held.assumed || held.expiresMs === undefined || held.expiresMs > nowMs) continue;
      expired.push(held.info);
      this.remove(held);
    }
    return expired;
  }

  setNode(node: Node): void {
    const row = this.table.setNode(node);
    const name = node.metadata.name ?? '';
    const waiting = this.homeless.get(name);
    if (waiting === undefined) return;
    this.homeless.delete(name);
    for (const key of waiting) this.table.addPod(row, this.held.get(key)!.info);
  }

  /** Its pods stay known: the API server removes them in its own time, or the node comes back. */
  removeNode(name: string): void {
    const pods = this.table.removeNode(name);
    if (pods.length > 0) this.homeless.set(name, new Set(pods.map(({ key }) => key)));
  }

  private place(held: Held): void {
    const { info, nodeName } = held;
    this.held.set(info.key, held);
    const row = this.table.rowOf(nodeName);
    if (row !== undefined) {
      this.table.addPod(row, info);
      return;
    }
    const waiting = this.homeless.get(nodeName);
    if (waiting === undefined) this.homeless.set(nodeName, new Set([info.key]));
    else waiting.add(info.key);
  }

  private remove({ info, nodeName, assumed }: Held): void {
    this.held.delete(info.key);
    if (assumed) this.assumedSize--;
    const row = this.table.rowOf(nodeName);
    if (row !== undefined) {
      this.table.removePod(row, info);
      return;
    }
    const waiting = this.homeless.get(nodeName);
    waiting?.delete(info.key);
    if (waiting?.size === 0) this.homeless.delete(nodeName);
  }
}

const same = (a: unknown, b: unknown): boolean => a === b || deepEqual(a, b);

/** Whether whatever is counted of the one is counted of the other: mostly it is the same pod, now bound. */
function countsAlike(a: PodInfo, b: PodInfo): boolean {
  const [before, after] = [a.pod, b.pod];
  return (
    a.uid === b.uid &&
    a.priority === b.priority &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    // In one process versions of a pod share what did not change; over HTTP each is read anew.
    same(before.metadata.labels, after.metadata.labels) &&
    same(before.spec?.affinity, after.spec?.affinity) &&
    same(before.spec?.volumes, after.spec?.volumes) &&
    same(a.requests, b.requests) &&
    same(a.hostPorts, b.hostPorts)
  );
}
