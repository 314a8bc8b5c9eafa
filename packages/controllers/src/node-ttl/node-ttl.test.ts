import { describe, expect, it } from '@jest/globals';
import { ttlSeconds, ttlStep } from './index.js';

describe('ttlStep', () => {
  // The cluster grows and shrinks along these sizes.
  it.each([
    [
      [1, 100],
      [0, 0],
    ],
    [
      [101, 95, 90, 89],
      [15, 15, 15, 0],
    ],
    [
      [501, 450, 449, 501],
      [30, 30, 15, 30],
    ],
    [
      [5_000, 1_800, 1_799, 90, 89],
      [300, 300, 60, 15, 0],
    ],
    [
      [20_000, 9_000, 8_999],
      [600, 600, 300],
    ],
  ])('%j nodes', (sizes, seconds) => {
    let step = 0;
    const seen = sizes.map((nodes) => {
      step = ttlStep(step, nodes);
      return ttlSeconds(step);
    });
    expect(seen).toEqual(seconds);
  });
});
