import { expect, it } from '@jest/globals';
import { chosenControllers } from './chosen-controllers.js';

const known = ['deployment', 'garbage-collector', 'job', 'node-lifecycle'];

it.each([
  ['*', known],
  ['*,-job', ['deployment', 'garbage-collector', 'node-lifecycle']],
  ['job,deployment', ['deployment', 'job']],
  ['*,-job-controller,-garbage-collector-controller', ['deployment', 'node-lifecycle']],
  ['nodelifecycle', ['node-lifecycle']],
  ['-job', []],
  ['', []],
])('%s', (words, chosen) => {
  expect(chosenControllers(words === '' ? [] : words.split(','), known)).toEqual(chosen);
});

it('names the word that no controller has, and those that there are', () => {
  expect(() => chosenControllers(['*', '-nope'], known)).toThrow(
    '--controllers: "nope" is no controller; there are deployment, garbage-collector, job, node-lifecycle',
  );
});

it('knows the controllers that there are', () => {
  expect(chosenControllers(['*', '-job'])).toEqual(
    expect.arrayContaining(['csrsigning', 'deployment', 'garbage-collector', 'persistentvolume-binder']),
  );
  expect(chosenControllers(['*', '-job'])).not.toContain('job');
});
