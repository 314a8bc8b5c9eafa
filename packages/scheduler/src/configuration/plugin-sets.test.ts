/** kube-scheduler's cases of merging a profile's sets with the defaults, and of spreading `multiPoint`. */
import { describe, expect, it } from '@jest/globals';
import type { ExtensionPoint } from '../framework/extension-point.js';
import type { PluginEntry, PluginSet, Plugins } from './notation.js';
import { expandMultiPoint, mergePlugins } from './plugin-sets.js';

/** `A B:2` is A, and B with weight 2. */
const entries = (text: string): PluginEntry[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [name = '', weight] = word.split(':');
      return { name, ...(weight !== undefined && { weight: Number(weight) }) };
    });

/** `A B / C` enables A and B, and disables C. */
const set = (text: string): PluginSet => {
  const [on = '', off = ''] = text.split('/');
  return {
    ...(on.trim() !== '' && { enabled: entries(on) }),
    ...(off.trim() !== '' && { disabled: entries(off) }),
  };
};
const sets = (texts: Readonly<Record<string, string>>): Plugins =>
  Object.fromEntries(Object.entries(texts).map(([point, text]) => [point, set(text)]));

type Texts = Readonly<Record<string, string>>;

describe('merging with the defaults', () => {
  const cases: readonly (readonly [name: string, defaults: Texts, custom: Texts | undefined, merged: Texts])[] = [
    ['a plugin more', { filter: 'D1 D2' }, { filter: 'C' }, { filter: 'D1 D2 C' }],
    ['after a default', { filter: 'D1 D2' }, { filter: 'C D2 / D2' }, { filter: 'D1 C D2 / D2' }],
    ['before all defaults', { filter: 'D1 D2' }, { filter: 'C D1 D2 / *' }, { filter: 'C D1 D2 / *' }],
    ['defaults in another order', { filter: 'D1 D2' }, { filter: 'D2 D1 / *' }, { filter: 'D2 D1 / *' }],
    ['nothing of its own', { filter: 'D1 D2' }, undefined, { filter: 'D1 D2' }],
    ['other weights', { filter: 'P1 P2 P3' }, { filter: 'P1:2 P3:3' }, { filter: 'P1:2 P2 P3:3' }],
    ['weights, in order', { filter: 'P1 P2 P3' }, { filter: 'P2:2 P1:1' }, { filter: 'P1:1 P2:2 P3' }],
    ['one twice', { filter: 'P1 P2 P3' }, { filter: 'P1 P2:2 P3 P2:4' }, { filter: 'P1 P2:4 P3 P2:2' }],
    ['everywhere more', { multiPoint: 'D1 D2' }, { multiPoint: 'C' }, { multiPoint: 'D1 D2 C' }],
    [
      'less at a point',
      { multiPoint: 'D1 D2' },
      { multiPoint: 'C C2 / D2', score: '/ C2' },
      { multiPoint: 'D1 C C2 / D2', score: '/ C2' },
    ],
    ['everywhere another weight', { multiPoint: 'D' }, { multiPoint: 'D:5' }, { multiPoint: 'D:5' }],
    ['less by default', { multiPoint: 'D / D2' }, { multiPoint: 'C' }, { multiPoint: 'D C / D2' }],
    [
      'less by default at a point',
      { multiPoint: 'D', score: '/ D2' },
      { multiPoint: 'C' },
      { multiPoint: 'D C', score: '/ D2' },
    ],
    ['only less', { multiPoint: 'D' }, { multiPoint: '/ D' }, { multiPoint: '/ D' }],
  ];
  it.each(cases)('%s', (_, defaults, custom, merged) => {
    expect(mergePlugins(sets(defaults), custom && sets(custom))).toEqual(sets(merged));
  });
});

describe('spreading multiPoint', () => {
  /** What each plugin of the cases implements. */
  const points: Readonly<Record<string, readonly ExtensionPoint[]>> = {
    test: ['queueSort', 'filter', 'preScore', 'score', 'bind'],
    normal: ['score'],
    score: ['preScore', 'score'],
    sort: ['queueSort'],
    bind: ['bind'],
  };
  const everywhere = { queueSort: 'test', filter: 'test', preScore: 'test', score: 'test', bind: 'test' };
  const cases: readonly (readonly [name: string, given: Texts, expected: Texts])[] = [
    [
      'one plugin',
      { multiPoint: 'test:5' },
      { queueSort: 'test:5', filter: 'test:5', preScore: 'test:5', score: 'test:5', bind: 'test:5' },
    ],
    [
      'not at some points',
      { multiPoint: 'test', preScore: '/ test', score: '/ test' },
      { ...everywhere, preScore: '', score: '' },
    ],
    ['several', { multiPoint: 'test score' }, { ...everywhere, preScore: 'test score', score: 'test score' }],
    ['not at all', { multiPoint: 'test score', preScore: '/ *' }, { ...everywhere, preScore: '', score: 'test score' }],
    [
      'in the order of the point',
      { multiPoint: 'normal test score', score: 'score test' },
      { ...everywhere, preScore: 'test score', score: 'score test normal' },
    ],
    [
      'in the order of the point as far as they are everywhere',
      { multiPoint: 'test score', score: 'normal score test' },
      { ...everywhere, preScore: 'test score', score: 'score test normal' },
    ],
    [
      'weights of the point',
      { multiPoint: 'test score', score: 'score:5 test:3' },
      { ...everywhere, preScore: 'test score', score: 'score:5 test:3' },
    ],
    [
      'everything disabled, then some enabled',
      { multiPoint: 'sort bind score / *' },
      { queueSort: 'sort', preScore: 'score', score: 'score', bind: 'bind' },
    ],
    [
      'disabled and enabled by name',
      { multiPoint: 'bind sort score / score' },
      { queueSort: 'sort', preScore: 'score', score: 'score', bind: 'bind' },
    ],
  ];
  it.each(cases)('%s', (_, given, expected) => {
    const { points: found, errors } = expandMultiPoint(
      sets(given),
      'plugins',
      (plugin, point) => points[plugin]?.includes(point) === true,
    );
    expect(errors).toEqual([]);
    const present = Object.entries(found).filter(([, plugins]) => plugins.length > 0);
    const wanted = Object.entries(expected).filter(([, text]) => text !== '');
    expect(Object.fromEntries(present)).toEqual(Object.fromEntries(wanted.map(([at, text]) => [at, entries(text)])));
  });

  it('names a plugin that is enabled twice', () => {
    const { errors } = expandMultiPoint(sets({ multiPoint: 'test test' }), 'profiles[0].plugins', () => true);
    expect(errors).toMatchObject([
      { type: 'FieldValueDuplicate', field: 'profiles[0].plugins.multiPoint.enabled[1].name', badValue: 'test' },
    ]);
  });
});
