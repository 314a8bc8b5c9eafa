/** What a queue keeps hold of. Memory is asked, so nothing need be known of how a lane is made. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ItemQueue, type Priority, QueueItem } from './item-queue.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const turns = 20_000;

/** A queue that is never empty, each of whose items has been taken and forgotten by all others, but the last. */
function busyQueue(priority: Priority) {
  const queue = new ItemQueue<QueueItem>({ clock: virtualWorld().clock });
  const taken: WeakRef<QueueItem>[] = [];
  queue.add(new QueueItem(), priority);
  for (let turn = 0; turn < turns; turn++) {
    queue.add(new QueueItem(), priority);
    const item = queue.take()!;
    queue.done(item);
    taken.push(new WeakRef(item));
  }
  return { queue, taken };
}

it.each<Priority>(['normal', 'low'])(
  'lets go of what was taken, though its %s lane is never empty',
  async (priority) => {
    const { queue, taken } = busyQueue(priority);
    // What was made in this turn lives until its end.
    await new Promise((done) => setImmediate(done));
    collectGarbage();
    expect(queue.length).toBe(1);
    expect(taken.filter((item) => item.deref() !== undefined).length).toBeLessThan(turns / 8);
  },
);
