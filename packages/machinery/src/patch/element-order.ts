/** In which order the items of a list come to stand that a strategic merge patch has merged, as upstream puts them. */
import { isFields } from '../json/fields.js';
import { deepEqual } from '../meta/frozen.js';
import { formatGo, unstructuredType } from '../schema/decoder-words.js';
import { PatchError } from './patch-error.js';

type Items = readonly unknown[];

export const directive = '$patch';

export const keyless = (item: unknown, mergeKey: string): PatchError =>
  new PatchError(`map: ${formatGo(item)} does not contain declared merge key: ${mergeKey}`);

const isMarked = (item: unknown): boolean => isFields(item) && Object.hasOwn(item, directive);

/** Errors: `PatchError` where an item is no object, or lacks its key. */
function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isFields(item)) {
    const type = item === null ? '%!s(<nil>)' : unstructuredType(item);
    throw new PatchError(`expected a map[string]interface {}, but received a ${type}`);
  }
  if (!Object.hasOwn(item, mergeKey)) throw keyless(item, mergeKey);
  return item[mergeKey];
}

const isSame = (a: unknown, b: unknown, mergeKey: string | undefined): boolean =>
  mergeKey === undefined ? deepEqual(a, b) : deepEqual(keyOf(a, mergeKey), keyOf(b, mergeKey));

/** Errors: `PatchError` where what the patch changes stands in another order than the one that it says, or not in it. */
export function requireOrder(patch: Items, order: Items, mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return;
  const kept = mergeKey === undefined ? patch : patch.filter((item) => !isMarked(item) || !isDeletion(item));
  let at = 0;
  for (let next = 0; at < kept.length && next < order.length; ) {
    if (isMarked(kept[at])) {
      at++;
      continue;
    }
    if (isSame(kept[at], order[next], mergeKey)) at++;
    next++;
  }
  if (at < kept.length)
    throw new PatchError(
      `The order in patch list:\n${formatGo(patch)}\n doesn't match $setElementOrder list:\n${formatGo(order)}\n`,
    );
}

const isDeletion = (item: unknown): boolean => isFields(item) && item[directive] === 'delete';

/** The items that the order names, in that order, among the others, which stand as they did `before`. */
export function ordered(merged: Items, order: Items, before: Items, mergeKey: string | undefined): Items {
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const item of merged) (isNamed(item, order, mergeKey) ? named : others).push(item);
  return mergeSorted(sorted(others, before, mergeKey), sorted(named, order, mergeKey), before, mergeKey);
}

function isNamed(item: unknown, order: Items, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined) return order.some((other) => deepEqual(other, item));
  const key = keyOf(item, mergeKey);
  for (const [index, other] of order.entries()) {
    if (!isFields(other)) throw new PatchError(`value for key ${index} is not a map`);
    if (Object.hasOwn(other, mergeKey) && deepEqual(other[mergeKey], key)) return true;
  }
  return false;
}

/** As Go's stable sort of few items comes out, whose notion of "before" holds what is not in the order to be before anything. */
function sorted(items: Items, order: Items, mergeKey: string | undefined): Items {
  if (mergeKey !== undefined) for (const item of [...items, ...order]) keyOf(item, mergeKey);
  const result = items.filter((item) => !isDeletion(item));
  const isBefore = (a: unknown, b: unknown): boolean => {
    const [left, right] = [placeIn(order, a, mergeKey), placeIn(order, b, mergeKey)];
    return left < 0 || right < 0 || left < right;
  };
  for (let end = 1; end < result.length; end++)
    for (let at = end; at > 0 && isBefore(result[at], result[at - 1]); at--)
      [result[at - 1], result[at]] = [result[at], result[at - 1]];
  return [...result, ...items.filter(isDeletion)];
}

const placeIn = (order: Items, item: unknown, mergeKey: string | undefined): number =>
  order.findIndex((other) => isSame(other, item, mergeKey));

/** Each of `left` stands before the first of `right`, from where the last was put, that stood behind it before. */
function mergeSorted(left: Items, right: Items, before: Items, mergeKey: string | undefined): Items {
  const result: unknown[] = [];
  let next = 0;
  for (const item of right) {
    const at = placeIn(before, item, mergeKey);
    while (next < left.length) {
      const place = placeIn(before, left[next], mergeKey);
      if (place < 0 || at < 0 || place >= at) break;
      result.push(left[next++]);
    }
    result.push(item);
  }
  return [...result, ...left.slice(next)];
}
