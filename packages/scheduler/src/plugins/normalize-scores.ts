import { scoreMax } from '../framework/scores.js';

/**
 * Stretches scores so that the highest is 100, in place; with `reverse` the lowest becomes the best, and all of
 * them 100 where all are 0.
 */
export function normalizeScores(scores: Float64Array, count: number, options: { readonly reverse: boolean }): void {
  let highest = 0;
  for (let i = 0; i < count; i++) if (scores[i]! > highest) highest = scores[i]!;
  if (highest === 0) {
    if (options.reverse) scores.fill(scoreMax, 0, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    const score = Math.floor((scoreMax * scores[i]!) / highest);
    scores[i] = options.reverse ? scoreMax - score : score;
  }
}
