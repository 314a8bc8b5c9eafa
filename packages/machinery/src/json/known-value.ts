/** A value that was parsed, with what is known of its text: for the next text to be compared with. */
import { endOfValue, isSpace, marks, stringIn } from './json-scan.js';

/** Of more parts than these, those behind are not told apart: no template of Kubernetes has as many. */
export const placesMax = 64;

export interface Known {
  readonly value: unknown;
  /** Found when a text differs within the value. */
  inside: Inside | undefined;
}

/** What an object or an array holds. Places are counted from its own beginning, so that it may stand anywhere. */
export interface Inside {
  /** In their order; of an array none. */
  readonly keys: readonly string[];
  readonly parts: readonly Known[];
  /** For each part where its key begins, where its value begins, and where that ends. An item has no key. */
  readonly places: readonly number[];
}

export const leaf = (value: unknown): Known => ({ value, inside: undefined });

/** Of a well-formed text. Nothing where a key is there twice, or where there are too many. */
export function partsOf(value: unknown, text: Uint8Array, start: number): Inside {
  const keys: string[] = [];
  const parts: Known[] = [];
  const places: number[] = [];
  const isArray = Array.isArray(value);
  const next = (from: number) => {
    let at = from;
    while (isSpace(text[at]!) || text[at] === marks.comma || text[at] === marks.colon) at++;
    return at;
  };
  for (
    let at = next(start + 1);
    text[at] !== marks.objectEnd && text[at] !== marks.arrayEnd && parts.length < placesMax;
  ) {
    places.push(at - start);
    if (!isArray) {
      const end = endOfValue(text, at);
      keys.push(stringIn(text, at, end));
      at = next(end);
    }
    parts.push(leaf((value as Record<string, unknown>)[isArray ? parts.length : keys.at(-1)!]));
    places.push(at - start);
    const end = endOfValue(text, at);
    places.push(end - start);
    at = next(end);
  }
  return isArray || Object.keys(value as object).length === keys.length
    ? { keys, parts, places }
    : { keys: [], parts: [], places: [] };
}
