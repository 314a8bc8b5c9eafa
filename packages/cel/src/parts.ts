/** Parts of values: fields, elements, what an optional holds. */
import type { LiteralValue } from './syntax-tree.js';
import {
  CelError,
  type CelMap,
  isList,
  isMap,
  noSuchOverload,
  Optional,
  typeName,
  Uint,
  type Value,
} from './values.js';

/** What a macro goes over: the elements of a list, the keys of a map; with `two`, places or keys and values. */
export function* elements(range: Value, two: boolean): Iterable<readonly [Value, Value]> {
  if (isList(range)) {
    for (let at = 0; at < range.length; at++) yield two ? [BigInt(at), range[at]!] : [range[at]!, null];
  } else if (isMap(range)) for (const key of range.keys()) yield [key, two ? range.get(key)! : null];
  else throw new CelError(`got '${goName(range)}', expected iterable type`);
}

/** What the value is called where cel-go is written. */
function goName(value: Value): string {
  const name = typeName(value)
    .replace(/^.*\./, '')
    .replace(/_type$/, '');
  return `types.${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export function truth(value: Value, name: string): boolean {
  if (typeof value !== 'boolean') throw noSuchOverload(name, [value]);
  return value;
}

export function valueOfOptional(value: Value): Value | undefined {
  if (!(value instanceof Optional)) throw noSuchOverload('?', [value]);
  return value.value;
}

export const optionalOf = (value: Value | undefined): Optional =>
  value === undefined ? Optional.none : new Optional(value);

/** Errors: `CelError` where a declared object has no such field. */
export function declared(object: CelMap, field: string): CelMap {
  if (object.fields !== undefined && !object.fields.has(field)) throw new CelError(`no such key: ${field}`);
  return object;
}

export function member(object: Value, field: string): Value | undefined {
  return isMap(object) ? declared(object, field).get(field) : undefined;
}

export function element(object: Value, key: Value): Value | undefined {
  if (isMap(object)) {
    if (typeof key === 'object' && !(key instanceof Uint)) throw new CelError(`unsupported key type: ${typeName(key)}`);
    return object.get(key);
  }
  if (!isList(object)) return undefined;
  const at = typeof key === 'bigint' ? Number(key) : key instanceof Uint ? Number(key.value) : key;
  if (typeof at !== 'number') throw new CelError(`unsupported index type '${typeName(key)}' in list`);
  if (!Number.isInteger(at)) throw new CelError(`unsupported index value ${at} in list`);
  return object[at];
}

export function literal(value: LiteralValue): Value {
  return typeof value === 'object' && value !== null && 'uint' in value ? new Uint(value.uint) : (value as Value);
}
