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
    expect(turns).toBeLessThan(20);
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

  /** The slow and obvious model: two lists, and sets of what runs and what comes again. */
  it('does as its model does, whatever is asked of it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const priority = fc.constantFrom<Priority>('normal', 'low');
    const step = fc.oneof(
      fc.record({ type: fc.constant('add' as const), key, priority }),
      fc.record({ type: fc.constant('take' as const) }),
      fc.record({ type: fc.constant('done' as const), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue } = queueOf();
        const waiting = new Map<string, Priority>();
        const runs = new Set<string>();
        const again = new Map<string, Priority>();
        const raise = (map: Map<string, Priority>, at: string, to: Priority) =>
          map.set(at, map.get(at) === 'normal' ? 'normal' : to);
        for (const each of steps) {
          if (each.type === 'add') {
            queue.add(each.key, each.priority);
            raise(runs.has(each.key) ? again : waiting, each.key, each.priority);
          } else if (each.type === 'done' && runs.has(each.key)) {
            queue.done(each.key);
            runs.delete(each.key);
            if (again.has(each.key)) waiting.set(each.key, again.get(each.key)!);
            again.delete(each.key);
          } else if (each.type === 'take') {
            const taken = queue.take();
            expect(taken === undefined).toBe(waiting.size === 0);
            if (taken === undefined) continue;
            expect(waiting.has(taken)).toBe(true);
            waiting.delete(taken);
            runs.add(taken);
          }
          expect([queue.length, queue.idle]).toEqual([waiting.size, waiting.size + runs.size === 0]);
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
    expect(bucket.delayMs('e')).toBe(0);
  });

  it('the slowest of several', () => {
    const { clock } = virtualWorld();
    const both = slowestOf(exponentialBackoff({ baseMs: 50 }), tokenBucket({ clock, perSecond: 10, burst: 1 }));
    expect(['a', 'a', 'b'].map((key) => both.delayMs(key))).toEqual([50, 100, 200]);
    both.forget('a');
    expect([both.failuresOf('a'), both.failuresOf('b')]).toEqual([0, 1]);
  });
});
