/** `'%s: %.2f'.format([...])`, as the extension library of strings defines it. */
import { CelError, type CelMap, Duration, isMap, Timestamp, Type, typeName, Uint, type Value } from '../values.js';
import { formatClauses } from './format-clauses.js';
import { formatDuration, formatTimestamp } from './time.js';

const precisionDefault = 6;
const precisionMax = 1000;

export function format(template: string, args: readonly Value[]): string {
  let next = 0;
  const result = template.replace(
    /%(?:(%)|(?:\.(\d+))?(.?))/gs,
    (_, percent?: string, precision?: string, verb?: string) => {
      if (percent !== undefined) return '%';
      if (verb === '' && precision === undefined) throw new CelError('unexpected end of string');
      if (next >= args.length) throw new CelError(`index ${next} out of range`);
      if (precision !== undefined && Number(precision) > precisionMax)
        throw new CelError(`precision ${precision} out of range`);
      return formatted(verb ?? '', args[next++]!, precision === undefined ? undefined : Number(precision));
    },
  );
  return result;
}

const wrong = (verb: string, value: Value): CelError =>
  new CelError(`error during formatting: ${formatClauses[verb.toLowerCase()]!.refusal}, was given ${typeName(value)}`);

function formatted(verb: string, value: Value, precision: number | undefined): string {
  switch (verb) {
    case 's':
      return text(value);
    case 'd': {
      if (typeof value === 'bigint') return String(value);
      if (value instanceof Uint) return String(value.value);
      if (typeof value === 'number' && !Number.isFinite(value)) return special(value)!;
      throw wrong(verb, value);
    }
    case 'f':
    case 'e': {
      const number = numberOf(value);
      if (number === undefined) throw wrong(verb, value);
      const digits = precision ?? precisionDefault;
      return (
        special(number) ??
        (verb === 'f'
          ? fixed(number, digits)
          : number.toExponential(Math.min(digits, 100)).replace(/e([+-])(\d)$/, 'e$10$2'))
      );
    }
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return integer(verb, value, 2);
    case 'o':
      return integer(verb, value, 8);
    case 'x':
    case 'X': {
      const hex =
        typeof value === 'string'
          ? hexOf(new TextEncoder().encode(value))
          : value instanceof Uint8Array
            ? hexOf(value)
            : integer(verb, value, 16);
      return verb === 'x' ? hex : hex.toUpperCase();
    }
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** `toFixed` gives up at 10^21. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21) {
    const shifted = value * 10 ** digits;
    const half = Math.abs(shifted % 1) === 0.5;
    // Halves go to the even neighbour.
    if (half && Number.isSafeInteger(shifted - 0.5))
      return ((2 * Math.round(shifted / 2)) / 10 ** digits).toFixed(digits);
    return value.toFixed(Math.min(digits, 100));
  }
  return `${BigInt(value)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? 'Infinity' : '-Infinity';
}

function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

function integer(verb: string, value: Value, radix: number): string {
  const number = value instanceof Uint ? value.value : value;
  if (typeof number !== 'bigint') throw wrong(verb, value);
  return number.toString(radix);
}

function text(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return special(value) ?? String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(text).join(', ')}]`;
  if (isMap(value)) return mapText(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Type) return value.name;
  throw wrong('s', value);
}

function mapText(map: CelMap): string {
  const entries = [...map.keys()].map((key) => {
    if (typeof key === 'number') throw wrong('s', key);
    return [text(key), text(map.get(key)!)] as const;
  });
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')}}`;
}
