/** The functions and operators of the language's definition. */
import { parseGoBoolean } from '@pintle/machinery';
import type { Library, Overload, TypeName } from '../functions.js';
import { patternCost, traversal } from '../functions.js';
import { int64Max, int64Min, uint64Max } from '../literals.js';
import {
  CelError,
  type CelMap,
  compare,
  type Duration,
  equal,
  identityIn,
  isList,
  isMap,
  keyedList,
  lengthOf,
  type Timestamp,
  Type,
  typeName,
  Uint,
  type Value,
} from '../values.js';
import { findsIn } from './pattern.js';
import {
  dayOfYear,
  duration,
  floorDivide,
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timestamp,
  wallClock,
} from './time.js';

export const durationType = 'google.protobuf.Duration';
export const timestampType = 'google.protobuf.Timestamp';

export function int(value: bigint): bigint {
  if (value > int64Max || value < int64Min) throw new CelError('integer overflow');
  return value;
}
const uint = (value: bigint): Uint => {
  if (value > uint64Max || value < 0n) throw new CelError('unsigned integer overflow');
  return new Uint(value);
};

const operator = (
  name: string,
  params: readonly TypeName[],
  result: TypeName,
  run: (...args: never[]) => Value,
  cost?: (...args: never[]) => number,
): Overload => ({ name, params, result, run, ...(cost === undefined ? {} : { cost }) });

const arithmetic = (
  sign: string,
  ints: (a: bigint, b: bigint) => bigint,
  doubles?: (a: number, b: number) => number,
): Overload[] => [
  operator(`_${sign}_`, ['int', 'int'], 'int', (a: bigint, b: bigint) => int(ints(a, b))),
  operator(`_${sign}_`, ['uint', 'uint'], 'uint', (a: Uint, b: Uint) => uint(ints(a.value, b.value))),
  ...(doubles === undefined ? [] : [operator(`_${sign}_`, ['double', 'double'], 'double', doubles)]),
];

const nonZero = (b: bigint, what: string): bigint => {
  if (b === 0n) throw new CelError(what);
  return b;
};

const textCost = (a: string, b: string) => traversal(a.length + b.length);

const numbers = ['int', 'uint', 'double'];
/** What can be compared: numbers with numbers, and two of a kind. */
const comparables: readonly (readonly [string, string])[] = [
  ['bool', 'bool'],
  ...numbers.flatMap((a) => numbers.map((b) => [a, b] as const)),
  ...['string', 'bytes', timestampType, durationType].map((type) => [type, type] as const),
];

function comparison(sign: string, holds: (order: number) => boolean): readonly Overload[] {
  const run = (a: Value, b: Value) => holds(compare(a, b)!);
  return comparables.map((params) => operator(`_${sign}_`, params, 'bool', run, sizeCost));
}

const operators: readonly Overload[] = [
  ...arithmetic(
    '+',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    '-',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    '*',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic(
    '/',
    (a, b) => a / nonZero(b, 'division by zero'),
    (a, b) => a / b,
  ),
  ...arithmetic('%', (a, b) => a % nonZero(b, 'modulus by zero')),
  operator('-_', ['int'], 'int', (a: bigint) => int(-a)),
  operator('-_', ['double'], 'double', (a: number) => -a),
  operator('!_', ['bool'], 'bool', (a: boolean) => !a),
  operator('_+_', ['string', 'string'], 'string', (a: string, b: string) => a + b, textCost),
  operator(
    '_+_',
    ['bytes', 'bytes'],
    'bytes',
    (a: Uint8Array, b: Uint8Array) => Uint8Array.from([...a, ...b]),
    (a: Uint8Array, b: Uint8Array) => traversal(a.length + b.length),
  ),
  operator('_+_', ['list(A)', 'list(A)'], 'list(A)', joinedLists),
  operator('_+_', [durationType, durationType], durationType, (a: Duration, b: Duration) =>
    duration(a.nanos + b.nanos),
  ),
  operator('_+_', [timestampType, durationType], timestampType, (a: Timestamp, b: Duration) =>
    timestamp(a.nanos + b.nanos),
  ),
  operator('_+_', [durationType, timestampType], timestampType, (a: Duration, b: Timestamp) =>
    timestamp(a.nanos + b.nanos),
  ),
  operator('_-_', [durationType, durationType], durationType, (a: Duration, b: Duration) =>
    duration(a.nanos - b.nanos),
  ),
  operator('_-_', [timestampType, durationType], timestampType, (a: Timestamp, b: Duration) =>
    timestamp(a.nanos - b.nanos),
  ),
  operator('_-_', [timestampType, timestampType], durationType, (a: Timestamp, b: Timestamp) =>
    duration(a.nanos - b.nanos),
  ),
  operator('_==_', ['A', 'A'], 'bool', (a: Value, b: Value) => equal(a, b), sizeCost),
  operator('_!=_', ['A', 'A'], 'bool', (a: Value, b: Value) => !equal(a, b), sizeCost),
  ...comparison('<', (order) => order < 0),
  ...comparison('<=', (order) => order <= 0),
  ...comparison('>', (order) => order > 0),
  ...comparison('>=', (order) => order >= 0),
  operator(
    '_in_',
    ['A', 'list(A)'],
    'bool',
    (a: Value, list: readonly Value[]) => list.some((item) => equal(item, a)),
    (_: Value, list: readonly Value[]) => list.length,
  ),
  operator('_in_', ['A', 'map(A, B)'], 'bool', (a: Value, map: CelMap) => map.get(a) !== undefined),
];

function sizeCost(a: Value, b: Value): number {
  return Math.min(traversal(sizeOf(a)), traversal(sizeOf(b)));
}

const sizeOf = (value: Value): number =>
  typeof value === 'string' || value instanceof Uint8Array || isList(value)
    ? value.length
    : isMap(value)
      ? value.size
      : 1;

/** Of lists with identities those of the second take the place of their like, or are new. */
function joinedLists(a: readonly Value[], b: readonly Value[]): readonly Value[] {
  const of = identityIn(a);
  if (of === undefined) return [...a, ...b];
  const joined = new Map(a.map((item) => [of(item), item]));
  for (const item of b) joined.set(of(item), item);
  return keyedList([...joined.values()], of);
}

const matches = (value: string, pattern: string): boolean => findsIn(pattern, value);

const sizes: readonly Overload[] = [
  { name: 'size', as: 'both', params: ['string'], result: 'int', run: (text: string) => BigInt(lengthOf(text)) },
  { name: 'size', as: 'both', params: ['bytes'], result: 'int', run: (bytes: Uint8Array) => BigInt(bytes.length) },
  { name: 'size', as: 'both', params: ['list(A)'], result: 'int', run: (list: Value[]) => BigInt(list.length) },
  { name: 'size', as: 'both', params: ['map(A, B)'], result: 'int', run: (map: CelMap) => BigInt(map.size) },
];

const text = (name: string, run: (text: string, other: string) => boolean): Overload => ({
  name,
  as: 'method',
  params: ['string', 'string'],
  result: 'bool',
  run,
  cost: (value: string) => traversal(value.length),
});

const texts: readonly Overload[] = [
  {
    ...text('contains', (value, part) => value.includes(part)),
    cost: (value: string, part: string) => traversal(value.length) * traversal(part.length),
  },
  text('startsWith', (value, part) => value.startsWith(part)),
  text('endsWith', (value, part) => value.endsWith(part)),
  // A function, and not a method, it costs as little as what nobody has thought about.
  { name: 'matches', params: ['string', 'string'], result: 'bool', run: matches },
  {
    name: 'matches',
    as: 'method',
    params: ['string', 'string'],
    result: 'bool',
    run: matches,
    cost: (value: string, pattern: string) => patternCost(value, pattern.length),
  },
];

const lookedThrough = (value: string | Uint8Array): number => traversal(value.length);
const convert = (name: string, from: TypeName, run: (value: never) => Value): Overload => ({
  name,
  params: [from],
  result: name,
  run,
});

function ofDouble(value: number, [min, max]: readonly [number, number], words: string): bigint {
  if (Number.isNaN(value) || value <= min || value >= max) throw new CelError(words);
  return BigInt(Math.trunc(value));
}

const notConverted = (from: string, to: string): CelError =>
  new CelError(`type conversion error from '${from}' to '${to}'`);

/** A number that is written as the pattern wants it, and not beyond the bounds of its type. */
function written<T extends bigint | number>(text: string, type: string, pattern: RegExp, read: (text: string) => T): T {
  if (!pattern.test(text)) throw notConverted('string', type);
  const value = read(text);
  const [min, max] = type === 'uint' ? [0n, uint64Max] : [int64Min, int64Max];
  if (typeof value === 'bigint' && (value < min || value > max)) throw notConverted('string', type);
  return value;
}

function readAs<T>(text: string, type: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw notConverted('string', type);
  }
}

const conversions: readonly Overload[] = [
  convert('int', 'int', (value: bigint) => value),
  convert('int', 'uint', ({ value }: Uint) => int(value)),
  convert('int', 'double', (value: number) => ofDouble(value, [-(2 ** 63), 2 ** 63], 'integer overflow')),
  convert('int', 'string', (value: string) =>
    written(value, 'int', /^[-+]?\d+$/, (text) => BigInt(text.replace(/^\+/, ''))),
  ),
  convert('int', durationType, ({ nanos }: Duration) => nanos),
  convert('int', timestampType, ({ nanos }: Timestamp) => floorDivide(nanos, 1_000_000_000n)),
  convert('uint', 'uint', (value: Uint) => value),
  convert('uint', 'int', (value: bigint) => uint(value)),
  convert('uint', 'double', (value: number) => new Uint(ofDouble(value, [-1, 2 ** 64], 'unsigned integer overflow'))),
  convert('uint', 'string', (value: string) => new Uint(written(value, 'uint', /^\d+$/, BigInt))),
  convert('double', 'double', (value: number) => value),
  convert('double', 'int', (value: bigint) => Number(value)),
  convert('double', 'uint', ({ value }: Uint) => Number(value)),
  convert('double', 'string', (value: string) =>
    written(value, 'double', /^[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|NaN|Infinity)$/, Number),
  ),
  convert('string', 'string', (value: string) => value),
  convert('string', 'int', (value: bigint) => String(value)),
  convert('string', 'uint', ({ value }: Uint) => String(value)),
  convert('string', 'double', (value: number) => formatDouble(value)),
  convert('string', 'bool', (value: boolean) => String(value)),
  { ...convert('string', 'bytes', (value: Uint8Array) => decodeUtf8(value)), cost: lookedThrough },
  convert('string', timestampType, (value: Timestamp) => formatTimestamp(value)),
  convert('string', durationType, (value: Duration) => formatDuration(value)),
  convert('bytes', 'bytes', (value: Uint8Array) => value),
  { ...convert('bytes', 'string', (value: string) => new TextEncoder().encode(value)), cost: lookedThrough },
  convert('bool', 'bool', (value: boolean) => value),
  convert('bool', 'string', (value: string) => parseBool(value)),
  {
    ...convert('timestamp', 'string', (value: string) => readAs(value, timestampType, parseTimestamp)),
    result: timestampType,
  },
  { ...convert('timestamp', 'int', (value: bigint) => timestamp(value * 1_000_000_000n)), result: timestampType },
  { ...convert('timestamp', timestampType, (value: Timestamp) => value), result: timestampType },
  {
    ...convert('duration', 'string', (value: string) => readAs(value, durationType, parseDuration)),
    result: durationType,
  },
  { ...convert('duration', 'int', (value: bigint) => duration(value)), result: durationType },
  { ...convert('duration', durationType, (value: Duration) => value), result: durationType },
  { ...convert('dyn', 'A', (value: Value) => value), result: 'dyn' },
  { ...convert('type', 'A', (value: Value) => new Type(typeName(value))), result: 'type(A)' },
];

/** As Go's `%g` has it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) {
    // Go writes two digits of the exponent at least.
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(value);
}

/** Errors: `CelError` for what is no UTF-8. */
export function decodeUtf8(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function parseBool(value: string): boolean {
  const parsed = parseGoBoolean(value);
  if (parsed === undefined) throw notConverted('string', 'bool');
  return parsed;
}

/** A part of the calendar, of a timestamp with or without a time zone. */
const calendar = (name: string, read: (date: Date) => number): Overload[] => [
  {
    name,
    as: 'method',
    params: [timestampType],
    result: 'int',
    run: (value: Timestamp) => BigInt(read(wallClock(value))),
  },
  {
    name,
    as: 'method',
    params: [timestampType, 'string'],
    result: 'int',
    run: (value: Timestamp, zone: string) => BigInt(read(wallClock(value, zone))),
  },
];

const spans = (name: string, unitNanos: bigint, within?: bigint): Overload => ({
  name,
  as: 'method',
  params: [durationType],
  result: 'int',
  run: ({ nanos }: Duration) => (within === undefined ? nanos : nanos % within) / unitNanos,
});

const second = 1_000_000_000n;
const times: readonly Overload[] = [
  ...calendar('getFullYear', (date) => date.getUTCFullYear()),
  ...calendar('getMonth', (date) => date.getUTCMonth()),
  ...calendar('getDate', (date) => date.getUTCDate()),
  ...calendar('getDayOfMonth', (date) => date.getUTCDate() - 1),
  ...calendar('getDayOfWeek', (date) => date.getUTCDay()),
  ...calendar('getDayOfYear', dayOfYear),
  ...calendar('getHours', (date) => date.getUTCHours()),
  ...calendar('getMinutes', (date) => date.getUTCMinutes()),
  ...calendar('getSeconds', (date) => date.getUTCSeconds()),
  ...calendar('getMilliseconds', (date) => date.getUTCMilliseconds()),
  spans('getHours', 3600n * second),
  spans('getMinutes', 60n * second),
  spans('getSeconds', second),
  spans('getMilliseconds', 1_000_000n, second),
];

export const standardLibrary: Library = { overloads: [...operators, ...sizes, ...texts, ...conversions, ...times] };
