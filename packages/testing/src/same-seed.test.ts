/** A day's work, shortened: the same seed gives the same log of every kind, byte for byte. */
import { expect, it } from '@jest/globals';
import { logOf } from './event-log.fixture.js';

it('the same seed gives the same log of every kind, and another seed another', async () => {
  const [first, second, other] = [await logOf(11), await logOf(11), await logOf(12)];
  expect(first.length).toBeGreaterThan(1_000);
  // Told by the first line that differs: the whole would be no help.
  const at = first.findIndex((line, index) => line !== second[index]);
  expect(at < 0 ? [] : [first[at], second[at]]).toEqual([]);
  expect(second).toHaveLength(first.length);
  expect(other.join()).not.toBe(first.join());
}, 180_000);
