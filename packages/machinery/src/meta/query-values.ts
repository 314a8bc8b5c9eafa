/** Values of a query as apimachinery reads them (`pkg/runtime/conversion.go`): of what stands there twice, the first counts. */
import { numberOf } from '../json/json-text.js';
import { timeWords } from '../schema/decoder-words.js';
import { badRequest } from '../status/status-error.js';
import { parseTime } from '../world/timestamp.js';

/** A flag: whatever is there and is neither `false`, however written, nor `0`. */
export const saysYes = (value: string | null): boolean => value !== null && !/^(?:false|0)$/i.test(value);

/** The number nearest to one of 64 bits. Errors: `StatusError` BadRequest. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = int64In(query, name);
  return value === undefined ? undefined : Number(value);
}

/** A whole number of 64 bits. Errors: `StatusError` BadRequest. */
export function int64In(query: URLSearchParams, name: string): number | bigint | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value)
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return numberOf(value);
}

/** A time, in milliseconds since the epoch; before all others where the text is empty. Errors: `StatusError` BadRequest. */
export function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text === '' || text === 'null') return Number.NEGATIVE_INFINITY;
  const time = parseTime(text);
  if (time === undefined) throw badRequest(timeWords(text, false));
  return time;
}
