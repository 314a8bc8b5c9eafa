import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import fc from 'fast-check';
import type { Priority } from './item-queue.js';
import { exponentialBackoff, slowestOf, tokenBucket } from './rate-limiter.js';
import { WorkQueue } from './work-queue.js';

const queueOf = () => {
  const world = virtualWorld();
  return { world, queue: new WorkQueue({ clock: world.clock }) };
};
const takeAll = (queue: WorkQueue) => {
  const taken: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) taken.push(key);
  return taken;
};

describe('the work queue', () => {
  it('holds a key once, and gives it again where it changed while it was worked on', () => {
    const { queue } = queueOf();
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect(takeAll(queue)).toEqual(['a', 'b']);
    queue.add('a');
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    queue.done('b');
    expect(takeAll(queue)).toEqual(['a']);
  });

  it('takes changes before resyncs, lets a key move up, and starves nobody', () => {
    const { queue } = queueOf();
    for (const key of ['r1', 'r2', 'r3']) queue.add(key, 'low');
    for (const key of ['c1', 'c2']) queue.add(key);
    queue.add('r2');
    queue.add('c1', 'low');
    expect(takeAll(queue)).toEqual(['c1', 'c2', 'r2', 'r1', 'r3']);
    const busy = queueOf().queue;
    busy.add('resync', 'low');
    let turns = 0;
    busy.add('hot');
    for (let key = busy.take(); key !== 'resync'; key = busy.take()) {
      turns++;
      busy.add(key!);
      busy.done(key!);
    }
    expect(turns).toBe(15);
  });

  it('waits for the earliest of several times', async () => {
    const { world, queue } = queueOf();
    queue.addAfter('a', 5_000);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 3_000);
    await world.advance(999);
    expect(queue.take()).toBeUndefined();
    await world.advance(1);
    expect(queue.take()).toBe('a');
    queue.done('a');
    await world.advance({ minutes: 1 });
    expect(queue.take()).toBeUndefined();
  });

  it('backs off from 5 ms to 1,000 s, until the key is forgotten', async () => {
    const { world, queue } = queueOf();
    for (let failure = 0; failure < 20; failure++) {
      queue.addRateLimited('a');
      const delayMs = Math.min(5 * 2 ** failure, 1_000_000);
      await world.advance(delayMs - 1);
      expect(queue.take()).toBeUndefined();
      await world.advance(1);
      queue.done(queue.take()!);
    }
    expect(queue.failuresOf('a')).toBe(20);
    queue.forget('a');
    expect(queue.failuresOf('a')).toBe(0);
  });

  it('lets takers go when it is closed', async () => {
    const { queue } = queueOf();
    const waiting = queue.next();
    queue.close();
    queue.add('a');
    expect([await waiting, await queue.next(), queue.idle]).toEqual([undefined, undefined, true]);
  });

  /** The slow and obvious model: two lists in order, what runs, and what comes again. */
  it('does as its model does, whatever is asked of it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const priority = fc.constantFrom<Priority>('normal', 'low');
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('add' as const), key, priority }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('done' as const), key }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { queue } = queueOf();
        const lanes = { normal: [] as string[], low: [] as string[] };
        const runs = new Map<string, Priority | undefined>();
        let normalInARow = 0;
        const put = (at: string, to: Priority) => {
          if (lanes.normal.includes(at) || (lanes.low.includes(at) && to === 'low')) return;
          lanes.low = lanes.low.filter((each) => each !== at);
          lanes[to].push(at);
        };
        const next = () => {
          if (lanes.normal.length + lanes.low.length === 0) return undefined;
          if (++normalInARow === 16) {
            normalInARow = 0;
            if (lanes.low.length > 0) return lanes.low.shift();
          }
          if (lanes.normal.length > 0) return lanes.normal.shift();
          normalInARow = 0;
          return lanes.low.shift();
        };
        for (const each of steps) {
          if (each.type === 'add') {
            queue.add(each.key, each.priority);
            if (!runs.has(each.key)) put(each.key, each.priority);
            else if (runs.get(each.key) !== 'normal') runs.set(each.key, each.priority);
          } else if (each.type === 'done' && runs.has(each.key)) {
            queue.done(each.key);
            const again = runs.get(each.key);
            runs.delete(each.key);
            if (again !== undefined) put(each.key, again);
          } else if (each.type === 'take') {
            const expected = next();
            expect(queue.take()).toBe(expected);
            if (expected !== undefined) runs.set(expected, undefined);
          }
          const waiting = lanes.normal.length + lanes.low.length;
          expect([queue.length, queue.idle]).toEqual([waiting, waiting + runs.size === 0]);
        }
      }),
    );
  });
});

describe('rate limiters', () => {
  it('of all keys together: a burst, then so many a second', async () => {
    const world = virtualWorld();
    const bucket = tokenBucket({ clock: world.clock, perSecond: 10, burst: 2 });
    expect(['a', 'b', 'c', 'd'].map((key) => bucket.delayMs(key))).toEqual([0, 0, 100, 200]);
    await world.advance({ seconds: 10 });
    expect(['e', 'f', 'g'].map((key) => bucket.delayMs(key))).toEqual([0, 0, 100]);
    await world.advance(50);
    expect(bucket.delayMs('h')).toBe(150);
  });

  it('the slowest of several', () => {
    const { clock } = virtualWorld();
    const both = slowestOf(exponentialBackoff({ baseMs: 50 }), tokenBucket({ clock, perSecond: 10, burst: 1 }));
    expect(['a', 'a', 'b'].map((key) => both.delayMs(key))).toEqual([50, 100, 200]);
    both.forget('a');
    expect([both.failuresOf('a'), both.failuresOf('b')]).toEqual([0, 1]);
  });
});
