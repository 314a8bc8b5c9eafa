/** Ranges of completion indexes as text, as `0,2-4`: what makes one valid. */

/** An interval, both ends in it. */
export type IndexRange = readonly [first: number, last: number];

/** The ranges in order, or what is wrong with the text. */
export function parseIndexRanges(text: string, completions: number): readonly IndexRange[] | string {
  const ranges: IndexRange[] = [];
  if (text === '') return ranges;
  for (const part of text.split(',')) {
    const range = parseIndexRange(part, completions);
    if (typeof range === 'string') return range;
    const before = ranges.at(-1)?.[1];
    if (before !== undefined && before >= range[0]) return notIncreasing(before, range[0]);
    ranges.push(range);
  }
  return ranges;
}

export const countOf = (ranges: readonly IndexRange[]): number =>
  ranges.reduce((total, [first, last]) => total + last - first + 1, 0);

/** The first index that is in both. */
export function firstOverlap(a: readonly IndexRange[], b: readonly IndexRange[]): number | undefined {
  for (const [first, last] of a) {
    const other = b.find((range) => range[0] <= last && first <= range[1]);
    if (other !== undefined) return Math.max(first, other[0]);
  }
  return undefined;
}

const notIncreasing = (before: number, after: number) => `non-increasing order, previous: ${before}, current: ${after}`;

function parseIndexRange(text: string, completions: number): IndexRange | string {
  const ends = text.split('-');
  if (ends.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  const values: number[] = [];
  for (const end of ends) {
    if (!/^[+-]?\d+$/.test(end)) return `cannot convert string to integer for index: ${JSON.stringify(end)}`;
    if (Number(end) >= completions) return `too large index: ${JSON.stringify(end)}`;
    values.push(Number(end));
  }
  const [first = 0, last = first] = values;
  if (values.length === 2 && first >= last) return notIncreasing(first, last);
  return [first, last];
}
