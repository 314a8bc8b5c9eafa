/**
 * JSON as Go holds it where nothing is known of its types: whole numbers are of 64 bits. What a number of JavaScript cannot
 * hold exactly, from 2^53 on, is a bigint; everything else is what `JSON.parse` and `JSON.stringify` make of it. Texts without
 * such numbers cost one search for sixteen digits.
 */

/** Sixteen digits in a row, which no smaller number has. */
const manyDigits = /\d{16}/;
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const wholeNumber = /^-?\d+$/;

const [int64Min, int64Max] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The value of a text. Errors: `SyntaxError`. */
export function parseJson(text: string): unknown {
  const nearest: unknown = JSON.parse(text);
  if (!manyDigits.test(text)) return nearest;
  const mark = markFor(JSON.stringify(nearest));
  const marked = text.replace(stringOrNumber, (token) => (isBeyondNumbers(token) ? `"${mark}${token}"` : token));
  if (marked === text) return nearest;
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** As `JSON.stringify`, of a value that may hold bigints. */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const mark = markFor(JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? 0 : inner)));
    return JSON.stringify(
      value,
      (_key, inner) => (typeof inner === 'bigint' ? `${mark}${inner}` : inner),
      indent,
    ).replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
  }
}

/** As `-9223372036854775808` has. */
const int64CharactersMax = 20;

function isBeyondNumbers(token: string): boolean {
  if (
    token.length < 16 ||
    token.length > int64CharactersMax ||
    !wholeNumber.test(token) ||
    Number.isSafeInteger(Number(token))
  )
    return false;
  return isInt64(BigInt(token));
}

/** What no text within another begins with; found in one look, whatever the other holds. */
function markFor(text: string): string {
  const taken = new Set(Array.from(text.matchAll(/"#(\d+)#/g), ([, number]) => number));
  let number = 0;
  while (taken.has(String(number))) number++;
  return `#${number}#`;
}

/** Whether Go holds it as an int64. */
export const isInt64 = (value: unknown): value is number | bigint =>
  typeof value === 'bigint'
    ? value >= int64Min && value <= int64Max
    : typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;

/** A number where that is exact. */
export const numberOf = (whole: bigint): number | bigint =>
  Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;

/** Whether it is a number, whole or not. */
export const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';
