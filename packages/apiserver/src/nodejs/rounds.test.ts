import { expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

const aTurn = () => new Promise(setImmediate);

it('begins requests one after the other; events leave before answers, and both when nobody waits any more', async () => {
  const rounds = new Rounds();
  const seen: string[] = [];
  const take = (name: string) =>
    rounds.take(async () => {
      seen.push(name);
      void rounds.eventsDue().then(() => seen.push(`event of ${name}`));
      await null;
      await null;
      seen.push(`${name} is done`);
      await rounds.answersDue();
      seen.push(`answer to ${name}`);
    });
  take('a');
  take('b');
  await aTurn();
  await aTurn();
  expect(seen).toEqual(['a', 'a is done', 'b', 'b is done', 'event of a', 'event of b', 'answer to a', 'answer to b']);
});

it('what is said outside of a request leaves in a round of its own', async () => {
  const rounds = new Rounds();
  const seen: string[] = [];
  void rounds.answersDue().then(() => seen.push('answer'));
  void rounds.eventsDue().then(() => {
    seen.push('event');
    void rounds.eventsDue().then(() => seen.push('next event'));
  });
  await aTurn();
  await aTurn();
  await aTurn();
  expect(seen).toEqual(['event', 'answer', 'next event']);
});

it('a round ends while requests wait, when it has taken its time', async () => {
  const rounds = new Rounds();
  const seen: string[] = [];
  const take = (name: string) =>
    rounds.take(async () => {
      seen.push(name);
      for (const began = performance.now(); performance.now() - began < 1.5; );
      await rounds.answersDue();
      seen.push(`answer to ${name}`);
    });
  for (const name of ['a', 'b', 'c', 'd']) take(name);
  while (seen.length < 8) await aTurn();
  expect(seen.indexOf('answer to a')).toBeLessThan(seen.indexOf('d'));
  expect(seen.filter((each) => each.length === 1)).toEqual(['a', 'b', 'c', 'd']);
});
