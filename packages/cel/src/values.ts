/**
 * The values of CEL in JavaScript: `int` is a bigint, `double` a number, `list` an array, `bytes` a Uint8Array; what
 * JavaScript lacks is a class with a `celType`. Every value is immutable.
 */

/** A value of a type that a library brings: a quantity, an address. Equal by `equals`. */
export interface Opaque {
  readonly celType: string;
  equals(other: Opaque): boolean;
}

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | CelMap
  | Uint
  | Timestamp
  | Duration
  | Type
  | Optional
  | Opaque;

export class Uint {
  readonly celType = 'uint';
  constructor(readonly value: bigint) {}
}

/** A type as a value: `type(1) == int`. */
export class Type {
  readonly celType = 'type';
  constructor(readonly name: string) {}
}

export class Timestamp {
  readonly celType = 'google.protobuf.Timestamp';
  /** Nanoseconds since the Unix epoch. */
  constructor(readonly nanos: bigint) {}
}

export class Duration {
  readonly celType = 'google.protobuf.Duration';
  constructor(readonly nanos: bigint) {}
}

export class Optional {
  static readonly none = new Optional(undefined);
  readonly celType = 'optional_type';
  constructor(readonly value: Value | undefined) {}
}

/** A map, or an object read as one. Objects make their values when they are asked for. */
export interface CelMap {
  readonly celType: 'map';
  readonly size: number;
  get(key: Value): Value | undefined;
  keys(): Iterable<Value>;
  /** Fields that the type has, where it is an object and not a map: others cannot even be asked for. */
  readonly fields?: { has(name: string): boolean };
}

/** Why an expression has no value. `&&`, `||`, `all` and `exists` may yet have one. */
export class CelError extends Error {
  readonly code: string = 'PINTLE_CEL';
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** Of these cel-go says no more than that. */
const unnamed = /^(?:_|[!-]_|has$|startsWith$|endsWith$|contains$)/;
const nameAlone: ReadonlySet<string> = new Set(['size', 'matches']);

export function noSuchOverload(name: string, args: readonly Value[] = []): CelError {
  if (unnamed.test(name)) return new CelError('no such overload');
  return new CelError(`no such overload: ${name}${nameAlone.has(name) ? '' : `(${args.map(typeName).join(', ')})`}`);
}

export function typeName(value: Value): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      if (value === null) return 'null_type';
      if (Array.isArray(value)) return 'list';
      if (value instanceof Uint8Array) return 'bytes';
      return (value as { readonly celType: string }).celType;
  }
}

export const isMap = (value: Value): value is CelMap =>
  typeof value === 'object' && value !== null && (value as CelMap).celType === 'map';
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isUint = (value: Value): value is Uint => value instanceof Uint;

/** What a key is filed under: numbers of any type by their value. */
export function keyOf(key: Value): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'bigint':
      return `n${key}`;
    case 'boolean':
      return `b${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
    default:
      return isUint(key) ? `n${key.value}` : undefined;
  }
}

/** A map of an expression. */
export class LiteralMap implements CelMap {
  readonly celType = 'map';
  private readonly entries: Map<string, readonly [Value, Value]>;

  /** Of a key twice the last counts. Errors: `CelError` for a key of a type that is none for keys. */
  constructor(entries: Iterable<readonly [Value, Value]>) {
    this.entries = new Map();
    for (const entry of entries) {
      const id = keyOf(entry[0]);
      if (id === undefined) throw new CelError(`unsupported key type: ${typeName(entry[0])}`);
      this.entries.set(id, entry);
    }
  }
  get size(): number {
    return this.entries.size;
  }
  get(key: Value): Value | undefined {
    const id = keyOf(key);
    return id === undefined ? undefined : this.entries.get(id)?.[1];
  }
  *keys(): Iterable<Value> {
    for (const [key] of this.entries.values()) yield key;
  }
}

/** Of a list: what two items have in common that are one; undefined for an item that is known by nothing. */
export type ItemIdentity = (item: Value) => string | undefined;

const identity = Symbol('identity');

/** A list whose items are known by what they are, or by keys of theirs: it is equal in whichever order they stand. */
export const keyedList = (items: Value[], of: ItemIdentity): readonly Value[] =>
  Object.defineProperty(items, identity, { value: of });

export const identityIn = (list: readonly Value[]): ItemIdentity | undefined =>
  (list as { readonly [identity]?: ItemIdentity })[identity];

function sameItems(a: readonly Value[], b: readonly Value[], of: ItemIdentity): boolean {
  if (a.length !== b.length) return false;
  const known = new Map(a.map((item) => [of(item), item]));
  return b.every((item) => {
    const found = known.get(of(item));
    return found !== undefined && equal(found, item);
  });
}

const isNumber = (value: Value): value is bigint | number | Uint =>
  typeof value === 'bigint' || typeof value === 'number' || isUint(value);
const numeric = (value: bigint | number | Uint): bigint | number => (isUint(value) ? value.value : value);

/** Across types: numbers by their value, everything else only within its type. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumber(a)) return isNumber(b) && compare(a, b) === 0;
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return false;
  if (isList(a)) {
    if (!isList(b)) return false;
    const of = identityIn(a);
    if (of !== undefined) return sameItems(a, b, of);
    return a.length === b.length && a.every((item, at) => equal(item, b[at]!));
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    for (const key of a.keys()) {
      const other = b.get(key);
      if (other === undefined || !equal(a.get(key)!, other)) return false;
    }
    return true;
  }
  if (typeName(a) !== typeName(b)) return false;
  if (a instanceof Timestamp || a instanceof Duration) return a.nanos === (b as Timestamp | Duration).nanos;
  if (a instanceof Type) return a.name === (b as Type).name;
  if (a instanceof Optional) {
    const other = (b as Optional).value;
    return a.value === undefined || other === undefined ? a.value === other : equal(a.value, other);
  }
  return 'equals' in a && (a as Opaque).equals(b as Opaque);
}

/** Less than 0, 0 or more; NaN where one is; undefined where there is no order between the two. */
export function compare(a: Value, b: Value): number | undefined {
  if (isNumber(a) && isNumber(b)) {
    // An integer beside a double is taken for the nearest one.
    const mixed = (typeof a === 'number') !== (typeof b === 'number');
    const [x, y] = mixed ? [Number(numeric(a)), Number(numeric(b))] : [numeric(a), numeric(b)];
    return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  return undefined;
}

const surrogate = /[\ud800-\udfff]/;

/** By code points, which UTF-16's own order is not. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  const [x, y] = [codePoints(a), codePoints(b)];
  for (let at = 0; at < x.length && at < y.length; at++) {
    const difference = x[at]!.codePointAt(0)! - y[at]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length && at < b.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}

/** The characters of a string as CEL counts them. */
export const codePoints = (text: string): readonly string[] => (surrogate.test(text) ? [...text] : text.split(''));
export const lengthOf = (text: string): number => (surrogate.test(text) ? [...text].length : text.length);
