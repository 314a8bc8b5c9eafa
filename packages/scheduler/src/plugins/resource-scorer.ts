/**
 * What the scores by resources share: the amounts that a node would have requested with the pod on it, beside
 * what it has, for each resource that counts; and the strategies of NodeResourcesFit.
 */
import { scoreMax } from '../framework/scores.js';
import type { NodeTable } from '../nodes/node-table.js';
import type { PodInfo } from '../nodes/pod-info.js';
import { isScalarResource } from '../nodes/resource-columns.js';

export interface ResourceWeight {
  /** As `cpu`, `memory`, `example.com/gpu`. */
  readonly name: string;
  /** Default 1. */
  readonly weight?: number;
}

export const cpuAndMemory: readonly ResourceWeight[] = [{ name: 'cpu' }, { name: 'memory' }];

/** A pod's amounts beside the columns that they will be added to. */
export interface ResourceTerms {
  readonly count: number;
  readonly allocatable: readonly Float64Array[];
  readonly requested: readonly Float64Array[];
  readonly amounts: readonly number[];
  readonly weights: readonly number[];
}

/** The terms for one pod. With `nonZero`, containers that ask for no CPU or memory count for a little. */
export function resourceTerms(
  pod: PodInfo,
  table: NodeTable,
  resources: readonly ResourceWeight[],
  options: { readonly nonZero: boolean },
): ResourceTerms {
  const allocatable: Float64Array[] = [];
  const requested: Float64Array[] = [];
  const amounts: number[] = [];
  const weights: number[] = [];
  for (const { name, weight = 1 } of resources) {
    const column = table.resources.find(name);
    const amount = requestOf(pod, name, options.nonZero);
    // A resource of its own kind that the pod does not ask for says nothing about where to put the pod.
    if (column === undefined || (amount === 0 && isScalarResource(name))) continue;
    allocatable.push(column.allocatable);
    requested.push(
      options.nonZero && name === 'cpu'
        ? table.nonZeroCpu
        : options.nonZero && name === 'memory'
          ? table.nonZeroMemory
          : column.requested,
    );
    amounts.push(amount);
    weights.push(weight);
  }
  return { count: amounts.length, allocatable, requested, amounts, weights };
}

export function requestOf({ requests }: PodInfo, resource: string, nonZero: boolean): number {
  switch (resource) {
    case 'cpu':
      return nonZero ? requests.nonZeroCpu : requests.cpu;
    case 'memory':
      return nonZero ? requests.nonZeroMemory : requests.memory;
    case 'ephemeral-storage':
      return requests.ephemeralStorage;
    default:
      return requests.scalars.find(({ name }) => name === resource)?.amount ?? 0;
  }
}

export interface UtilizationPoint {
  /** Percent of the capacity, 0 to 100. */
  readonly utilization: number;
  /** 0 to 10. */
  readonly score: number;
}

export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources?: readonly ResourceWeight[] }
  | {
      readonly type: 'RequestedToCapacityRatio';
      readonly resources?: readonly ResourceWeight[];
      /** In order of utilization; between two points the score goes straight from one to the other. */
      readonly shape: readonly UtilizationPoint[];
    };

/** The score of one row. */
export type RowScore = (terms: ResourceTerms, row: number) => number;

/** The scores of many rows. */
export type RowsScore = (terms: ResourceTerms, rows: Int32Array, count: number, scores: Float64Array) => void;

export function strategyScores(strategy: ScoringStrategy): RowsScore {
  const each = strategyScore(strategy);
  return (terms, rows, count, scores) => {
    if (strategy.type === 'LeastAllocated' && terms.count === 2) leastAllocatedOfTwo(terms, rows, count, scores);
    else for (let i = 0; i < count; i++) scores[i] = each(terms, rows[i]!);
  };
}

/** LeastAllocated over two resources in one tight loop: what nearly every pod is scored by. */
function leastAllocatedOfTwo(terms: ResourceTerms, rows: Int32Array, count: number, scores: Float64Array): void {
  const [allocatableA, allocatableB] = terms.allocatable as [Float64Array, Float64Array];
  const [requestedA, requestedB] = terms.requested as [Float64Array, Float64Array];
  const [amountA, amountB] = terms.amounts as [number, number];
  const [weightA, weightB] = terms.weights as [number, number];
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const capacityA = allocatableA[row]!;
    const capacityB = allocatableB[row]!;
    let sum = 0;
    let weightSum = 0;
    if (capacityA !== 0) {
      sum = weightA * leastAllocated(requestedA[row]! + amountA, capacityA);
      weightSum = weightA;
    }
    if (capacityB !== 0) {
      sum += weightB * leastAllocated(requestedB[row]! + amountB, capacityB);
      weightSum += weightB;
    }
    scores[i] = weightSum === 0 ? 0 : Math.floor(sum / weightSum);
  }
}

export function strategyScore(strategy: ScoringStrategy): RowScore {
  switch (strategy.type) {
    case 'LeastAllocated':
      return weightedMean(leastAllocated);
    case 'MostAllocated':
      return weightedMean(mostAllocated);
    case 'RequestedToCapacityRatio':
      return capacityRatio(strategy.shape);
  }
}

function leastAllocated(requested: number, capacity: number): number {
  return requested > capacity ? 0 : Math.floor(((capacity - requested) * scoreMax) / capacity);
}

// Pods that ask for nothing count for a little, so that a full node can seem more than full.
function mostAllocated(requested: number, capacity: number): number {
  return Math.floor((Math.min(requested, capacity) * scoreMax) / capacity);
}

function weightedMean(each: (requested: number, capacity: number) => number): RowScore {
  return ({ count, allocatable, requested, amounts, weights }, row) => {
    let sum = 0;
    let weightSum = 0;
    for (let i = 0; i < count; i++) {
      const capacity = allocatable[i]![row]!;
      if (capacity === 0) continue;
      sum += weights[i]! * each(requested[i]![row]! + amounts[i]!, capacity);
      weightSum += weights[i]!;
    }
    return weightSum === 0 ? 0 : Math.floor(sum / weightSum);
  };
}

/** From a utilization in percent to a score of 0 to 100, as the shape says. */
export function capacityRatioOf(shape: readonly UtilizationPoint[]): (utilization: number) => number {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * (scoreMax / 10) }));
  return (utilization) => onBrokenLine(points, utilization);
}

function capacityRatio(shape: readonly UtilizationPoint[]): RowScore {
  const scoreOf = capacityRatioOf(shape);
  const utilizationMax = 100;
  return ({ count, allocatable, requested, amounts, weights }, row) => {
    let sum = 0;
    let weightSum = 0;
    for (let i = 0; i < count; i++) {
      const capacity = allocatable[i]![row]!;
      if (capacity === 0) continue;
      const used = requested[i]![row]! + amounts[i]!;
      const utilization = used > capacity ? utilizationMax : Math.floor((used * utilizationMax) / capacity);
      const score = scoreOf(utilization);
      if (score <= 0) continue;
      sum += weights[i]! * score;
      weightSum += weights[i]!;
    }
    return weightSum === 0 ? 0 : Math.round(sum / weightSum);
  };
}

function onBrokenLine(points: readonly UtilizationPoint[], utilization: number): number {
  for (let i = 0; i < points.length; i++) {
    const to = points[i]!;
    if (utilization > to.utilization) continue;
    if (i === 0) return to.score;
    const from = points[i - 1]!;
    const rise = (to.score - from.score) * (utilization - from.utilization);
    return from.score + Math.trunc(rise / (to.utilization - from.utilization));
  }
  return points.at(-1)?.score ?? 0;
}
