/** Completion indexes as a status tells them: ordered intervals, as `0,2-4`. */

/** Both ends are in it. */
export type IndexInterval = readonly [first: number, last: number];

/** In order, without overlap, and never two that touch. */
export type IndexSet = readonly IndexInterval[];

/** Reads what is below `completions`; what is no interval is passed over. */
export function parseIndexes(text: string | undefined, completions: number): IndexSet {
  if (!text) return [];
  const found: IndexInterval[] = [];
  for (const part of text.split(',')) {
    const [, first, , last] = /^(\d+)(-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) continue;
    if (Number(first) >= completions) break;
    found.push([Number(first), Math.min(Number(last ?? first), completions - 1)]);
  }
  return merged(found);
}

/** Two that follow each other are told as two, more as a range: `0,1` and `0-2`. */
export function formatIndexes(indexes: IndexSet): string {
  return indexes
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
}

export function withIndexes(indexes: IndexSet, more: Iterable<number>): IndexSet {
  return union(
    indexes,
    [...more].map((index): IndexInterval => [index, index]),
  );
}

export function union(a: IndexSet, b: readonly IndexInterval[]): IndexSet {
  return b.length === 0 ? a : merged([...a, ...b].sort(([one], [other]) => one - other));
}

/** From intervals in the order of their beginnings. */
function merged(ordered: readonly IndexInterval[]): IndexSet {
  const result: [number, number][] = [];
  for (const [first, last] of ordered) {
    const before = result.at(-1);
    if (before === undefined || first > before[1] + 1) result.push([first, last]);
    else if (before[1] < last) before[1] = last;
  }
  return result;
}

export const countIndexes = (indexes: IndexSet): number =>
  indexes.reduce((total, [first, last]) => total + last - first + 1, 0);

export const hasIndex = (indexes: IndexSet, index: number): boolean =>
  indexes.some(([first, last]) => first <= index && index <= last);

/** How many indexes are in both. */
export function countCommon(a: IndexSet, b: IndexSet): number {
  let common = 0;
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const [[first, last], [otherFirst, otherLast]] = [a[i]!, b[j]!];
    common += Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
    if (last <= otherLast) i++;
    if (otherLast <= last) j++;
  }
  return common;
}

/** The first `count` indexes below `completions` that are not in `taken`. */
export function firstFree(taken: IndexSet, count: number, completions: number): readonly number[] {
  const free: number[] = [];
  let candidate = 0;
  const until = (end: number) => {
    for (; candidate < Math.min(end, completions) && free.length < count; candidate++) free.push(candidate);
  };
  for (const [first, last] of taken) {
    until(first);
    candidate = Math.max(candidate, last + 1);
  }
  until(completions);
  return free;
}
