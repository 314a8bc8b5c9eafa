import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inPieces } from './pieces.js';

it('makes no more than is asked for', async () => {
  let made = 0;
  const chunks = function* () {
    for (; made < 100; made++) yield new Uint8Array(100_000);
  };
  const body = inPieces(chunks());
  expect(made).toBeLessThan(4);
  const lengths: number[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    lengths.push(piece.length);
    expect(made * 100_000 - lengths.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(300_000);
  }
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(100 * 100_000);
});

it('sends what is long piece by piece from one buffer, each good until the next is asked for', async () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 200_000, max: 300_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(size, { maxLength: 60 }), async (sizes) => {
      const chunks = sizes.map((length, index) => new Uint8Array(length).fill(index));
      const body = inPieces(chunks);
      const [received, buffers] = [[] as Buffer[], new Set<ArrayBufferLike>()];
      if (body instanceof Uint8Array) received.push(Buffer.from(body));
      else
        for await (const piece of body) {
          received.push(Buffer.from(piece));
          if (!chunks.some((chunk) => chunk === piece)) buffers.add(piece.buffer);
        }
      expect(Buffer.concat(received).equals(Buffer.concat(chunks))).toBe(true);
      expect(buffers.size).toBeLessThanOrEqual(1);
    }),
    { numRuns: 50 },
  );
});
