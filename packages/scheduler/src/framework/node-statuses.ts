/**
 * Why each node was refused in one attempt: the rows and codes that Filter left behind, turned into statuses
 * only when somebody asks, and counted by reason without doing so.
 */
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { CycleState } from './cycle-state.js';
import type { FilterPlugin } from './plugin.js';
import { type Status, type StatusCode, saidBy, status } from './status.js';

/** What one Filter run left of a refused node: `row`, which plugin, and that plugin's code. */
export interface Refusals {
  readonly count: number;
  readonly rows: Int32Array;
  /** Indexes into `plugins`. */
  readonly plugins: Uint8Array;
  readonly codes: Int32Array;
}

export interface RefusalSource {
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly table: NodeTable;
  readonly plugins: readonly FilterPlugin[];
  /** Statuses that were given node by node, by code - 1, or -code - 1 where the code is negative. */
  readonly singles: readonly Status[];
}

const noStatuses: ReadonlyMap<string, Status> = new Map();
const unresolvable = status('UnschedulableAndUnresolvable');

interface Group {
  readonly first: number;
  nodes: number;
}

/** Equal for equal statuses; those given node by node are each their own, whichever plugin gave them. */
const keyOf = (code: number, plugin: number) => (code < 0 ? code : code * 256 + plugin);

export class NodeStatuses {
  private byRow: Map<number, number> | undefined;
  private grouped: readonly Group[] | undefined;
  private readonly shared = new Map<number, Status>();

  constructor(
    private readonly source: RefusalSource,
    private readonly refusals: Refusals,
    /** What holds for every node that was not looked at. */
    readonly absent: Status = unresolvable,
    /** What extenders said of nodes that plugins let pass. */
    private readonly byExtenders: ReadonlyMap<string, Status> = noStatuses,
  ) {}

  /** How many nodes were looked at and refused. */
  get size(): number {
    return this.refusals.count;
  }

  get(nodeName: string): Status {
    const row = this.source.table.rowOf(nodeName);
    if (row === undefined) return this.absent;
    if (this.byRow === undefined) {
      this.byRow = new Map();
      for (let i = 0; i < this.refusals.count; i++) this.byRow.set(this.refusals.rows[i]!, i);
    }
    const index = this.byRow.get(row);
    return index === undefined ? (this.byExtenders.get(nodeName) ?? this.absent) : this.at(index);
  }

  /** Every refused node with its status, in the order in which they were looked at. */
  *entries(): IterableIterator<readonly [nodeName: string, status: Status]> {
    for (let i = 0; i < this.refusals.count; i++) {
      yield [this.source.table.info(this.refusals.rows[i]!).name, this.at(i)];
    }
    yield* this.byExtenders;
  }

  /** The rows of the nodes with this code, in the order in which they were looked at, then those that were not. */
  rowsOf(code: StatusCode): Int32Array {
    const { count, rows, plugins, codes } = this.refusals;
    const found = new Int32Array(this.source.table.size);
    let length = 0;
    let [key, wanted] = [Number.NaN, false];
    for (let i = 0; i < count; i++) {
      const each = keyOf(codes[i]!, plugins[i]!);
      if (each !== key) {
        key = each;
        wanted = this.at(i).code === code;
      }
      if (wanted) found[length++] = rows[i]!;
    }
    const { table } = this.source;
    const extended = new Set<number>();
    for (const [name, said] of this.byExtenders) {
      const row = table.rowOf(name);
      if (row === undefined) continue;
      extended.add(row);
      if (said.code === code) found[length++] = row;
    }
    if (this.absent.code === code) {
      const seen = new Set([...rows.subarray(0, count), ...extended]);
      for (const row of this.source.table.rows()) if (!seen.has(row)) found[length++] = row;
    }
    return found.subarray(0, length);
  }

  /** How many nodes gave each reason. */
  reasonCounts(nodesTotal: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const add = ({ reasons }: Status, nodes: number) => {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
    };
    for (const { first, nodes } of this.groups()) add(this.at(first), nodes);
    for (const said of this.byExtenders.values()) add(said, 1);
    const absent = nodesTotal - this.refusals.count - this.byExtenders.size;
    if (absent > 0) add(this.absent, absent);
    return counts;
  }

  /** The plugins that refused at least one node. */
  plugins(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { first } of this.groups()) names.add(this.source.plugins[this.refusals.plugins[first]!]!.name);
    return names;
  }

  /** The plugins that refused with `Pending`. */
  pendingPlugins(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { first } of this.groups()) {
      const found = this.at(first);
      if (found.code === 'Pending' && found.plugin !== undefined) names.add(found.plugin);
    }
    return names;
  }

  /** Nodes of equal status: the index of the first, and how many they are. */
  private groups(): readonly Group[] {
    if (this.grouped !== undefined) return this.grouped;
    const { count, plugins, codes } = this.refusals;
    const groups = new Map<number, Group>();
    let last: Group | undefined;
    let key = Number.NaN;
    for (let i = 0; i < count; i++) {
      const each = keyOf(codes[i]!, plugins[i]!);
      // Mostly neighbours are refused alike.
      if (each !== key || last === undefined) {
        key = each;
        last = groups.get(each);
        if (last === undefined) groups.set(each, (last = { first: i, nodes: 0 }));
      }
      last.nodes++;
    }
    this.grouped = [...groups.values()];
    return this.grouped;
  }

  private at(index: number): Status {
    const { state, pod, table, plugins, singles } = this.source;
    const plugin = plugins[this.refusals.plugins[index]!]!;
    const code = this.refusals.codes[index]!;
    if (code < 0) return singles[-code - 1]!;
    const key = keyOf(code, this.refusals.plugins[index]!);
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const found =
      plugin.filterAll === undefined
        ? singles[code - 1]!
        : saidBy(plugin.verdict!(state, pod, table, code), plugin.name);
    this.shared.set(key, found);
    return found;
  }
}
