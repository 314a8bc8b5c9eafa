/** What waits for pressing work */
import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { ItemQueue, QueueItem } from './item-queue.js';
import { PressingWork } from './pressing-work.js';

/** Two queues of one manager. */
function setup() {
  const world = virtualWorld();
  const pressingWork = new PressingWork(world.clock);
  const queue = () => new ItemQueue<QueueItem>({ clock: world.clock, pressingWork });
  return { world, busy: queue(), patient: queue(), item: () => new QueueItem() };
}

describe('what is gathered', () => {
  it('waits for the pressing work of another queue, and no longer', async () => {
    const { world, busy, patient, item } = setup();
    const gathered = item();
    busy.add(item());
    patient.gather(gathered, 20);
    await world.advance(100);
    expect(patient.take()).toBeUndefined();
    busy.done(busy.take()!);
    await world.settle();
    expect(patient.take()).toBe(gathered);
  });

  it('comes at its time where nothing is pressing: neither what runs nor what has a low priority', async () => {
    const { world, busy, patient, item } = setup();
    const gathered = item();
    busy.add(item());
    busy.take();
    busy.add(item(), 'low');
    patient.gather(gathered, 20);
    await world.advance(19);
    expect(patient.take()).toBeUndefined();
    await world.advance(1);
    expect(patient.take()).toBe(gathered);
  });

  it('waits no longer for what was added twice, which comes once in its turn', async () => {
    const { world, busy, patient, item } = setup();
    const [twice, other, gathered] = [item(), item(), item()];
    busy.add(twice);
    busy.add(twice);
    busy.add(other);
    patient.gather(gathered, 20);
    await world.advance(100);
    expect(busy.take()).toBe(twice);
    busy.done(twice);
    busy.add(twice);
    expect([busy.take(), busy.take(), busy.take()]).toEqual([other, twice, undefined]);
    await world.settle();
    expect(patient.take()).toBe(gathered);
  });

  it('waits for what moved up in priority', async () => {
    const { world, busy, patient, item } = setup();
    const moved = item();
    busy.add(moved, 'low');
    busy.add(moved);
    patient.gather(item(), 20);
    await world.advance(100);
    expect(patient.take()).toBeUndefined();
  });

  it('waits for a second at most, each from when its time had come', async () => {
    const { world, busy, patient, item } = setup();
    const [early, late] = [item(), item()];
    busy.add(item());
    patient.gather(early, 20);
    patient.gather(late, 320);
    await world.advance(1_019);
    expect(patient.take()).toBeUndefined();
    await world.advance(1);
    expect([patient.take(), patient.take()]).toEqual([early, undefined]);
    await world.advance(299);
    expect(patient.take()).toBeUndefined();
    await world.advance(1);
    expect(patient.take()).toBe(late);
  });

  it('comes at once where it is added meanwhile, and is closed with its queue', async () => {
    const { world, busy, patient, item } = setup();
    const [pressing, late] = [item(), item()];
    busy.add(item());
    patient.gather(pressing, 20);
    patient.gather(late, 20);
    await world.advance(100);
    patient.add(pressing);
    expect(patient.take()).toBe(pressing);
    patient.done(pressing);
    patient.close();
    await world.advance(2_000);
    expect([patient.take(), patient.idle, late.isIdle || late.delayed !== undefined]).toEqual([undefined, true, true]);
  });
});
