import { integerBelow, type Random } from '@pintle/machinery';

/**
 * The index of the highest of the first `count` totals; among equals each with the same probability, by one draw.
 * With `rows`, totals are by row, and it is the index in `rows`.
 */
export function selectHost(totals: Float64Array, count: number, random: Random, rows?: Int32Array): number {
  let highest = totals[rows === undefined ? 0 : rows[0]!]!;
  let ties = 1;
  let selected = 0;
  for (let i = 1; i < count; i++) {
    const total = totals[rows === undefined ? i : rows[i]!]!;
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
    if (totals[rows === undefined ? i : rows[i]!] === highest && skipped-- === 0) return i;
  }
}
