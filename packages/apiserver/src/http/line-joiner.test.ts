import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineJoiner } from './line-joiner.js';

const pieceBytesMax = 256 * 1024;
const linesOf = (sizes: readonly number[]) => sizes.map((size, index) => new Uint8Array(size).fill(index + 1));

it('joins once what several send at once, and apart what differs in one line', () => {
  const joiner = new LineJoiner();
  const [a, b, c, d] = linesOf([3, 4, 5, 6]);
  const [one] = joiner.pieces([a!, b!, c!]);
  expect([...joiner.pieces([a!, b!, c!])][0]).toBe(one);
  expect([...one!]).toEqual([1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
  expect([...[...joiner.pieces([a!, d!, c!])][0]!]).toEqual([1, 1, 1, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3]);
  expect([...joiner.pieces([b!])]).toEqual([b]);
});

it('loses and adds nothing, in pieces of at most 256 KiB where a line is not longer itself', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100_000, max: 300_000 }));
  fc.assert(
    fc.property(fc.array(fc.array(size, { maxLength: 12 }), { maxLength: 4 }), (turns) => {
      const joiner = new LineJoiner();
      for (const sizes of turns) {
        const lines = linesOf(sizes);
        // Twice: made, and found again.
        for (const pieces of [[...joiner.pieces(lines)], [...joiner.pieces(lines)]]) {
          expect(Buffer.concat(pieces).equals(Buffer.concat(lines))).toBe(true);
          for (const piece of pieces)
            expect(piece.length <= pieceBytesMax || lines.some((line) => line === piece)).toBe(true);
        }
      }
    }),
    { numRuns: 30 },
  );
});
