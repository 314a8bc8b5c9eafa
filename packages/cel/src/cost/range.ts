/** From the least to the most of a cost or a size, as far as it can be known before an expression runs. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What nothing bounds; upstream's counters are of 64 bits. */
export const unbounded = 2 ** 64;

const bounded = (value: number): number => Math.min(value, unbounded);

export const exactly = (value: number): Range => ({ min: value, max: value });
export const unknown: Range = { min: 0, max: unbounded };
export const nothing: Range = exactly(0);
export const one: Range = exactly(1);

export const plus = (...ranges: readonly Range[]): Range =>
  ranges.reduce((sum, { min, max }) => ({ min: bounded(sum.min + min), max: bounded(sum.max + max) }), nothing);

export const times = (a: Range, b: Range): Range => ({ min: bounded(a.min * b.min), max: bounded(a.max * b.max) });

/** Rounded up to whole steps. */
export const scaled = ({ min, max }: Range, factor: number): Range => ({
  min: bounded(Math.ceil(min * factor)),
  max: bounded(Math.ceil(max * factor)),
});

export const hull = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
