/** Numbers by chance, described as data. */
import type { Random } from '@pintle/machinery';
import { InvalidTraceError } from './invalid-trace-error.js';

export type Distribution =
  /** Always this. */
  | number
  /** From the first to the second. */
  | { readonly uniform: readonly [number, number] }
  /** By its mean: waits between independent arrivals are so. */
  | { readonly exponential: number }
  /** Mean and standard deviation; what falls below 0 is 0. */
  | { readonly normal: readonly [number, number] }
  /** Median, and the standard deviation of its logarithm: sizes and run times of jobs are mostly so. */
  | { readonly logNormal: readonly [number, number] }
  /** Values with their weights. */
  | { readonly choice: readonly (readonly [value: number, weight: number])[] };

/** Errors: `InvalidTraceError` with `field`, for numbers that are not finite or below 0, and for no choice at all. */
export function checkDistribution(distribution: Distribution, field: string): void {
  const numbers = typeof distribution === 'number' ? [distribution] : Object.values(distribution).flat(2);
  if (numbers.length === 0) throw new InvalidTraceError(field, 'must have at least one value');
  for (const number of numbers)
    if (!(typeof number === 'number' && Number.isFinite(number) && number >= 0))
      throw new InvalidTraceError(field, `${JSON.stringify(number)} is no number from 0`);
  if (typeof distribution === 'number') return;
  if ('uniform' in distribution && distribution.uniform[0] > distribution.uniform[1])
    throw new InvalidTraceError(field, 'the second bound must not be below the first');
  if ('choice' in distribution && distribution.choice.every(([, weight]) => weight === 0))
    throw new InvalidTraceError(field, 'at least one weight must be above 0');
}

/** One number of a distribution that was checked. */
export function draw(distribution: Distribution, random: Random): number {
  if (typeof distribution === 'number') return distribution;
  if ('uniform' in distribution) {
    const [low, high] = distribution.uniform;
    return low + (high - low) * random.next();
  }
  if ('exponential' in distribution) return -distribution.exponential * Math.log(1 - random.next());
  if ('normal' in distribution) return Math.max(0, distribution.normal[0] + distribution.normal[1] * normal(random));
  if ('logNormal' in distribution)
    return distribution.logNormal[0] * Math.exp(distribution.logNormal[1] * normal(random));
  const total = distribution.choice.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random.next() * total;
  for (const [value, weight] of distribution.choice) {
    left -= weight;
    if (left < 0) return value;
  }
  return distribution.choice.at(-1)![0];
}

/** Of mean 0 and deviation 1 (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
