/** Pods beside pods, and apart from them: required and preferred affinity and anti-affinity, in both directions. */

import { Namespace, type Node, type Pod } from '@pintle/api/core/v1';
import { Action } from '../framework/cluster-event.js';
import { type CycleState, stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type { EnqueueExtensions, PreFilterPoint, PreScorePoint, ScorePoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { skip, status } from '../framework/status.js';
import type { ClusterObjects } from '../nodes/cluster-objects.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Tally } from '../nodes/tally.js';
import { AffinityIndex, type CarriedTerm } from './affinity-index.js';
import { affinityTerms, meansPod, termMeans } from './affinity-terms.js';

export interface InterPodAffinityOptions {
  /** Default 2. */
  readonly weight?: number;
  /** What a required affinity of a pod that is there counts for in the score. Default 1. */
  readonly hardPodAffinityWeight?: number;
  /** Default false. */
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

const byAffinity = status('UnschedulableAndUnresolvable', "node(s) didn't match pod affinity rules");
const byAntiAffinity = status('Unschedulable', "node(s) didn't match pod anti-affinity rules");
const byExisting = status('Unschedulable', "node(s) didn't satisfy existing pods anti-affinity rules");
const verdicts = [undefined, byAffinity, byAntiAffinity, byExisting];

/** What Filter reads of one pod: tallies that follow the table. */
interface Wanted {
  readonly affinity: readonly Tally[];
  /** Whether the pod is one that its own affinity means: the first of them needs no other. */
  readonly meansItself: boolean;
  readonly anti: readonly Tally[];
  readonly existing: readonly Tally[];
}

interface Weighed {
  readonly tally: Tally;
  readonly weight: number;
}

const wantedKey = stateKey<Wanted>('InterPodAffinity/filter');
const weighedKey = stateKey<readonly Weighed[]>('InterPodAffinity/score');

export function interPodAffinity(
  options: InterPodAffinityOptions = {},
): PluginIdentity & PreFilterPoint & FilterPlugin & PreScorePoint & ScorePoint & EnqueueExtensions {
  const { weight = 2, hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false } = options;
  return {
    name: 'InterPodAffinity',
    weight,
    reads: [Namespace],
    preFilter(state, pod, table) {
      const { fault } = affinityTerms(pod);
      if (fault !== undefined) return status('UnschedulableAndUnresolvable', `parsing pod: ${fault}`);
      const wanted = wantedOf(pod, table);
      if (wanted === undefined) return skip;
      state.write(wantedKey, wanted);
      return undefined;
    },
    // Terms that come or go with a pod are another set of tallies.
    preFilterAddPod: renew,
    preFilterRemovePod: renew,
    filter(state, pod, { table, row }) {
      const wanted = state.read(wantedKey) ?? wantedOf(pod, table);
      return wanted === undefined ? undefined : verdicts[judge(wanted, row)];
    },
    filterAll(state, pod, table, { rows, count, codes }) {
      const wanted = state.read(wantedKey) ?? wantedOf(pod, table);
      if (wanted === undefined) return;
      for (let i = 0; i < count; i++) codes[i] = judge(wanted, rows[i]!);
    },
    verdict: (_state, _pod, _table, code) => verdicts[code]!,
    preScore(state, pod, table) {
      // PreFilter refuses such pods, where it is asked.
      const { fault } = affinityTerms(pod);
      if (fault !== undefined) return status('Error', `failed to parse pod: ${fault}`);
      const weighed = weighedOf(pod, table, hardPodAffinityWeight, ignorePreferredTermsOfExistingPods);
      if (weighed.length === 0) return skip;
      state.write(weighedKey, weighed);
      return undefined;
    },
    score(state, pod, { table, row }) {
      const weighed =
        state.read(weighedKey) ?? weighedOf(pod, table, hardPodAffinityWeight, ignorePreferredTermsOfExistingPods);
      let sum = 0;
      for (const { tally, weight: each } of weighed) sum += each * tally.at(row);
      return sum;
    },
    scoreAll(state, pod, table, rows, count, scores) {
      scores.fill(0, 0, count);
      const weighed =
        state.read(weighedKey) ?? weighedOf(pod, table, hardPodAffinityWeight, ignorePreferredTermsOfExistingPods);
      for (const { tally, weight: each } of weighed) {
        const { ids, counts } = tally;
        for (let i = 0; i < count; i++) {
          const id = ids[rows[i]!] ?? 0;
          if (id !== 0 && id < counts.length) scores[i]! += each * counts[id]!;
        }
      }
    },
    normalizeScores(_state, _pod, _table, _rows, count, scores) {
      let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < count; i++) {
        if (scores[i]! < lowest) lowest = scores[i]!;
        if (scores[i]! > highest) highest = scores[i]!;
      }
      const span = highest - lowest;
      for (let i = 0; i < count; i++) scores[i] = span > 0 ? Math.trunc(scoreMax * ((scores[i]! - lowest) / span)) : 0;
    },
    eventsToRegister: () => [
      { resource: 'AssignedPod', action: Action.Add | Action.Delete | Action.UpdatePodLabel, hint: hintOfPod },
      {
        resource: 'TargetPod',
        action: Action.UpdatePodLabel,
        hint: (pod, _before, after) => (after?.metadata.uid === pod.metadata.uid ? 'Queue' : 'Skip'),
      },
      { resource: 'Node', action: Action.Add | Action.UpdateNodeLabel, hint: hintOfNode },
    ],
  };
}

function renew(state: CycleState, pod: PodInfo): undefined {
  const wanted = wantedOf(pod, state.table);
  if (wanted === undefined) state.delete(wantedKey);
  else state.write(wantedKey, wanted);
}

/** Absent where there is nothing to filter by. */
function wantedOf(pod: PodInfo, table: NodeTable): Wanted | undefined {
  const { required, requiredAnti } = affinityTerms(pod);
  const index = AffinityIndex.of(table);
  const existing: Tally[] = [];
  for (const { kind, term, tally } of index.carried())
    if (kind === 'requiredAnti' && meansPod(term, pod, table)) existing.push(tally);
  if (required.length === 0 && requiredAnti.length === 0 && existing.length === 0) return undefined;
  return {
    // A pod counts for affinity only where all terms mean it; each anti-affinity stands alone.
    affinity: required.length === 0 ? [] : index.selected(required),
    meansItself: required.every((term) => meansPod(term, pod, table)),
    anti: requiredAnti.flatMap((term) => index.selected([term])),
    existing,
  };
}

/** 0, or the place of the refusal in `verdicts`. */
function judge({ affinity, meansItself, anti, existing }: Wanted, row: number): number {
  let together = true;
  let anywhere = 0;
  for (const tally of affinity) {
    if ((tally.ids[row] ?? 0) === 0) return 1;
    anywhere += tally.total;
    if (tally.at(row) <= 0) together = false;
  }
  if (!together && (anywhere > 0 || !meansItself)) return 1;
  for (const tally of anti) if (tally.at(row) > 0) return 2;
  for (const tally of existing) if (tally.at(row) > 0) return 3;
  return 0;
}

function weighedOf(pod: PodInfo, table: NodeTable, hardWeight: number, ownOnly: boolean): readonly Weighed[] {
  const { preferred, preferredAnti } = affinityTerms(pod);
  if (ownOnly && preferred.length === 0 && preferredAnti.length === 0) return [];
  const index = AffinityIndex.of(table);
  const weighed: Weighed[] = [];
  for (const { kind, term, tally } of index.carried()) {
    const weight = weightOf(kind, hardWeight);
    if (weight !== 0 && meansPod(term, pod, table)) weighed.push({ tally, weight });
  }
  for (const { term, weight } of preferred) for (const tally of index.selected([term])) weighed.push({ tally, weight });
  for (const { term, weight } of preferredAnti)
    for (const tally of index.selected([term])) weighed.push({ tally, weight: -weight });
  return weighed;
}

/** Tallies of preferred terms hold weights already. */
function weightOf(kind: CarriedTerm['kind'], hardWeight: number): number {
  switch (kind) {
    case 'required':
      return hardWeight;
    case 'requiredAnti':
      return 0;
    case 'preferred':
      return 1;
    case 'preferredAnti':
      return -1;
  }
}

/**
 * Differs from Kubernetes: a pod that leaves may help, too, where it was the one that avoided this pod; kube-scheduler
 * then waits until pods are tried whatever happened.
 */
function hintOfPod(
  pod: Pod,
  before: object | undefined,
  after: object | undefined,
  objects: ClusterObjects,
): 'Queue' | 'Skip' {
  const { required, requiredAnti } = affinityTerms(inNamespace(pod));
  const labelsOf = (namespace: string) => objects.get(Namespace, namespace)?.metadata.labels ?? {};
  const [was, is] = [before as Pod | undefined, after as Pod | undefined];
  /** A pod counts only where all terms mean it. */
  const meansAll = (terms: typeof required, other: Pod | undefined) =>
    other !== undefined && terms.length > 0 && terms.every((term) => termMeans(term, inNamespace(other), labelsOf));
  const meansAny = (terms: typeof required, other: Pod | undefined) =>
    other !== undefined && terms.some((term) => termMeans(term, inNamespace(other), labelsOf));
  if (meansAll(required, is) && !meansAll(required, was)) return 'Queue';
  if (meansAny(requiredAnti, was) && (is === undefined || !meansAny(requiredAnti, is))) return 'Queue';
  const carried = was === undefined || is !== undefined ? [] : affinityTerms(inNamespace(was)).requiredAnti;
  return meansAny(carried, pod) ? 'Queue' : 'Skip';
}

const inNamespace = (pod: Pod) => ({ pod, namespace: pod.metadata.namespace ?? '' });

/**
 * Differs from Kubernetes: a pod without terms of its own was refused for those that others carry, which any change of a
 * node's labels may end; kube-scheduler then waits until pods are tried whatever happened.
 */
function hintOfNode(pod: Pod, before: object | undefined, after: object | undefined): 'Queue' | 'Skip' {
  const { required, requiredAnti } = affinityTerms(inNamespace(pod));
  const [was, is] = [before as Node | undefined, after as Node | undefined];
  const labelOf = (node: Node | undefined, key: string) => node?.metadata.labels?.[key];
  if (required.length === 0 && requiredAnti.length === 0) return 'Queue';
  if (was === undefined)
    return required.some(({ topologyKey }) => labelOf(is, topologyKey) === undefined) ? 'Skip' : 'Queue';
  const moves = (topologyKey: string) => labelOf(was, topologyKey) !== labelOf(is, topologyKey);
  // Those that are liked come nearer where a node enters a topology, those that are avoided go where one leaves it.
  const comes = required.some(({ topologyKey }) => moves(topologyKey) && labelOf(is, topologyKey) !== undefined);
  const goes = requiredAnti.some(({ topologyKey }) => moves(topologyKey) && labelOf(was, topologyKey) !== undefined);
  return comes || goes ? 'Queue' : 'Skip';
}
