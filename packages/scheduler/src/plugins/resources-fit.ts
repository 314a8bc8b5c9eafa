/** Whether a node has room for what the pod asks for, and how good a use of the node that is. */
import type { Node, Pod } from '@pintle/api/core/v1';
import { Action } from '../framework/cluster-event.js';
import { stateKey } from '../framework/cycle-state.js';
import type { FilterPlugin, PluginIdentity } from '../framework/filter-plugin.js';
import type {
  EnqueueExtensions,
  PlacementScorePoint,
  PlacementTrial,
  PreScorePoint,
  ScorePoint,
  SignPoint,
} from '../framework/plugin.js';
import { type Status, status } from '../framework/status.js';
import { amountsOf } from '../nodes/amounts.js';
import type { NodeTable } from '../nodes/node-table.js';
import { type PodInfo, podInfo } from '../nodes/pod-info.js';
import { signatureOfRequests } from '../nodes/pod-requests.js';
import { isExtendedResource } from '../nodes/resource-columns.js';
import {
  cpuAndMemory,
  type ResourceTerms,
  resourceTerms,
  type ScoringStrategy,
  strategyScore,
  strategyScores,
} from './resource-scorer.js';

export interface ResourcesFitOptions {
  /** Default 1. */
  readonly weight?: number;
  /** Extended resources that are somebody else's affair. */
  readonly ignoredResources?: readonly string[];
  /** The same by the part of the name before the slash. */
  readonly ignoredResourceGroups?: readonly string[];
  /** Default: LeastAllocated over cpu and memory. */
  readonly scoringStrategy?: ScoringStrategy;
}

const termsKey = stateKey<ResourceTerms>('NodeResourcesFit');

/** What one pod asks for of a resource that it asks for at all. */
interface Ask {
  readonly name: string;
  readonly amount: number;
}

// A refusal as a number: bit 0 says too many pods, bit i + 1 that ask i is not met, the top bit that some ask is
// more than the node has at all. A pod that asks for more kinds of resource than there are bits shares the last.
const unresolvableBit = 1 << 30;
const askBitsMax = 29;

export function nodeResourcesFit(
  options: ResourcesFitOptions = {},
): PluginIdentity & FilterPlugin & PreScorePoint & ScorePoint & SignPoint & PlacementScorePoint & EnqueueExtensions {
  const ignored = new Set(options.ignoredResources ?? []);
  const ignoredGroups = new Set(options.ignoredResourceGroups ?? []);
  const strategy = options.scoringStrategy ?? { type: 'LeastAllocated' };
  const resources = strategy.resources ?? cpuAndMemory;
  const rowScore = strategyScore(strategy);
  const rowsScore = strategyScores(strategy);

  const asksOf = ({ requests }: PodInfo): readonly Ask[] => {
    const asks: Ask[] = [];
    if (requests.cpu > 0) asks.push({ name: 'cpu', amount: requests.cpu });
    if (requests.memory > 0) asks.push({ name: 'memory', amount: requests.memory });
    if (requests.ephemeralStorage > 0) asks.push({ name: 'ephemeral-storage', amount: requests.ephemeralStorage });
    for (const { name, amount } of requests.scalars) {
      if (amount === 0) continue;
      if (isExtendedResource(name) && (ignored.has(name) || ignoredGroups.has(name.split('/')[0]!))) continue;
      asks.push({ name, amount });
    }
    if (asks.length > askBitsMax) throw new Error(`a pod may ask for at most ${askBitsMax} kinds of resource`);
    return asks;
  };

  return {
    name: 'NodeResourcesFit',
    weight: options.weight ?? 1,
    sign: ({ requests }) => signatureOfRequests(requests),
    filter(_, pod, node) {
      const asks = asksOf(pod);
      let code = node.podCount + 1 > node.allowedPods ? 1 : 0;
      for (const [i, { name, amount }] of asks.entries()) {
        const capacity = node.allocatable(name);
        if (amount <= capacity - node.requested(name)) continue;
        code |= 1 << (i + 1);
        if (amount > capacity) code |= unresolvableBit;
      }
      return code === 0 ? undefined : insufficient(asks, code);
    },
    filterAll(_, pod, table, { rows, count, codes }) {
      const { podCount, allowedPods } = table;
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        if (podCount[row]! + 1 > allowedPods[row]!) codes[i] = 1;
      }
      for (const [index, { name, amount }] of asksOf(pod).entries()) {
        const bit = 1 << (index + 1);
        const column = table.resources.find(name);
        if (column === undefined) {
          for (let i = 0; i < count; i++) codes[i]! |= bit | unresolvableBit;
          continue;
        }
        const { allocatable, requested } = column;
        for (let i = 0; i < count; i++) {
          const row = rows[i]!;
          const capacity = allocatable[row]!;
          if (amount > capacity - requested[row]!) codes[i]! |= amount > capacity ? bit | unresolvableBit : bit;
        }
      }
    },
    verdict: (_, pod, _table, code) => insufficient(asksOf(pod), code),
    preScore(state, pod, table) {
      state.write(termsKey, resourceTerms(pod, table, resources, { nonZero: true }));
      return undefined;
    },
    score: (state, pod, { table, row }) =>
      rowScore(state.read(termsKey) ?? resourceTerms(pod, table, resources, { nonZero: true }), row),
    scoreAll(state, pod, table, rows, count, scores) {
      const terms = state.read(termsKey) ?? resourceTerms(pod, table, resources, { nonZero: true });
      rowsScore(terms, rows, count, scores);
    },
    scorePlacement: (_, { placement, assignments }, table) =>
      usedShare(placement.rows ?? table.rows(), assignments, table),
    eventsToRegister: () => [
      { resource: 'Pod', action: Action.Delete | Action.UpdatePodScaleDown, hint: hintOfPod },
      {
        resource: 'Node',
        action: Action.Add | Action.UpdateNodeAllocatable,
        hint: (pod, before, after) =>
          hintOfNode(asksOf(podInfo(pod)), before as Node | undefined, after as Node | undefined),
      },
    ],
  };
}

/** How much of the placement's CPU and memory would be used: fuller placements leave room for larger groups. */
function usedShare(rows: Int32Array, assignments: PlacementTrial['assignments'], { resources }: NodeTable): number {
  const shares = [resources.cpu, resources.memory].flatMap(({ name, allocatable, requested }) => {
    let [capacity, used] = [0, 0];
    for (const row of rows) {
      capacity += allocatable[row]!;
      used += requested[row]!;
    }
    for (const { pod } of assignments) used += name === 'cpu' ? pod.requests.cpu : pod.requests.memory;
    return capacity === 0 ? [] : [Math.min(1, used / capacity)];
  });
  return shares.length === 0 ? 0 : Math.floor((100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length);
}

function insufficient(asks: readonly Ask[], code: number): Status {
  const reasons: string[] = [];
  if ((code & 1) !== 0) reasons.push('Too many pods');
  for (const [i, { name }] of asks.entries()) {
    if ((code & (1 << (i + 1))) !== 0) reasons.push(`Insufficient ${name}`);
  }
  return status((code & unresolvableBit) === 0 ? 'Unschedulable' : 'UnschedulableAndUnresolvable', ...reasons);
}

function hintOfPod(pod: Pod, before: object | undefined, after: object | undefined) {
  const [was, is] = [before as Pod | undefined, after as Pod | undefined];
  if (is === undefined) return was?.spec?.nodeName || was?.status?.nominatedNodeName ? 'Queue' : 'Skip';
  if (was === undefined) return 'Queue';
  if (is.metadata.uid !== pod.metadata.uid && !is.spec?.nodeName) return 'Skip';
  const [had, has, wants] = [podInfo(was).requests, podInfo(is).requests, podInfo(pod).requests];
  if (is.metadata.uid === pod.metadata.uid) {
    return has.cpu < had.cpu || has.memory < had.memory || has.ephemeralStorage < had.ephemeralStorage
      ? 'Queue'
      : 'Skip';
  }
  const frees =
    (wants.cpu > 0 && has.cpu < had.cpu) ||
    (wants.memory > 0 && has.memory < had.memory) ||
    (wants.ephemeralStorage > 0 && has.ephemeralStorage < had.ephemeralStorage) ||
    wants.scalars.some(({ name }) => scalar(has.scalars, name) < scalar(had.scalars, name));
  return frees ? 'Queue' : 'Skip';
}

const scalar = (scalars: readonly Ask[], name: string) => scalars.find((each) => each.name === name)?.amount ?? 0;

/** A node helps that could hold the pod if it were empty, and has more of what the pod asks for than before. */
function hintOfNode(asks: readonly Ask[], before: Node | undefined, after: Node | undefined) {
  if (after === undefined) return 'Skip';
  const is = amountsOf(after.status?.allocatable ?? {});
  if ((is.get('pods') ?? 0) < 1 || asks.some(({ name, amount }) => amount > (is.get(name) ?? 0))) return 'Skip';
  if (before === undefined) return 'Queue';
  const was = amountsOf(before.status?.allocatable ?? {});
  const more = (name: string) => (is.get(name) ?? 0) > (was.get(name) ?? 0);
  return more('pods') || asks.some(({ name }) => more(name)) ? 'Queue' : 'Skip';
}
