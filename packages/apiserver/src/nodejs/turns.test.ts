import { expect, it } from '@jest/globals';
import { Turns } from './turns.js';

it('begins one a turn of the event loop, in the order of their coming, with what came meanwhile in its place', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const take = (name: string, more?: string) =>
    turns.take(() => {
      seen.push(name);
      queueMicrotask(() => seen.push(`${name} went on`));
      if (more !== undefined) take(more);
    });
  take('a', 'c');
  take('b');
  for (let turn = 1; turn <= 4; turn++) {
    setImmediate(() => seen.push(`turn ${turn}`));
    await new Promise(setImmediate);
  }
  expect(seen).toEqual(['a', 'a went on', 'turn 1', 'b', 'b went on', 'turn 2', 'c', 'c went on', 'turn 3', 'turn 4']);
});
