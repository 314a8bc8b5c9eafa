/** Deep freezing and comparing of JSON values: what leaves a store or a cache cannot be changed, only replaced. */
import { stringifyJson } from '../json/json-text.js';

/** Freezes a JSON value and all in it. A frozen part is taken to be frozen throughout, and not entered again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze((value as Record<string, unknown>)[key]);
  return Object.freeze(value);
}

/**
 * `work`, which is pure, done once for each frozen value and remembered for as long as that value lives. What is not
 * frozen is worked on each time. For what is asked of objects that many others share, as pods of one template do their spec.
 */
export function onceForEach<T extends object, R>(work: (value: T) => R): (value: T) => R {
  const known = new WeakMap<T, R>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined || known.has(value)) return found as R;
    const result = work(value);
    if (Object.isFrozen(value)) known.set(value, result);
    return result;
  };
}

/** Whether two JSON values are equal. A key whose value is undefined counts as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  if (Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left)
    if (left[key] !== undefined && !(Object.hasOwn(right, key) && deepEqual(left[key], right[key]))) return false;
  for (const key in right)
    if (right[key] !== undefined && !(Object.hasOwn(left, key) && left[key] !== undefined)) return false;
  return true;
}

/** A JSON value as text with its keys in order: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return stringifyJson(value) ?? 'null';
  const fields = value as Record<string, unknown>;
  const keys = Object.keys(fields)
    .filter((key) => fields[key] !== undefined)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(fields[key])}`).join(',')}}`;
}
