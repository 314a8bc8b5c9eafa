import { describe, expect, it } from '@jest/globals';
import { every, sleep, TimeoutError, withTimeout } from './clock.js';
import { seededRandom } from './random.js';
import { LivelockError, virtualWorld } from './virtual-world.js';

describe('a virtual world', () => {
  it('stands still until told to move, and runs timers in order', async () => {
    const world = virtualWorld();
    const seen: string[] = [];
    const note = (what: string) => () => seen.push(`${what} ${world.clock.monotonic()}`);
    world.clock.schedule(20, note('late'));
    world.clock.schedule(10, note('first'));
    world.clock.schedule(10, note('second'));
    world.clock.schedule(0, note('now'));
    await world.settle();
    expect(seen).toEqual(['now 0']);
    await world.advance({ seconds: 1 });
    expect(seen).toEqual(['now 0', 'first 10', 'second 10', 'late 20']);
    expect(world.clock.monotonic()).toBe(1000);
  });

  it('drives promises between timers', async () => {
    const world = virtualWorld();
    let waited = 0;
    const work = (async () => {
      for (let i = 0; i < 5; i++) await sleep(world.clock, 100);
      waited = world.clock.monotonic();
    })();
    await world.advance(500);
    await work;
    expect(waited).toBe(500);
  });

  it('settles over short retries when asked to, and no further', async () => {
    const world = virtualWorld();
    const stop = every(world.clock, 400, () => {});
    await world.settle({ withinMs: 1000 });
    expect(world.clock.monotonic()).toBe(800);
    stop();
  });

  it('names a loop that never ends', async () => {
    const world = virtualWorld({ turnsMax: 50 });
    const again = () => void world.clock.schedule(0, again);
    again();
    await expect(world.settle()).rejects.toThrow(LivelockError);
  });

  it('forgets cancelled timers long before they are due', async () => {
    const world = virtualWorld();
    for (let i = 0; i < 10_000; i++) world.clock.schedule(1_000_000, () => {})();
    expect(world.nextTimerAt()).toBeUndefined();
  });

  it('ends work that takes too long', async () => {
    const world = virtualWorld();
    const late = withTimeout(world.clock, 100, 'the work', (signal) => sleep(world.clock, 1000, signal));
    late.catch(() => {});
    await world.advance(100);
    await expect(late).rejects.toThrow(TimeoutError);
  });
});

describe('seeded randomness', () => {
  it('repeats itself for a seed, and makes well-formed ids', () => {
    const [a, b] = [seededRandom(3), seededRandom(3)];
    expect(Array.from({ length: 5 }, a.next)).toEqual(Array.from({ length: 5 }, b.next));
    expect(a.uuid()).toBe(b.uuid());
    expect(a.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

it('random numbers of one name stay what they are when others are drawn', () => {
  const draw = (first: readonly string[]) => {
    const random = seededRandom(7);
    for (const name of first) random.stream(name).next();
    random.next();
    return [random.stream('names').next(), random.stream('names').next()];
  };
  const alone = draw([]);
  expect(draw(['uids', 'events'])).toEqual(alone);
  expect(alone[0]).not.toBe(alone[1]);
  expect(seededRandom(7).stream('uids').next()).not.toBe(alone[0]);
  expect(seededRandom(8).stream('names').next()).not.toBe(alone[0]);
});
