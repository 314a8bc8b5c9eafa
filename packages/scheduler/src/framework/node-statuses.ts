/**
 * Why each node was refused in one attempt: the codes that Filter left behind, turned into statuses only when somebody
 * asks, and counted by reason without doing so.
 */
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { CycleState } from './cycle-state.js';
import type { FilterPlugin } from './filter-plugin.js';
import { attempt, nonsense, PluginFault } from './plugin-calls.js';
import { type Refusals, refusalKey } from './refusals.js';
import { type Status, type StatusCode, status } from './status.js';

export interface RefusalSource {
  readonly state: CycleState;
  readonly pod: PodInfo;
  readonly table: NodeTable;
  readonly plugins: readonly FilterPlugin[];
  /** Statuses that were given node by node, by code - 1, or -code - 1 where the code is negative. */
  readonly singles: readonly Status[];
  /** Which of the refusals was looked at first; the others follow it in a ring. Default 0. */
  readonly first?: number;
}

const noStatuses: ReadonlyMap<string, Status> = new Map();
const unresolvable = status('UnschedulableAndUnresolvable');

export class NodeStatuses {
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
    const index = this.refusals.indexOf(row);
    return index === undefined ? (this.byExtenders.get(nodeName) ?? this.absent) : this.at(index);
  }

  /** Every refused node with its status, in the order in which they were looked at. */
  *entries(): IterableIterator<readonly [nodeName: string, status: Status]> {
    for (const index of this.order()) {
      yield [this.source.table.info(this.refusals.rows[index]!).name, this.at(index)];
    }
    yield* this.byExtenders;
  }

  /** The rows of the nodes with this code, in the order in which they were looked at, then those that were not. */
  rowsOf(code: StatusCode): Int32Array {
    const { table } = this.source;
    const { rows, plugins, codes } = this.refusals;
    const found = new Int32Array(table.size);
    let length = 0;
    if (this.refusals.groups().some((group) => this.statusOf(group.plugin, group.code).code === code)) {
      let [key, wanted] = [Number.NaN, false];
      for (const index of this.order()) {
        const each = refusalKey(plugins[index]!, codes[index]!);
        if (each !== key) {
          key = each;
          wanted = this.at(index).code === code;
        }
        if (wanted) found[length++] = rows[index]!;
      }
    }
    const extended = new Set<number>();
    for (const [name, said] of this.byExtenders) {
      const row = table.rowOf(name);
      if (row === undefined) continue;
      extended.add(row);
      if (said.code === code) found[length++] = row;
    }
    if (this.absent.code === code) {
      const seen = new Set([...rows, ...extended]);
      for (const row of table.rows()) if (!seen.has(row)) found[length++] = row;
    }
    return found.subarray(0, length);
  }

  /** How many nodes gave each reason. */
  reasonCounts(nodesTotal: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const add = ({ reasons }: Status, nodes: number) => {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
    };
    for (const { plugin, code, nodes } of this.refusals.groups()) add(this.statusOf(plugin, code), nodes);
    for (const said of this.byExtenders.values()) add(said, 1);
    const absent = nodesTotal - this.refusals.count - this.byExtenders.size;
    if (absent > 0) add(this.absent, absent);
    return counts;
  }

  /** The plugins that refused at least one node. */
  plugins(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { plugin } of this.refusals.groups()) names.add(this.source.plugins[plugin]!.name);
    return names;
  }

  /** The plugins that refused with `Pending`. */
  pendingPlugins(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { plugin, code } of this.refusals.groups()) {
      const found = this.statusOf(plugin, code);
      if (found.code === 'Pending' && found.plugin !== undefined) names.add(found.plugin);
    }
    return names;
  }

  private *order(): Iterable<number> {
    const { first = 0 } = this.source;
    const { count } = this.refusals;
    for (let index = first; index < count; index++) yield index;
    for (let index = 0; index < first; index++) yield index;
  }

  private at(index: number): Status {
    return this.statusOf(this.refusals.plugins[index]!, this.refusals.codes[index]!);
  }

  private statusOf(index: number, code: number): Status {
    const { state, pod, table, plugins, singles } = this.source;
    if (code < 0) return singles[-code - 1]!;
    const key = refusalKey(index, code);
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const plugin = plugins[index]!;
    const found =
      plugin.filterAll === undefined
        ? singles[code - 1]!
        : refusalOf(plugin, () => plugin.verdict!(state, pod, table, code));
    this.shared.set(key, found);
    return found;
  }
}

/** Errors: `PluginFault` where the plugin cannot say why it refused. */
function refusalOf({ name }: FilterPlugin, verdict: () => Status): Status {
  const said = attempt(name, 'Filter', verdict) ?? nonsense(name, 'Filter', undefined);
  if (said.code === 'Error') throw new PluginFault(said);
  return said;
}
