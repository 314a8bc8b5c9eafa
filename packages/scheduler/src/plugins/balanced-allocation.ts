import { stateKey } from '../framework/cycle-state.js';
import type { PluginIdentity } from '../framework/filter-plugin.js';
import type { PreScorePoint, ScorePoint, SignPoint } from '../framework/plugin.js';
import { scoreMax } from '../framework/scores.js';
import { skip } from '../framework/status.js';
import { signatureOfRequests } from '../nodes/pod-requests.js';
import { cpuAndMemory, type ResourceTerms, type ResourceWeight, requestOf, resourceTerms } from './resource-scorer.js';

const key = stateKey<ResourceTerms>('NodeResourcesBalancedAllocation');

export interface BalancedAllocationOptions {
  /** Default 1. */
  readonly weight?: number;
  /** Which resources should be used alike. Default: cpu and memory. */
  readonly resources?: readonly ResourceWeight[];
}

/**
 * Prefers nodes whose resources would be used alike: 100 less the standard deviation of the used shares. Has
 * nothing to say of pods that ask for none of the resources.
 */
export function nodeResourcesBalancedAllocation(
  options: BalancedAllocationOptions = {},
): PluginIdentity & PreScorePoint & ScorePoint & SignPoint {
  const resources = options.resources ?? cpuAndMemory;
  return {
    name: 'NodeResourcesBalancedAllocation',
    weight: options.weight ?? 1,
    sign: ({ requests }) => signatureOfRequests(requests),
    preScore(state, pod, table) {
      if (resources.every(({ name }) => requestOf(pod, name, false) === 0)) return skip;
      state.write(key, resourceTerms(pod, table, resources, { nonZero: false }));
      return undefined;
    },
    score(state, pod, { table, row }) {
      return balance(state.read(key) ?? resourceTerms(pod, table, resources, { nonZero: false }), row);
    },
    scoreAll(state, pod, table, rows, count, scores) {
      const terms = state.read(key) ?? resourceTerms(pod, table, resources, { nonZero: false });
      if (terms.count === 2) balanceOfTwo(terms, rows, count, scores);
      else for (let i = 0; i < count; i++) scores[i] = balance(terms, rows[i]!);
    },
  };
}

/** The same over two resources in one tight loop: what nearly every pod is scored by. */
function balanceOfTwo(terms: ResourceTerms, rows: Int32Array, count: number, scores: Float64Array): void {
  const [allocatableA, allocatableB] = terms.allocatable as [Float64Array, Float64Array];
  const [requestedA, requestedB] = terms.requested as [Float64Array, Float64Array];
  const [amountA, amountB] = terms.amounts as [number, number];
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const capacityA = allocatableA[row]!;
    const capacityB = allocatableB[row]!;
    if (capacityA === 0 || capacityB === 0) {
      scores[i] = scoreMax;
      continue;
    }
    const shareA = Math.min((requestedA[row]! + amountA) / capacityA, 1);
    const shareB = Math.min((requestedB[row]! + amountB) / capacityB, 1);
    scores[i] = Math.trunc((1 - Math.abs((shareA - shareB) / 2)) * scoreMax);
  }
}

function balance({ count, allocatable, requested, amounts }: ResourceTerms, row: number): number {
  let known = 0;
  let first = 0;
  let last = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const capacity = allocatable[i]![row]!;
    if (capacity === 0) continue;
    const share = Math.min((requested[i]![row]! + amounts[i]!) / capacity, 1);
    if (known++ === 0) first = share;
    last = share;
    sum += share;
  }
  if (known < 2) return scoreMax;
  if (known === 2) return Math.trunc((1 - Math.abs((first - last) / 2)) * scoreMax);
  const mean = sum / known;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const capacity = allocatable[i]![row]!;
    if (capacity === 0) continue;
    const share = Math.min((requested[i]![row]! + amounts[i]!) / capacity, 1);
    squares += (share - mean) * (share - mean);
  }
  return Math.trunc((1 - Math.sqrt(squares / known)) * scoreMax);
}
