import { describe, expect, it } from '@jest/globals';
import { type Backoff, stepBackoff, waitLeft } from './backoff.js';

describe('back-off', () => {
  it('lets the first restart go at once, then doubles from 10 s to 5 min', () => {
    const delays: number[] = [];
    let entry: Backoff | undefined;
    let now = 0;
    for (let i = 0; i < 8; i++) {
      const wait = waitLeft(entry, now, now);
      delays.push(wait / 1000);
      now += wait;
      entry = stepBackoff(entry, now, now);
    }
    expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('counts from the end of the container', () => {
    expect(waitLeft({ delayMs: 10_000, updatedAtMs: 0 }, 1_000, 4_000)).toBe(7_000);
    expect(waitLeft({ delayMs: 10_000, updatedAtMs: 0 }, 1_000, 11_000)).toBe(0);
  });

  it('starts over after 10 quiet minutes', () => {
    const entry = { delayMs: 300_000, updatedAtMs: 0 };
    expect(waitLeft(entry, 600_000, 600_000)).toBe(300_000);
    expect(waitLeft(entry, 600_001, 600_001)).toBe(0);
    expect(stepBackoff(entry, 600_001, 600_001).delayMs).toBe(10_000);
  });
});
