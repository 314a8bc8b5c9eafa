/**
 * How many pods each domain has, for every kind of pod that spreads: pods of one kind (equal constraints, equal claims
 * on nodes) share the counts, which follow the table as pods come and go.
 */

import { untolerated } from '@pintle/api/placement';
import { stringifyJson } from '@pintle/machinery';
import { compileLabels, compileTerm, type RowTest } from '../nodes/node-selector.js';
import type { NodeTable, PodObserver } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { eachPod } from '../nodes/tally.js';
import type { SpreadConstraint, SpreadConstraints } from './spread-constraints.js';

/** One constraint's counts. */
export interface SpreadCounts {
  readonly constraint: SpreadConstraint;
  /** By row the number of the topology value; 0: the node has none. */
  ids: Int32Array;
  /** Pods in each domain, by the number of its value; of the nodes that count. */
  pods: Int32Array;
  /** How many nodes count in each domain; 0: no domain. */
  nodes: Int32Array;
  domains: number;
  /** By row: 1 where the node counts. */
  eligible: Uint8Array;
  /** Pods on each node, whether it counts or not. */
  onNode: Int32Array;
}

/** The counts for one kind of pod. */
export class SpreadEntry {
  readonly counts: readonly SpreadCounts[];

  constructor(
    private readonly table: NodeTable,
    private readonly namespace: string,
    private readonly pod: PodInfo,
    private readonly given: SpreadConstraints,
  ) {
    const nothing = new Int32Array(0);
    this.counts = given.constraints.map((constraint) => ({
      constraint,
      ids: nothing,
      pods: nothing,
      nodes: nothing,
      domains: 0,
      eligible: new Uint8Array(0),
      onNode: nothing,
    }));
    this.recount();
  }

  recount(): void {
    const { table } = this;
    const length = table.rowBound;
    const rows = table.rows();
    const affinity = nodeTest(this.pod, table);
    for (const each of this.counts) {
      const column = table.labels.column(each.constraint.topologyKey);
      each.ids = column?.ids ?? new Int32Array(length);
      each.pods = new Int32Array(column?.values.bound ?? 1);
      each.nodes = new Int32Array(each.pods.length);
      each.eligible = new Uint8Array(length);
      each.onNode = new Int32Array(length);
    }
    for (const row of rows) {
      if (this.given.requireAll && this.counts.some(({ ids }) => ids[row] === 0)) continue;
      for (const each of this.counts) {
        const id = each.ids[row]!;
        const { honorAffinity, honorTaints } = each.constraint;
        if (id === 0 || (honorAffinity && !affinity(row)) || (honorTaints && !this.tolerates(row))) continue;
        each.eligible[row] = 1;
        each.nodes[id]!++;
      }
    }
    for (const each of this.counts) each.domains = each.nodes.reduce((sum, nodes) => sum + (nodes > 0 ? 1 : 0), 0);
    eachPod(table, (row, pod) => this.count(row, pod, 1));
  }

  private tolerates(row: number): boolean {
    const set = this.table.taintSet[row]!;
    return (
      set === 0 || untolerated(this.table.taintSets.value(set)!, this.pod.pod.spec?.tolerations ?? []) === undefined
    );
  }

  count(row: number, { pod, namespace }: PodInfo, sign: 1 | -1): void {
    if (namespace !== this.namespace || pod.metadata.deletionTimestamp !== undefined) return;
    const labels = pod.metadata.labels ?? {};
    let text: string | undefined;
    let means = false;
    for (const each of this.counts) {
      // Constraints of one pod mostly mean the same pods.
      if (each.constraint.selectorText !== text) {
        text = each.constraint.selectorText;
        means = each.constraint.selector.matches(labels);
      }
      if (!means) continue;
      each.onNode[row]! += sign;
      if (each.eligible[row] === 1) each.pods[each.ids[row]!]! += sign;
    }
  }
}

/** The pods of the domain that has fewest; 0 where there are not as many domains as wanted. */
export function fewest({ nodes, pods, domains, constraint }: SpreadCounts): number {
  if (domains < constraint.minDomains) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let id = 1; id < nodes.length; id++) if (nodes[id]! > 0 && pods[id]! < least) least = pods[id]!;
  return least;
}

/** Kinds that were not seen lately are forgotten. */
const entriesMax = 256;

export class SpreadIndex implements PodObserver {
  private readonly entries = new Map<string, SpreadEntry>();
  private latest: { readonly text: string; readonly entry: SpreadEntry } | undefined;
  private topologyVersion: number;

  constructor(private readonly table: NodeTable) {
    this.topologyVersion = table.topologyVersion;
  }

  static of(table: NodeTable): SpreadIndex {
    return table.index('PodTopologySpread', () => new SpreadIndex(table));
  }

  podChanged(row: number, pod: PodInfo, sign: 1 | -1): void {
    if (this.topologyVersion !== this.table.topologyVersion) return;
    for (const entry of this.entries.values()) entry.count(row, pod, sign);
  }

  entry(pod: PodInfo, given: SpreadConstraints): SpreadEntry {
    if (this.topologyVersion !== this.table.topologyVersion) {
      this.topologyVersion = this.table.topologyVersion;
      for (const entry of this.entries.values()) entry.recount();
    }
    const text = textOf(pod, given);
    if (this.latest?.text === text) return this.latest.entry;
    let entry = this.entries.get(text);
    if (entry === undefined) entry = new SpreadEntry(this.table, pod.namespace, pod, given);
    else this.entries.delete(text);
    this.entries.set(text, entry);
    this.latest = { text, entry };
    if (this.entries.size > entriesMax) this.entries.delete(this.entries.keys().next().value!);
    return entry;
  }
}

function textOf({ pod, namespace }: PodInfo, { constraints, requireAll }: SpreadConstraints): string {
  const parts = [namespace, requireAll ? 'all' : 'any'];
  let [affinity, taints] = [false, false];
  for (const { topologyKey, maxSkew, minDomains, selectorText, honorAffinity, honorTaints } of constraints) {
    parts.push(topologyKey, String(maxSkew), String(minDomains), selectorText, `${honorAffinity}${honorTaints}`);
    affinity ||= honorAffinity;
    taints ||= honorTaints;
  }
  const { nodeSelector, affinity: wanted, tolerations } = pod.spec ?? {};
  if (affinity && (nodeSelector || wanted?.nodeAffinity))
    parts.push(JSON.stringify([nodeSelector, wanted?.nodeAffinity]));
  if (taints && tolerations?.length) parts.push(stringifyJson(tolerations));
  return parts.join('\n');
}

/** Nodes that the pod's own selector and required affinity allow. */
function nodeTest({ pod }: PodInfo, table: NodeTable): RowTest {
  const { nodeSelector, affinity } = pod.spec ?? {};
  const tests: RowTest[] = [];
  if (nodeSelector && Object.keys(nodeSelector).length > 0) tests.push(compileLabels(table, nodeSelector));
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms) {
    const alternatives = terms.map((term) => compileTerm(table, term));
    tests.push((row) => alternatives.some((test) => test(row)));
  }
  return (row) => tests.every((test) => test(row));
}
