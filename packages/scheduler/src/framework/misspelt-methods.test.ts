import { describe, expect, it } from '@jest/globals';
import { defaultPlugins } from '../plugins/default-plugins.js';
import type { SchedulerPlugin } from './plugin.js';
import { profile } from './profile.js';

const of = (...methods: readonly string[]) =>
  ({ name: 'Mine', ...Object.fromEntries(methods.map((name) => [name, () => undefined])) }) as SchedulerPlugin;
const check = (plugin: SchedulerPlugin) => () => profile({ plugins: [plugin, ...defaultPlugins()] });

describe('a method that looks like an extension point is refused', () => {
  it.each([
    ['Filter', 'filter'],
    ['prefilter', 'preFilter'],
    ['filtr', 'filter'],
    ['fliter', 'filter'],
    ['filteer', 'filter'],
    ['fitler', 'filter'],
    ['scoer', 'score'],
    ['normalizeScore', 'normalizeScores'],
    ['preBindPreflight', 'preBindPreFlight'],
    ['eventToRegister', 'eventsToRegister'],
    ['Less', 'less'],
  ])('%s', (given, meant) => {
    expect(check(of('permit', given))).toThrow(
      `plugins[0].${given}: is no extension point; ${meant} is meant, it seems`,
    );
  });

  it('of a class, too', () => {
    class Near {
      readonly name = 'Near';
      Score() {}
    }
    expect(check(new Near() as SchedulerPlugin)).toThrow('plugins[0].Score: is no extension point; score is meant');
  });
});

describe('a method of the plugin’s own is not', () => {
  it.each([
    ['another word', ['rank', 'roomOn', 'tell']],
    ['one that goes on from a point’s name', ['filterNode', 'scores', 'reserved', 'scoreOf']],
    ['a short one that is nearly a point’s name', ['bins', 'sigh', 'lens']],
    ['one that is like a point that the plugin has', ['filter', 'filtr', 'score', 'scor']],
  ])('%s', (_what, methods) => {
    expect(check(of(...methods))).not.toThrow();
  });

  it('nor a getter, which is not asked', () => {
    const plugin = Object.defineProperty(of(), 'Filter', {
      enumerable: true,
      get() {
        throw new Error('asked');
      },
    });
    expect(check(plugin)).not.toThrow();
  });
});
