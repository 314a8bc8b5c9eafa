/** One node of a `NodeTable`, read through its row: what a plugin sees that judges nodes one at a time. */
import type { Node, Taint } from '@pintle/api/core/v1';
import type { NodeTable } from './node-table.js';
import type { PodInfo } from './pod-info.js';

export class NodeInfo {
  constructor(
    readonly table: NodeTable,
    readonly row: number,
  ) {}

  get name(): string {
    return this.node.metadata.name ?? '';
  }

  get node(): Node {
    return this.table.nodeAt(this.row)!;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.node.metadata.labels ?? {};
  }

  get taints(): readonly Taint[] {
    return this.node.spec?.taints ?? [];
  }

  get unschedulable(): boolean {
    return this.node.spec?.unschedulable === true;
  }

  /** The pods on the node, assumed ones included. */
  get pods(): readonly PodInfo[] {
    return this.table.podsAt(this.row);
  }

  get podCount(): number {
    return this.table.podCount[this.row]!;
  }

  get allowedPods(): number {
    return this.table.allowedPods[this.row]!;
  }

  /** In thousandths for `cpu`, bytes for memory and storage, units otherwise. */
  allocatable(resource: string): number {
    return this.table.resources.find(resource)?.allocatable[this.row] ?? 0;
  }

  requested(resource: string): number {
    return this.table.resources.find(resource)?.requested[this.row] ?? 0;
  }

  /** As `requested`, where containers that ask for nothing count for a little. */
  nonZeroRequested(resource: 'cpu' | 'memory'): number {
    return resource === 'cpu' ? this.table.nonZeroCpu[this.row]! : this.table.nonZeroMemory[this.row]!;
  }
}
