import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@pintle/machinery';
import { feasibleNodesToFind } from './sampling.js';
import { selectHost } from './select-host.js';

describe('feasibleNodesToFind', () => {
  it.each([
    [10, 0, 10],
    [99, 50, 99],
    [1000, 0, 420],
    [1000, 40, 400],
    [5000, 0, 500],
    [6000, 0, 300],
    [6000, 40, 2400],
    [100_000, 0, 5000],
    [150, 5, 100],
    [1000, 100, 1000],
  ])('%i nodes, %i %%: %i', (nodes, percentage, expected) => {
    expect(feasibleNodesToFind(nodes, percentage)).toBe(expected);
  });
});

describe('selectHost', () => {
  it('takes the highest', () => {
    expect(selectHost(Float64Array.of(1, 3, 2), 3, seededRandom(1))).toBe(1);
  });
  it('takes each of equals about as often', () => {
    const random = seededRandom(3);
    const hits = [0, 0, 0, 0];
    for (let i = 0; i < 3000; i++) hits[selectHost(Float64Array.of(5, 1, 5, 5), 4, random)]!++;
    expect(hits[1]).toBe(0);
    for (const at of [0, 2, 3]) expect(Math.abs(hits[at]! - 1000)).toBeLessThan(120);
  });
});
