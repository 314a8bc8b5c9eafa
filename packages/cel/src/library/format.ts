/** `'%s: %.2f'.format([...])`, as the version of the extension library of strings defines it that Kubernetes has. */
import {
  CelError,
  type CelMap,
  Duration,
  isList,
  isMap,
  Timestamp,
  Type,
  typeName,
  Uint,
  type Value,
} from '../values.js';
import { formatClauses } from './format-clauses.js';
import { quotedText } from './read-address.js';
import { decodeUtf8, formatDouble } from './standard.js';
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
    case 'd':
      return integer(verb, value, 10);
    case 'f': {
      const number = numberOf(verb, value);
      return special(number) ?? fixed(number, precision ?? precisionDefault);
    }
    case 'e': {
      // What is given as the precision is how wide the number is at least.
      const number = numberOf(verb, value);
      return (special(number) ?? scientific(number)).padStart(precision ?? precisionDefault);
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

/** With commas between thousands, as in English; halves go to the even neighbour. */
function fixed(value: number, digits: number): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(.*)$/.exec(rounded(value, digits))!;
  return `${sign}${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}${fraction}`;
}

/** `toFixed` rounds the exact value, but halves away from zero; it gives up at 10^21, and knows no more than 100 digits. */
function rounded(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;
  const exact = value.toFixed(exactDigits);
  const point = exact.indexOf('.');
  if (digits >= exactDigits) return exact.padEnd(point + 1 + digits, '0');
  const isHalf = /^50*$/.test(exact.slice(point + 1 + digits));
  const below = exact.slice(0, digits === 0 ? point : point + 1 + digits);
  return isHalf && /[02468]$/.test(below) ? below : value.toFixed(digits);
}

function scientific(value: number): string {
  const [number = '', power = ''] = value.toExponential(precisionDefault).split('e');
  const digits = power.slice(1).padStart(2, '0');
  return `${number}×10${power.startsWith('-') ? '⁻' : ''}${[...digits].map((digit) => raised[Number(digit)]).join('')}`;
}

const exactDigits = 100;
const raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? '∞' : '-∞';
}

function numberOf(verb: string, value: Value): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw wrong(verb, value);
}

function integer(verb: string, value: Value, radix: number): string {
  const number = value instanceof Uint ? value.value : value;
  if (typeof number !== 'bigint') throw wrong(verb, value);
  return number.toString(radix);
}

function text(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint8Array) return textOf(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value === null || isPlain(value) || isList(value) || isMap(value) || value instanceof Type) return within(value);
  throw wrong('s', value);
}

const isPlain = (value: Value): value is boolean | bigint | Uint =>
  typeof value === 'boolean' || typeof value === 'bigint' || value instanceof Uint;

/** In a list or a map values are written as expressions write them. */
function within(value: Value): string {
  if (value === null) return 'null';
  if (isPlain(value)) return String(value instanceof Uint ? value.value : value);
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? rounded(value, precisionDefault) : `"${formatDouble(value)}"`;
  if (value instanceof Uint8Array) return `b${quotedText(textOf(value))}`;
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`;
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`;
  if (value instanceof Type) return value.name;
  if (isList(value)) return `[${value.map(within).join(', ')}]`;
  if (isMap(value)) return mapText(value);
  throw unwritten(typeName(value));
}

const unwritten = (what: string): CelError =>
  new CelError(`error during formatting: no formatting function for ${what}`);

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new CelError(`error during formatting: could not convert argument ${quotedText(error.message)} to string`);
  }
}

function mapText(map: CelMap): string {
  const entries = [...map.keys()].map((key) => {
    if (typeof key !== 'string' && !isPlain(key)) throw unwritten(`map key of type ${typeName(key)}`);
    return [within(key), within(map.get(key)!)] as const;
  });
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`)
    .join(', ')}}`;
}
