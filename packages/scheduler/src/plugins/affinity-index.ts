/**
 * Where the pods are that terms of affinity mean, and where the pods are that carry terms: counted by domain, for as
 * many different terms as there are, so that a pod is judged by a few look-ups however many pods there are.
 */

import { Namespace } from '@pintle/api/core/v1';
import type { NodeTable, PodObserver } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { eachPod, Tally } from '../nodes/tally.js';
import { type AffinityTerm, affinityTerms, meansPod } from './affinity-terms.js';

/** Pods that all of some terms mean, by topology. */
interface Selection {
  readonly terms: readonly AffinityTerm[];
  readonly tallies: Map<string, Tally>;
}

export type CarriedKind = 'required' | 'requiredAnti' | 'preferred' | 'preferredAnti';

/** One term, and how many pods in each domain carry it; of preferred ones the sum of their weights. */
export interface CarriedTerm {
  readonly kind: CarriedKind;
  readonly term: AffinityTerm;
  readonly tally: Tally;
  holders: number;
}

/** Selections that nobody asked for lately are forgotten. */
const selectionsMax = 256;

export class AffinityIndex implements PodObserver {
  private readonly selections = new Map<string, Selection>();
  private readonly byText = new Map<string, CarriedTerm>();
  private topologyVersion: number;
  private namespaceVersion: number;

  constructor(private readonly table: NodeTable) {
    this.topologyVersion = table.topologyVersion;
    this.namespaceVersion = table.objects.version(Namespace);
    eachPod(table, (row, pod) => this.carry(row, pod, 1));
  }

  static of(table: NodeTable): AffinityIndex {
    return table.index('InterPodAffinity', () => new AffinityIndex(table));
  }

  podChanged(row: number, pod: PodInfo, sign: 1 | -1): void {
    // What is out of date is counted anew before it is next read.
    if (!this.current) return;
    this.carry(row, pod, sign);
    for (const selection of this.selections.values()) this.count(selection, row, pod, sign);
  }

  /** The pods that all the terms mean, in the domains of each term's topology. */
  selected(terms: readonly AffinityTerm[]): readonly Tally[] {
    this.refresh();
    const text = terms.length === 1 ? terms[0]!.text : terms.map((term) => term.text).join();
    let selection = this.selections.get(text);
    if (selection === undefined) selection = { terms, tallies: new Map() };
    else this.selections.delete(text);
    this.selections.set(text, selection);
    if (this.selections.size > selectionsMax) this.selections.delete(this.selections.keys().next().value!);
    return terms.map(({ topologyKey }) => this.tallyOf(selection, topologyKey));
  }

  /** Every term that a pod on a node carries. */
  carried(): Iterable<CarriedTerm> {
    this.refresh();
    return this.byText.values();
  }

  private get current(): boolean {
    const { topologyVersion, objects } = this.table;
    return this.topologyVersion === topologyVersion && this.namespaceVersion === objects.version(Namespace);
  }

  private tallyOf(selection: Selection, topologyKey: string): Tally {
    let tally = selection.tallies.get(topologyKey);
    if (tally === undefined) {
      tally = new Tally(this.table, topologyKey);
      selection.tallies.set(topologyKey, tally);
      const made = tally;
      eachPod(this.table, (row, pod) => {
        if (this.means(selection, pod)) made.add(row, 1);
      });
    }
    return tally;
  }

  private means({ terms }: Selection, pod: PodInfo): boolean {
    for (const term of terms) if (!meansPod(term, pod, this.table)) return false;
    return true;
  }

  private count(selection: Selection, row: number, pod: PodInfo, sign: 1 | -1): void {
    if (!this.means(selection, pod)) return;
    for (const tally of selection.tallies.values()) tally.add(row, sign);
  }

  private carry(row: number, pod: PodInfo, sign: 1 | -1): void {
    const { required, requiredAnti, preferred, preferredAnti } = affinityTerms(pod);
    for (const term of required) this.hold('required', term, row, sign, 1);
    for (const term of requiredAnti) this.hold('requiredAnti', term, row, sign, 1);
    for (const { term, weight } of preferred) this.hold('preferred', term, row, sign, weight);
    for (const { term, weight } of preferredAnti) this.hold('preferredAnti', term, row, sign, weight);
  }

  private hold(kind: CarriedKind, term: AffinityTerm, row: number, sign: 1 | -1, weight: number): void {
    const text = `${kind} ${term.topologyKey} ${term.text}`;
    let carried = this.byText.get(text);
    if (carried === undefined) {
      carried = { kind, term, tally: new Tally(this.table, term.topologyKey), holders: 0 };
      this.byText.set(text, carried);
    }
    carried.tally.add(row, sign * weight);
    carried.holders += sign;
    if (carried.holders === 0) this.byText.delete(text);
  }

  private refresh(): void {
    if (this.current) return;
    this.topologyVersion = this.table.topologyVersion;
    this.namespaceVersion = this.table.objects.version(Namespace);
    this.byText.clear();
    const selections = [...this.selections.values()];
    for (const { tallies } of selections) for (const tally of tallies.values()) tally.clear();
    eachPod(this.table, (row, pod) => {
      this.carry(row, pod, 1);
      for (const selection of selections) this.count(selection, row, pod, 1);
    });
  }
}
