import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { createEventWriter } from './event-writer.js';

function setup({ costMs = 0, lateMs = 0 } = {}) {
  const world = virtualWorld({ seed: 1 });
  let spentMs = 0;
  // A write takes time, and timers come late.
  const clock = {
    ...world.clock,
    monotonic: () => world.clock.monotonic() + spentMs,
    schedule: (delayMs: number, callback: () => void) =>
      world.clock.schedule(delayMs, () => {
        spentMs += lateMs;
        callback();
      }),
  };
  const writer = createEventWriter({ world: { ...world, clock } });
  const written: number[] = [];
  const write = (n: number) =>
    writer.write(async () => {
      spentMs += costMs;
      written.push(n);
    });
  return { world, writer, written, write };
}

describe('createEventWriter', () => {
  it('writes nothing in the turn of who tells, and everything in order', async () => {
    const { world, written, write } = setup();
    for (let n = 0; n < 100; n++) write(n);
    expect(written).toEqual([]);
    await world.settle();
    expect(written).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it.each([
    // 32 writes of a quarter of a millisecond, then 8 ms for others.
    ['as long as it wrote where timers are on time', { costMs: 0.25, lateMs: 5 }, 8],
    ['29 times as long where they are late', { costMs: 0.0625, lateMs: 6 }, 58],
    ['a tenth of a second at most', { costMs: 1, lateMs: 6 }, 100],
  ])('rests %s', async (_, how, restMs) => {
    const { world, written, write } = setup(how);
    for (let n = 0; n < 64; n++) write(n);
    await world.settle();
    expect(written).toHaveLength(32);
    await world.advance(restMs - 1);
    expect(written).toHaveLength(32);
    await world.advance(1);
    expect(written).toHaveLength(64);
  });

  it('does not rest for who waits for it', async () => {
    const { world, writer, written, write } = setup({ costMs: 1 });
    for (let n = 0; n < 100; n++) write(n);
    await world.settle();
    await writer.flush();
    expect(written).toHaveLength(100);
    write(100);
    await world.advance(1_000);
    expect(written).toHaveLength(101);
  });
});
