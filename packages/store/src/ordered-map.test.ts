/** Maps and their copies against a slow obvious model: a plain map for each, copied whole. */

import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OrderedMap } from './ordered-map.js';

const key = fc.constantFrom('a', 'b', 'c/1', 'c/2', 'd', 'e');
const step = fc.record({
  /** Of the maps that there are by then. */
  of: fc.nat(),
  act: fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.integer() }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('clone' as const) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('get' as const), key }) },
  ),
});

const inOrder = (model: ReadonlyMap<string, number>) => [...model].sort(([a], [b]) => (a < b ? -1 : 1));

it('a write to a map is not seen in its copies, nor theirs in it, whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const maps = [{ ours: OrderedMap.empty<number>(), model: new Map<string, number>() }];
      for (const { of, act } of steps) {
        const { ours, model } = maps[of % maps.length]!;
        if (act.type === 'clone') maps.push({ ours: ours.clone(), model: new Map(model) });
        else if (act.type === 'get') expect(ours.get(act.key)).toBe(model.get(act.key));
        else if (act.type === 'delete') {
          ours.delete(act.key);
          model.delete(act.key);
        } else {
          ours.set(act.key, act.value);
          model.set(act.key, act.value);
        }
      }
      for (const { ours, model } of maps) {
        expect(ours.size).toBe(model.size);
        expect(ours.range('', '\uffff', 0)).toEqual(inOrder(model).map(([, value]) => value));
        expect(ours.count('b', 'd')).toBe([...model.keys()].filter((one) => one >= 'b' && one < 'd').length);
        for (const one of ['a', 'c/1', 'nothing']) {
          expect(ours.get(one)).toBe(model.get(one));
          expect(ours.count(one, undefined)).toBe(model.has(one) ? 1 : 0);
        }
      }
    }),
    { numRuns: 500 },
  );
});
