import { integerBelow, type Random } from '@pintle/machinery';

/**
 * The index of the highest of the first `count` totals; among equals each with the same probability, by one
 * draw.
 */
export function selectHost(totals: Float64Array, count: number, random: Random): number {
  let highest = totals[0]!;
  let ties = 1;
  let selected = 0;
  for (let i = 1; i < count; i++) {
    const total = totals[i]!;
    if (total > highest) {
      highest = total;
      ties = 1;
      selected = i;
    } else if (total === highest) {
      ties++;
    }
  }
  if (ties === 1) return selected;
  let skipped = integerBelow(random, ties);
  for (let i = selected; ; i++) {
    if (totals[i] === highest && skipped-- === 0) return i;
  }
}
