import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { createEventWriter } from './event-writer.js';

function setup(costMs = 0) {
  const world = virtualWorld({ seed: 1 });
  let spentMs = 0;
  // Time passes only while something is written.
  const clock = { ...world.clock, monotonic: () => spentMs, schedule: world.clock.schedule.bind(world.clock) };
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

  it('rests nine times as long as it wrote', async () => {
    const { world, written, write } = setup(0.25);
    for (let n = 0; n < 64; n++) write(n);
    await world.settle();
    // 32 writes of a quarter of a millisecond, then 72 ms for others.
    expect(written).toHaveLength(32);
    await world.advance(71);
    expect(written).toHaveLength(32);
    await world.advance(1);
    expect(written).toHaveLength(64);
  });

  it('does not rest for who waits for it', async () => {
    const { world, writer, written, write } = setup(1);
    for (let n = 0; n < 100; n++) write(n);
    await world.settle();
    await writer.flush();
    expect(written).toHaveLength(100);
    write(100);
    await world.advance(1_000);
    expect(written).toHaveLength(101);
  });
});
