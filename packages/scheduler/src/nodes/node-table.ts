/**
 * The state of all nodes, as columns: typed arrays by row for what is compared often, the objects beside them.
 * Plugins read it; the pod cache and `schedule()` change it.
 *
 * Invariants: 1. a node has one row as long as it is known; rows of removed nodes are used again. 2. `requested`,
 * `nonZeroCpu`, `nonZeroMemory`, `podCount` and the host ports are the sums over `podsAt(row)`. 3. the columns
 * follow the Node object last set; the object is canonical. 4. an array may be replaced when nodes are added:
 * hold none across cycles.
 */

import { Namespace, type Node, type Taint } from '@pintle/api/core/v1';
import { stringifyJson } from '@pintle/machinery';
import { amountsOf } from './amounts.js';
import { ClusterObjects } from './cluster-objects.js';
import { Dictionary } from './dictionary.js';
import { HostPorts } from './host-ports.js';
import { ImageStates } from './image-states.js';
import { LabelColumns } from './label-columns.js';
import type { PodInfo } from './pod-info.js';
import { grown, ResourceColumns } from './resource-columns.js';
import { RowChanges } from './row-changes.js';
import { ZoneOrder, zoneOf } from './zone-order.js';

/** What keeps sums over pods beside the table: told of each pod that comes or goes. */
export interface PodObserver {
  /** `sign` is 1 for a pod that has come to the row, -1 for one that has gone. */
  podChanged(row: number, pod: PodInfo, sign: 1 | -1): void;
}

const capacityMin = 16;
const noLabels: Readonly<Record<string, string>> = {};

export class NodeTable {
  private readonly rowByName = new Map<string, number>();
  private readonly nodes: (Node | undefined)[] = [];
  private readonly infos: NodeInfo[] = [];
  private readonly pods: PodInfo[][] = [];
  private readonly ports: (HostPorts | undefined)[] = [];
  private readonly freeRows: number[] = [];
  private readonly order = new ZoneOrder();
  private capacity: number;
  private readonly observers: PodObserver[] = [];
  private readonly indexes = new Map<string, PodObserver>();

  /** Grows whenever nodes come or go, or their labels or taints change: what is kept by them is counted anew. */
  topologyVersion = 0;
  /** Grows when what is known of nodes changes beyond single rows: names, topology, images. */
  epoch = 0;
  /** By row; grows whenever anything of the row changes. */
  rowVersion: Uint32Array;
  /** The rows whose version grew. */
  readonly changes = new RowChanges();
  /** What there is besides nodes and pods. */
  readonly objects = new ClusterObjects();
  readonly resources: ResourceColumns;
  readonly labels: LabelColumns;
  readonly images = new ImageStates();
  /** Sets of taints; the number of a node's set is in `taintSet`. */
  readonly taintSets = new Dictionary<readonly Taint[]>();

  nonZeroCpu: Float64Array;
  nonZeroMemory: Float64Array;
  podCount: Int32Array;
  allowedPods: Int32Array;
  /** 1 where `spec.unschedulable`. */
  unschedulable: Uint8Array;
  /** How many nodes are. */
  unschedulableCount = 0;
  /** A number of `taintSets`; 0: no taints. */
  taintSet: Int32Array;

  constructor(options: { readonly capacity?: number } = {}) {
    this.capacity = Math.max(options.capacity ?? capacityMin, capacityMin);
    this.resources = new ResourceColumns(this.capacity);
    this.labels = new LabelColumns(this.capacity);
    this.nonZeroCpu = new Float64Array(this.capacity);
    this.nonZeroMemory = new Float64Array(this.capacity);
    this.podCount = new Int32Array(this.capacity);
    this.allowedPods = new Int32Array(this.capacity);
    this.unschedulable = new Uint8Array(this.capacity);
    this.taintSet = new Int32Array(this.capacity);
    this.rowVersion = new Uint32Array(this.capacity);
  }

  /** How many nodes there are. */
  get size(): number {
    return this.rowByName.size;
  }

  /** One more than the highest row in use: the length that an array by row needs. */
  get rowBound(): number {
    return this.nodes.length;
  }

  /** The rows of all nodes, in the order in which they are looked at. Do not change it. */
  rows(): Int32Array {
    return this.order.rows();
  }

  rowOf(nodeName: string): number | undefined {
    return this.rowByName.get(nodeName);
  }

  nodeAt(row: number): Node | undefined {
    return this.nodes[row];
  }

  podsAt(row: number): readonly PodInfo[] {
    return this.pods[row]!;
  }

  portsAt(row: number): HostPorts | undefined {
    return this.ports[row];
  }

  /** The view of a row; the same object as long as the row is in use. */
  info(row: number): NodeInfo {
    return this.infos[row]!;
  }

  find(nodeName: string): NodeInfo | undefined {
    const row = this.rowByName.get(nodeName);
    return row === undefined ? undefined : this.infos[row];
  }

  /** An index that a plugin keeps with the table, made when it is first asked for; pods that are there already count. */
  index<I extends PodObserver>(name: string, make: () => I): I {
    let found = this.indexes.get(name);
    if (found === undefined) {
      found = make();
      this.indexes.set(name, found);
      this.observers.push(found);
    }
    return found as I;
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.objects.get(Namespace, name)?.metadata.labels ?? noLabels;
  }

  /** Adds the node, or makes its row follow the new object. Returns the row. */
  setNode(node: Node): number {
    const name = node.metadata.name ?? '';
    const known = this.rowByName.get(name);
    const row = known ?? this.takeRow(name);
    const before = known === undefined ? undefined : this.nodes[row];
    if (before === undefined || !sameTopology(before, node)) this.changeTopology();
    if (before?.status?.images !== node.status?.images) this.epoch++;
    this.changed(row);
    this.nodes[row] = node;
    this.placeInOrder(row, before, node);
    this.labels.set(row, before?.metadata.labels ?? noLabels, node.metadata.labels ?? noLabels);
    this.setTaints(row, node.spec?.taints ?? []);
    this.setUnschedulable(row, node.spec?.unschedulable === true ? 1 : 0);
    this.setAllocatable(row, node);
    this.images.set(row, before?.status?.images ?? [], node.status?.images ?? []);
    return row;
  }

  /** Forgets the node. Returns the pods that were on it. */
  removeNode(name: string): readonly PodInfo[] {
    const row = this.rowByName.get(name);
    if (row === undefined) return [];
    const node = this.nodes[row]!;
    const pods = [...this.pods[row]!];
    for (const pod of pods) this.removePod(row, pod);
    this.changeTopology();
    this.changed(row);
    this.order.remove(row, zoneOf(node.metadata.labels ?? noLabels));
    this.labels.set(row, node.metadata.labels ?? noLabels, noLabels);
    this.images.set(row, node.status?.images ?? [], []);
    this.setTaints(row, []);
    this.resources.clearAllocatable(row);
    this.allowedPods[row] = 0;
    this.setUnschedulable(row, 0);
    this.nodes[row] = undefined;
    this.rowByName.delete(name);
    this.freeRows.push(row);
    return pods;
  }

  addPod(row: number, pod: PodInfo): void {
    this.pods[row]!.push(pod);
    this.account(row, pod, 1);
    for (const observer of this.observers) observer.podChanged(row, pod, 1);
    for (const port of pod.hostPorts) (this.ports[row] ??= new HostPorts()).add(port);
  }

  /** Another version of a pod that is there, of which the same is counted. */
  replacePod(row: number, before: PodInfo, after: PodInfo): void {
    const pods = this.pods[row]!;
    const index = pods.indexOf(before);
    if (index >= 0) pods[index] = after;
  }

  /** Whether the pod (by key) was there. */
  removePod(row: number, pod: PodInfo): boolean {
    const pods = this.pods[row]!;
    const index = pods.findIndex(({ key }) => key === pod.key);
    if (index < 0) return false;
    const found = pods[index]!;
    pods[index] = pods[pods.length - 1]!;
    pods.pop();
    this.account(row, found, -1);
    for (const observer of this.observers) observer.podChanged(row, found, -1);
    for (const port of found.hostPorts) this.ports[row]?.remove(port);
    if (this.ports[row]?.size === 0) this.ports[row] = undefined;
    return true;
  }

  private changeTopology(): void {
    this.topologyVersion++;
    this.epoch++;
  }

  private changed(row: number): void {
    this.rowVersion[row]!++;
    this.changes.add(row);
  }

  private account(row: number, { requests }: PodInfo, sign: 1 | -1): void {
    this.changed(row);
    const { cpu, memory, ephemeralStorage } = this.resources;
    cpu.requested[row]! += sign * requests.cpu;
    memory.requested[row]! += sign * requests.memory;
    ephemeralStorage.requested[row]! += sign * requests.ephemeralStorage;
    for (const { name, amount } of requests.scalars) this.resources.make(name).requested[row]! += sign * amount;
    this.nonZeroCpu[row]! += sign * requests.nonZeroCpu;
    this.nonZeroMemory[row]! += sign * requests.nonZeroMemory;
    this.podCount[row]! += sign;
  }

  private setAllocatable(row: number, node: Node): void {
    this.resources.clearAllocatable(row);
    this.allowedPods[row] = 0;
    for (const [name, amount] of amountsOf(node.status?.allocatable ?? {})) {
      if (name === 'pods') this.allowedPods[row] = amount;
      else this.resources.make(name).allocatable[row] = amount;
    }
  }

  private setUnschedulable(row: number, value: 0 | 1): void {
    this.unschedulableCount += value - this.unschedulable[row]!;
    this.unschedulable[row] = value;
  }

  private setTaints(row: number, taints: readonly Taint[]): void {
    const before = this.taintSet[row]!;
    const text = taints.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).join(',');
    this.taintSet[row] = taints.length === 0 ? 0 : this.taintSets.acquire(text, () => taints);
    if (before !== 0) this.taintSets.release(before);
  }

  private placeInOrder(row: number, before: Node | undefined, node: Node): void {
    const zone = zoneOf(node.metadata.labels ?? noLabels);
    if (before !== undefined) {
      const old = zoneOf(before.metadata.labels ?? noLabels);
      if (old === zone) return;
      this.order.remove(row, old);
    }
    this.order.add(row, zone);
  }

  private takeRow(name: string): number {
    const row = this.freeRows.pop() ?? this.nodes.length;
    if (row >= this.capacity) this.grow(this.capacity * 2);
    this.rowByName.set(name, row);
    this.infos[row] = new NodeInfo(this, row);
    this.pods[row] = [];
    this.ports[row] = undefined;
    return row;
  }

  private grow(capacity: number): void {
    this.capacity = capacity;
    this.resources.grow(capacity);
    this.labels.grow(capacity);
    this.nonZeroCpu = grown(this.nonZeroCpu, capacity);
    this.nonZeroMemory = grown(this.nonZeroMemory, capacity);
    this.podCount = copyOf(this.podCount, new Int32Array(capacity));
    this.allowedPods = copyOf(this.allowedPods, new Int32Array(capacity));
    this.taintSet = copyOf(this.taintSet, new Int32Array(capacity));
    this.unschedulable = copyOf(this.unschedulable, new Uint8Array(capacity));
    this.rowVersion = copyOf(this.rowVersion, new Uint32Array(capacity));
  }
}

function sameTopology(a: Node, b: Node): boolean {
  return (
    (a.metadata.labels === b.metadata.labels ||
      sameText(a.metadata.labels ?? noLabels, b.metadata.labels ?? noLabels)) &&
    (a.spec?.taints === b.spec?.taints || sameText(a.spec?.taints ?? [], b.spec?.taints ?? []))
  );
}

const sameText = (a: object, b: object): boolean => stringifyJson(a) === stringifyJson(b);

function copyOf<A extends Int32Array | Uint8Array | Uint32Array>(from: A, into: A): A {
  into.set(from);
  return into;
}

/** One node of a `NodeTable`, read through its row: what a plugin sees that judges nodes one at a time. */
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
