import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CountTree, HighestTree } from './ranking-trees.js';

const size = fc.integer({ min: 1, max: 40 });

it('counts taken places and finds the nth, as a look at each place would', () => {
  fc.assert(
    fc.property(
      size.chain((places) =>
        fc.tuple(fc.constant(places), fc.array(fc.tuple(fc.nat({ max: places - 1 }), fc.boolean()), { maxLength: 80 })),
      ),
      ([places, changes]) => {
        const tree = new CountTree(places);
        const taken = new Set<number>();
        for (const [place, is] of changes) {
          tree.set(place, is);
          if (is) taken.add(place);
          else taken.delete(place);
        }
        const sorted = [...taken].sort((a, b) => a - b);
        expect(tree.total).toBe(sorted.length);
        expect(sorted.map((_, n) => tree.nth(n))).toEqual(sorted);
        for (let end = 0; end <= places; end++) {
          expect(tree.before(end)).toBe(sorted.filter((place) => place < end).length);
          if (end < places) expect(tree.has(end)).toBe(taken.has(end));
        }
      },
    ),
    { numRuns: 200 },
  );
});

it('finds the highest of any places, and the nth of those that hold it', () => {
  fc.assert(
    fc.property(
      size.chain((places) =>
        fc.tuple(
          fc.constant(places),
          fc.array(fc.tuple(fc.nat({ max: places - 1 }), fc.option(fc.nat({ max: 3 }), { nil: undefined })), {
            maxLength: 120,
          }),
        ),
      ),
      ([places, changes]) => {
        const tree = new HighestTree(places);
        const values: (number | undefined)[] = Array.from({ length: places });
        for (const [place, value] of changes) {
          tree.set(place, value);
          values[place] = value;
        }
        for (let start = 0; start <= places; start++) {
          for (let end = start; end <= places; end++) {
            const part = values.slice(start, end).flatMap((value) => (value === undefined ? [] : [value]));
            const highest = Math.max(...part);
            const held = [...values.entries()].flatMap(([place, value]) =>
              place >= start && place < end && value === highest ? [place] : [],
            );
            expect(tree.within(start, end)).toEqual({ value: highest, ties: held.length });
            expect(held.map((_, n) => tree.nth(highest, n, start))).toEqual(held);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
