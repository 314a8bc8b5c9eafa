import { expect, it } from '@jest/globals';
import { createMetrics, virtualWorld } from '@pintle/machinery';
import { WorkQueue } from './work-queue.js';
import { workQueueMetrics } from './work-queue-metrics.js';

it('tells how many keys wait, how long, and how long the work on them takes', async () => {
  const { clock, advance } = virtualWorld();
  const metrics = createMetrics();
  const queue = new WorkQueue({ clock, observer: workQueueMetrics(metrics, clock, 'web') });
  const value = async (name: string) =>
    Number(new RegExp(`^workqueue_${name}{name="web"} (.*)$`, 'm').exec(await metrics.text())?.[1]);
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect(await value('adds_total')).toBe(2);
  expect(await value('depth')).toBe(2);
  await advance(2000);
  expect(queue.take()).toBe('a');
  expect(await value('queue_duration_seconds_sum')).toBe(2);
  await advance(3000);
  expect(await value('unfinished_work_seconds')).toBe(3);
  expect(await value('longest_running_processor_seconds')).toBe(3);
  queue.add('a');
  queue.done('a');
  expect(await value('work_duration_seconds_sum')).toBe(3);
  expect(await value('adds_total')).toBe(3);
  queue.addRateLimited('b');
  expect(await value('retries_total')).toBe(1);
  queue.close();
  expect(await value('depth')).toBe(0);
});
