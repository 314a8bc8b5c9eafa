/** A strategic patch as refusals show it: as Go prints the maps that applying it has left of it. */
import { formatGo, isFields } from '@pintle/machinery';

/** `original` is what it was applied to. */
export const shownPatch = (patch: unknown, original: object): string => formatGo(left(patch, original));

/** From what the original has nothing of, the nulls are gone. */
function left(patch: unknown, original: unknown): unknown {
  if (!isFields(patch)) return patch;
  const present = isFields(original) ? original : {};
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => [
      key,
      value === null ? null : Object.hasOwn(present, key) ? left(value, present[key]) : withoutNulls(value),
    ]),
  );
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}
