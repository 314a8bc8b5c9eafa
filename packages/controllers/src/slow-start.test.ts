/** Slow start */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inSlowStart } from './slow-start.js';

/** Items whose work ends when the test says so. */
function underControl(count: number, options?: { readonly underWayMax?: number }) {
  const begun: { readonly succeed: () => void; readonly fail: (error: Error) => void }[] = [];
  const items = Array.from({ length: count }, (_, index) => index);
  const act = () => new Promise<void>((succeed, fail) => begun.push({ succeed, fail }));
  const settled: unknown[] = [];
  const all = inSlowStart(items, act, options).then(
    () => settled.push('done'),
    (error: unknown) => settled.push(error),
  );
  return { begun, settled, all };
}

const turn = () => new Promise(setImmediate);

describe('inSlowStart', () => {
  it('has one more under way for each that succeeded', async () => {
    const { begun, settled } = underControl(7);
    const counts: number[] = [begun.length];
    for (let over = 0; over < 7; over++) {
      expect(settled).toEqual([]);
      begun[over]!.succeed();
      await turn();
      counts.push(begun.length);
    }
    expect(counts).toEqual([1, 3, 5, 7, 7, 7, 7, 7]);
    expect(settled).toEqual(['done']);
  });

  it('begins nothing after a failure, and throws the first one when all that had begun is over', async () => {
    const { begun, settled } = underControl(100);
    begun[0]!.succeed();
    await turn();
    begun[1]!.fail(new Error('over quota'));
    await turn();
    expect([begun.length, settled.length]).toEqual([3, 0]);
    begun[2]!.fail(new Error('over quota as well'));
    await turn();
    expect([begun.length, settled]).toEqual([3, [new Error('over quota')]]);
  });

  it('has nothing to do without items', async () => {
    const { settled, all } = underControl(0);
    await all;
    expect(settled).toEqual(['done']);
  });

  it('never has more under way than has succeeded and one, nor than it may, in whatever order work ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.nat()),
        async (count, underWayMax, choices) => {
          const { begun, settled, all } = underControl(count, { underWayMax });
          const [open, succeeded] = [new Set<number>(), new Set<number>()];
          for (const choice of choices) {
            for (let i = 0; i < begun.length; i++) if (!succeeded.has(i)) open.add(i);
            expect(open.size).toBe(Math.min(succeeded.size + 1, underWayMax, count - succeeded.size));
            if (open.size === 0) break;
            const over = [...open][choice % open.size]!;
            open.delete(over);
            succeeded.add(over);
            begun[over]!.succeed();
            await Promise.resolve().then(() => {});
          }
          await all;
          expect([settled, begun.length]).toEqual([['done'], count]);
        },
      ),
      { numRuns: 20 },
    );
  });
});
