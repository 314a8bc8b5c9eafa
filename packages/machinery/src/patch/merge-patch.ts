/** JSON merge patch (RFC 7386), copy-on-write: what the patch does not touch is shared with the document. */
import { type Fields, isFields } from '../json/fields.js';

/** The patched document; the same one where the patch changes nothing. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return isFields(document) ? patch : withoutNulls(patch);
  const base: Fields = isFields(document) ? document : {};
  let result: Record<string, unknown> | undefined;
  const set = (key: string, value: unknown) => {
    result ??= { ...base };
    // Assignment to __proto__ would change the prototype; as data it is a key like any other.
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  };
  for (const key of Object.keys(patch)) {
    const wished = patch[key];
    const present = Object.hasOwn(base, key) ? base[key] : undefined;
    if (wished === null) {
      if (!Object.hasOwn(base, key)) continue;
      result ??= { ...base };
      delete result[key];
      continue;
    }
    const merged = applyMergePatch(present, wished);
    if (merged !== present || !Object.hasOwn(base, key)) set(key, merged);
  }
  return result ?? base;
}

/** Of objects in a list that is new, or takes the place of another, nulls say what is not there: so kube-apiserver's library has it. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const kept = entries.flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)] as const]));
  const isSame = kept.length === entries.length && kept.every(([, inner], index) => inner === entries[index]![1]);
  return isSame ? value : Object.fromEntries(kept);
}

/** The patch that turns `from` into `to`; undefined where they are equal. */
export function createMergePatch(from: unknown, to: unknown): unknown {
  if (!isFields(from) || !isFields(to)) return sameValue(from, to) ? undefined : to;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key) || to[key] === undefined) patch[key] = null;
  for (const key of Object.keys(to)) {
    if (to[key] === undefined) continue;
    const change = Object.hasOwn(from, key) ? createMergePatch(from[key], to[key]) : to[key];
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  return isFields(a) && isFields(b) && createMergePatch(a, b) === undefined;
}
