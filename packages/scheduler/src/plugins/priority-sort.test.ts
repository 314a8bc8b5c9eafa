import { expect, it } from '@jest/globals';
import { podInfo } from '../nodes/pod-info.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import { testPod } from '../test-objects.fixture.js';
import { prioritySort } from './priority-sort.js';

const queued = ([priority, timestampMs]: readonly [number, number]) =>
  ({ pod: podInfo(testPod('p', { priority })), timestampMs }) as QueuedPodInfo;

it.each([
  ['matters less', [10, 0], [100, 0], false],
  ['matters more', [100, 0], [10, 0], true],
  ['matters more, and came later', [100, 2], [10, 1], true],
  ['matters as much, and came first', [100, 1], [100, 2], true],
  ['matters as much, and came later', [100, 2], [100, 1], false],
  ['matters as much, and came at the same time', [100, 1], [100, 1], false],
] as const)('a pod that %s', (_, one, other, expected) => {
  expect(prioritySort().less(queued(one), queued(other))).toBe(expected);
});
